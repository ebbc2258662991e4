//! `check --books`: derives everything anew from the facts and says what does not agree.

use diesel::prelude::*;

use super::balance;
use super::model::{Document, RefundState};
use crate::base::ids::{DocumentId, OrderId};
use crate::base::{Direction, Kopecks, MoneyKind, Result};
use crate::db::Connection;
use crate::db::schema::{
    allocations, attempts, exports, money_documents, onec_documents, order_balances, orders, refunds,
};
use crate::domain::exports::ExportState;
use crate::domain::orders::Order;
use crate::domain::payments::AttemptState;

/// How many rows are looked at in one query.
const PAGE: i64 = 500;

/// Looks through all books; every sentence names a thing and what is wrong with it. Empty: all is well.
///
/// # Errors
/// `Database` when a query fails.
pub fn check(connection: &mut Connection) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    check_orders(connection, &mut problems)?;
    check_documents(connection, &mut problems)?;
    check_attempts(connection, &mut problems)?;
    check_covers(connection, &mut problems)?;
    Ok(problems)
}

fn check_orders(connection: &mut Connection, problems: &mut Vec<String>) -> Result<()> {
    let mut after = String::new();
    loop {
        let page: Vec<Order> = orders::table
            .filter(orders::id.gt(&after))
            .order(orders::id)
            .limit(PAGE)
            .select(Order::as_select())
            .load(connection)?;
        let Some(last) = page.last() else { return Ok(()) };
        last.id.as_str().clone_into(&mut after);
        for order in &page {
            check_order(connection, order, problems)?;
        }
    }
}

fn check_order(connection: &mut Connection, order: &Order, problems: &mut Vec<String>) -> Result<()> {
    let derived = balance::derive(&balance::sums(connection, order)?);
    let kept: Option<balance::Balance> = order_balances::table
        .filter(order_balances::order_id.eq(&order.id))
        .select(balance::Balance::as_select())
        .first(connection)
        .optional()?;
    match kept {
        None => problems.push(format!("заказ {}: нет остатка", order.number)),
        Some(kept) if kept != derived => {
            problems.push(format!("заказ {}: остаток {kept:?}, а по документам {derived:?}", order.number));
        }
        Some(_) => {}
    }
    Ok(())
}

fn check_documents(connection: &mut Connection, problems: &mut Vec<String>) -> Result<()> {
    let mut after = String::new();
    loop {
        let page: Vec<Document> = money_documents::table
            .filter(money_documents::id.gt(&after))
            .order(money_documents::id)
            .limit(PAGE)
            .select(Document::as_select())
            .load(connection)?;
        let Some(last) = page.last() else { return Ok(()) };
        last.id.as_str().clone_into(&mut after);
        for document in &page {
            check_document(connection, document, problems)?;
        }
    }
}

fn check_document(connection: &mut Connection, document: &Document, problems: &mut Vec<String>) -> Result<()> {
    let rows: Vec<(OrderId, Kopecks)> = allocations::table
        .filter(allocations::document_id.eq(&document.id))
        .select((allocations::order_id, allocations::amount))
        .load(connection)?;
    let bound: Kopecks = rows.iter().map(|(_, amount)| *amount).sum();
    if bound > document.amount || bound < Kopecks::ZERO {
        problems.push(format!("документ {}: разнесено {bound} из {}", document.id, document.amount));
    }
    for (order_id, seller_fits) in sellers_of(connection, &rows, document)? {
        if !seller_fits {
            problems.push(format!("документ {}: заказ {order_id} другого продавца или режима", document.id));
        }
    }
    check_reserved(connection, document, &rows, problems)?;
    check_export(connection, document, problems)
}

fn sellers_of(
    connection: &mut Connection,
    rows: &[(OrderId, Kopecks)],
    document: &Document,
) -> Result<Vec<(OrderId, bool)>> {
    let ids: Vec<&OrderId> = rows.iter().map(|(id, _)| id).collect();
    let orders: Vec<Order> =
        orders::table.filter(orders::id.eq_any(ids)).select(Order::as_select()).load(connection)?;
    Ok(orders
        .into_iter()
        .map(|order| {
            let fits = order.seller_id == document.seller_id && order.mode == document.mode;
            (order.id, fits)
        })
        .collect())
}

/// What **we** set aside never exceeds what is there; what a provider gave back by itself is recorded whatever it is.
fn check_reserved(
    connection: &mut Connection,
    document: &Document,
    rows: &[(OrderId, Kopecks)],
    problems: &mut Vec<String>,
) -> Result<()> {
    let reserved: Vec<(OrderId, Kopecks, Option<String>, Option<String>)> = refunds::table
        .filter(refunds::document_id.eq(&document.id))
        .filter(refunds::state.eq_any(RefundState::RESERVING))
        .select((refunds::order_id, refunds::amount, refunds::request_id, refunds::message))
        .load(connection)?;
    let mut orders: Vec<&OrderId> = reserved.iter().map(|(order, ..)| order).collect();
    orders.sort();
    orders.dedup();
    for order in orders {
        let mine = || reserved.iter().filter(|(id, ..)| id == order);
        // Given back in the provider's cabinet, or after a refusal had freed what was set aside.
        let foreign = mine().any(|(_, _, request, message)| request.is_none() || message.is_some());
        let asked: Kopecks = mine().map(|(_, amount, ..)| *amount).sum();
        let there: Kopecks = rows.iter().filter(|(id, _)| id == order).map(|(_, amount)| *amount).sum();
        if asked > there && !foreign {
            problems.push(format!("документ {}: к возврату {asked}, а есть {there}", document.id));
        }
    }
    Ok(())
}

