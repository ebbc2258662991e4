//! Attempts to pay: at most one live per order, written down before the provider is called, asked about until the end.

use chrono::Duration;
use diesel::prelude::*;

use super::balance::{self, Balance};
use super::model::{Attempt, AttemptState};
use super::record::Report;
use super::store;
use super::transitions::{self, Event};
use crate::base::ids::{AttemptId, OrderId};
use crate::base::{Error, Instant, Kopecks, Method, Mode, Result};
use crate::db::Connection;
use crate::db::schema::attempts;
use crate::domain::orders::{self, Order, OrderState};
use crate::domain::outbox::{self, Message};
use crate::domain::{alerts, journal};

/// Pauses between questions to the provider, in seconds; afterwards hourly until the attempt's end and a day.
const PAUSES: [i64; 7] = [15, 30, 60, 120, 300, 600, 1200];
const LAST_PAUSE: i64 = 3600;

/// How long after its end an attempt is still asked about.
const ASKED_AFTER_END: Duration = Duration::hours(24);

/// The smallest part a customer may pay: one ruble, what providers take.
pub const SMALLEST_PART: Kopecks = Kopecks::new(100);

/// Why an order cannot be paid now; the page has words for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotPayable {
    /// 1C cancelled it.
    Cancelled,
    /// Another currency.
    Currency,
    /// Nothing is due.
    NothingDue,
    /// Paying ended.
    Deadline,
}

impl NotPayable {
    /// Stable machine name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cancelled => "order_cancelled",
            Self::Currency => "other_currency",
            Self::NothingDue => "nothing_due",
            Self::Deadline => "deadline_over",
        }
    }

    /// A finished Russian sentence.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Cancelled => "Заказ отменён",
            Self::Currency => "Заказ не в рублях, оплатить его здесь нельзя",
            Self::NothingDue => "По заказу ничего не нужно платить",
            Self::Deadline => "Срок оплаты закончился",
        }
    }
}

/// Whether an order can be paid now, and if not, why.
///
/// # Errors
/// The reason.
pub fn payable(order: &Order, balance: &Balance, now: Instant) -> std::result::Result<Kopecks, NotPayable> {
    if order.state == OrderState::Cancelled {
        return Err(NotPayable::Cancelled);
    }
    if !order.is_in_rubles() {
        return Err(NotPayable::Currency);
    }
    if !balance.due.is_positive() {
        return Err(NotPayable::NothingDue);
    }
    let deferred = order.deferred_until.is_some();
    if !deferred && order.pay_until.is_some_and(|until| until <= now) {
        return Err(NotPayable::Deadline);
    }
    Ok(balance.due)
}

/// A customer's wish to pay.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// The order.
    pub order_id: &'a OrderId,
    /// Card or СБП.
    pub method: Method,
    /// The provider account that offers it.
    pub account: &'a str,
    /// Its mode.
    pub mode: Mode,
    /// A part, where parts are allowed.
    pub amount: Option<Kopecks>,
    /// Hash of the browser's mark.
    pub browser: Option<&'a str>,
    /// «Начать заново»: replace the live attempt even if it would serve.
    pub anew: bool,
    /// How long the customer has at the provider.
    pub life: Duration,
}

/// What a wish led to.
#[derive(Debug, Clone)]
pub enum Started {
    /// A new attempt is written down: call the provider, then report.
    New(Attempt),
    /// The live attempt serves: go on with it.
    Resumed(Attempt),
}

/// Makes the frozen request of a new attempt: order, attempt, sum.
pub type Freeze<'a> = &'a dyn Fn(&mut Connection, &Order, &AttemptId, Kopecks) -> Result<String>;

/// Writes down a new attempt, or finds the live one that serves the wish. Pressing twenty times makes one attempt.
///
/// # Errors
/// `Conflict` with the codes of [`NotPayable`], `other_mode`, `payment_in_progress` (the provider has not yet answered
/// about the live attempt); `Invalid` for a wrong part.
pub fn start(connection: &mut Connection, wish: &Wish<'_>, freeze: Freeze<'_>, now: Instant) -> Result<Started> {
    let order = orders::store::lock(connection, wish.order_id)?;
    let balance = balance::get(connection, wish.order_id)?;
    let due = payable(&order, &balance, now).map_err(|why| Error::conflict(why.code(), why.message()))?;
    if order.mode != wish.mode {
        return Err(Error::conflict("other_mode", "Этот способ оплаты сейчас недоступен для заказа"));
    }
    let amount = part(&order, due, wish.amount)?;
    if let Some(live) = store::find_live_attempt(connection, wish.order_id)? {
        if serves(&live, wish, amount, now) {
            return Ok(Started::Resumed(live));
        }
        replace(connection, &live, now)?;
    }
    let id = AttemptId::fresh();
    let request = freeze(connection, &order, &id, amount)?;
    insert(connection, &id, &order, wish, amount, &request, now)?;
    let details = serde_json::json!({ "attempt": id, "method": wish.method, "amount": amount });
    journal::about_order(connection, now, "customer", order.id.as_str(), "attempt_started", details)?;
    Ok(Started::New(store::attempt(connection, &id)?))
}

