//! From the API's objects to ours.

use chrono::DateTime;
use serde_json::{Map, Value};
use url::Url;

use super::settings::is_loopback;
use super::wire;
use crate::base::clock::truncated;
use crate::base::ids::AttemptId;
use crate::base::{Instant, Kopecks, Method};
use crate::gateways::providers::{
    Decline, DeclineReason, PaymentDetails, PaymentSnapshot, ReceiptRegistration, ReceiptSnapshot, RefundSnapshot,
    RefundStatus, Status,
};

/// Fields of an answer that may be kept (§2.7 of the providers' rules: no personal data, no links).
const KEPT: [&str; 36] = [
    "id",
    "status",
    "paid",
    "amount",
    "income_amount",
    "refunded_amount",
    "value",
    "currency",
    "created_at",
    "captured_at",
    "expires_at",
    "test",
    "refundable",
    "receipt_registration",
    "cancellation_details",
    "party",
    "reason",
    "authorization_details",
    "rrn",
    "auth_code",
    "recipient",
    "account_id",
    "gateway_id",
    "metadata",
    "attempt_id",
    "order_number",
    "payment_method",
    "type",
    "card",
    "first6",
    "last4",
    "card_type",
    "sbp_operation_id",
    "payer_bank_details",
    "bic",
    "payment_id",
];

/// A payment; None when its sums are no sums.
pub(super) fn payment(raw: Value, loopback: bool) -> Option<PaymentSnapshot> {
    let kept = masked(&raw);
    let read: wire::Payment = serde_json::from_value(raw).ok()?;
    let decline = read.cancellation_details.as_ref().map(decline);
    let kind = read.payment_method.as_ref().map(|method| method.kind.clone());
    let url = read.confirmation.as_ref().and_then(|confirmation| confirmation.confirmation_url.clone());
    Some(PaymentSnapshot {
        attempt_id: read.metadata.as_ref().and_then(|data| AttemptId::parse(data.attempt_id.as_deref()?).ok()),
        status: status(&read.status, decline.as_ref()),
        amount: sum(&read.amount)?,
        currency: read.amount.currency.clone(),
        account_ref: read.recipient.as_ref().and_then(|recipient| recipient.account_id.clone()),
        test: read.test,
        income: optional_sum(read.income_amount.as_ref())?,
        refunded: optional_sum(read.refunded_amount.as_ref())?.unwrap_or_default(),
        method: kind.as_deref().and_then(method),
        method_kind: kind,
        details: details(&read),
        confirmation_url: url.filter(|url| is_trusted_page(url, loopback)),
        created_at: moment(read.created_at.as_deref()),
        captured_at: moment(read.captured_at.as_deref()),
        expires_at: moment(read.expires_at.as_deref()),
        decline,
        receipt_registration: read.receipt_registration.as_deref().map(registration),
        raw: kept,
        provider_ref: read.id,
    })
}

/// A refund; None when its sum is no sum.
pub(super) fn refund(raw: Value) -> Option<RefundSnapshot> {
    let kept = masked(&raw);
    let read: wire::Refund = serde_json::from_value(raw).ok()?;
    Some(RefundSnapshot {
        status: match read.status.as_str() {
            "pending" => RefundStatus::Pending,
            "succeeded" => RefundStatus::Succeeded,
            "canceled" => RefundStatus::Failed,
            other => RefundStatus::Unknown(short(other)),
        },
        amount: sum(&read.amount)?,
        currency: read.amount.currency.clone(),
        created_at: moment(read.created_at.as_deref()),
        decline: read.cancellation_details.map(|details| details.reason),
        receipt_registration: read.receipt_registration.as_deref().map(registration),
        raw: kept,
        payment_ref: read.payment_id,
        provider_ref: read.id,
    })
}

/// A receipt.
pub(super) fn receipt(raw: Value) -> Option<ReceiptSnapshot> {
    let read: wire::Receipt = serde_json::from_value(raw).ok()?;
    Some(ReceiptSnapshot {
        provider_ref: read.id,
        registration: registration(&read.status),
        fiscal_document: read.fiscal_document_number,
        fiscal_storage: read.fiscal_storage_number,
        fiscal_attribute: read.fiscal_attribute,
        registered_at: moment(read.registered_at.as_deref()),
    })
}

