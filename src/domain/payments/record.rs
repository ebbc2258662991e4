//! The one door through which money enters: lock, insert the document if it is absent, bind it, derive the balances, put
//! it on its way to 1C, tell people. Knocking twice changes nothing.

use diesel::prelude::*;

use super::model::{Attempt, AttemptState, BookedBy, Document, MoneySource, NewDocument, Policy};
use super::transitions::{self, Event};
use super::{attempts, balance, onec_documents, store};
use crate::base::ids::{AllocationId, AttemptId, DocumentId, OrderId};
use crate::base::{Direction, Error, Instant, Kopecks, Mode, MoneyKind, Result};
use crate::db::Connection;
use crate::db::schema::{allocations, document_locks, money_documents};
use crate::domain::alerts::{self, NewAlert, Severity};
use crate::domain::outbox::{self, Message};
use crate::domain::{exports, journal, orders};

/// A document after knocking at the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The document.
    pub document_id: DocumentId,
    /// Whether this knock made it (false: it was there).
    pub fresh: bool,
}

/// Records money and binds it to orders. What is not bound is the client's advance.
///
/// # Errors
/// `Invalid` when the shares exceed the money or are not positive; `Conflict` when an order belongs to another seller or
/// to the other mode.
pub fn record(
    connection: &mut Connection,
    money: &NewDocument,
    shares: &[(OrderId, Kopecks)],
    policy: &Policy,
    actor: &str,
    now: Instant,
) -> Result<Recorded> {
    lock_orders(connection, money, shares)?;
    if let Some(known) = find_by_source(connection, &money.source)? {
        return Ok(Recorded { document_id: known.id, fresh: false });
    }
    let id = insert(connection, money, policy, now)?;
    for (order_id, amount) in shares {
        bind(connection, &id, order_id, *amount, "payment", actor, now)?;
    }
    if money.direction == Direction::Out {
        for (order_id, _) in shares {
            orders::store::reopen(connection, order_id, false)?;
        }
    }
    if is_exported(money, policy) {
        let road = road(connection, money, shares, policy)?;
        exports::begin(connection, &id, road, now)?;
        push(connection, &id, 1, policy, now)?;
    }
    onec_documents::cover_by_earlier(connection, &id, shares, policy, now)?;
    for (order_id, amount) in shares {
        balance::settle(connection, order_id, now)?;
        attempts::supersede_if_due_changed(connection, order_id, now)?;
        tell(connection, &id, money, order_id, *amount, actor, now)?;
    }
    Ok(Recorded { document_id: id, fresh: true })
}

fn lock_orders(connection: &mut Connection, money: &NewDocument, shares: &[(OrderId, Kopecks)]) -> Result<()> {
    let bound: Kopecks = shares.iter().map(|(_, amount)| *amount).sum();
    if !money.amount.is_positive() || bound > money.amount || shares.iter().any(|(_, amount)| !amount.is_positive()) {
        return Err(Error::invalid("allocations", "Разноска больше документа или не положительна"));
    }
    let mut ids: Vec<&OrderId> = shares.iter().map(|(id, _)| id).collect();
    ids.sort();
    ids.dedup();
    for id in ids {
        let order = orders::store::lock(connection, id)?;
        refuse_strangers(&order, &money.seller_id, money.mode)?;
    }
    Ok(())
}

/// Money of one legal entity pays only its own orders; test money only test orders.
pub(super) fn refuse_strangers(order: &orders::Order, seller: &crate::base::ids::SellerId, mode: Mode) -> Result<()> {
    if order.seller_id != *seller {
        let message = format!("Заказ {} продаёт другое юридическое лицо", order.number);
        return Err(Error::conflict("other_seller", message));
    }
    if order.mode != mode {
        let message = format!("Заказ {}: режим {}, а деньги — {mode}", order.number, order.mode);
        return Err(Error::conflict("other_mode", message));
    }
    Ok(())
}

/// The document that an event has made, if it has.
///
/// # Errors
/// `Database` when the query fails.
pub fn find_by_source(connection: &mut Connection, source: &MoneySource) -> Result<Option<Document>> {
    let query = money_documents::table.select(Document::as_select()).into_boxed();
    let query = match source.clone() {
        MoneySource::Attempt(id) => query.filter(money_documents::attempt_id.eq(id)),
        MoneySource::Refund(id) => query.filter(money_documents::refund_id.eq(id)),
        MoneySource::BankLine(id) => query.filter(money_documents::bank_line_id.eq(id)),
        MoneySource::StaffEntry(id) => query.filter(money_documents::staff_entry_id.eq(id)),
        MoneySource::Onec { guid, version } => {
            query.filter(money_documents::onec_guid.eq(guid)).filter(money_documents::onec_version.eq(version))
        }
    };
    Ok(query.first(connection).optional()?)
}

