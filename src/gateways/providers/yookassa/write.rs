//! From our wishes to the API's bodies.

use serde_json::{Value, json};

use super::vat::vat_code;
use crate::base::texts::Lang;
use crate::base::{Kopecks, Method};
use crate::domain::receipts::{Contact, PaymentMode, ReceiptDraft, ReceiptItem};
use crate::gateways::providers::{ClosingReceipt, CreatePayment, RefundOrder};

/// Longest `description` of the API.
const DESCRIPTION_MAX: usize = 128;
/// Longest text of a refund's `description`.
const REASON_MAX: usize = 250;

pub(super) fn amount(sum: Kopecks) -> Value {
    json!({"value": sum.to_decimal_text(), "currency": "RUB"})
}

/// One-stage payment by one method; metadata names our attempt and the order, never a link (its token is a key).
pub(super) fn payment(wish: &CreatePayment) -> Value {
    let locale = match wish.lang {
        Lang::Ru => "ru_RU",
        Lang::En => "en_US",
    };
    let mut body = json!({
        "amount": amount(wish.amount),
        "capture": true,
        "description": cut(&wish.description, DESCRIPTION_MAX),
        "confirmation": {"type": "redirect", "return_url": wish.return_url, "locale": locale},
        "payment_method_data": {"type": method(wish.method)},
        "metadata": {"attempt_id": wish.attempt_id.as_str(), "order_number": cut(&wish.order_number, 512)},
    });
    attach(&mut body, wish.receipt.as_ref());
    body
}

pub(super) fn capture(sum: Kopecks, draft: Option<&ReceiptDraft>) -> Value {
    let mut body = json!({"amount": amount(sum)});
    attach(&mut body, draft);
    body
}

pub(super) fn refund(wish: &RefundOrder) -> Value {
    let mut body = json!({
        "payment_id": wish.payment_ref,
        "amount": amount(wish.amount),
        "description": cut(&wish.reason, REASON_MAX),
    });
    attach(&mut body, wish.receipt.as_ref());
    body
}

/// The money came before, so the closing receipt is settled by the prepayment (tag 1215).
pub(super) fn closing(wish: &ClosingReceipt) -> Value {
    let mut body = receipt(&wish.draft);
    if let Some(fields) = body.as_object_mut() {
        fields.insert("type".to_owned(), json!("payment"));
        fields.insert("payment_id".to_owned(), json!(wish.payment_ref));
        fields.insert("send".to_owned(), json!(true));
        let settled = json!([{"type": "prepayment", "amount": amount(wish.draft.total())}]);
        fields.insert("settlements".to_owned(), settled);
    }
    body
}

fn attach(body: &mut Value, draft: Option<&ReceiptDraft>) {
    if let (Some(fields), Some(draft)) = (body.as_object_mut(), draft) {
        fields.insert("receipt".to_owned(), receipt(draft));
    }
}

fn receipt(draft: &ReceiptDraft) -> Value {
    let items: Vec<Value> = draft.items.iter().map(item).collect();
    let mut body = json!({"customer": customer(draft), "items": items});
    if let (Some(fields), Some(system)) = (body.as_object_mut(), draft.tax_system) {
        fields.insert("tax_system_code".to_owned(), json!(system));
    }
    body
}

/// `amount` of an item is the price of one unit.
fn item(item: &ReceiptItem) -> Value {
    let mode = match item.mode {
        PaymentMode::Prepayment => "partial_prepayment",
        other => other.as_str(),
    };
    json!({
        "description": item.name,
        "quantity": item.quantity.to_decimal_text(),
        "amount": amount(item.price),
        "vat_code": vat_code(item.vat),
        "payment_mode": mode,
        "payment_subject": item.subject.as_str(),
    })
}

fn customer(draft: &ReceiptDraft) -> Value {
    let Contact { email, phone } = &draft.contact;
    let fields = [
        ("email", email.clone()),
        ("phone", phone.as_deref().and_then(plain_phone)),
        ("full_name", draft.buyer_name.as_deref().map(|name| cut(name, 256))),
        ("inn", draft.buyer_inn.clone()),
    ];
    let told =
        fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value.filter(|v| !v.is_empty())?))));
    Value::Object(told.collect())
}

/// `79161234567` of any usual Russian spelling.
fn plain_phone(phone: &str) -> Option<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        11 if digits.starts_with(['7', '8']) => digits.get(1..).map(|rest| format!("7{rest}")),
        10 if digits.starts_with('9') => Some(format!("7{digits}")),
        _ => None,
    }
}

fn method(method: Method) -> &'static str {
    match method {
        Method::Card => "bank_card",
        Method::Sbp => "sbp",
    }
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
