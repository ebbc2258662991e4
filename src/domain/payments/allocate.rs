//! Binding the rest of a document, moving its money to another order, undoing a binding. Each raises the document's
//! revision for 1C. Locks: the document first, then orders by id.

use super::model::{Allocation, Document, Policy};
use super::{attempts, balance, record, refunds, store};
use crate::base::ids::{AllocationId, DocumentId, OrderId};
use crate::base::{Direction, Error, Instant, Kopecks, Result};
use crate::db::Connection;
use crate::domain::{exports, journal, orders};
use diesel::prelude::*;

use crate::db::schema::allocations;

/// Binds a part of what a document has left to an order.
///
/// # Errors
/// `Invalid` when the document has less left; `Conflict` for another seller or mode, or for money that went out.
pub fn allocate(
    connection: &mut Connection,
    document_id: &DocumentId,
    order_id: &OrderId,
    amount: Kopecks,
    policy: &Policy,
    actor: &str,
    now: Instant,
) -> Result<AllocationId> {
    let document = store::lock_document(connection, document_id)?;
    let order = orders::store::lock(connection, order_id)?;
    record::refuse_strangers(&order, &document.seller_id, document.mode)?;
    refuse_unmovable(&document)?;
    let left = unbound(connection, &document)?;
    if !amount.is_positive() || amount > left {
        return Err(Error::invalid("amount", format!("У документа не разнесено {left}")));
    }
    let id = record::bind(connection, document_id, order_id, amount, "allocated", actor, now)?;
    changed(connection, document_id, std::slice::from_ref(order_id), "money_allocated", amount, policy, actor, now)?;
    Ok(id)
}

/// Moves money of a document from one order to another.
///
/// # Errors
/// `Invalid` when less is there that is not set aside for refunds; `Conflict` for another seller or mode.
#[allow(clippy::too_many_arguments, reason = "from, to and who, named one by one")]
pub fn move_money(
    connection: &mut Connection,
    document_id: &DocumentId,
    from: &OrderId,
    to: &OrderId,
    amount: Kopecks,
    policy: &Policy,
    actor: &str,
    now: Instant,
) -> Result<()> {
    let document = store::lock_document(connection, document_id)?;
    let mut ids = [from, to];
    ids.sort();
    for id in ids {
        let order = orders::store::lock(connection, id)?;
        record::refuse_strangers(&order, &document.seller_id, document.mode)?;
    }
    refuse_unmovable(&document)?;
    let free = refunds::free(connection, document_id, from)?;
    if from == to || !amount.is_positive() || amount > free {
        return Err(Error::invalid("amount", format!("По этому заказу можно перенести {free}")));
    }
    record::bind(connection, document_id, from, -amount, "moved", actor, now)?;
    record::bind(connection, document_id, to, amount, "moved", actor, now)?;
    changed(connection, document_id, &[from.clone(), to.clone()], "money_moved", amount, policy, actor, now)
}

/// Undoes one binding by its mirror.
///
/// # Errors
/// `Conflict` when it is undone already or when money of it is on its way back.
pub fn undo(
    connection: &mut Connection,
    allocation_id: &AllocationId,
    policy: &Policy,
    actor: &str,
    now: Instant,
) -> Result<()> {
    let known = store::allocation(connection, allocation_id)?;
    let document = store::lock_document(connection, &known.document_id)?;
    orders::store::lock(connection, &known.order_id)?;
    refuse_unmovable(&document)?;
    if !known.amount.is_positive() {
        return Err(Error::conflict("not_a_binding", "Отменить можно только разноску, а не перенос с заказа"));
    }
    if known.amount > refunds::free(connection, &known.document_id, &known.order_id)? {
        return Err(Error::conflict("money_reserved", "Эти деньги уже возвращаются или перенесены"));
    }
    mirror(connection, &known, "undone", actor, now)?;
    changed(
        connection,
        &known.document_id,
        std::slice::from_ref(&known.order_id),
        "money_unbound",
        known.amount,
        policy,
        actor,
        now,
    )
}

/// Takes back what is bound of a document now, order by order: what it told of is gone. Returns the touched orders, which
/// must be locked.
pub(super) fn undo_all(
    connection: &mut Connection,
    document_id: &DocumentId,
    reason: &str,
    now: Instant,
) -> Result<Vec<OrderId>> {
    let mut touched = Vec::new();
    for share in exports::shares(connection, document_id)? {
        record::bind(connection, document_id, &share.order_id, -share.amount, reason, "onec", now)?;
        touched.push(share.order_id);
    }
    Ok(touched)
}

fn is_undone(connection: &mut Connection, id: &AllocationId) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(allocations::table.filter(allocations::undoes_id.eq(id))))
        .get_result(connection)?)
}

fn mirror(connection: &mut Connection, row: &Allocation, reason: &str, actor: &str, now: Instant) -> Result<()> {
    if is_undone(connection, &row.id)? || row.undoes_id.is_some() {
        return Err(Error::conflict("already_undone", "Эта разноска уже отменена"));
    }
    diesel::insert_into(allocations::table)
        .values((
            allocations::id.eq(AllocationId::fresh()),
            allocations::document_id.eq(&row.document_id),
            allocations::order_id.eq(&row.order_id),
            allocations::amount.eq(-row.amount),
            allocations::reason.eq(reason),
            allocations::undoes_id.eq(&row.id),
            allocations::recorded_by.eq(actor),
            allocations::recorded_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// What of a document is bound to no order: the client's advance.
///
/// # Errors
/// `Database` when a query fails.
pub fn unbound(connection: &mut Connection, document: &Document) -> Result<Kopecks> {
    let rows = store::allocations_of_document(connection, &document.id)?;
    let bound: Kopecks = rows.iter().map(|row| row.amount).sum();
    Ok(document.amount - bound)
}

/// Money that went out stays where it was given back, and what 1C told is bound as 1C says: its document is changed there.
fn refuse_unmovable(document: &Document) -> Result<()> {
    if document.onec_guid.is_some() {
        return Err(Error::conflict("onec_owns", "Это документ 1С: исправьте его строки в 1С, портал учтёт изменение"));
    }
    match document.direction {
        Direction::In => Ok(()),
        Direction::Out => Err(Error::conflict("outgoing", "Возврат переносить нельзя")),
    }
}

#[allow(clippy::too_many_arguments, reason = "one change, named whole")]
fn changed(
    connection: &mut Connection,
    document_id: &DocumentId,
    order_ids: &[OrderId],
    action: &str,
    amount: Kopecks,
    policy: &Policy,
    actor: &str,
    now: Instant,
) -> Result<()> {
    if let Some(revision) = exports::raise(connection, document_id, now)? {
        record::push(connection, document_id, revision, policy, now)?;
    }
    for order_id in order_ids {
        balance::settle(connection, order_id, now)?;
        attempts::supersede_if_due_changed(connection, order_id, now)?;
        let details = serde_json::json!({ "document": document_id, "amount": amount });
        journal::about_order(connection, now, actor, order_id.as_str(), action, details)?;
    }
    Ok(())
}