fn insert(connection: &mut Connection, money: &NewDocument, policy: &Policy, now: Instant) -> Result<DocumentId> {
    let id = DocumentId::fresh();
    let (mut attempt, mut refund, mut line, mut entry, mut guid, mut version) = (None, None, None, None, None, None);
    match &money.source {
        MoneySource::Attempt(id) => attempt = Some(id),
        MoneySource::Refund(id) => refund = Some(id),
        MoneySource::BankLine(id) => line = Some(id),
        MoneySource::StaffEntry(id) => entry = Some(id),
        MoneySource::Onec { guid: id, version: number } => (guid, version) = (Some(id), Some(*number)),
    }
    diesel::insert_into(money_documents::table)
        .values((
            money_documents::id.eq(&id),
            money_documents::direction.eq(money.direction),
            money_documents::kind.eq(money.kind),
            money_documents::amount.eq(money.amount),
            money_documents::seller_id.eq(&money.seller_id),
            money_documents::mode.eq(money.mode),
            money_documents::received_at.eq(money.received_at),
            money_documents::paid_on.eq(policy.zone.day(money.received_at)),
            money_documents::fee.eq(money.fee),
            (
                money_documents::attempt_id.eq(attempt),
                money_documents::refund_id.eq(refund),
                money_documents::bank_line_id.eq(line),
                money_documents::staff_entry_id.eq(entry),
                money_documents::onec_guid.eq(guid),
                money_documents::onec_version.eq(version),
            ),
        ))
        .execute(connection)?;
    diesel::insert_into(document_locks::table)
        .values((document_locks::document_id.eq(&id), document_locks::version.eq(1)))
        .execute(connection)?;
    tracing::info!(document = %id, kind = %money.kind, direction = %money.direction, at = %now, "money recorded");
    Ok(id)
}

/// Writes one binding row; sums are the caller's to check.
pub(super) fn bind(
    connection: &mut Connection,
    document_id: &DocumentId,
    order_id: &OrderId,
    amount: Kopecks,
    reason: &str,
    actor: &str,
    now: Instant,
) -> Result<AllocationId> {
    let id = AllocationId::fresh();
    diesel::insert_into(allocations::table)
        .values((
            allocations::id.eq(&id),
            allocations::document_id.eq(document_id),
            allocations::order_id.eq(order_id),
            allocations::amount.eq(amount),
            allocations::reason.eq(reason),
            allocations::recorded_by.eq(actor),
            allocations::recorded_at.eq(now),
        ))
        .execute(connection)?;
    Ok(id)
}

/// Which money travels to 1C: what providers move always, bank transfers when we book them; never what 1C told itself
/// and never what staff entered (it waits to be covered). Test money goes to a test 1C only.
#[must_use]
pub fn is_exported(money: &NewDocument, policy: &Policy) -> bool {
    let ours = match (&money.source, money.kind) {
        (MoneySource::Onec { .. } | MoneySource::StaffEntry(_), _) => false,
        (MoneySource::BankLine(_), _) | (_, MoneyKind::Bank) => policy.booked_by == BookedBy::Portal,
        _ => true,
    };
    ours && money.mode == policy.onec_mode
}

/// The road of a document: what the stock exchange cannot carry is typed in by a clerk. It carries one thing alone, an
/// order born in the shop and paid in full by one payment through a provider.
fn road(
    connection: &mut Connection,
    money: &NewDocument,
    shares: &[(OrderId, Kopecks)],
    policy: &Policy,
) -> Result<exports::Road> {
    if policy.road != exports::Road::Stock {
        return Ok(policy.road);
    }
    let [(order_id, amount)] = shares else { return Ok(exports::Road::Manual) };
    let order = orders::store::get(connection, order_id)?;
    let by_provider = matches!(money.kind, MoneyKind::Card | MoneyKind::Sbp) && money.direction == Direction::In;
    let whole = *amount == order.total && money.amount == order.total && order.source == orders::Source::Shop;
    Ok(if by_provider && whole { exports::Road::Stock } else { exports::Road::Manual })
}

/// Tells 1C's service of a revision when it has one that listens.
pub(super) fn push(
    connection: &mut Connection,
    id: &DocumentId,
    revision: i64,
    policy: &Policy,
    now: Instant,
) -> Result<()> {
    if policy.push && policy.road == exports::Road::Service {
        let message = Message::PushDocument { document_id: id.clone(), revision };
        outbox::enqueue(connection, &message, now)?;
    }
    Ok(())
}

