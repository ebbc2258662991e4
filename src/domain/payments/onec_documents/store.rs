//! Keeping and reading documents of 1C's own.

use chrono::NaiveDate;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::model::{Draft, OnecDocument, Role};
use super::own::own_documents;
use crate::base::ids::{DocumentId, OrderId};
use crate::base::{Direction, Error, Instant, Kopecks, MoneyKind, Result};
use crate::db::Connection;
use crate::db::schema::{exports as export_rows, money_documents, onec_document_rows, onec_documents};
use crate::domain::alerts::{self, NewAlert, Severity};
use crate::domain::exports::{self};
use crate::domain::orders::{self, Key, KeyKind};

pub(super) fn lock(connection: &mut Connection, guid: &str, now: Instant) -> Result<Option<OnecDocument>> {
    diesel::update(onec_documents::table.filter(onec_documents::guid.eq(guid)))
        .set(onec_documents::updated_at.eq(now))
        .execute(connection)?;
    find(connection, guid)
}

/// The document with this GUID, if 1C has told of it.
///
/// # Errors
/// `Database` when the query fails.
pub fn find(connection: &mut Connection, guid: &str) -> Result<Option<OnecDocument>> {
    Ok(onec_documents::table
        .filter(onec_documents::guid.eq(guid))
        .select(OnecDocument::as_select())
        .first(connection)
        .optional()?)
}

pub(super) fn content_hash(draft: &Draft) -> Result<String> {
    let whole = serde_json::json!([
        draft.kind,
        draft.direction,
        draft.number,
        draft.dated_on,
        draft.posted,
        draft.deleted,
        draft.amount,
        draft.account,
        draft.incoming_number,
        draft.payer_inn,
        draft.rows,
    ]);
    let text = serde_json::to_vec(&whole).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(hex::encode(Sha256::digest(text)))
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = onec_documents, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Content<'a> {
    kind: MoneyKind,
    direction: Direction,
    number: &'a str,
    dated_on: NaiveDate,
    posted: bool,
    deleted: bool,
    amount: Kopecks,
    account: Option<&'a str>,
    incoming_number: Option<&'a str>,
    payer_inn: Option<&'a str>,
    content_hash: &'a str,
    version: i64,
    updated_at: Instant,
}

fn content<'a>(draft: &'a Draft, content_hash: &'a str, version: i64, now: Instant) -> Content<'a> {
    Content {
        kind: draft.kind,
        direction: draft.direction,
        number: &draft.number,
        dated_on: draft.dated_on,
        posted: draft.posted,
        deleted: draft.deleted,
        amount: draft.amount,
        account: draft.account.as_deref(),
        incoming_number: draft.incoming_number.as_deref(),
        payer_inn: draft.payer_inn.as_deref(),
        content_hash,
        version,
        updated_at: now,
    }
}

pub(super) fn insert(connection: &mut Connection, draft: &Draft, hash: &str, now: Instant) -> Result<()> {
    diesel::insert_into(onec_documents::table)
        .values((
            onec_documents::guid.eq(&draft.guid),
            onec_documents::role.eq(Role::Void),
            content(draft, hash, 1, now),
        ))
        .execute(connection)?;
    insert_rows(connection, draft, 1)
}

pub(super) fn update(connection: &mut Connection, draft: &Draft, hash: &str, version: i64, now: Instant) -> Result<()> {
    diesel::update(onec_documents::table.filter(onec_documents::guid.eq(&draft.guid)))
        .set(content(draft, hash, version, now))
        .execute(connection)?;
    insert_rows(connection, draft, version)
}

fn insert_rows(connection: &mut Connection, draft: &Draft, version: i64) -> Result<()> {
    for (line, (order_key, amount)) in (1i64..).zip(&draft.rows) {
        diesel::insert_into(onec_document_rows::table)
            .values((
                onec_document_rows::guid.eq(&draft.guid),
                onec_document_rows::version.eq(version),
                onec_document_rows::line.eq(line),
                onec_document_rows::order_key.eq(order_key),
                onec_document_rows::order_id.eq(find_order(connection, order_key)?),
                onec_document_rows::amount.eq(*amount),
            ))
            .execute(connection)?;
    }
    Ok(())
}

