//! Which of its states a page is in: read from the facts, never from the address (LNK-10).

use chrono::Duration;

use super::facts::Facts;
use super::state::{ContactAnswer, Decline, NotPayable, PageState};
use super::view::Way;
use crate::base::{Instant, Kopecks, Zone};
use crate::domain::orders::OrderState;
use crate::domain::payments::attempts::{self, NotPayable as Why};
use crate::domain::payments::{Attempt, AttemptState, RefundState};

/// How long a refusal of the bank stays on the page.
const REFUSAL_SHOWN: Duration = Duration::hours(1);

/// An attempt whose request is still on its way is "being checked", not "unknown".
const CALL_TIME: Duration = Duration::seconds(40);

/// After this a payment with an unknown outcome may be started anew.
const ANEW_AFTER: Duration = Duration::minutes(5);

/// What the handler knows beside the facts.
pub(super) struct Circumstances<'a> {
    pub now: Instant,
    pub zone: Zone,
    /// Hash of the mark of the browser that asks.
    pub browser: Option<&'a str>,
    /// An honest receipt can be made.
    pub receipt_possible: bool,
    /// Some account offers a way to pay.
    pub offered: bool,
    /// Ways whose account does not answer.
    pub down: &'a [Way],
}

/// The state of the page.
pub(super) fn state(facts: &Facts, around: &Circumstances<'_>) -> PageState {
    if facts.order.state == OrderState::Cancelled {
        return cancelled(facts);
    }
    if let Some(state) = refunding(facts) {
        return state;
    }
    if let Some(live) = facts.live(around.now) {
        return paying(live, around);
    }
    if under_review(facts) {
        return PageState::Unknown { checked: None };
    }
    match attempts::payable(&facts.order, &facts.balance, around.now) {
        Ok(_) => to_pay(facts, around),
        Err(Why::Deadline) => over(facts, around),
        Err(Why::Currency) => PageState::NotPayable(NotPayable::OtherCurrency),
        Err(Why::Cancelled) => cancelled(facts),
        Err(Why::NothingDue) => settled(facts),
    }
}

fn cancelled(facts: &Facts) -> PageState {
    let here = facts.balance.paid;
    match (here.is_positive(), facts.returned()) {
        (true, _) => PageState::CancelledWithMoney { amount: here },
        (false, Some((amount, at))) => PageState::RefundDone { amount, at },
        (false, None) => PageState::Cancelled,
    }
}

fn refunding(facts: &Facts) -> Option<PageState> {
    let asked =
        |state: RefundState| matches!(state, RefundState::Approved | RefundState::Running | RefundState::Unknown);
    let running: Kopecks = facts.refunds.iter().filter(|refund| asked(refund.state)).map(|refund| refund.amount).sum();
    running.is_positive().then_some(PageState::RefundRunning { amount: running })
}

fn paying(live: &Attempt, around: &Circumstances<'_>) -> PageState {
    let way = Way::from(live.method);
    let unanswered = live.state == AttemptState::Unknown
        || (live.state == AttemptState::Created && live.created_at + CALL_TIME < around.now);
    if unanswered {
        let checked = (live.checks > 0).then_some(around.now);
        return PageState::Unknown { checked };
    }
    let can_resume = live.confirmation_url.is_some();
    let here = live.browser.is_some() && live.browser.as_deref() == around.browser;
    if here {
        return PageState::Checking { way, can_resume };
    }
    let wait = live.created_at + ANEW_AFTER - around.now;
    let blocked = live.state == AttemptState::Created;
    let minutes = (blocked && wait > Duration::zero()).then(|| u32::try_from(wait.num_minutes() + 1).unwrap_or(5));
    PageState::OtherWindow { way, minutes, can_resume }
}

/// A payment that differs from what was asked waits for a person: the customer must not pay a second time meanwhile.
fn under_review(facts: &Facts) -> bool {
    facts.attempts.first().is_some_and(|attempt| attempt.state == AttemptState::Review)
}

fn over(facts: &Facts, around: &Circumstances<'_>) -> PageState {
    if facts.balance.paid.is_positive() {
        return PageState::PartlyPaid;
    }
    if facts.link_asked {
        return PageState::LinkAsked;
    }
    let until = facts.order.pay_until.unwrap_or(around.now);
    PageState::Expired { until, contact: ContactAnswer::default() }
}

fn settled(facts: &Facts) -> PageState {
    let balance = &facts.balance;
    let surplus = balance.to_return();
    if surplus.is_positive() {
        return PageState::Overpaid { surplus, back_by: None };
    }
    if let Some((amount, at)) = facts.returned() {
        return PageState::RefundDone { amount, at };
    }
    match facts.last_payment() {
        Some(money) if balance.paid >= balance.total => PageState::Paid { at: money.at, kind: money.kind },
        _ if balance.total.is_positive() => PageState::SettledByShop,
        _ => PageState::NotPayable(NotPayable::NothingDue),
    }
}

fn to_pay(facts: &Facts, around: &Circumstances<'_>) -> PageState {
    if !around.receipt_possible {
        return PageState::NotPayable(NotPayable::ReceiptUnclear);
    }
    if !around.offered {
        return PageState::ProviderDown { way: None };
    }
    if let Some(state) = refused(facts, around) {
        return state;
    }
    if let Some(state) = changed(facts) {
        return state;
    }
    if let Some(way) = around.down.first() {
        return PageState::ProviderDown { way: Some(*way) };
    }
    if facts.balance.paid.is_positive() {
        return PageState::PartlyPaid;
    }
    if facts.order.state == OrderState::Closed {
        return PageState::ClosedWithDebt;
    }
    match facts.order.deferred_until {
        Some(day) => {
            let end = day.and_hms_opt(23, 59, 59).unwrap_or_default();
            PageState::Deferred { until: around.zone.to_utc(end) }
        }
        None => PageState::Waiting,
    }
}

/// The bank's last word, if it was no, is fresh, and nothing came after it.
fn refused(facts: &Facts, around: &Circumstances<'_>) -> Option<PageState> {
    let last = facts.attempts.first()?;
    let ended = last.finished_at?;
    let no = matches!(last.state, AttemptState::Failed | AttemptState::Expired);
    let fresh = ended + REFUSAL_SHOWN > around.now && last.order_revision == facts.order.revision;
    let newer_money = facts.last_payment().is_some_and(|money| money.at >= ended);
    if !no || !fresh || newer_money {
        return None;
    }
    let reason = match last.decline.as_deref() {
        Some(code) => Decline::from_code(code),
        None if last.state == AttemptState::Expired => Decline::Expired,
        None => Decline::BankRefused,
    };
    Some(PageState::Refused { reason, way: Way::from(last.method), at: Some(ended) })
}

/// The shop changed the order: said until the customer starts paying the new sum.
fn changed(facts: &Facts) -> Option<PageState> {
    let was = facts.order.changed_from?;
    let last = facts.attempts.first();
    match last {
        Some(attempt) if attempt.order_revision >= facts.order.revision => None,
        Some(attempt) if attempt.state == AttemptState::Superseded => Some(PageState::ChangedWhilePaying { was }),
        _ if facts.balance.paid.is_positive() => None,
        _ => Some(PageState::Changed { was }),
    }
}
