//! Reading money.

use diesel::prelude::*;

use super::model::{Allocation, Attempt, AttemptState, Document, Refund, RefundRequest};
use crate::base::ids::{AllocationId, AttemptId, DocumentId, OrderId, RefundId, RefundRequestId};
use crate::base::{Error, Instant, Kopecks, Result};
use crate::db::Connection;
use crate::db::schema::{allocations, attempts, document_locks, money_documents, refund_requests, refunds};

/// The attempt with this id.
///
/// # Errors
/// `NotFound` when there is none.
pub fn attempt(connection: &mut Connection, id: &AttemptId) -> Result<Attempt> {
    let row = attempts::table.filter(attempts::id.eq(id)).select(Attempt::as_select()).first(connection).optional()?;
    row.ok_or_else(|| Error::not_found("Такой попытки оплаты нет"))
}

/// The attempt that a provider knows under its own id.
///
/// # Errors
/// `Database` when the query fails.
pub fn find_attempt_by_ref(connection: &mut Connection, account: &str, provider_ref: &str) -> Result<Option<Attempt>> {
    Ok(attempts::table
        .filter(attempts::account.eq(account))
        .filter(attempts::provider_ref.eq(provider_ref))
        .select(Attempt::as_select())
        .first(connection)
        .optional()?)
}

/// The order's live attempt.
///
/// # Errors
/// `Database` when the query fails.
pub fn find_live_attempt(connection: &mut Connection, order_id: &OrderId) -> Result<Option<Attempt>> {
    Ok(attempts::table
        .filter(attempts::order_id.eq(order_id))
        .filter(attempts::state.eq_any(AttemptState::LIVE))
        .select(Attempt::as_select())
        .first(connection)
        .optional()?)
}

/// The order's attempts, newest first.
///
/// # Errors
/// `Database` when the query fails.
pub fn list_attempts(connection: &mut Connection, order_id: &OrderId, limit: i64) -> Result<Vec<Attempt>> {
    Ok(attempts::table
        .filter(attempts::order_id.eq(order_id))
        .order((attempts::created_at.desc(), attempts::id.desc()))
        .limit(limit)
        .select(Attempt::as_select())
        .load(connection)?)
}

/// Attempts that are to be asked about by now, the most overdue first.
///
/// # Errors
/// `Database` when the query fails.
pub fn list_attempts_to_check(connection: &mut Connection, now: Instant, limit: i64) -> Result<Vec<Attempt>> {
    Ok(attempts::table
        .filter(attempts::next_check_at.le(now))
        .order(attempts::next_check_at)
        .limit(limit)
        .select(Attempt::as_select())
        .load(connection)?)
}

/// The document with this id.
///
/// # Errors
/// `NotFound` when there is none.
pub fn document(connection: &mut Connection, id: &DocumentId) -> Result<Document> {
    find_document(connection, id)?.ok_or_else(|| Error::not_found("Такого денежного документа нет"))
}

/// The document with this id, if there is one.
///
/// # Errors
/// `Database` when the query fails.
pub fn find_document(connection: &mut Connection, id: &DocumentId) -> Result<Option<Document>> {
    Ok(money_documents::table
        .filter(money_documents::id.eq(id))
        .select(Document::as_select())
        .first(connection)
        .optional()?)
}

/// Locks a document for the rest of the transaction: its money may be moved or given back only under this lock.
///
/// # Errors
/// `NotFound` when there is none.
pub fn lock_document(connection: &mut Connection, id: &DocumentId) -> Result<Document> {
    diesel::update(document_locks::table.filter(document_locks::document_id.eq(id)))
        .set(document_locks::version.eq(document_locks::version + 1))
        .execute(connection)?;
    document(connection, id)
}

/// Documents that are or were bound to the order, oldest first.
///
/// # Errors
/// `Database` when a query fails.
pub fn documents_of_order(connection: &mut Connection, order_id: &OrderId) -> Result<Vec<Document>> {
    let ids: Vec<DocumentId> = allocations::table
        .filter(allocations::order_id.eq(order_id))
        .select(allocations::document_id)
        .distinct()
        .load(connection)?;
    Ok(money_documents::table
        .filter(money_documents::id.eq_any(ids))
        .order((money_documents::received_at, money_documents::id))
        .select(Document::as_select())
        .load(connection)?)
}

