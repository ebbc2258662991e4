//! Taking in an order: registering it or revising it from a whole picture, by any of its names.

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::model::{Draft, Key, KeyKind, Line, Order, OrderState};
use super::{store, words};
use crate::base::ids::{OrderId, SellerId};
use crate::base::{Error, Instant, Kopecks, Result};
use crate::db::Connection;
use crate::db::schema::{order_keys, order_lines, orders};
use crate::domain::alerts::{self, NewAlert, Severity};
use crate::domain::journal;

/// What the intake did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A new order.
    Created,
    /// A known order with new content.
    Revised,
    /// Nothing new.
    Unchanged,
}

/// The order after the intake; it is locked for the rest of the transaction.
#[derive(Debug, Clone)]
pub struct Intake {
    /// The order as it is now.
    pub order: Order,
    /// What was done.
    pub outcome: Outcome,
}

/// Registers or revises an order. The caller recomputes the balance and sees to attempts in flight.
///
/// # Errors
/// `Conflict` when the names lead to two orders (an alert names them; open it by [`alert_key_conflict`]); `Invalid`
/// for an unknown seller.
pub fn receive(connection: &mut Connection, draft: &Draft, actor: &str, now: Instant) -> Result<Intake> {
    let seller = store::seller_of(connection, draft.seller_inn.as_deref())?;
    if let Some(shop) = &draft.store {
        store::save_store(connection, shop)?;
    }
    let hash = content_hash(draft, &seller.id)?;
    let intake = match owner_of(connection, &draft.keys)? {
        Some(id) => revise(connection, &id, draft, &seller.id, &hash, actor, now)?,
        None => register(connection, draft, &seller.id, &hash, actor, now)?,
    };
    add_keys(connection, &intake.order.id, &draft.keys)?;
    if intake.outcome != Outcome::Unchanged {
        words::rewrite(connection, &intake.order)?;
    }
    Ok(intake)
}

/// Tells people that names of one document lead to two orders. In a transaction of its own: the refused one is undone.
///
/// # Errors
/// `Database` when a query fails.
pub fn alert_key_conflict(connection: &mut Connection, number: &str, message: &str, now: Instant) -> Result<()> {
    let alert = NewAlert { kind: "order_keys", subject: number, severity: Severity::Warning, message, order_id: None };
    alerts::open(connection, &alert, now)
}

fn owner_of(connection: &mut Connection, keys: &[Key]) -> Result<Option<OrderId>> {
    let mut owner: Option<OrderId> = None;
    for key in keys {
        let Some(found) = store::find_by_key(connection, key)? else { continue };
        match &owner {
            Some(first) if *first != found => {
                let message =
                    format!("Номера одного документа ведут к разным заказам: {first} и {found} ({})", key.value);
                return Err(Error::conflict("order_keys_conflict", message));
            }
            _ => owner = Some(found),
        }
    }
    if let Some(owner) = &owner {
        refuse_other_guid(connection, owner, keys)?;
    }
    Ok(owner)
}

/// An order has one GUID in 1C: a known number under another GUID is another document, not a new picture of this one.
fn refuse_other_guid(connection: &mut Connection, owner: &OrderId, keys: &[Key]) -> Result<()> {
    let Some(told) = keys.iter().find(|key| key.kind == KeyKind::OnecGuid) else { return Ok(()) };
    match store::find_key(connection, owner, KeyKind::OnecGuid)? {
        Some(known) if known != told.value => {
            let message = format!("Номер занят другим заказом: в 1С у него GUID {known}, а пришёл {}", told.value);
            Err(Error::conflict("order_keys_conflict", message))
        }
        _ => Ok(()),
    }
}

fn add_keys(connection: &mut Connection, id: &OrderId, keys: &[Key]) -> Result<()> {
    for key in keys {
        if store::find_by_key(connection, key)?.is_none() {
            diesel::insert_into(order_keys::table)
                .values((
                    order_keys::kind.eq(key.kind),
                    order_keys::value.eq(&key.value),
                    order_keys::year.eq(key.year),
                    order_keys::order_id.eq(id),
                ))
                .execute(connection)?;
        }
    }
    Ok(())
}

fn register(
    connection: &mut Connection,
    draft: &Draft,
    seller: &SellerId,
    hash: &str,
    actor: &str,
    now: Instant,
) -> Result<Intake> {
    let id = OrderId::fresh();
    diesel::insert_into(orders::table)
        .values((
            orders::id.eq(&id),
            orders::source.eq(draft.source),
            orders::mode.eq(draft.mode),
            orders::revision.eq(1),
            orders::version.eq(1),
            orders::created_at.eq(now),
            content(draft, seller, hash, now),
        ))
        .execute(connection)?;
    add_lines(connection, &id, 1, &draft.lines)?;
    let details = serde_json::json!({ "total": draft.total, "state": draft.state });
    journal::about_order(connection, now, actor, id.as_str(), "order_received", details)?;
    Ok(Intake { order: store::get(connection, &id)?, outcome: Outcome::Created })
}

