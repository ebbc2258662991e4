//! Receipts sent apart from payments: the closing ones.

use serde_json::Value;

use super::error::{ApiError, ApiResult};
use super::model::Receipt;
use super::state::{State, fresh_id};
use super::{validate, view};
use crate::base::Kopecks;

pub(super) fn create(state: &mut State, body: &Value) -> ApiResult {
    let fields = validate::fields(body)?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let kind = text("type").filter(|kind| matches!(kind.as_str(), "payment" | "refund"));
    let kind = kind.ok_or_else(|| ApiError::invalid("type", "payment or refund expected"))?;
    let (payment_id, refund_id) = (text("payment_id"), text("refund_id"));
    check_target(state, payment_id.as_deref(), refund_id.as_deref())?;
    let sum = validate::receipt_sum(body, "")?;
    if settled(body)? != sum {
        return Err(ApiError::invalid("settlements", "Sum of settlements must be equal to the sum of items"));
    }
    let receipt = Receipt {
        id: format!("rt_{}", &fresh_id().replace('-', "")),
        kind,
        payment_id,
        refund_id,
        items: fields.get("items").cloned().unwrap_or_default(),
        settlements: fields.get("settlements").cloned().unwrap_or_default(),
        tax_system: fields.get("tax_system_code").cloned(),
        created_at: state.now,
    };
    let shown = view::receipt(state, &receipt);
    state.receipts.push(receipt);
    Ok(shown)
}

fn check_target(state: &State, payment: Option<&str>, refund: Option<&str>) -> Result<(), ApiError> {
    match (payment, refund) {
        (Some(id), _) => state.payment(id).map(drop).map_err(|_| ApiError::invalid("payment_id", "Unknown payment")),
        (None, Some(id)) if state.refunds.iter().any(|refund| refund.id == id) => Ok(()),
        (None, Some(_)) => Err(ApiError::invalid("refund_id", "Unknown refund")),
        (None, None) => Err(ApiError::invalid("payment_id", "Missing value")),
    }
}

fn settled(body: &Value) -> Result<Kopecks, ApiError> {
    let list = body.get("settlements").and_then(Value::as_array).filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| ApiError::invalid("settlements", "Missing value"))?;
    list.iter().map(|one| validate::amount(one.get("amount"), "settlements.amount")).sum()
}

pub(super) fn fetch(state: &State, id: &str) -> ApiResult {
    let found = state.receipts.iter().find(|receipt| receipt.id == id).ok_or_else(ApiError::not_found)?;
    Ok(view::receipt(state, found))
}