fn tell(
    connection: &mut Connection,
    id: &DocumentId,
    money: &NewDocument,
    order_id: &OrderId,
    amount: Kopecks,
    actor: &str,
    now: Instant,
) -> Result<()> {
    let action = if money.direction == Direction::In { "money_received" } else { "money_returned" };
    let details = serde_json::json!({ "document": id, "kind": money.kind, "amount": amount });
    journal::about_order(connection, now, actor, order_id.as_str(), action, details)?;
    if money.direction == Direction::In {
        let message = Message::LetterPayment { order_id: order_id.clone(), document_id: id.clone() };
        outbox::enqueue(connection, &message, now)?;
    }
    Ok(())
}

/// What a provider says of a payment when asked; total, not a difference: told twice or late it means the same.
#[derive(Debug, Clone)]
pub struct Report {
    /// How the payment stands.
    pub status: ReportStatus,
    /// The provider's id of it.
    pub provider_ref: String,
    /// Our attempt as the provider remembers it, if it does.
    pub attempt_ref: Option<String>,
    /// Its sum.
    pub amount: Kopecks,
    /// Its currency.
    pub currency: String,
    /// Whether the money went to the account we asked with.
    pub account_matches: bool,
    /// Live or test.
    pub mode: Mode,
    /// What the provider keeps, if it says.
    pub fee: Option<Kopecks>,
    /// When the money was taken (UTC), if it says.
    pub paid_at: Option<Instant>,
    /// Neutral code of a refusal.
    pub decline: Option<String>,
    /// JSON of card or СБП details without personal data.
    pub details: Option<String>,
    /// Where the customer pays.
    pub confirmation_url: Option<String>,
}

/// How a payment stands at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportStatus {
    /// Waits for the customer.
    Pending,
    /// Held.
    Authorized,
    /// Taken.
    Paid,
    /// Refused.
    Failed,
    /// Cancelled.
    Cancelled,
    /// Ran out of time.
    Expired,
    /// A word we do not know: nothing is decided.
    Unclear,
}

/// Takes in what the provider says of an attempt. The order comes from our attempt, never from the message (WHK-4).
///
/// # Errors
/// `NotFound` for an unknown attempt.
pub fn apply_report(
    connection: &mut Connection,
    attempt_id: &AttemptId,
    report: &Report,
    policy: &Policy,
    actor: &str,
    now: Instant,
) -> Result<Attempt> {
    let order_id = store::attempt(connection, attempt_id)?.order_id;
    orders::store::lock(connection, &order_id)?;
    let attempt = store::attempt(connection, attempt_id)?;
    attempts::keep_reference(connection, &attempt, report)?;
    let stranger = is_known_elsewhere(connection, &attempt, &report.provider_ref)?;
    if is_dismissed(&attempt) && was_reported(&attempt, report) {
        return Ok(attempt);
    }
    let difference = difference(&attempt, report, stranger);
    let event = match (report.status, &difference) {
        (ReportStatus::Paid, None) => Event::Paid,
        (ReportStatus::Paid, Some(_)) => Event::Differs,
        (ReportStatus::Pending, _) => Event::Accepted,
        (ReportStatus::Authorized, _) => Event::Held,
        (ReportStatus::Failed, _) => Event::Refused,
        (ReportStatus::Cancelled, _) => Event::Withdrawn,
        (ReportStatus::Expired, _) => Event::RanOut,
        (ReportStatus::Unclear, _) => return unclear(connection, &attempt, now),
    };
    let Some(next) = transitions::next(attempt.state, event) else {
        if event == Event::Differs && !was_reported(&attempt, report) {
            second_payment(connection, &attempt, report, now)?;
        }
        attempts::schedule(connection, &attempt, now)?;
        return store::attempt(connection, attempt_id);
    };
    attempts::enter(connection, &attempt, next, report.decline.as_deref(), actor, now)?;
    match next {
        AttemptState::Succeeded => {
            take_money(connection, &attempt, attempt.amount, &order_id, report, policy, actor, now)?;
        }
        AttemptState::Review => ask_a_person(connection, &attempt, report, difference.as_deref(), now)?,
        _ => {}
    }
    store::attempt(connection, attempt_id)
}

