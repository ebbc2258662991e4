//! What can become of a payment: by the buyer's hand, by a script, by time.

use chrono::Duration;

use super::error::ApiError;
use super::model::{Payment, PaymentStatus};
use super::payments::HELD;
use super::state::State;
use super::{behaviour::Behaviour, delivery};
use crate::base::{Instant, Kopecks};

/// What the buyer, or a script in his place, does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Pays by card or by what the payment asks for.
    Success,
    /// Pays by card with 3-D Secure.
    SuccessWith3ds,
    /// Is refused for this reason of the API.
    Decline(String),
    /// Runs out of time at once.
    Timeout,
    /// Nothing comes back: the payment stays pending.
    Hang,
    /// Pays by СБП.
    SbpSuccess,
    /// His bank refuses СБП.
    SbpDecline,
    /// The payment expires now and is paid so many seconds later.
    LateSuccess(i64),
    /// Goes away.
    Close,
}

impl Outcome {
    /// Reads the value of a button or the last part of a control's path.
    #[must_use]
    pub fn parse(name: &str, reason: Option<&str>, after: Option<i64>) -> Option<Self> {
        Some(match name {
            "success" => Self::Success,
            "success_3ds" => Self::SuccessWith3ds,
            "decline" => Self::Decline(known_reason(reason.unwrap_or("general_decline"))?),
            "timeout" => Self::Timeout,
            "hang" => Self::Hang,
            "sbp_success" => Self::SbpSuccess,
            "sbp_decline" => Self::SbpDecline,
            "late_success" => Self::LateSuccess(after.unwrap_or(5)),
            "close" => Self::Close,
            _ => return None,
        })
    }
}

/// Reasons a buyer can choose, with words for the page.
pub(super) const REASONS: [(&str, &str); 11] = [
    ("insufficient_funds", "Не хватает денег"),
    ("payment_method_limit_exceeded", "Превышен лимит"),
    ("general_decline", "Отказ без объяснения"),
    ("call_issuer", "Обратитесь в банк"),
    ("card_expired", "Истёк срок карты"),
    ("invalid_card_number", "Неверный номер карты"),
    ("invalid_csc", "Неверный код CVC"),
    ("3d_secure_failed", "Не пройдена проверка 3-D Secure"),
    ("fraud_suspected", "Подозрение на мошенничество"),
    ("country_forbidden", "Страна карты не принимается"),
    ("issuer_unavailable", "Банк недоступен"),
];

fn known_reason(reason: &str) -> Option<String> {
    // Any word of the shape is allowed: a shop has to survive reasons it does not know.
    let plain = reason.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    (plain && (1..=64).contains(&reason.len())).then(|| reason.to_owned())
}

/// Does what the buyer does; a finished payment answers 409.
pub(super) fn apply(state: &mut State, id: &str, outcome: &Outcome) -> Result<(), ApiError> {
    if state.payment(id)?.status != PaymentStatus::Pending {
        return Err(ApiError::of(409, "invalid_request", "Платёж уже завершён"));
    }
    match outcome {
        Outcome::Hang | Outcome::Close => Ok(()),
        Outcome::Success | Outcome::SuccessWith3ds | Outcome::SbpSuccess => pay(state, id, outcome),
        Outcome::Decline(reason) => refuse(state, id, "payment_network", reason),
        Outcome::SbpDecline => refuse(state, id, "payment_network", "general_decline"),
        Outcome::Timeout => refuse(state, id, "yoo_money", "expired_on_confirmation"),
        Outcome::LateSuccess(after) => {
            let at = state.now + Duration::seconds(*after);
            state.payment_mut(id)?.late_at = Some(at);
            refuse(state, id, "yoo_money", "expired_on_confirmation")
        }
    }
}

fn pay(state: &mut State, id: &str, outcome: &Outcome) -> Result<(), ApiError> {
    let (now, behaviour) = (state.now, state.behaviour_of(state.payment(id)?));
    let payment = state.payment_mut(id)?;
    let chosen = if *outcome == Outcome::SbpSuccess { "sbp" } else { "bank_card" };
    payment.method.get_or_insert_with(|| chosen.to_owned());
    payment.three_ds = *outcome == Outcome::SuccessWith3ds;
    if behaviour == Behaviour::WrongAmount {
        payment.amount = another_sum(payment.amount);
    }
    if payment.capture {
        succeed(payment, now);
        delivery::enqueue(state, "payment.succeeded", id)
    } else {
        payment.status = PaymentStatus::WaitingForCapture;
        payment.expires_at = now + HELD;
        delivery::enqueue(state, "payment.waiting_for_capture", id)
    }
}

fn another_sum(asked: Kopecks) -> Kopecks {
    let ruble = Kopecks::new(100);
    if asked > ruble { asked - ruble } else { asked + ruble }
}

fn refuse(state: &mut State, id: &str, party: &'static str, reason: &str) -> Result<(), ApiError> {
    cancel(state.payment_mut(id)?, party, reason);
    delivery::enqueue(state, "payment.canceled", id)
}

pub(super) fn succeed(payment: &mut Payment, now: Instant) {
    payment.status = PaymentStatus::Succeeded;
    payment.captured_at = Some(now);
    payment.decline = None;
    payment.late_at = None;
}

pub(super) fn cancel(payment: &mut Payment, party: &'static str, reason: &str) {
    payment.status = PaymentStatus::Canceled;
    payment.decline = Some((party, reason.to_owned()));
}

/// What time alone has done until now.
pub(super) fn let_time_pass(state: &mut State) {
    let now = state.now;
    let mut events: Vec<(&'static str, String)> = Vec::new();
    for payment in &mut state.payments {
        if payment.late_at.is_some_and(|at| at <= now) {
            payment.method.get_or_insert_with(|| "sbp".to_owned());
            succeed(payment, now);
            events.push(("payment.succeeded", payment.id.clone()));
        } else if let (true, Some(reason)) = (payment.expires_at <= now, expiry(payment.status)) {
            cancel(payment, "yoo_money", reason);
            events.push(("payment.canceled", payment.id.clone()));
        }
    }
    for (event, id) in events {
        // The payment has just been walked over, so it is there.
        drop(delivery::enqueue(state, event, &id));
    }
}

const fn expiry(status: PaymentStatus) -> Option<&'static str> {
    match status {
        PaymentStatus::Pending => Some("expired_on_confirmation"),
        PaymentStatus::WaitingForCapture => Some("expired_on_capture"),
        PaymentStatus::Succeeded | PaymentStatus::Canceled => None,
    }
}