fn find_order(connection: &mut Connection, order_key: &str) -> Result<Option<OrderId>> {
    orders::store::find_by_key(connection, &Key::of(KeyKind::OnecGuid, order_key))
}

pub(super) fn kept_rows(connection: &mut Connection, document: &OnecDocument) -> Result<Vec<(String, Kopecks)>> {
    Ok(onec_document_rows::table
        .filter(onec_document_rows::guid.eq(&document.guid))
        .filter(onec_document_rows::version.eq(document.version))
        .order(onec_document_rows::line)
        .select((onec_document_rows::order_key, onec_document_rows::amount))
        .load(connection)?)
}

/// The document's rows that speak of our orders, one per order, positive sums.
pub(super) fn shares(connection: &mut Connection, document: &OnecDocument) -> Result<Vec<(OrderId, Kopecks)>> {
    let rows = kept_rows(connection, document)?;
    let mut shares: std::collections::BTreeMap<OrderId, Kopecks> = std::collections::BTreeMap::new();
    for (order_key, amount) in rows {
        if let Some(order_id) = find_order(connection, &order_key)? {
            *shares.entry(order_id).or_default() += amount;
        }
    }
    Ok(shares.into_iter().filter(|(_, amount)| amount.is_positive()).collect())
}

/// Locks the orders that a document of 1C speaks of and those that its money stands on, by id. Money of 1C's own needs no
/// lock of its document: nobody moves it but who holds these.
pub(super) fn lock_orders(connection: &mut Connection, guid: &str, shares: &[(OrderId, Kopecks)]) -> Result<()> {
    let mut ids: Vec<OrderId> = shares.iter().map(|(id, _)| id.clone()).collect();
    for own in own_documents(connection, guid)? {
        ids.extend(bound_now(connection, &own)?.into_iter().map(|(id, _)| id));
    }
    ids.sort();
    ids.dedup();
    for id in &ids {
        orders::store::lock(connection, id)?;
    }
    Ok(())
}

/// How a document is bound now, by order.
pub(super) fn bound_now(connection: &mut Connection, id: &DocumentId) -> Result<Vec<(OrderId, Kopecks)>> {
    Ok(exports::shares(connection, id)?.into_iter().map(|share| (share.order_id, share.amount)).collect())
}

pub(super) fn set_cover(connection: &mut Connection, guid: &str, covered: Option<&DocumentId>) -> Result<()> {
    diesel::update(onec_documents::table.filter(onec_documents::guid.eq(guid)))
        .set(onec_documents::covers_id.eq(covered.map(DocumentId::as_str)))
        .execute(connection)?;
    Ok(())
}

pub(super) fn tell(
    connection: &mut Connection,
    kind: &str,
    subject: &str,
    shares: &[(OrderId, Kopecks)],
    message: &str,
    now: Instant,
) -> Result<()> {
    let order_id = shares.first().map(|(id, _)| id.as_str());
    alerts::open(connection, &NewAlert { kind, subject, severity: Severity::Warning, message, order_id }, now)
}

/// Documents of 1C's own that wait for a clerk.
///
/// # Errors
/// `Database` when the query fails.
pub fn list_undecided(connection: &mut Connection, limit: i64) -> Result<Vec<OnecDocument>> {
    Ok(onec_documents::table
        .filter(onec_documents::role.eq(Role::Undecided))
        .order(onec_documents::updated_at)
        .limit(limit)
        .select(OnecDocument::as_select())
        .load(connection)?)
}

/// The number under which 1C has a document of ours: by its own answer or by a document of 1C's own that covers it.
///
/// # Errors
/// `Database` when a query fails.
pub fn number_of(connection: &mut Connection, id: &DocumentId) -> Result<Option<String>> {
    let exported: Option<Option<String>> = export_rows::table
        .filter(export_rows::document_id.eq(id))
        .filter(export_rows::posted.eq(true))
        .select(export_rows::onec_number)
        .first(connection)
        .optional()?;
    if let Some(number) = exported.flatten() {
        return Ok(Some(number));
    }
    Ok(onec_documents::table
        .left_join(money_documents::table.on(money_documents::onec_guid.eq(onec_documents::guid.nullable())))
        .filter(onec_documents::covers_id.eq(id.as_str()).or(money_documents::id.eq(id).assume_not_null()))
        .select(onec_documents::number)
        .first(connection)
        .optional()?)
}
