//! (b) A document of 1C's own that is one of ours: found, chosen by a clerk, let go.

use diesel::prelude::*;

use super::model::{OnecDocument, Role};
use super::own::{own_documents, standing, take_as_own, undo_own};
use super::store::{bound_now, find, lock, lock_orders, set_cover, shares, tell};
use crate::base::ids::{DocumentId, OrderId};
use crate::base::{Error, Instant, Kopecks, MoneyKind, Result};
use crate::db::Connection;
use crate::db::schema::onec_documents;
use crate::domain::alerts::{self};
use crate::domain::exports::{self};
use crate::domain::payments::{Policy, store};

/// The document of ours that this one covered stands alone again.
pub(super) fn release_cover(connection: &mut Connection, document: &OnecDocument, now: Instant) -> Result<()> {
    let Some(covered) = document.covers_id.as_deref() else { return Ok(()) };
    set_cover(connection, &document.guid, None)?;
    let covered = DocumentId::parse(covered)?;
    exports::uncover(connection, &covered, &document.guid, now)?;
    let message = format!("Документ 1С № {}, закрывавший нашу оплату, отменён: она выгрузится заново", document.number);
    tell(connection, "onec_uncovered", covered.as_str(), &[], &message, now)
}

/// (b) One document of ours without a 1C number is meant.
pub(super) fn cover(
    connection: &mut Connection,
    document: &OnecDocument,
    shares: &[(OrderId, Kopecks)],
    same_money: bool,
    now: Instant,
) -> Result<Option<Role>> {
    if let Some(covered) = &document.covers_id {
        let covered = DocumentId::parse(covered)?;
        if candidate_fits(connection, &covered, document, shares)? {
            cover_with(connection, document, &covered, now)?;
            return Ok(Some(Role::Covers));
        }
        // Ours was moved here since; 1C's document has not become other money by that.
        if same_money {
            return Ok(Some(Role::Covers));
        }
        release_cover(connection, document, now)?;
    }
    // Money that already stands in our books as 1C's own stays so; it must not cover a second payment by chance.
    if !own_documents(connection, &document.guid)?.is_empty() {
        return Ok(None);
    }
    let candidates = candidates(connection, document, shares)?;
    match candidates.as_slice() {
        [] => Ok(None),
        [one] => {
            cover_with(connection, document, one, now)?;
            Ok(Some(Role::Covers))
        }
        _ => {
            let message = format!(
                "Документ 1С № {} на {} подходит к нескольким нашим оплатам. Укажите, к какой он относится",
                document.number, document.amount
            );
            tell(connection, "onec_undecided", &document.guid, shares, &message, now)?;
            Ok(Some(Role::Undecided))
        }
    }
}

fn cover_with(connection: &mut Connection, document: &OnecDocument, ours: &DocumentId, now: Instant) -> Result<()> {
    set_cover(connection, &document.guid, Some(ours))?;
    if let Some(export) = exports::find(connection, ours)? {
        exports::accept(connection, ours, &document.acceptance(export.revision), "onec", now)?;
    }
    Ok(())
}

/// A clerk says which document of ours is meant, or that it is new money.
///
/// # Errors
/// `Conflict` when the document is decided already or the choice does not fit.
pub fn decide(
    connection: &mut Connection,
    guid: &str,
    ours: Option<&DocumentId>,
    policy: &Policy,
    now: Instant,
) -> Result<()> {
    let Some(document) = lock(connection, guid, now)?.filter(|document| document.role == Role::Undecided) else {
        return Err(Error::conflict("onec_decided", "По этому документу уже решили"));
    };
    let shares = shares(connection, &document)?;
    lock_orders(connection, guid, &shares)?;
    let role = match ours {
        Some(ours) if candidates(connection, &document, &shares)?.contains(ours) => {
            cover_with(connection, &document, ours, now)?;
            Role::Covers
        }
        Some(_) => return Err(Error::conflict("onec_choice", "Эта оплата не подходит к документу")),
        None => take_as_own(connection, &document, &shares, policy, now)?,
    };
    alerts::close(connection, "onec_undecided", guid, now)?;
    diesel::update(onec_documents::table.filter(onec_documents::guid.eq(guid)))
        .set(onec_documents::role.eq(role))
        .execute(connection)?;
    Ok(())
}