fn check_export(connection: &mut Connection, document: &Document, problems: &mut Vec<String>) -> Result<()> {
    let row: Option<(i64, i64, ExportState, bool)> = exports::table
        .filter(exports::document_id.eq(&document.id))
        .select((exports::revision, exports::accepted_revision, exports::state, exports::posted))
        .first(connection)
        .optional()?;
    let never = document.onec_guid.is_some() || document.staff_entry_id.is_some();
    let always = !never && matches!(document.kind, MoneyKind::Card | MoneyKind::Sbp);
    match row {
        Some(_) if never => problems.push(format!("документ {}: выгружается, хотя не должен", document.id)),
        Some((revision, accepted, ..)) if accepted > revision => {
            problems.push(format!("документ {}: принята редакция {accepted} из {revision}", document.id));
        }
        Some((revision, accepted, ExportState::Accepted, posted)) if accepted < revision || !posted => {
            problems.push(format!("документ {}: считается принятым, а 1С его в этом виде не приняла", document.id));
        }
        None if always && document.mode == crate::base::Mode::Live && lives_in_live_books(connection)? => {
            problems.push(format!("документ {}: нет строки выгрузки", document.id));
        }
        _ => {}
    }
    Ok(())
}

/// Live documents are exported wherever any document is exported at all; books of a test 1C export test money only.
fn lives_in_live_books(connection: &mut Connection) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(
        exports::table
            .inner_join(money_documents::table.on(money_documents::id.eq(exports::document_id)))
            .filter(money_documents::mode.eq(crate::base::Mode::Live)),
    ))
    .get_result(connection)?)
}

/// A succeeded attempt has its document; no other attempt has one.
fn check_attempts(connection: &mut Connection, problems: &mut Vec<String>) -> Result<()> {
    let without: Vec<String> = attempts::table
        .left_join(money_documents::table.on(money_documents::attempt_id.eq(attempts::id.nullable())))
        .filter(attempts::state.eq(AttemptState::Succeeded))
        .filter(money_documents::id.nullable().is_null())
        .select(attempts::id)
        .load(connection)?;
    problems.extend(without.into_iter().map(|id| format!("попытка {id}: оплачена, а денег нет")));
    let against: Vec<String> = attempts::table
        .inner_join(money_documents::table.on(money_documents::attempt_id.eq(attempts::id.nullable())))
        .filter(attempts::state.ne(AttemptState::Succeeded))
        .select(attempts::id)
        .load(connection)?;
    problems.extend(against.into_iter().map(|id| format!("попытка {id}: деньги есть, а состояние другое")));
    let undone: Vec<(String, RefundState)> = refunds::table
        .left_join(money_documents::table.on(money_documents::refund_id.eq(refunds::id.nullable())))
        .filter(refunds::state.eq(RefundState::Done))
        .filter(money_documents::id.nullable().is_null())
        .select((refunds::id, refunds::state))
        .load(connection)?;
    problems.extend(undone.into_iter().map(|(id, _)| format!("возврат {id}: выполнен, а документа нет")));
    Ok(())
}

/// No document of ours is covered twice, and 1C's own money does not stand beside what it covers.
fn check_covers(connection: &mut Connection, problems: &mut Vec<String>) -> Result<()> {
    let covers: Vec<(String, Option<String>)> = onec_documents::table
        .filter(onec_documents::covers_id.is_not_null())
        .select((onec_documents::guid, onec_documents::covers_id))
        .load(connection)?;
    let mut seen = std::collections::HashSet::new();
    for (guid, covered) in covers {
        if let Some(covered) = covered
            && !seen.insert(covered.clone())
        {
            problems.push(format!("документ {covered}: закрыт двумя документами 1С, второй — {guid}"));
        }
        let standing: Vec<Kopecks> = allocations::table
            .inner_join(money_documents::table.on(money_documents::id.eq(allocations::document_id)))
            .filter(money_documents::onec_guid.eq(&guid))
            .select(allocations::amount)
            .load(connection)?;
        if !standing.into_iter().sum::<Kopecks>().is_zero() {
            problems.push(format!("документ 1С {guid}: и закрывает нашу оплату, и сам считается деньгами"));
        }
    }
    Ok(())
}

/// The sum of money that came and of money that went, live only: for the closing line of the check.
///
/// # Errors
/// `Database` when a query fails.
pub fn totals(connection: &mut Connection) -> Result<(Kopecks, Kopecks, usize)> {
    let rows: Vec<(DocumentId, Direction, Kopecks)> = money_documents::table
        .filter(money_documents::mode.eq(crate::base::Mode::Live))
        .select((money_documents::id, money_documents::direction, money_documents::amount))
        .load(connection)?;
    let sum = |wanted: Direction| rows.iter().filter(|(_, direction, _)| *direction == wanted).map(|row| row.2).sum();
    Ok((sum(Direction::In), sum(Direction::Out), rows.len()))
}
