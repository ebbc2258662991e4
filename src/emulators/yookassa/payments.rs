//! Payments: create, capture, cancel.

use chrono::Duration;
use serde_json::{Map, Value};

use super::behaviour::Behaviour;
use super::error::{ApiError, ApiResult};
use super::model::{Confirmation, Payment, PaymentStatus};
use super::outcomes::{self, Outcome};
use super::state::{State, fresh_id};
use super::{delivery, validate, view};
use crate::base::Kopecks;

/// Ways of paying the API names.
const METHODS: [&str; 12] = [
    "bank_card",
    "sbp",
    "sberbank",
    "tinkoff_bank",
    "yoo_money",
    "cash",
    "mobile_balance",
    "installments",
    "sber_loan",
    "sber_bnpl",
    "alfa_pay",
    "b2b_sberbank",
];
/// СБП takes from 1 to 700 000 rubles.
const SBP_RANGE: std::ops::RangeInclusive<i64> = 100..=70_000_000;
/// How long a payment waits for its buyer, and held money for its capture.
const PAYABLE: Duration = Duration::hours(1);
pub(super) const HELD: Duration = Duration::days(7);

pub(super) fn create(state: &mut State, body: &Value) -> ApiResult {
    let payment = asked(state, validate::fields(body)?)?;
    let shown = view::payment(state, &payment);
    let (id, behaviour) = (payment.id.clone(), state.behaviour_of(&payment));
    state.payments.push(payment);
    match behaviour {
        Behaviour::Forged => delivery::enqueue_forged(state, &id)?,
        Behaviour::BeforeResponse => outcomes::apply(state, &id, &Outcome::Success)?,
        _ => {}
    }
    Ok(shown)
}

fn asked(state: &State, fields: &Map<String, Value>) -> Result<Payment, ApiError> {
    let amount = validate::amount(fields.get("amount"), "amount")?;
    let capture = fields.get("capture").and_then(Value::as_bool).unwrap_or(false);
    let metadata = validate::metadata(fields)?;
    Ok(Payment {
        id: fresh_id(),
        status: PaymentStatus::Pending,
        amount,
        capture,
        description: validate::text(fields, "description", 128)?,
        behaviour: Behaviour::of_metadata(&metadata),
        metadata,
        method: method(fields, amount, capture)?,
        confirmation: confirmation(fields)?,
        customer_id: validate::text(fields, "merchant_customer_id", 200)?,
        receipt: validate::receipt_of(fields, amount)?,
        created_at: state.now,
        expires_at: state.now + PAYABLE,
        captured_at: None,
        refunded: Kopecks::ZERO,
        decline: None,
        three_ds: false,
        late_at: None,
    })
}

fn method(fields: &Map<String, Value>, amount: Kopecks, capture: bool) -> Result<Option<String>, ApiError> {
    let Some(data) = fields.get("payment_method_data").filter(|data| !data.is_null()) else { return Ok(None) };
    let kind = data.get("type").and_then(Value::as_str).unwrap_or_default();
    if !METHODS.contains(&kind) {
        return Err(ApiError::invalid("payment_method_data.type", "Unknown payment method"));
    }
    if kind == "sbp" && !SBP_RANGE.contains(&amount.get()) {
        return Err(ApiError::invalid("amount.value", "SBP takes from 1.00 to 700000.00"));
    }
    if kind == "sbp" && !capture {
        return Err(ApiError::invalid("capture", "SBP payments have one stage"));
    }
    Ok(Some(kind.to_owned()))
}

fn confirmation(fields: &Map<String, Value>) -> Result<Confirmation, ApiError> {
    let asked = fields.get("confirmation").ok_or_else(|| ApiError::invalid("confirmation", "Missing value"))?;
    let kind = asked.get("type").and_then(Value::as_str).unwrap_or_default();
    if !["redirect", "embedded", "qr", "external", "mobile_application"].contains(&kind) {
        return Err(ApiError::invalid("confirmation.type", "Unknown confirmation type"));
    }
    let return_url = asked.get("return_url").and_then(Value::as_str).map(str::to_owned);
    let fits = |url: &String| url.len() <= 2048 && validate::web_address(url);
    if return_url.as_ref().is_some_and(|url| !fits(url)) || (kind == "redirect" && return_url.is_none()) {
        return Err(ApiError::invalid("confirmation.return_url", "Address of at most 2048 characters expected"));
    }
    Ok(Confirmation { kind: kind.to_owned(), return_url: return_url.filter(|_| kind == "redirect") })
}

pub(super) fn fetch(state: &State, id: &str) -> ApiResult {
    Ok(view::payment(state, state.payment(id)?))
}

/// Takes held money whole or in part; the rest is let go.
pub(super) fn capture(state: &mut State, id: &str, body: &Value) -> ApiResult {
    let payment = state.payment(id)?;
    let fields = validate::fields(body)?;
    if payment.status != PaymentStatus::WaitingForCapture {
        return Err(ApiError::of(400, "invalid_request", "Incorrect payment status for the operation"));
    }
    let taken = match fields.get("amount").filter(|amount| !amount.is_null()) {
        Some(amount) => validate::amount(Some(amount), "amount")?,
        None => payment.amount,
    };
    if taken > payment.amount {
        return Err(ApiError::invalid("amount.value", "More than was authorized"));
    }
    let receipt = validate::receipt_of(fields, taken)?;
    if taken < payment.amount && payment.receipt.is_some() && receipt.is_none() {
        return Err(ApiError::invalid("receipt", "A partial capture needs a receipt"));
    }
    let now = state.now;
    let payment = state.payment_mut(id)?;
    payment.amount = taken;
    payment.receipt = receipt.or_else(|| payment.receipt.take());
    outcomes::succeed(payment, now);
    delivery::enqueue(state, "payment.succeeded", id)?;
    fetch(state, id)
}

/// Lets held money go; a payment nobody has confirmed cannot be cancelled.
pub(super) fn cancel(state: &mut State, id: &str) -> ApiResult {
    let payment = state.payment_mut(id)?;
    if payment.status != PaymentStatus::WaitingForCapture {
        return Err(ApiError::of(400, "invalid_request", "Incorrect payment status for the operation"));
    }
    outcomes::cancel(payment, "merchant", "canceled_by_merchant");
    delivery::enqueue(state, "payment.canceled", id)?;
    fetch(state, id)
}