/// Rows that bind a document, oldest first.
///
/// # Errors
/// `Database` when the query fails.
pub fn allocations_of_document(connection: &mut Connection, id: &DocumentId) -> Result<Vec<Allocation>> {
    Ok(allocations::table
        .filter(allocations::document_id.eq(id))
        .order(allocations::id)
        .select(Allocation::as_select())
        .load(connection)?)
}

/// One row that binds.
///
/// # Errors
/// `NotFound` when there is none.
pub fn allocation(connection: &mut Connection, id: &AllocationId) -> Result<Allocation> {
    let row = allocations::table
        .filter(allocations::id.eq(id))
        .select(Allocation::as_select())
        .first(connection)
        .optional()?;
    row.ok_or_else(|| Error::not_found("Такой разноски нет"))
}

/// What of a document is bound to an order now.
///
/// # Errors
/// `Database` when the query fails.
pub fn bound(connection: &mut Connection, document_id: &DocumentId, order_id: &OrderId) -> Result<Kopecks> {
    let rows: Vec<Kopecks> = allocations::table
        .filter(allocations::document_id.eq(document_id))
        .filter(allocations::order_id.eq(order_id))
        .select(allocations::amount)
        .load(connection)?;
    Ok(rows.into_iter().sum())
}

/// The order's refunds, oldest first.
///
/// # Errors
/// `Database` when the query fails.
pub fn refunds_of_order(connection: &mut Connection, order_id: &OrderId) -> Result<Vec<Refund>> {
    Ok(refunds::table
        .filter(refunds::order_id.eq(order_id))
        .order(refunds::id)
        .select(Refund::as_select())
        .load(connection)?)
}

/// The refund with this id.
///
/// # Errors
/// `NotFound` when there is none.
pub fn refund(connection: &mut Connection, id: &RefundId) -> Result<Refund> {
    let row = refunds::table.filter(refunds::id.eq(id)).select(Refund::as_select()).first(connection).optional()?;
    row.ok_or_else(|| Error::not_found("Такого возврата нет"))
}

/// The refund that a provider knows under its own id.
///
/// # Errors
/// `Database` when the query fails.
pub fn find_refund_by_ref(connection: &mut Connection, account: &str, provider_ref: &str) -> Result<Option<Refund>> {
    Ok(refunds::table
        .filter(refunds::account.eq(account))
        .filter(refunds::provider_ref.eq(provider_ref))
        .select(Refund::as_select())
        .first(connection)
        .optional()?)
}

/// Refunds that are to be asked about by now.
///
/// # Errors
/// `Database` when the query fails.
pub fn list_refunds_to_check(connection: &mut Connection, now: Instant, limit: i64) -> Result<Vec<Refund>> {
    Ok(refunds::table
        .filter(refunds::next_check_at.le(now))
        .order(refunds::next_check_at)
        .limit(limit)
        .select(Refund::as_select())
        .load(connection)?)
}

/// The request with this id.
///
/// # Errors
/// `NotFound` when there is none.
pub fn request(connection: &mut Connection, id: &RefundRequestId) -> Result<RefundRequest> {
    let row = refund_requests::table
        .filter(refund_requests::id.eq(id))
        .select(RefundRequest::as_select())
        .first(connection)
        .optional()?;
    row.ok_or_else(|| Error::not_found("Такой просьбы о возврате нет"))
}

/// The order's requests, newest first.
///
/// # Errors
/// `Database` when the query fails.
pub fn requests_of_order(connection: &mut Connection, order_id: &OrderId) -> Result<Vec<RefundRequest>> {
    Ok(refund_requests::table
        .filter(refund_requests::order_id.eq(order_id))
        .order(refund_requests::id.desc())
        .select(RefundRequest::as_select())
        .load(connection)?)
}