fn part(order: &Order, due: Kopecks, wanted: Option<Kopecks>) -> Result<Kopecks> {
    match wanted {
        None => Ok(due),
        Some(wanted) if wanted == due => Ok(due),
        Some(_) if !order.allow_parts => Err(Error::invalid("amount", "Этот заказ оплачивают целиком")),
        Some(wanted) if wanted > due => Err(Error::invalid("amount", format!("Осталось оплатить {due}"))),
        Some(wanted) if wanted < SMALLEST_PART => {
            Err(Error::invalid("amount", format!("Наименьшая сумма — {SMALLEST_PART}")))
        }
        Some(wanted) => Ok(wanted),
    }
}

fn serves(live: &Attempt, wish: &Wish<'_>, amount: Kopecks, now: Instant) -> bool {
    let same = live.method == wish.method && live.account == wish.account && live.amount == amount;
    same && !wish.anew && live.expires_at > now
}

/// Replaces a live attempt. One whose fate is unknown is replaced only after it was asked about once.
fn replace(connection: &mut Connection, live: &Attempt, now: Instant) -> Result<()> {
    let unanswered = matches!(live.state, AttemptState::Unknown | AttemptState::Created) && live.checks == 0;
    if unanswered && live.created_at + Duration::minutes(5) > now {
        let message = "Оплата этого заказа уже идёт. Дождитесь ответа банка или начните заново через 5 минут";
        return Err(Error::conflict("payment_in_progress", message));
    }
    supersede(connection, live, now)
}

fn supersede(connection: &mut Connection, live: &Attempt, now: Instant) -> Result<()> {
    if let Some(next) = transitions::next(live.state, Event::Replaced) {
        enter(connection, live, next, None, "job", now)?;
        outbox::enqueue(connection, &Message::CancelAttempt { attempt_id: live.id.clone() }, now)?;
    }
    Ok(())
}

/// After a change of what is due: an attempt over another sum is no longer offered. The order must be locked.
///
/// # Errors
/// `Database` when a query fails.
pub fn supersede_if_due_changed(connection: &mut Connection, order_id: &OrderId, now: Instant) -> Result<()> {
    let Some(live) = store::find_live_attempt(connection, order_id)? else { return Ok(()) };
    let order = orders::store::get(connection, order_id)?;
    let due = balance::get(connection, order_id)?.due;
    let still_right = if order.allow_parts { live.amount <= due } else { live.amount == due };
    if still_right && live.order_revision == order.revision { Ok(()) } else { supersede(connection, &live, now) }
}

fn insert(
    connection: &mut Connection,
    id: &AttemptId,
    order: &Order,
    wish: &Wish<'_>,
    amount: Kopecks,
    request: &str,
    now: Instant,
) -> Result<()> {
    diesel::insert_into(attempts::table)
        .values((
            attempts::id.eq(id),
            attempts::order_id.eq(&order.id),
            attempts::order_revision.eq(order.revision),
            attempts::account.eq(wish.account),
            attempts::method.eq(wish.method),
            attempts::amount.eq(amount),
            attempts::mode.eq(order.mode),
            attempts::state.eq(AttemptState::Created),
            attempts::request.eq(request),
            attempts::browser.eq(wish.browser),
            attempts::created_at.eq(now),
            attempts::expires_at.eq(now + wish.life),
            attempts::next_check_at.eq(now + pause(0)),
        ))
        .execute(connection)?;
    Ok(())
}

fn pause(checks: i64) -> Duration {
    let pause = usize::try_from(checks).ok().and_then(|at| PAUSES.get(at)).copied();
    Duration::seconds(pause.unwrap_or(LAST_PAUSE))
}

/// Moves an attempt into a state the transition table gave.
///
/// # Errors
/// `Database` when a query fails.
pub(super) fn enter(
    connection: &mut Connection,
    attempt: &Attempt,
    next: AttemptState,
    decline: Option<&str>,
    actor: &str,
    now: Instant,
) -> Result<()> {
    let asked_on = next.is_live() || next == AttemptState::Superseded;
    diesel::update(attempts::table.filter(attempts::id.eq(&attempt.id)))
        .set((
            attempts::state.eq(next),
            attempts::decline.eq(decline.or(attempt.decline.as_deref())),
            attempts::finished_at.eq(if asked_on { None } else { Some(now) }),
            attempts::next_check_at.eq(asked_on.then(|| now + pause(attempt.checks))),
        ))
        .execute(connection)?;
    if next.is_live() {
        return Ok(());
    }
    let action = match next {
        AttemptState::Succeeded => "attempt_paid",
        AttemptState::Review => "attempt_review",
        AttemptState::Failed => "attempt_failed",
        AttemptState::Cancelled => "attempt_cancelled",
        AttemptState::Expired => "attempt_expired",
        _ => "attempt_superseded",
    };
    let details = serde_json::json!({
        "attempt": attempt.id, "method": attempt.method, "amount": attempt.amount, "decline": decline,
    });
    journal::about_order(connection, now, actor, attempt.order_id.as_str(), action, details)
}

