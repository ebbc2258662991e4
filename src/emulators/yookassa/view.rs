//! Objects as the API shows them.

use chrono::Duration;
use serde_json::{Map, Value, json};

use super::model::{Hook, Payment, PaymentStatus, Receipt, Refund};
use super::state::State;
use crate::base::{Instant, Kopecks};

/// `2026-11-23T10:15:00.123Z`.
pub(super) fn moment(at: Instant) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Sets one field of an object.
pub(super) fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

pub(super) fn amount(sum: Kopecks) -> Value {
    json!({"value": sum.to_decimal_text(), "currency": "RUB"})
}

pub(super) fn payment(state: &State, payment: &Payment) -> Value {
    let paid = matches!(payment.status, PaymentStatus::Succeeded | PaymentStatus::WaitingForCapture);
    let mut view = json!({
        "id": payment.id,
        "status": payment.status.as_str(),
        "paid": paid,
        "amount": amount(payment.amount),
        "created_at": moment(payment.created_at),
        "metadata": payment.metadata,
        "recipient": {"account_id": state.shop_id, "gateway_id": "100700"},
        "refundable": payment.status == PaymentStatus::Succeeded && payment.refunded < payment.amount,
        "test": state.test,
    });
    if let Some(fields) = view.as_object_mut() {
        add_state(fields, state, payment);
        add_instrument(fields, payment, paid);
    }
    view
}

fn add_state(fields: &mut Map<String, Value>, state: &State, payment: &Payment) {
    let mut add = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
    if let Some(description) = &payment.description {
        add("description", json!(description));
    }
    if payment.customer_id.is_some() {
        add("merchant_customer_id", json!(payment.customer_id));
    }
    match payment.status {
        PaymentStatus::Pending => add("confirmation", confirmation(state, payment)),
        PaymentStatus::WaitingForCapture => add("expires_at", json!(moment(payment.expires_at))),
        PaymentStatus::Canceled => {
            let (party, reason) = payment.decline.clone().unwrap_or(("yoo_money", "general_decline".to_owned()));
            add("cancellation_details", json!({"party": party, "reason": reason}));
        }
        PaymentStatus::Succeeded => {
            add("income_amount", amount(income(payment.amount)));
            add("refunded_amount", amount(payment.refunded));
        }
    }
    if let Some(at) = payment.captured_at {
        add("captured_at", json!(moment(at)));
    }
    if payment.receipt.is_some() {
        add("receipt_registration", json!(registration(state, payment)));
    }
}

/// After the fee of the provider: 3.5 %.
fn income(paid: Kopecks) -> Kopecks {
    paid - Kopecks::new(paid.get() * 35 / 1000)
}

fn registration(state: &State, payment: &Payment) -> &'static str {
    match (payment.status, payment.captured_at) {
        (PaymentStatus::Canceled, _) => "canceled",
        (_, Some(at)) if is_registered(state.now, at) => "succeeded",
        _ => "pending",
    }
}

/// The cash register takes a second.
fn is_registered(now: Instant, since: Instant) -> bool {
    now - since >= Duration::seconds(1)
}

fn confirmation(state: &State, payment: &Payment) -> Value {
    let page = format!("{}/checkout/{}", state.base_url, payment.id);
    let Some(return_url) = &payment.confirmation.return_url else {
        return match payment.confirmation.kind.as_str() {
            "qr" => json!({"type": "qr", "confirmation_data": sbp_text(payment)}),
            kind => json!({"type": kind, "confirmation_token": format!("ct-{}", payment.id)}),
        };
    };
    json!({"type": "redirect", "return_url": return_url, "confirmation_url": page})
}

/// The text of a QR code in the shape of НСПК's, which no bank will pay.
pub(super) fn sbp_text(payment: &Payment) -> String {
    let id: String = payment.id.chars().filter(char::is_ascii_alphanumeric).take(26).collect();
    let sum = payment.amount.get();
    format!("https://qr.nspk.ru/STAND0{}?type=02&bank=000000000000&sum={sum}&cur=RUB&crc=0000", id.to_uppercase())
}

fn add_instrument(fields: &mut Map<String, Value>, payment: &Payment, paid: bool) {
    let Some(kind) = payment.method.as_deref() else { return };
    let mut method = json!({"type": kind, "id": payment.id, "saved": false});
    if let (Some(method), true) = (method.as_object_mut(), paid) {
        match kind {
            "sbp" => {
                let operation = format!("STAND{}", payment.id.replace('-', "").to_uppercase());
                method.insert("sbp_operation_id".to_owned(), json!(operation));
                method.insert("payer_bank_details".to_owned(), json!({"bank_id": "100000000111", "bic": "044525225"}));
            }
            "bank_card" => {
                method.insert("title".to_owned(), json!("Bank card *4444"));
                method.insert("card".to_owned(), card());
            }
            _ => {}
        }
    }
    fields.insert("payment_method".to_owned(), method);
    if paid && kind == "bank_card" {
        let details =
            json!({"rrn": "603668680243", "auth_code": "062467", "three_d_secure": {"applied": payment.three_ds}});
        fields.insert("authorization_details".to_owned(), details);
    }
}

fn card() -> Value {
    json!({
        "first6": "555555", "last4": "4444", "expiry_month": "12", "expiry_year": "2030", "card_type": "MasterCard",
        "issuer_country": "RU",
    })
}

pub(super) fn refund(state: &State, refund: &Refund) -> Value {
    let mut view = json!({
        "id": refund.id,
        "payment_id": refund.payment_id,
        "status": refund.status,
        "amount": amount(refund.amount),
        "created_at": moment(refund.created_at),
    });
    if let Some(fields) = view.as_object_mut() {
        if let Some(description) = &refund.description {
            fields.insert("description".to_owned(), json!(description));
        }
        if refund.status == "canceled" {
            let details = json!({"party": "payment_network", "reason": "rejected_by_payee"});
            fields.insert("cancellation_details".to_owned(), details);
        }
        if refund.has_receipt {
            let done = is_registered(state.now, refund.created_at);
            fields.insert("receipt_registration".to_owned(), json!(if done { "succeeded" } else { "pending" }));
        }
    }
    view
}

pub(super) fn receipt(state: &State, receipt: &Receipt) -> Value {
    let done = is_registered(state.now, receipt.created_at);
    let mut view = json!({
        "id": receipt.id,
        "type": receipt.kind,
        "status": if done { "succeeded" } else { "pending" },
        "items": receipt.items,
        "settlements": receipt.settlements,
    });
    if let Some(fields) = view.as_object_mut() {
        let optional = [
            ("payment_id", receipt.payment_id.as_ref().map(|id| json!(id))),
            ("refund_id", receipt.refund_id.as_ref().map(|id| json!(id))),
            ("tax_system_code", receipt.tax_system.clone()),
        ];
        fields.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        if done {
            fields.insert("registered_at".to_owned(), json!(moment(receipt.created_at + Duration::seconds(1))));
            fields.insert("fiscal_document_number".to_owned(), json!("3986"));
            fields.insert("fiscal_storage_number".to_owned(), json!("9288000100115785"));
            fields.insert("fiscal_attribute".to_owned(), json!("2617603921"));
            fields.insert("fiscal_provider_id".to_owned(), json!(receipt.id));
        }
    }
    view
}

pub(super) fn hook(hook: &Hook) -> Value {
    json!({"id": hook.id, "event": hook.event, "url": hook.url})
}
