//! Refunds: money is reserved under the lock, so parallel ones never exceed the payment.

use serde_json::{Map, Value};

use super::error::{ApiError, ApiResult};
use super::model::{Payment, PaymentStatus, Refund};
use super::state::{State, fresh_id};
use super::{delivery, validate, view};
use crate::base::Kopecks;

pub(super) fn create(state: &mut State, body: &Value) -> ApiResult {
    let refund = asked(state, validate::fields(body)?)?;
    let (id, done) = (refund.id.clone(), refund.status == "succeeded");
    let (payment_id, amount) = (refund.payment_id.clone(), refund.amount);
    state.refunds.push(refund);
    if done {
        state.payment_mut(&payment_id)?.refunded += amount;
        delivery::enqueue(state, "refund.succeeded", &id)?;
    }
    fetch(state, &id)
}

fn asked(state: &State, fields: &Map<String, Value>) -> Result<Refund, ApiError> {
    let payment_id = fields.get("payment_id").and_then(Value::as_str).unwrap_or_default();
    let payment = state.payment(payment_id).map_err(|_| ApiError::invalid("payment_id", "Payment doesn't exist"))?;
    if payment.status != PaymentStatus::Succeeded {
        return Err(ApiError::invalid("payment_id", "The payment is not succeeded"));
    }
    let amount = validate::amount(fields.get("amount"), "amount")?;
    if amount > left(state, payment) {
        return Err(ApiError::invalid("amount.value", "More than is left of the payment"));
    }
    let receipt = validate::receipt_of(fields, amount)?;
    if amount < payment.amount && payment.receipt.is_some() && receipt.is_none() {
        return Err(ApiError::invalid("receipt", "A partial refund needs a receipt"));
    }
    // `metadata.sandbox_refund = pending` on the payment leaves its refunds to the control.
    let waits = payment.metadata.get("sandbox_refund").and_then(Value::as_str) == Some("pending");
    Ok(Refund {
        id: fresh_id(),
        payment_id: payment_id.to_owned(),
        status: if waits { "pending" } else { "succeeded" },
        amount,
        description: validate::text(fields, "description", 250)?,
        has_receipt: receipt.is_some() || payment.receipt.is_some(),
        created_at: state.now,
    })
}

fn left(state: &State, payment: &Payment) -> Kopecks {
    let reserved = state.refunds.iter().filter(|refund| refund.payment_id == payment.id && refund.status != "canceled");
    payment.amount - reserved.map(|refund| refund.amount).sum()
}

pub(super) fn fetch(state: &State, id: &str) -> ApiResult {
    let found = state.refunds.iter().find(|refund| refund.id == id).ok_or_else(ApiError::not_found)?;
    Ok(view::refund(state, found))
}

/// Ends a pending refund.
pub(super) fn finish(state: &mut State, id: &str, succeeds: bool) -> Result<(), ApiError> {
    let found = state.refunds.iter_mut().find(|refund| refund.id == id).ok_or_else(ApiError::not_found)?;
    if found.status != "pending" {
        return Err(ApiError::of(409, "invalid_request", "Возврат уже завершён"));
    }
    found.status = if succeeds { "succeeded" } else { "canceled" };
    let (payment_id, amount) = (found.payment_id.clone(), found.amount);
    if succeeds {
        state.payment_mut(&payment_id)?.refunded += amount;
        delivery::enqueue(state, "refund.succeeded", id)?;
    }
    Ok(())
}