fn revise(
    connection: &mut Connection,
    id: &OrderId,
    draft: &Draft,
    seller: &SellerId,
    hash: &str,
    actor: &str,
    now: Instant,
) -> Result<Intake> {
    let known = store::lock(connection, id)?;
    if known.content_hash == hash {
        return Ok(Intake { order: known, outcome: Outcome::Unchanged });
    }
    refuse_foreign(&known, draft, seller)?;
    let revision = known.revision + 1;
    let changed_from = if draft.total == known.total { known.changed_from } else { Some(known.total) };
    let raised = draft.total > known.total || (known.state == OrderState::Cancelled && draft.state == OrderState::Open);
    diesel::update(orders::table.filter(orders::id.eq(id)))
        .set((
            orders::revision.eq(revision),
            orders::changed_from.eq(changed_from),
            orders::reopened.eq(known.reopened || raised),
            content(draft, seller, hash, now),
        ))
        .execute(connection)?;
    add_lines(connection, id, revision, &draft.lines)?;
    let details = serde_json::json!({
        "revision": revision, "from": known.total, "total": draft.total, "state_from": known.state, "state": draft.state,
    });
    journal::about_order(connection, now, actor, id.as_str(), revision_action(&known, draft), details)?;
    Ok(Intake { order: store::get(connection, id)?, outcome: Outcome::Revised })
}

fn revision_action(known: &Order, draft: &Draft) -> &'static str {
    match (known.state, draft.state) {
        (OrderState::Open | OrderState::Closed, OrderState::Cancelled) => "order_cancelled",
        (OrderState::Cancelled, OrderState::Open | OrderState::Closed) => "order_restored",
        (OrderState::Open, OrderState::Closed) => "order_closed",
        _ => "order_revised",
    }
}

/// Money of a test order never becomes live, and a paid order does not change its legal entity under the money.
fn refuse_foreign(known: &Order, draft: &Draft, seller: &SellerId) -> Result<()> {
    if known.mode != draft.mode {
        let message = format!("Заказ {} заведён как {}, а пришёл как {}", known.number, known.mode, draft.mode);
        return Err(Error::conflict("order_mode", message));
    }
    if known.seller_id != *seller {
        let message = format!("Заказ {} уже заведён на другое юридическое лицо", known.number);
        return Err(Error::conflict("order_seller", message));
    }
    Ok(())
}

/// The columns that a draft fills.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = orders, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Content<'a> {
    number: &'a str,
    ordered_on: chrono::NaiveDate,
    state: OrderState,
    content_hash: &'a str,
    seller_id: &'a SellerId,
    store_code: Option<&'a str>,
    manager_key: Option<&'a str>,
    buyer_kind: super::BuyerKind,
    buyer_name: &'a str,
    buyer_inn: Option<&'a str>,
    buyer_kpp: Option<&'a str>,
    buyer_phone: Option<&'a str>,
    buyer_email: Option<&'a str>,
    delivery: super::Delivery,
    currency: &'a str,
    total: Kopecks,
    vat_total: Kopecks,
    lines_differ: bool,
    allow_parts: bool,
    pay_until: Option<Instant>,
    deferred_until: Option<chrono::NaiveDate>,
    updated_at: Instant,
}

fn content<'a>(draft: &'a Draft, seller_id: &'a SellerId, content_hash: &'a str, now: Instant) -> Content<'a> {
    let buyer = &draft.buyer;
    let lines_sum: Kopecks = draft.lines.iter().map(|line| line.amount).sum();
    Content {
        number: &draft.number,
        ordered_on: draft.ordered_on,
        state: draft.state,
        content_hash,
        seller_id,
        store_code: draft.store.as_ref().map(|store| store.code.as_str()),
        manager_key: draft.manager_key.as_deref(),
        buyer_kind: buyer.kind,
        buyer_name: &buyer.name,
        buyer_inn: buyer.inn.as_deref(),
        buyer_kpp: buyer.kpp.as_deref(),
        buyer_phone: buyer.phone.as_deref(),
        buyer_email: buyer.email.as_deref(),
        delivery: draft.delivery,
        currency: &draft.currency,
        total: draft.total,
        vat_total: draft.lines.iter().map(|line| line.vat_amount).sum(),
        lines_differ: lines_sum != draft.total,
        allow_parts: draft.allow_parts,
        pay_until: draft.pay_until,
        deferred_until: draft.deferred_until,
        updated_at: now,
    }
}

fn add_lines(connection: &mut Connection, id: &OrderId, revision: i64, lines: &[Line]) -> Result<()> {
    for (number, line) in (1i64..).zip(lines) {
        diesel::insert_into(order_lines::table)
            .values((
                order_lines::order_id.eq(id),
                order_lines::revision.eq(revision),
                order_lines::line.eq(number),
                order_lines::name.eq(&line.name),
                order_lines::article.eq(&line.article),
                order_lines::unit.eq(&line.unit),
                order_lines::quantity.eq(line.quantity),
                order_lines::price.eq(line.price),
                order_lines::amount.eq(line.amount),
                order_lines::vat_rate.eq(line.vat_rate),
                order_lines::vat_amount.eq(line.vat_amount),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// What makes two pictures of an order the same: everything a customer or a rule can see.
fn content_hash(draft: &Draft, seller: &SellerId) -> Result<String> {
    let buyer = &draft.buyer;
    let lines: Vec<serde_json::Value> = draft
        .lines
        .iter()
        .map(|line| {
            serde_json::json!([
                line.name,
                line.article,
                line.unit,
                line.quantity,
                line.price,
                line.amount,
                line.vat_rate,
                line.vat_amount
            ])
        })
        .collect();
    let whole = serde_json::json!([
        draft.number,
        draft.ordered_on,
        draft.state,
        seller,
        draft.store.as_ref().map(|store| &store.code),
        draft.manager_key,
        buyer.kind,
        buyer.name,
        buyer.inn,
        buyer.kpp,
        buyer.phone,
        buyer.email,
        draft.delivery,
        draft.currency,
        draft.total,
        draft.allow_parts,
        draft.pay_until,
        draft.deferred_until,
        lines,
    ]);
    let text = serde_json::to_vec(&whole).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(hex::encode(Sha256::digest(text)))
}
