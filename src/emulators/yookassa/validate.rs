//! Rules about what the API accepts; each refusal names its parameter.

use serde_json::{Map, Value};

use super::error::ApiError;
use crate::base::{Kopecks, Quantity};

type Fields = Map<String, Value>;

const MODES: [&str; 7] =
    ["full_prepayment", "partial_prepayment", "advance", "full_payment", "partial_payment", "credit", "credit_payment"];

/// The fields of a JSON object.
pub(super) fn fields(body: &Value) -> Result<&Fields, ApiError> {
    body.as_object().ok_or_else(|| ApiError::of(400, "invalid_request", "JSON object expected"))
}

/// An amount in rubles: text with exactly two decimals, above zero.
pub(super) fn amount(value: Option<&Value>, parameter: &str) -> Result<Kopecks, ApiError> {
    let about = |field: &str| format!("{parameter}{field}");
    let fields = value.and_then(Value::as_object);
    let fields = fields.ok_or_else(|| ApiError::invalid(parameter, "Missing or illegal value"))?;
    if fields.get("currency").and_then(Value::as_str) != Some("RUB") {
        return Err(ApiError::invalid(&about(".currency"), "Only RUB is supported by this shop"));
    }
    let text = fields.get("value").and_then(Value::as_str).unwrap_or_default();
    let two_decimals = text.split_once('.').is_some_and(|(_, decimals)| decimals.len() == 2);
    let sum = Kopecks::parse(text).ok().filter(|sum| two_decimals && sum.is_positive());
    sum.ok_or_else(|| ApiError::invalid(&about(".value"), "Amount must be like 100.00 and above zero"))
}

/// An optional text of at most `most` characters.
pub(super) fn text(fields: &Fields, name: &str, most: usize) -> Result<Option<String>, ApiError> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.chars().count() <= most => Ok(Some(text.clone())),
        Some(_) => Err(ApiError::invalid(name, format!("Text of at most {most} characters expected"))),
    }
}

/// Metadata: at most 16 pairs of text, keys to 32, values to 512 characters.
pub(super) fn metadata(fields: &Fields) -> Result<Fields, ApiError> {
    let pairs = match fields.get("metadata") {
        None | Some(Value::Null) => return Ok(Fields::new()),
        Some(Value::Object(pairs)) => pairs,
        Some(_) => return Err(ApiError::invalid("metadata", "Object expected")),
    };
    let fits = |(key, value): (&String, &Value)| {
        key.chars().count() <= 32 && value.as_str().is_some_and(|text| text.chars().count() <= 512)
    };
    if pairs.len() > 16 || !pairs.iter().all(fits) {
        return Err(ApiError::invalid("metadata", "At most 16 pairs of text, keys to 32, values to 512 characters"));
    }
    Ok(pairs.clone())
}

/// An address of a page: https, or http.
pub(super) fn web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// The receipt inside a payment, capture or refund: its lines must add up to `total`.
pub(super) fn receipt_of(fields: &Fields, total: Kopecks) -> Result<Option<Value>, ApiError> {
    match fields.get("receipt") {
        None | Some(Value::Null) => Ok(None),
        Some(receipt) => {
            let sum = receipt_sum(receipt, "receipt.")?;
            if sum != total {
                return Err(ApiError::invalid("receipt.items", "Sum of receipt items must be equal to the amount"));
            }
            Ok(Some(receipt.clone()))
        }
    }
}

/// The sum of a receipt's lines, when customer and lines are well formed.
pub(super) fn receipt_sum(receipt: &Value, prefix: &str) -> Result<Kopecks, ApiError> {
    let about = |name: &str| format!("{prefix}{name}");
    let has = |holder: Option<&Value>, name: &str| {
        holder.and_then(|holder| holder.get(name)?.as_str()).is_some_and(|text| !text.is_empty())
    };
    let reachable = |holder: Option<&Value>| has(holder, "email") || has(holder, "phone");
    if !reachable(receipt.get("customer")) && !reachable(Some(receipt)) {
        return Err(ApiError::invalid(&about("customer"), "E-mail or phone of the customer expected"));
    }
    let items = receipt.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if !(1..=80).contains(&items.len()) {
        return Err(ApiError::invalid(&about("items"), "From 1 to 80 items expected"));
    }
    items.iter().enumerate().map(|(at, item)| item_sum(item, &about(&format!("items[{at}].")))).sum()
}

fn item_sum(item: &Value, prefix: &str) -> Result<Kopecks, ApiError> {
    let wrong = |name: &str, text: &str| ApiError::invalid(&format!("{prefix}{name}"), text);
    let name = item.get("description").and_then(Value::as_str).unwrap_or_default();
    if !(1..=128).contains(&name.chars().count()) {
        return Err(wrong("description", "From 1 to 128 characters expected"));
    }
    if !item.get("vat_code").and_then(whole).is_some_and(|code| (1..=12).contains(&code)) {
        return Err(wrong("vat_code", "From 1 to 12 expected"));
    }
    let mode = item.get("payment_mode").filter(|mode| !mode.is_null());
    if mode.is_some_and(|mode| !mode.as_str().is_some_and(|mode| MODES.contains(&mode))) {
        return Err(wrong("payment_mode", "Unknown payment mode"));
    }
    let quantity = item.get("quantity").and_then(quantity).ok_or_else(|| wrong("quantity", "Illegal quantity"))?;
    let price = amount(item.get("amount"), &format!("{prefix}amount"))?;
    let product = i128::from(price.get()) * i128::from(quantity.get());
    Ok(Kopecks::new(i64::try_from((product + 500) / 1000).unwrap_or(i64::MAX)))
}

fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn quantity(value: &Value) -> Option<Quantity> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Quantity::parse(&text).ok().filter(|quantity| quantity.get() > 0)
}
