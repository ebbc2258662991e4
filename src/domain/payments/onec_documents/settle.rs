//! Bringing our side to what 1C says of a document now.

use diesel::prelude::*;

use super::cover::{cover, release_cover};
use super::model::{Draft, OnecDocument, Role};
use super::own::{see_to_attempts, take_as_own, undo_own};
use super::store::{bound_now, content_hash, find, insert, kept_rows, lock, lock_orders, shares, tell, update};
use crate::base::ids::{DocumentId, OrderId};
use crate::base::{Error, Instant, Kopecks, Result};
use crate::db::Connection;
use crate::db::schema::{onec_document_rows, onec_documents};
use crate::domain::alerts::{self};
use crate::domain::exports::{self};
use crate::domain::orders::{self, KeyKind};
use crate::domain::payments::{Document, Policy, store};

/// Takes in a document of 1C's own; the same again changes nothing. Returns what it is to us.
///
/// # Errors
/// `Conflict` when the GUID is ours but tells of another direction.
pub fn receive(connection: &mut Connection, draft: &Draft, policy: &Policy, now: Instant) -> Result<Role> {
    let hash = content_hash(draft)?;
    let same_money = match lock(connection, &draft.guid, now)? {
        Some(known) if known.content_hash == hash => true,
        Some(known) => {
            let same = tells_same_money(connection, &known, draft)?;
            update(connection, draft, &hash, known.version + 1, now)?;
            same
        }
        None => {
            insert(connection, draft, &hash, now)?;
            false
        }
    };
    settle(connection, &draft.guid, same_money, policy, now)
}

/// Whether a new picture differs only in what is not money: number, date, marks.
fn tells_same_money(connection: &mut Connection, known: &OnecDocument, draft: &Draft) -> Result<bool> {
    let alike = (known.kind, known.direction, known.amount) == (draft.kind, draft.direction, draft.amount);
    Ok(alike && kept_rows(connection, known)? == draft.rows)
}

/// A new or renamed order: documents of 1C that came before it find it now.
///
/// # Errors
/// `Database` when a query fails.
pub fn order_arrived(connection: &mut Connection, order_id: &OrderId, policy: &Policy, now: Instant) -> Result<()> {
    let Some(guid) = orders::store::find_key(connection, order_id, KeyKind::OnecGuid)? else { return Ok(()) };
    let waiting: Vec<String> = onec_document_rows::table
        .filter(onec_document_rows::order_key.eq(guid))
        .select(onec_document_rows::guid)
        .distinct()
        .load(connection)?;
    for guid in waiting {
        lock(connection, &guid, now)?;
        settle(connection, &guid, true, policy, now)?;
    }
    Ok(())
}

/// Brings our side to what 1C says of the document now. `same_money`: since the last time only other things changed.
pub(super) fn settle(
    connection: &mut Connection,
    guid: &str,
    same_money: bool,
    policy: &Policy,
    now: Instant,
) -> Result<Role> {
    let Some(document) = find(connection, guid)? else {
        return Err(Error::not_found("Такого документа 1С нет"));
    };
    let shares = shares(connection, &document)?;
    lock_orders(connection, guid, &shares)?;
    for (order_id, _) in &shares {
        orders::words::add_paper(connection, order_id, &document.number)?;
    }
    let id = DocumentId::parse(guid)?;
    let role = if let Some(ours) = store::find_document(connection, &id)? {
        confirm(connection, &document, &ours, &shares, now)?
    } else if !document.counts() {
        withdraw(connection, &document, now)?
    } else if let Some(role) = cover(connection, &document, &shares, same_money, now)? {
        role
    } else {
        take_as_own(connection, &document, &shares, policy, now)?
    };
    if role != Role::Undecided {
        alerts::close(connection, "onec_undecided", guid, now)?;
    }
    diesel::update(onec_documents::table.filter(onec_documents::guid.eq(guid)))
        .set(onec_documents::role.eq(role))
        .execute(connection)?;
    Ok(role)
}

/// (a) The GUID is ours: 1C shows how our own document stands there.
fn confirm(
    connection: &mut Connection,
    document: &OnecDocument,
    ours: &Document,
    shares: &[(OrderId, Kopecks)],
    now: Instant,
) -> Result<Role> {
    if ours.direction != document.direction {
        return Err(Error::conflict("direction", format!("Документ {} у нас другого направления", document.guid)));
    }
    let Some(export) = exports::find(connection, &ours.id)? else { return Ok(Role::Confirms) };
    if !document.counts() {
        let what = if document.deleted { "помечен на удаление" } else { "не проведён" };
        let reason = format!("Документ 1С № {} {what}. Проведите его или разберитесь с оплатой", document.number);
        exports::withdraw(connection, &ours.id, &reason, now)?;
        return Ok(Role::Confirms);
    }
    if ours.amount == document.amount && bound_now(connection, &ours.id)? == shares {
        exports::accept(connection, &ours.id, &document.acceptance(export.revision), "onec", now)?;
        alerts::close(connection, "onec_differs", &document.guid, now)?;
    } else {
        let message = format!(
            "Документ 1С № {} изменён в 1С: сумма {} или заказы не те, что в портале ({})",
            document.number, document.amount, ours.amount
        );
        tell(connection, "onec_differs", &document.guid, shares, &message, now)?;
    }
    Ok(Role::Confirms)
}

/// Unposted, deleted: whatever it did is taken back.
fn withdraw(connection: &mut Connection, document: &OnecDocument, now: Instant) -> Result<Role> {
    release_cover(connection, document, now)?;
    let touched = undo_own(connection, document, "onec_unposted", now)?;
    see_to_attempts(connection, &touched, now)?;
    if !touched.is_empty() {
        let message = format!(
            "Документ 1С № {} на {} больше не проведён: оплата снята с заказа",
            document.number, document.amount
        );
        let touched: Vec<(OrderId, Kopecks)> = touched.into_iter().map(|id| (id, Kopecks::ZERO)).collect();
        tell(connection, "onec_void", &document.guid, &touched, &message, now)?;
    }
    Ok(Role::Void)
}
