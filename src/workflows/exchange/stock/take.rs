//! One document of a file, taken in under the rules; a refusal undoes that document alone.

use chrono::{Datelike, NaiveDateTime};
use diesel::prelude::*;
use uuid::Uuid;

use super::money;
use crate::base::ids::OrderId;
use crate::base::{Direction, Error, Instant, Mode, Result, text_enum};
use crate::db::schema::{exchange_marks, exchange_verdicts, onec_document_rows};
use crate::db::{Connection, in_savepoint};
use crate::domain::alerts::{self, NewAlert, Severity};
use crate::domain::orders::{
    self, Buyer, BuyerKind, Delivery, Draft, Key, KeyKind, Line, LinkKeys, Order, OrderState, Outcome, Source, Store,
};
use crate::domain::payments::Policy;
use crate::gateways::onec::commerceml_in::{
    Bad, BuyerIn, BuyerIs, DocumentIn, DocumentKind, Generated, LineIn, Verdict,
};

text_enum! {
    /// What became of a document.
    pub enum Took {
        /// A new order.
        Created => "created",
        /// A known order with new content.
        Revised => "revised",
        /// Nothing new.
        Unchanged => "unchanged",
        /// A payment or a refund.
        Money => "money",
        /// Money whose order is unknown.
        Orphan => "orphan",
        /// Older than what is known.
        Older => "older",
        /// Not for us.
        Ignored => "ignored",
        /// Not taken in.
        Bad => "bad",
    }
}

/// What a document led to.
#[derive(Debug, Clone)]
pub(super) struct Done {
    pub(super) took: Took,
    pub(super) message: String,
    pub(super) order_id: Option<OrderId>,
}

impl Done {
    pub(super) fn new(took: Took, message: impl Into<String>) -> Self {
        Self { took, message: message.into(), order_id: None }
    }
}

/// What all documents of a file share.
#[derive(Clone)]
pub(super) struct Taking {
    pub(super) file_id: String,
    pub(super) policy: Policy,
    pub(super) mode: Mode,
    pub(super) keys: LinkKeys,
    pub(super) generated: Option<Generated>,
    pub(super) now: Instant,
}

/// Takes in one document and writes down what became of it.
pub(super) fn take(connection: &mut Connection, verdict: &Verdict, taking: &Taking) -> Result<Done> {
    let done = match verdict {
        Err(bad) => Done::new(Took::Bad, bad.reason.clone()),
        Ok(document) => match in_savepoint(connection, |connection| read(connection, document, taking)) {
            Err(Error::Refused(refusal)) => refused(connection, document, &refusal, taking)?,
            other => other?,
        },
    };
    let (position, id, number) = match verdict {
        Ok(document) => (document.position, document.id.as_str(), document.printed_number()),
        Err(Bad { position, id, number, .. }) => (*position, id.as_str(), number.as_str()),
    };
    alert(connection, &done, id, number, taking.now)?;
    note(connection, &done, position, id, number, taking)?;
    Ok(done)
}

fn refused(
    connection: &mut Connection,
    document: &DocumentIn,
    refusal: &crate::base::error::Refusal,
    taking: &Taking,
) -> Result<Done> {
    if refusal.code == "order_keys_conflict" {
        orders::alert_key_conflict(connection, document.printed_number(), &refusal.message, taking.now)?;
    }
    Ok(Done::new(Took::Bad, refusal.message.clone()))
}

fn alert(connection: &mut Connection, done: &Done, id: &str, number: &str, now: Instant) -> Result<()> {
    let subject = if id.is_empty() { number } else { id };
    if done.took != Took::Bad {
        return alerts::close(connection, "exchange_bad", subject, now);
    }
    let message =
        format!("Документ № {number} из 1С не принят: {}. Исправьте его в 1С и выгрузите снова", done.message);
    let alert = NewAlert {
        kind: "exchange_bad",
        subject,
        severity: Severity::Warning,
        message: &message,
        order_id: done.order_id.as_ref().map(OrderId::as_str),
    };
    alerts::open(connection, &alert, now)
}