/// Documents of ours that this one may be: same orders with the same sums, same kind and direction, without a 1C number,
/// covered by nothing.
///
/// # Errors
/// `Database` when a query fails.
pub fn candidates_of(connection: &mut Connection, document: &OnecDocument) -> Result<Vec<DocumentId>> {
    let shares = shares(connection, document)?;
    candidates(connection, document, &shares)
}

fn candidates(
    connection: &mut Connection,
    document: &OnecDocument,
    shares: &[(OrderId, Kopecks)],
) -> Result<Vec<DocumentId>> {
    let Some((order_id, _)) = shares.first() else { return Ok(Vec::new()) };
    let mut fitting = Vec::new();
    for ours in store::documents_of_order(connection, order_id)? {
        if !is_covered(connection, &ours.id)? && candidate_fits(connection, &ours.id, document, shares)? {
            fitting.push(ours.id);
        }
    }
    Ok(fitting)
}

fn candidate_fits(
    connection: &mut Connection,
    ours: &DocumentId,
    document: &OnecDocument,
    shares: &[(OrderId, Kopecks)],
) -> Result<bool> {
    let ours = store::document(connection, ours)?;
    let foreign = ours.onec_guid.is_some();
    let alike = same_group(ours.kind, document.kind) && ours.direction == document.direction;
    if foreign || !alike || ours.amount != document.amount {
        return Ok(false);
    }
    let numbered = exports::find(connection, &ours.id)?.is_some_and(|export| {
        export.onec_number.is_some() && export.onec_ref.as_deref() != Some(document.guid.as_str())
    });
    Ok(!numbered && bound_now(connection, &ours.id)? == shares)
}

/// 1C has one document for card and СБП («Операция по платежной карте»).
fn same_group(one: MoneyKind, other: MoneyKind) -> bool {
    let electronic = |kind| matches!(kind, MoneyKind::Card | MoneyKind::Sbp);
    one == other || (electronic(one) && electronic(other))
}

fn is_covered(connection: &mut Connection, ours: &DocumentId) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(onec_documents::table.filter(onec_documents::covers_id.eq(ours.as_str()))))
        .get_result(connection)?)
}

/// Our own money has come after 1C's document about it: the earlier document of 1C gives up its money and covers ours.
pub(in crate::domain::payments) fn cover_by_earlier(
    connection: &mut Connection,
    ours: &DocumentId,
    shares: &[(OrderId, Kopecks)],
    _policy: &Policy,
    now: Instant,
) -> Result<()> {
    let Some((order_id, _)) = shares.first() else { return Ok(()) };
    if store::document(connection, ours)?.onec_guid.is_some() {
        return Ok(());
    }
    let shares: &[(OrderId, Kopecks)] = &bound_now(connection, ours)?;
    let mut fitting = Vec::new();
    for earlier in store::documents_of_order(connection, order_id)? {
        let Some(guid) = earlier.onec_guid else { continue };
        let Some(document) = find(connection, &guid)?.filter(|document| document.role == Role::Own) else { continue };
        let stands = standing(connection, &document)?.as_deref() == Some(shares);
        if stands && candidate_fits(connection, ours, &document, shares)? {
            fitting.push(document);
        }
    }
    fitting.dedup_by(|one, other| one.guid == other.guid);
    match fitting.as_slice() {
        [] => Ok(()),
        [document] => {
            undo_own(connection, document, "onec_covers", now)?;
            diesel::update(onec_documents::table.filter(onec_documents::guid.eq(&document.guid)))
                .set(onec_documents::role.eq(Role::Covers))
                .execute(connection)?;
            cover_with(connection, document, ours, now)
        }
        several => {
            let numbers: Vec<&str> = several.iter().map(|document| document.number.as_str()).collect();
            let message = format!(
                "Пришла оплата, которая может быть уже внесена в 1С документами № {}. Проверьте, не учтена ли она дважды",
                numbers.join(", ")
            );
            tell(connection, "onec_maybe_double", ours.as_str(), shares, &message, now)
        }
    }
}
