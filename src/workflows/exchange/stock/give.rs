//! Orders to an untouched 1C: only those born in the shop and paid in full by one payment, only where the settings ask
//! for it, and delivered on `success`, never on `query`.

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::sessions::Session;
use crate::base::ids::{DocumentId, OrderId};
use crate::base::{Direction, Instant, Method, Mode, MoneyKind, Result};
use crate::context::Context;
use crate::db::Connection;
use crate::db::schema::{exchange_given, exchange_outgoing, order_balances, orders as order_rows};
use crate::domain::alerts::{self, NewAlert, Severity};
use crate::domain::exports;
use crate::domain::orders::{self, KeyKind, Order, OrderState, Source};
use crate::domain::payments::{PaymentState, store};
use crate::gateways::onec::commerceml_out::{self, AnswerEncoding, NUMBER_LENGTH, PaidOrder};

/// Orders of one answer: УТ reads a package in one transaction.
const PORTION: usize = 100;

/// The body of the answer to `query`; the session remembers what was in it.
///
/// # Errors
/// Database errors.
pub async fn query(context: &Context, session: &Session) -> Result<Vec<u8>> {
    let onec = &context.settings.onec;
    let (mode, now, session_id) = (context.onec_mode(), context.now(), session.id.clone());
    let given = if onec.gives_orders {
        context.db.write(move |connection| give(connection, &session_id, mode, now)).await?
    } else {
        Vec::new()
    };
    let encoding = AnswerEncoding::of(onec.answer_encoding.as_deref());
    let containers = onec.answer_form.as_deref() == Some("containers");
    Ok(commerceml_out::answer(&given, encoding, containers, context.zone().local(now)))
}

/// 1C has committed what the last `query` of this session gave: exactly that is delivered, as it was then.
///
/// # Errors
/// Database errors.
pub async fn success(context: &Context, session: &Session) -> Result<usize> {
    let (id, now) = (session.id.clone(), context.now());
    context.db.write(move |connection| confirm(connection, &id, now)).await
}

/// Holds an order back from the exchange, or lets it go again: УТ refuses a package whole for one order.
///
/// # Errors
/// Database errors.
pub fn hold(connection: &mut Connection, order_id: &OrderId, held: bool) -> Result<()> {
    ensure(connection, order_id)?;
    diesel::update(exchange_outgoing::table.filter(exchange_outgoing::order_id.eq(order_id)))
        .set(exchange_outgoing::held.eq(held))
        .execute(connection)?;
    Ok(())
}

fn ensure(connection: &mut Connection, order_id: &OrderId) -> Result<()> {
    let known = exchange_outgoing::table.filter(exchange_outgoing::order_id.eq(order_id));
    if !diesel::select(diesel::dsl::exists(known)).get_result::<bool>(connection)? {
        diesel::insert_into(exchange_outgoing::table)
            .values((exchange_outgoing::order_id.eq(order_id), exchange_outgoing::held.eq(false)))
            .execute(connection)?;
    }
    Ok(())
}

fn give(connection: &mut Connection, session_id: &str, mode: Mode, now: Instant) -> Result<Vec<String>> {
    diesel::delete(exchange_given::table.filter(exchange_given::session_id.eq(session_id))).execute(connection)?;
    let mut documents = Vec::new();
    for order in candidates(connection, mode)? {
        if documents.len() >= PORTION {
            break;
        }
        let Some(paid) = paid_at_once(connection, order, now)? else { continue };
        let document = commerceml_out::document(&paid);
        let picture = hex::encode(Sha256::digest(&document));
        if delivered(connection, &paid.order.id)? == Some(picture.clone()) {
            continue;
        }
        diesel::insert_into(exchange_given::table)
            .values((
                exchange_given::session_id.eq(session_id),
                exchange_given::order_id.eq(&paid.order.id),
                exchange_given::picture.eq(&picture),
                exchange_given::given_at.eq(now),
            ))
            .execute(connection)?;
        documents.push(document);
    }
    Ok(documents)
}