fn note(
    connection: &mut Connection,
    done: &Done,
    position: u64,
    id: &str,
    number: &str,
    taking: &Taking,
) -> Result<()> {
    let position = i64::try_from(position).unwrap_or(i64::MAX);
    let earlier = exchange_verdicts::table
        .filter(exchange_verdicts::file_id.eq(&taking.file_id))
        .filter(exchange_verdicts::position.eq(position));
    diesel::delete(earlier).execute(connection)?;
    diesel::insert_into(exchange_verdicts::table)
        .values((
            exchange_verdicts::file_id.eq(&taking.file_id),
            exchange_verdicts::position.eq(position),
            exchange_verdicts::document_id.eq(id),
            exchange_verdicts::number.eq(number),
            exchange_verdicts::outcome.eq(done.took),
            exchange_verdicts::message.eq(&done.message),
            exchange_verdicts::order_id.eq(done.order_id.as_ref()),
            exchange_verdicts::at.eq(taking.now),
        ))
        .execute(connection)?;
    Ok(())
}

fn read(connection: &mut Connection, document: &DocumentIn, taking: &Taking) -> Result<Done> {
    let subject = document.id.to_lowercase();
    if let (Some(generated), Some(mark)) = (taking.generated, mark(connection, &subject)?)
        && generated.is_before(mark)
    {
        return Ok(Done::new(Took::Older, "в портале уже более свежие данные"));
    }
    let done = match &document.kind {
        DocumentKind::Order => order(connection, document, taking)?,
        DocumentKind::Payment(kind) => money::take(connection, document, (*kind, Direction::In), taking)?,
        DocumentKind::Refund(kind) => money::take(connection, document, (*kind, Direction::Out), taking)?,
        DocumentKind::Shipment => return Ok(Done::new(Took::Ignored, "отгрузка")),
        DocumentKind::Other(operation) => return Ok(Done::new(Took::Ignored, operation.clone())),
    };
    if let Some(generated) = taking.generated
        && done.took != Took::Bad
    {
        set_mark(connection, &subject, generated.at)?;
    }
    let warnings = document.warnings.join("; ");
    let message = if warnings.is_empty() { done.message } else { format!("{} ({warnings})", done.message) };
    Ok(Done { message, ..done })
}

fn mark(connection: &mut Connection, subject: &str) -> Result<Option<NaiveDateTime>> {
    Ok(exchange_marks::table
        .filter(exchange_marks::document_id.eq(subject))
        .select(exchange_marks::generated_at)
        .first(connection)
        .optional()?)
}

/// Raises the mark; two files at once cannot lower it.
fn set_mark(connection: &mut Connection, subject: &str, at: NaiveDateTime) -> Result<()> {
    if mark(connection, subject)?.is_none() {
        diesel::insert_into(exchange_marks::table)
            .values((exchange_marks::document_id.eq(subject), exchange_marks::generated_at.eq(at)))
            .execute(connection)?;
        return Ok(());
    }
    diesel::update(
        exchange_marks::table
            .filter(exchange_marks::document_id.eq(subject))
            .filter(exchange_marks::generated_at.lt(at)),
    )
    .set(exchange_marks::generated_at.eq(at))
    .execute(connection)?;
    Ok(())
}

fn order(connection: &mut Connection, document: &DocumentIn, taking: &Taking) -> Result<Done> {
    let mut draft = draft(document, taking.mode);
    if let Some(known) = known(connection, &draft.keys)? {
        keep_unsaid(&mut draft, &known);
    }
    let settled = document.is_settled_in_onec();
    let wish = super::super::orders::Wish {
        draft: &draft,
        documents: &[],
        settled,
        keys: &taking.keys,
        policy: &taking.policy,
        now: taking.now,
    };
    let intake = super::super::orders::take(connection, &wish)?;
    close_orphans(connection, &draft.keys, taking.now)?;
    let took = match intake.outcome {
        Outcome::Created => Took::Created,
        Outcome::Revised => Took::Revised,
        Outcome::Unchanged => Took::Unchanged,
    };
    let message = document.cancelled_because().map(|why| format!("не к оплате: {why}")).unwrap_or_default();
    Ok(Done { order_id: Some(intake.order.id), ..Done::new(took, message) })
}