fn unclear(connection: &mut Connection, attempt: &Attempt, now: Instant) -> Result<Attempt> {
    let message =
        "Провайдер ответил состоянием, которого мы не знаем. Спросим ещё раз; проверьте платёж в его кабинете";
    alert(connection, "unclear_status", attempt, Severity::Warning, message, now)?;
    attempts::schedule(connection, attempt, now)?;
    store::attempt(connection, &attempt.id)
}

/// Whether another attempt is this payment of the provider's: one payment is money once.
fn is_known_elsewhere(connection: &mut Connection, attempt: &Attempt, provider_ref: &str) -> Result<bool> {
    let owner = store::find_attempt_by_ref(connection, &attempt.account, provider_ref)?;
    Ok(owner.is_some_and(|owner| owner.id != attempt.id))
}

/// Whether this is the payment that was put before a person already.
fn was_reported(attempt: &Attempt, report: &Report) -> bool {
    let kept = attempt.reported.as_deref().and_then(|text| serde_json::from_str::<Reported>(text).ok());
    kept.is_some_and(|kept| kept.amount == report.amount && kept.provider_ref == report.provider_ref)
}

/// An attempt is money once; another payment under its name is in no book and must not stay unseen.
fn second_payment(connection: &mut Connection, attempt: &Attempt, report: &Report, now: Instant) -> Result<()> {
    let message = format!(
        "Провайдер сообщает о платеже {} на {} по попытке, оплата которой уже разобрана. В заказ он не засчитан: \
         проверьте его в кабинете провайдера и верните, если он лишний",
        report.provider_ref, report.amount
    );
    alert(connection, "second_payment", attempt, Severity::Critical, &message, now)
}

/// What is not as we asked, in words for an accountant.
fn difference(attempt: &Attempt, report: &Report, stranger: bool) -> Option<String> {
    let mut differences = Vec::new();
    if report.amount != attempt.amount {
        differences.push(format!("сумма {} вместо {}", report.amount, attempt.amount));
    }
    if report.currency != "RUB" {
        differences.push(format!("валюта {}", report.currency));
    }
    if report.mode != attempt.mode {
        differences.push(format!("режим {} вместо {}", report.mode, attempt.mode));
    }
    if !report.account_matches {
        differences.push("чужой магазин у провайдера".to_owned());
    }
    if report.attempt_ref.as_deref().is_some_and(|reference| reference != attempt.id.as_str()) {
        differences.push("платёж помечен другой попыткой".to_owned());
    }
    if stranger || attempt.provider_ref.as_deref().is_some_and(|reference| reference != report.provider_ref) {
        differences.push("другой платёж провайдера".to_owned());
    }
    if differences.is_empty() { None } else { Some(differences.join(", ")) }
}

#[allow(clippy::too_many_arguments, reason = "the facts of one payment, named one by one")]
fn take_money(
    connection: &mut Connection,
    attempt: &Attempt,
    amount: Kopecks,
    order_id: &OrderId,
    report: &Report,
    policy: &Policy,
    actor: &str,
    now: Instant,
) -> Result<()> {
    // The money lies with the seller whose account took it, whatever order it is recorded for.
    let asked_for = orders::store::get(connection, &attempt.order_id)?;
    let money = NewDocument {
        direction: Direction::In,
        kind: attempt.method.into(),
        amount,
        seller_id: asked_for.seller_id,
        mode: attempt.mode,
        received_at: report.paid_at.unwrap_or(now),
        fee: report.fee,
        source: MoneySource::Attempt(attempt.id.clone()),
    };
    record(connection, &money, &[(order_id.clone(), amount)], policy, actor, now)?;
    if matches!(
        attempt.state,
        AttemptState::Failed | AttemptState::Cancelled | AttemptState::Expired | AttemptState::Superseded
    ) {
        let message = format!("Деньги {amount} пришли по попытке, которую мы считали законченной. Они учтены в заказе");
        alert(connection, "late_payment", attempt, Severity::Info, &message, now)?;
    }
    Ok(())
}

fn ask_a_person(
    connection: &mut Connection,
    attempt: &Attempt,
    report: &Report,
    difference: Option<&str>,
    now: Instant,
) -> Result<()> {
    let reason = difference.unwrap_or("не совпадает с запросом");
    let reported = serde_json::json!({
        "amount": report.amount, "currency": report.currency, "provider_ref": report.provider_ref,
        "mode": report.mode, "fee": report.fee, "paid_at": report.paid_at,
    });
    attempts::keep_review(connection, &attempt.id, reason, &reported)?;
    let message = format!("Провайдер сообщил об оплате, но она отличается от запроса: {reason}. В заказ не засчитана");
    alert(connection, "attempt_review", attempt, Severity::Critical, &message, now)
}