/// Paid orders of the shop that 1C has not confirmed since they last changed, oldest first.
fn candidates(connection: &mut Connection, mode: Mode) -> Result<Vec<Order>> {
    let known = exchange_outgoing::table.filter(exchange_outgoing::order_id.eq(order_rows::id));
    let done = known
        .filter(exchange_outgoing::held.eq(true).or(exchange_outgoing::sent_at.gt(order_rows::updated_at.nullable())));
    Ok(order_rows::table
        .inner_join(order_balances::table.on(order_balances::order_id.eq(order_rows::id)))
        .filter(order_rows::source.eq(Source::Shop))
        .filter(order_rows::state.ne(OrderState::Cancelled))
        .filter(order_rows::mode.eq(mode))
        .filter(order_rows::currency.eq("RUB"))
        .filter(order_rows::lines_differ.eq(false))
        .filter(order_balances::payment_state.eq(PaymentState::Paid))
        .filter(diesel::dsl::not(diesel::dsl::exists(done)))
        .order((order_rows::created_at, order_rows::id))
        .limit(2 * i64::try_from(PORTION).unwrap_or(100))
        .select(Order::as_select())
        .load(connection)?)
}

/// The order as УТ can take it, if one payment through a provider paid it whole.
fn paid_at_once(connection: &mut Connection, order: Order, now: Instant) -> Result<Option<PaidOrder>> {
    let Some((_, method)) = only_payment(connection, &order)? else { return Ok(None) };
    let number = orders::store::find_key(connection, &order.id, KeyKind::SiteNumber)?;
    let number = number.unwrap_or_else(|| order.number.clone());
    if number.chars().count() > NUMBER_LENGTH {
        too_long(connection, &order, &number, now)?;
        return Ok(None);
    }
    let shop_id = orders::store::find_key(connection, &order.id, KeyKind::ShopId)?;
    let id = shop_id.filter(|id| id.chars().count() <= 40).unwrap_or_else(|| order.id.to_string());
    let lines = orders::store::lines(connection, &order.id, order.revision)?;
    let (method_id, method) = match method {
        Method::Card => ("card", "Банковская карта"),
        Method::Sbp => ("sbp", "СБП"),
    };
    Ok(Some(PaidOrder { id, number, order, lines, method_id, method }))
}

fn too_long(connection: &mut Connection, order: &Order, number: &str, now: Instant) -> Result<()> {
    let message = format!(
        "Заказ № {number} не отдан в 1С: номер длиннее {NUMBER_LENGTH} знаков, УТ заводила бы его каждый раз заново. \
         Внесите оплату вручную"
    );
    let id = order.id.as_str();
    let alert = NewAlert {
        kind: "exchange_number",
        subject: id,
        severity: Severity::Warning,
        message: &message,
        order_id: Some(id),
    };
    alerts::open(connection, &alert, now)
}

fn only_payment(connection: &mut Connection, order: &Order) -> Result<Option<(DocumentId, Method)>> {
    let mut standing = Vec::new();
    for document in store::documents_of_order(connection, &order.id)? {
        if !store::bound(connection, &document.id, &order.id)?.is_zero() {
            standing.push(document);
        }
    }
    let [one] = standing.as_slice() else { return Ok(None) };
    let method = match one.kind {
        MoneyKind::Card => Method::Card,
        MoneyKind::Sbp => Method::Sbp,
        _ => return Ok(None),
    };
    let whole = one.direction == Direction::In && one.amount == order.total;
    Ok(whole.then(|| (one.id.clone(), method)))
}

fn delivered(connection: &mut Connection, order_id: &OrderId) -> Result<Option<String>> {
    let row: Option<Option<String>> = exchange_outgoing::table
        .filter(exchange_outgoing::order_id.eq(order_id))
        .select(exchange_outgoing::picture)
        .first(connection)
        .optional()?;
    Ok(row.flatten())
}

fn confirm(connection: &mut Connection, session_id: &str, now: Instant) -> Result<usize> {
    let given: Vec<(OrderId, String, Instant)> = exchange_given::table
        .filter(exchange_given::session_id.eq(session_id))
        .order(exchange_given::order_id)
        .select((exchange_given::order_id, exchange_given::picture, exchange_given::given_at))
        .load(connection)?;
    for (order_id, picture, given_at) in &given {
        let order = orders::store::lock(connection, order_id)?;
        ensure(connection, order_id)?;
        // Sent as of the moment it was given: what changed after that is given again.
        diesel::update(exchange_outgoing::table.filter(exchange_outgoing::order_id.eq(order_id)))
            .set((exchange_outgoing::picture.eq(picture), exchange_outgoing::sent_at.eq(given_at)))
            .execute(connection)?;
        if let Some((document_id, _)) = only_payment(connection, &order)?
            && exports::find(connection, &document_id)?.is_some_and(|export| export.road == exports::Road::Stock)
        {
            exports::mark_sent(connection, &document_id, now)?;
        }
    }
    diesel::delete(exchange_given::table.filter(exchange_given::session_id.eq(session_id))).execute(connection)?;
    Ok(given.len())
}