fn status(word: &str, decline: Option<&Decline>) -> Status {
    match word {
        "pending" => Status::Pending,
        "waiting_for_capture" => Status::Authorized,
        "succeeded" => Status::Paid,
        "canceled" => match decline.map(|decline| decline.reason) {
            Some(DeclineReason::CalledOff) => Status::Canceled,
            Some(DeclineReason::Expired) => Status::Expired,
            _ => Status::Failed,
        },
        other => Status::Unknown(short(other)),
    }
}

fn decline(told: &wire::Cancellation) -> Decline {
    let reason = match told.reason.as_str() {
        "insufficient_funds" => DeclineReason::InsufficientFunds,
        "payment_method_limit_exceeded" => DeclineReason::LimitExceeded,
        "3d_secure_failed" => DeclineReason::ThreeDs,
        "general_decline" | "call_issuer" | "fraud_suspected" => DeclineReason::BankRefused,
        "card_expired" | "invalid_card_number" | "invalid_csc" => DeclineReason::CardProblem,
        "country_forbidden" | "payment_method_restricted" | "identification_required" => DeclineReason::NotAccepted,
        "expired_on_confirmation" | "expired_on_capture" | "deal_expired" => DeclineReason::Expired,
        "canceled_by_merchant" => DeclineReason::CalledOff,
        "internal_timeout" | "issuer_unavailable" | "rejected_by_timeout" => DeclineReason::ProviderFault,
        _ => DeclineReason::Other,
    };
    Decline { party: short(&told.party), code: short(&told.reason), reason }
}

fn registration(word: &str) -> ReceiptRegistration {
    match word {
        "pending" => ReceiptRegistration::Pending,
        "succeeded" => ReceiptRegistration::Succeeded,
        "canceled" => ReceiptRegistration::Canceled,
        other => ReceiptRegistration::Unknown(short(other)),
    }
}

fn method(kind: &str) -> Option<Method> {
    match kind {
        "bank_card" => Some(Method::Card),
        "sbp" => Some(Method::Sbp),
        _ => None,
    }
}

fn details(payment: &wire::Payment) -> PaymentDetails {
    let method = payment.payment_method.as_ref();
    let card = method.and_then(|method| method.card.as_ref());
    let bank = payment.authorization_details.as_ref();
    PaymentDetails {
        card_first6: card.and_then(|card| digits(card.first6.as_deref(), 6)),
        card_last4: card.and_then(|card| digits(card.last4.as_deref(), 4)),
        card_type: card.and_then(|card| card.card_type.as_deref().map(short)),
        rrn: bank.and_then(|bank| bank.rrn.as_deref().map(short)),
        auth_code: bank.and_then(|bank| bank.auth_code.as_deref().map(short)),
        sbp_operation_id: method.and_then(|method| method.sbp_operation_id.as_deref().map(short)),
        bank_bic: method.and_then(|method| method.payer_bank_details.as_ref()?.bic.as_deref().map(short)),
    }
}

/// At most `most` digits, so that no whole card number is ever kept by another's mistake.
fn digits(text: Option<&str>, most: usize) -> Option<String> {
    text.filter(|text| text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit())).map(str::to_owned)
}

/// Https, or this machine when the API itself is on it (the emulator).
fn is_trusted_page(address: &str, loopback: bool) -> bool {
    let page = Url::parse(address).ok().filter(|url| url.username().is_empty() && url.password().is_none());
    page.is_some_and(|url| match url.scheme() {
        "https" => url.has_host() && (loopback || !is_loopback(&url)),
        "http" => loopback && is_loopback(&url),
        _ => false,
    })
}

fn sum(amount: &wire::Amount) -> Option<Kopecks> {
    Kopecks::parse(&amount.value).ok()
}

/// None for a sum that is no sum; `Some(None)` for an absent one.
#[allow(clippy::option_option)] // two different absences, told apart right where they are read
fn optional_sum(amount: Option<&wire::Amount>) -> Option<Option<Kopecks>> {
    amount.map_or(Some(None), |amount| sum(amount).map(Some))
}

fn moment(text: Option<&str>) -> Option<Instant> {
    DateTime::parse_from_rfc3339(text?).ok().map(|at| truncated(at.naive_utc()))
}

fn short(text: &str) -> String {
    text.chars().take(64).collect()
}

fn masked(raw: &Value) -> Value {
    match raw {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, _)| KEPT.contains(&name.as_str()));
            Value::Object(kept.map(|(name, value)| (name.clone(), masked(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(masked).collect()),
        plain => plain.clone(),
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