/// Money that waited for this order is no orphan any more.
fn close_orphans(connection: &mut Connection, keys: &[Key], now: Instant) -> Result<()> {
    let Some(guid) = keys.iter().find(|key| key.kind == KeyKind::OnecGuid) else { return Ok(()) };
    let waiting: Vec<String> = onec_document_rows::table
        .filter(onec_document_rows::order_key.eq(&guid.value))
        .select(onec_document_rows::guid)
        .distinct()
        .load(connection)?;
    waiting.iter().try_for_each(|guid| alerts::close(connection, "onec_orphan", guid, now))
}

fn known(connection: &mut Connection, keys: &[Key]) -> Result<Option<Order>> {
    for key in keys {
        if let Some(id) = orders::store::find_by_key(connection, key)? {
            return orders::store::get(connection, &id).map(Some);
        }
    }
    Ok(None)
}

/// A stock 1C does not send contacts, deadlines, managers: what is known of them stays.
fn keep_unsaid(draft: &mut Draft, known: &Order) {
    let buyer = &mut draft.buyer;
    buyer.email = buyer.email.take().or_else(|| known.buyer_email.clone());
    buyer.phone = buyer.phone.take().or_else(|| known.buyer_phone.clone());
    draft.manager_key.clone_from(&known.manager_key);
    draft.allow_parts = known.allow_parts;
    draft.pay_until = known.pay_until;
    draft.deferred_until = known.deferred_until;
    if draft.store.is_none()
        && let Some(code) = &known.store_code
    {
        draft.store = Some(Store { code: code.clone(), name: code.clone(), address: None, hours: None, phone: None });
    }
}

/// An order of a file in the words of the rules.
fn draft(document: &DocumentIn, mode: Mode) -> Draft {
    Draft {
        source: Source::Onec,
        keys: keys(document),
        number: document.printed_number().to_owned(),
        ordered_on: document.date,
        mode,
        state: state(document),
        seller_inn: None,
        store: document.pickup.as_ref().map(|place| Store {
            code: place.id.clone(),
            name: place.name.clone(),
            address: place.address.clone(),
            hours: None,
            phone: None,
        }),
        manager_key: None,
        buyer: buyer(document.buyer.as_ref()),
        delivery: if document.delivered == Some(true) { Delivery::Delivery } else { Delivery::Pickup },
        currency: document.currency.clone(),
        total: document.sum,
        allow_parts: false,
        pay_until: None,
        deferred_until: None,
        lines: document.lines.iter().map(line).collect(),
    }
}

fn state(document: &DocumentIn) -> OrderState {
    match (document.cancelled_because(), document.said.shipped) {
        (Some(_), _) => OrderState::Cancelled,
        (None, true) => OrderState::Closed,
        (None, false) => OrderState::Open,
    }
}

/// Ид is the GUID in 1C, or an id that the shop gave; numbers, on the site as in 1C, begin anew each year.
fn keys(document: &DocumentIn) -> Vec<Key> {
    let id = match Uuid::parse_str(&document.id) {
        Ok(guid) => Key::of(KeyKind::OnecGuid, guid.to_string()),
        Err(_) => Key::of(KeyKind::ShopId, document.id.clone()),
    };
    let year = i64::from(document.date.year());
    let mut keys = vec![id, Key::yearly(KeyKind::SiteNumber, document.number.clone(), year)];
    if let Some(number) = &document.said.onec_number {
        let year = document.said.onec_day.map_or(year, |day| i64::from(day.year()));
        keys.push(Key::yearly(KeyKind::OnecNumber, number.clone(), year));
    }
    keys
}

fn buyer(buyer: Option<&BuyerIn>) -> Buyer {
    let name = buyer.map(|buyer| buyer.full_name.clone()).filter(|name| !name.is_empty());
    Buyer {
        kind: match buyer.map(|buyer| buyer.is) {
            Some(BuyerIs::Company | BuyerIs::Entrepreneur) => BuyerKind::Company,
            Some(BuyerIs::Person) | None => BuyerKind::Person,
        },
        name: name.unwrap_or_else(|| "Покупатель не указан".to_owned()),
        inn: buyer.and_then(|buyer| buyer.inn.clone()),
        kpp: buyer.and_then(|buyer| buyer.kpp.clone()),
        phone: buyer.and_then(|buyer| buyer.phone.clone()),
        email: buyer.and_then(|buyer| buyer.email.clone()),
    }
}

fn line(line: &LineIn) -> Line {
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
