//! Orders from 1C: in, and the answer with link, QR and state.

use chrono::Datelike;

use super::documents;
use crate::base::ids::OrderId;
use crate::base::{Error, Instant, Kopecks, Mode, Result};
use crate::context::Context;
use crate::db::Connection;
use crate::domain::orders::{
    self, Buyer, Draft, Intake, Key, KeyKind, Line, LinkKeys, Order, Outcome, Source, Store, links,
};
use crate::domain::outbox::{self, Message};
use crate::domain::payments::{Balance, Policy, attempts, balance, onec_documents, store};
use crate::domain::{exports, payments};
use crate::gateways::onec::service::{self, DocumentState, OrderIn, OrderOut, png_data_uri};

/// `PUT /1c/v1/orders/{guid}`: registers or revises the order, makes its link, takes in the documents that came with it.
///
/// # Errors
/// The refusals of [`orders::receive`] and of the documents; nothing is changed then.
pub async fn receive_order(context: &Context, guid: &str, order: &OrderIn, warnings: Vec<String>) -> Result<OrderOut> {
    let now = context.now();
    let draft = draft(guid, order, context.onec_mode());
    let documents: Vec<_> = order
        .documents
        .iter()
        .filter_map(|document| document.guid.map(|id| documents::draft(&id.to_string(), document)))
        .collect();
    let (keys, policy) = (context.link_keys.clone(), context.policy());
    let (number, wanted) = (draft.number.clone(), draft.clone());
    let received = context
        .db
        .write(move |connection| {
            let wish =
                Wish { draft: &wanted, documents: &documents, settled: false, keys: &keys, policy: &policy, now };
            take(connection, &wish).map(|intake| intake.order.id)
        })
        .await;
    match received {
        Ok(id) => answer_by_id(context, id, guid.to_owned(), warnings).await,
        Err(error) if error.code() == Some("order_keys_conflict") => {
            let message = error.to_string();
            context.db.write(move |connection| orders::alert_key_conflict(connection, &number, &message, now)).await?;
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// An order to be taken in, by whichever road it came.
pub(super) struct Wish<'a> {
    pub(super) draft: &'a Draft,
    pub(super) documents: &'a [onec_documents::Draft],
    /// 1C says by the stock pair that nothing is owed any more.
    pub(super) settled: bool,
    pub(super) keys: &'a LinkKeys,
    pub(super) policy: &'a Policy,
    pub(super) now: Instant,
}

/// Registers or revises an order with all that follows from it, in the caller's transaction.
pub(super) fn take(connection: &mut Connection, wish: &Wish<'_>) -> Result<Intake> {
    let now = wish.now;
    let intake = orders::receive(connection, wish.draft, "onec", now)?;
    let id = &intake.order.id;
    if wish.settled {
        orders::store::note_settled(connection, id, wish.draft.total)?;
    }
    links::ensure(connection, id, wish.keys, now)?;
    balance::settle(connection, id, now)?;
    onec_documents::order_arrived(connection, id, wish.policy, now)?;
    for document in wish.documents {
        documents::take(connection, document, wish.policy, now)?;
    }
    attempts::supersede_if_due_changed(connection, id, now)?;
    if intake.outcome == Outcome::Created {
        first_letter(connection, &intake.order, now)?;
    }
    Ok(intake)
}

/// A new order with something to pay and an address: the customer gets the link at once.
fn first_letter(connection: &mut Connection, order: &Order, now: Instant) -> Result<()> {
    let due = balance::get(connection, &order.id)?;
    if order.buyer_email.is_none() || attempts::payable(order, &due, now).is_err() {
        return Ok(());
    }
    let message =
        Message::LetterLink { order_id: order.id.clone(), to: None, lang: "ru".to_owned(), nonce: "first".to_owned() };
    outbox::enqueue(connection, &message, now)
}

/// An order of 1C's contract in the words of the rules.
fn draft(guid: &str, order: &OrderIn, mode: Mode) -> Draft {
    let year = i64::from(order.date.year());
    Draft {
        source: Source::Onec,
        keys: vec![Key::of(KeyKind::OnecGuid, guid), Key::yearly(KeyKind::OnecNumber, &order.number, year)],
        number: order.number.clone(),
        ordered_on: order.date,
        mode,
        state: order.state,
        seller_inn: order.seller_inn.clone(),
        store: order.store.clone().map(|name| Store {
            code: name.clone(),
            name,
            address: None,
            hours: None,
            phone: None,
        }),
        manager_key: order.manager.clone(),
        buyer: Buyer {
            kind: order.buyer.kind,
            name: order.buyer.name.clone(),
            inn: order.buyer.inn.clone(),
            kpp: order.buyer.kpp.clone(),
            phone: order.buyer.phone.clone(),
            email: order.buyer.email.clone(),
        },
        delivery: order.delivery,
        currency: order.currency.clone(),
        total: order.total,
        allow_parts: order.allow_parts.unwrap_or(false),
        pay_until: order.pay_until,
        deferred_until: order.deferred_until,
        lines: order.lines.iter().map(line).collect(),
    }
}

fn line(line: &service::LineIn) -> Line {
    Line {
        name: line.name.clone(),
        article: line.article.clone(),
        unit: line.unit.clone(),
        quantity: line.quantity,
        price: line.price,
        amount: line.amount,
        vat_rate: line.vat_rate,
        vat_amount: line.amount.vat_inside(line.vat_rate),
    }
}

/// `GET /1c/v1/orders/{guid}`.
///
/// # Errors
/// `NotFound` for an unknown order.
pub async fn answer(context: &Context, guid: &str) -> Result<OrderOut> {
    let wanted = guid.to_owned();
    let id = context
        .db
        .read(move |connection| orders::store::find_by_key(connection, &Key::of(KeyKind::OnecGuid, wanted)))
        .await?
        .ok_or_else(|| Error::not_found("Такого заказа в портале нет"))?;
    answer_by_id(context, id, guid.to_owned(), Vec::new()).await
}

async fn answer_by_id(context: &Context, id: OrderId, guid: String, warnings: Vec<String>) -> Result<OrderOut> {
    let (now, keys, zone) = (context.now(), context.link_keys.clone(), context.zone());
    let (order, balance, token, documents) = context
        .db
        .read(move |connection| {
            let order = orders::store::get(connection, &id)?;
            let balance = balance::get(connection, &id)?;
            let link = links::find_living(connection, &id)?;
            let token = link.map(|link| keys.token(link.key_id, &link.id)).transpose()?;
            let documents = document_states(connection, &id, zone)?;
            Ok((order, balance, token, documents))
        })
        .await?;
    let link = token.map(|token| context.pay_url(&token)).unwrap_or_default();
    let reason = not_payable(&order, &balance, now);
    Ok(OrderOut {
        guid,
        number: order.number,
        revision: order.revision,
        state: order.state.to_string(),
        payment_state: balance.payment_state.to_string(),
        total: order.total,
        paid: balance.paid,
        due: balance.due,
        payable: reason.is_none(),
        reason,
        qr: png_data_uri(&link).unwrap_or_default(),
        link,
        documents,
        warnings,
    })
}

fn not_payable(order: &Order, balance: &Balance, now: Instant) -> Option<String> {
    let why = attempts::payable(order, balance, now).err()?;
    Some(why.message().to_owned())
}

fn document_states(connection: &mut Connection, id: &OrderId, zone: crate::base::Zone) -> Result<Vec<DocumentState>> {
    let mut states = Vec::new();
    for document in store::documents_of_order(connection, id)? {
        let amount = store::bound(connection, &document.id, id)?;
        if amount == Kopecks::ZERO {
            continue;
        }
        let export = exports::find(connection, &document.id)?;
        let state = export.as_ref().map_or("not_exported", |export| export.state.as_str());
        states.push(DocumentState {
            id: document.id.to_string(),
            kind: document.kind,
            direction: document.direction,
            amount,
            paid_at: zone.rfc3339(document.received_at),
            state: state.to_owned(),
            onec_number: payments::onec_documents::number_of(connection, &document.id)?,
            message: export.and_then(|export| export.message),
        });
    }
    Ok(states)
}
