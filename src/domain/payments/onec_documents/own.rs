//! (c) New money: one document of ours for each version of what 1C says.

use diesel::prelude::*;

use super::model::{OnecDocument, Role};
use super::store::bound_now;
use crate::base::ids::{DocumentId, OrderId};
use crate::base::{Instant, Kopecks, Result};
use crate::db::Connection;
use crate::db::schema::money_documents;
use crate::domain::alerts::{self};
use crate::domain::exports::{self};
use crate::domain::orders::{self};
use crate::domain::payments::{MoneySource, NewDocument, Policy, allocate, attempts, balance, record, store};

/// (c) New money: one document of ours a version of its sum, bound as 1C says.
pub(super) fn take_as_own(
    connection: &mut Connection,
    document: &OnecDocument,
    shares: &[(OrderId, Kopecks)],
    policy: &Policy,
    now: Instant,
) -> Result<Role> {
    let standing = standing(connection, document)?;
    if standing.as_deref() == Some(shares) {
        return Ok(Role::Own);
    }
    let touched = undo_own(connection, document, "onec_changed", now)?;
    let Some((first, _)) = shares.first() else {
        see_to_attempts(connection, &touched, now)?;
        return Ok(Role::Void);
    };
    let order = orders::store::get(connection, first)?;
    let bound: Kopecks = shares.iter().map(|(_, amount)| *amount).sum();
    let money = NewDocument {
        direction: document.direction,
        kind: document.kind,
        amount: document.amount.max(bound),
        seller_id: order.seller_id,
        mode: order.mode,
        received_at: policy.zone.to_utc(document.dated_on.and_time(chrono::NaiveTime::MIN)),
        fee: None,
        source: MoneySource::Onec { guid: document.guid.clone(), version: next_version(connection, document)? },
    };
    record::record(connection, &money, shares, policy, "onec", now)?;
    see_to_attempts(connection, &touched, now)?;
    alerts::close(connection, "onec_void", &document.guid, now)?;
    Ok(Role::Own)
}

/// A version that has no money yet: a document posted again after an undoing is new money under the same content.
fn next_version(connection: &mut Connection, document: &OnecDocument) -> Result<i64> {
    let used: Option<i64> = money_documents::table
        .filter(money_documents::onec_guid.eq(&document.guid))
        .order(money_documents::onec_version.desc())
        .select(money_documents::onec_version)
        .first(connection)
        .optional()?
        .flatten();
    Ok(used.unwrap_or(0) + 1)
}

pub(super) fn own_documents(connection: &mut Connection, guid: &str) -> Result<Vec<DocumentId>> {
    let all: Vec<DocumentId> = money_documents::table
        .filter(money_documents::onec_guid.eq(guid))
        .order(money_documents::id)
        .select(money_documents::id)
        .load(connection)?;
    let mut standing = Vec::new();
    for id in all {
        if !exports::shares(connection, &id)?.is_empty() {
            standing.push(id);
        }
    }
    Ok(standing)
}

/// How the document's money is bound now; nothing when its sum changed or nothing stands.
pub(super) fn standing(
    connection: &mut Connection,
    document: &OnecDocument,
) -> Result<Option<Vec<(OrderId, Kopecks)>>> {
    let own = own_documents(connection, &document.guid)?;
    let [one] = own.as_slice() else { return Ok(None) };
    let shares = bound_now(connection, one)?;
    let bound: Kopecks = shares.iter().map(|(_, amount)| *amount).sum();
    let same_sum = store::document(connection, one)?.amount == document.amount.max(bound);
    Ok(same_sum.then_some(shares))
}

/// Takes back the money that 1C's document has made here; its orders are locked. Returns them.
pub(super) fn undo_own(
    connection: &mut Connection,
    document: &OnecDocument,
    reason: &str,
    now: Instant,
) -> Result<Vec<OrderId>> {
    let mut touched = Vec::new();
    for id in own_documents(connection, &document.guid)? {
        touched.extend(allocate::undo_all(connection, &id, reason, now)?);
    }
    touched.sort();
    touched.dedup();
    for order_id in &touched {
        balance::settle(connection, order_id, now)?;
    }
    Ok(touched)
}

/// What is due has changed: attempts over other sums are no longer offered.
pub(super) fn see_to_attempts(connection: &mut Connection, order_ids: &[OrderId], now: Instant) -> Result<()> {
    for order_id in order_ids {
        attempts::supersede_if_due_changed(connection, order_id, now)?;
    }
    Ok(())
}