/// Keeps what the provider tells of itself: its id, the page, the details.
pub(super) fn keep_reference(connection: &mut Connection, attempt: &Attempt, report: &Report) -> Result<()> {
    if attempt.provider_ref.is_none() {
        let taken = store::find_attempt_by_ref(connection, &attempt.account, &report.provider_ref)?;
        if taken.is_none() {
            diesel::update(attempts::table.filter(attempts::id.eq(&attempt.id)))
                .set(attempts::provider_ref.eq(&report.provider_ref))
                .execute(connection)?;
        }
    }
    diesel::update(attempts::table.filter(attempts::id.eq(&attempt.id)))
        .set((
            attempts::confirmation_url.eq(report.confirmation_url.as_deref().or(attempt.confirmation_url.as_deref())),
            attempts::details.eq(report.details.as_deref().or(attempt.details.as_deref())),
        ))
        .execute(connection)?;
    Ok(())
}

/// A person recorded this payment of the provider's for the attempt: a refund must go through it.
pub(super) fn point_at(connection: &mut Connection, id: &AttemptId, provider_ref: &str) -> Result<()> {
    diesel::update(attempts::table.filter(attempts::id.eq(id)))
        .set(attempts::provider_ref.eq(provider_ref))
        .execute(connection)?;
    Ok(())
}

pub(super) fn keep_review(
    connection: &mut Connection,
    id: &AttemptId,
    reason: &str,
    reported: &serde_json::Value,
) -> Result<()> {
    diesel::update(attempts::table.filter(attempts::id.eq(id)))
        .set((attempts::review_reason.eq(reason), attempts::reported.eq(reported.to_string())))
        .execute(connection)?;
    Ok(())
}

/// The question brought nothing new: ask again later. Past its end and a day an attempt without an answer is over.
///
/// # Errors
/// `Database` when a query fails.
pub fn schedule(connection: &mut Connection, attempt: &Attempt, now: Instant) -> Result<()> {
    let attempt = &store::attempt(connection, &attempt.id)?;
    if attempt.next_check_at.is_none() {
        return Ok(());
    }
    if now > attempt.expires_at + ASKED_AFTER_END {
        return give_up(connection, attempt, now);
    }
    diesel::update(attempts::table.filter(attempts::id.eq(&attempt.id)))
        .set((attempts::checks.eq(attempt.checks + 1), attempts::next_check_at.eq(now + pause(attempt.checks + 1))))
        .execute(connection)?;
    Ok(())
}

fn give_up(connection: &mut Connection, attempt: &Attempt, now: Instant) -> Result<()> {
    let Some(next) = transitions::next(attempt.state, Event::RanOut) else { return Ok(()) };
    if matches!(attempt.state, AttemptState::Unknown | AttemptState::Created) {
        let message = "Провайдер так и не ответил об оплате. Проверьте её в его кабинете";
        let alert = alerts::NewAlert {
            kind: "attempt_unanswered",
            subject: attempt.id.as_str(),
            severity: alerts::Severity::Critical,
            message,
            order_id: Some(attempt.order_id.as_str()),
        };
        alerts::open(connection, &alert, now)?;
    }
    enter(connection, attempt, next, None, "job", now)
}

/// The provider's answer to our request was lost: only asking will tell.
///
/// # Errors
/// `NotFound` for an unknown attempt.
pub fn mark_lost(connection: &mut Connection, id: &AttemptId, now: Instant) -> Result<()> {
    happen(connection, id, Event::Lost, None, now)
}

/// The provider refused to begin.
///
/// # Errors
/// `NotFound` for an unknown attempt.
pub fn mark_refused(connection: &mut Connection, id: &AttemptId, decline: &str, now: Instant) -> Result<()> {
    happen(connection, id, Event::Refused, Some(decline), now)
}

/// The provider certainly does not have it, and it will not be asked for any more.
///
/// # Errors
/// `NotFound` for an unknown attempt.
pub fn mark_absent(connection: &mut Connection, id: &AttemptId, now: Instant) -> Result<()> {
    happen(connection, id, Event::Withdrawn, None, now)
}

fn happen(
    connection: &mut Connection,
    id: &AttemptId,
    event: Event,
    decline: Option<&str>,
    now: Instant,
) -> Result<()> {
    let order_id = store::attempt(connection, id)?.order_id;
    orders::store::lock(connection, &order_id)?;
    let attempt = store::attempt(connection, id)?;
    match transitions::next(attempt.state, event) {
        Some(next) => enter(connection, &attempt, next, decline, "job", now),
        None => schedule(connection, &attempt, now),
    }
}