fn alert(
    connection: &mut Connection,
    kind: &str,
    attempt: &Attempt,
    severity: Severity,
    message: &str,
    now: Instant,
) -> Result<()> {
    let subject = attempt.id.as_str();
    let alert = NewAlert { kind, subject, severity, message, order_id: Some(attempt.order_id.as_str()) };
    alerts::open(connection, &alert, now)
}

/// A person records a payment in review as it is, for its own order or for another one.
///
/// # Errors
/// `Conflict` when the attempt is not in review, when the money is not in rubles, or when the order is another seller's.
pub fn record_reviewed(
    connection: &mut Connection,
    attempt_id: &AttemptId,
    order_id: &OrderId,
    policy: &Policy,
    actor: &str,
    now: Instant,
) -> Result<()> {
    let own = store::attempt(connection, attempt_id)?.order_id;
    let mut ids = vec![own, order_id.clone()];
    ids.sort();
    ids.dedup();
    for id in &ids {
        orders::store::lock(connection, id)?;
    }
    let attempt = store::attempt(connection, attempt_id)?;
    let Some(next) = transitions::next(attempt.state, Event::Reviewed) else {
        return Err(Error::conflict("not_in_review", "Эта оплата уже разобрана"));
    };
    let report = reviewed_report(&attempt)?;
    if is_known_elsewhere(connection, &attempt, &report.provider_ref)? {
        return Err(Error::conflict("not_recordable", "Этот платёж провайдера относится к другой попытке оплаты"));
    }
    attempts::enter(connection, &attempt, next, None, actor, now)?;
    attempts::point_at(connection, attempt_id, &report.provider_ref)?;
    take_money(connection, &attempt, report.amount, order_id, &report, policy, actor, now)?;
    alerts::close(connection, "attempt_review", attempt_id.as_str(), now)
}

/// What was put before a person, as it is kept.
#[derive(serde::Deserialize)]
struct Reported {
    amount: Kopecks,
    currency: String,
    provider_ref: String,
    mode: Mode,
    fee: Option<Kopecks>,
    paid_at: Option<Instant>,
}

/// A person says that a payment in review was settled outside (given back in the provider's cabinet, not ours):
/// nothing is recorded, the words stay in the journal, and the provider's repetitions change nothing.
///
/// # Errors
/// `Conflict` when the attempt is not in review; `Invalid` without a reason.
pub fn dismiss_reviewed(
    connection: &mut Connection,
    attempt_id: &AttemptId,
    reason: &str,
    actor: &str,
    now: Instant,
) -> Result<()> {
    if reason.trim().is_empty() {
        return Err(Error::invalid("reason", "Напишите, чем кончилось с этой оплатой"));
    }
    let order_id = store::attempt(connection, attempt_id)?.order_id;
    orders::store::lock(connection, &order_id)?;
    let attempt = store::attempt(connection, attempt_id)?;
    let Some(next) = transitions::next(attempt.state, Event::Dismissed) else {
        return Err(Error::conflict("not_in_review", "Эта оплата уже разобрана"));
    };
    attempts::enter(connection, &attempt, next, None, actor, now)?;
    let details = serde_json::json!({ "attempt": attempt_id, "reason": reason.trim() });
    journal::about_order(connection, now, actor, order_id.as_str(), "review_dismissed", details)?;
    alerts::close(connection, "attempt_review", attempt_id.as_str(), now)
}

/// Whether a person has decided that a payment of this attempt is not to be recorded. Another payment under the same
/// attempt is money of its own and is asked about anew.
fn is_dismissed(attempt: &Attempt) -> bool {
    attempt.state == AttemptState::Cancelled && attempt.review_reason.is_some()
}

fn reviewed_report(attempt: &Attempt) -> Result<Report> {
    let text = attempt.reported.as_deref().unwrap_or_default();
    let kept: Reported = serde_json::from_str(text).map_err(|error| Error::Internal(error.to_string()))?;
    if kept.currency != "RUB" || kept.mode != attempt.mode {
        let message = "Такую оплату нельзя засчитать: другая валюта или другой режим. Верните её в кабинете провайдера";
        return Err(Error::conflict("not_recordable", message));
    }
    Ok(Report {
        status: ReportStatus::Paid,
        provider_ref: kept.provider_ref,
        attempt_ref: None,
        amount: kept.amount,
        currency: kept.currency,
        account_matches: true,
        mode: kept.mode,
        fee: kept.fee,
        paid_at: kept.paid_at,
        decline: None,
        details: None,
        confirmation_url: None,
    })
}
