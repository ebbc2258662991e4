//! The bodies 1C writes, as plain text fields: what the emulator sends and the schemas describe.

use serde::{Deserialize, Serialize};

/// Body of `PUT /1c/v1/orders/{guid}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the meaning of each field stands in docs/schemas/order.json and at OrderIn")]
pub struct OrderBody {
    pub number: String,
    pub date: String,
    pub state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller_inn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<String>,
    pub buyer: BuyerBody,
    pub delivery: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_until: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deferred_until: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_parts: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    pub total: String,
    /// `true`/`false` or the VAT inside the total as decimal text.
    #[serde(default)]
    pub vat_included: serde_json::Value,
    pub lines: Vec<LineBody>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<DocumentBody>,
}

/// Buyer of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the meaning of each field stands in docs/schemas/order.json and at BuyerIn")]
pub struct BuyerBody {
    pub kind: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kpp: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// Line of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the meaning of each field stands in docs/schemas/order.json and at LineIn")]
pub struct LineBody {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    pub unit: String,
    pub quantity: String,
    pub price: String,
    pub amount: String,
    pub vat_rate: String,
}

/// Body of `PUT /1c/v1/documents/{guid}`, and a row of an order's `documents`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the meaning of each field stands in docs/schemas/document.json and at DocumentIn")]
pub struct DocumentBody {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    pub number: String,
    pub date: String,
    pub posted: bool,
    #[serde(default)]
    pub deleted: bool,
    pub amount: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incoming_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_inn: Option<String>,
    #[serde(default)]
    pub allocations: Vec<AllocationBody>,
}

/// So much of a document for that order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the meaning of each field stands in docs/schemas/document.json and at AllocationIn")]
pub struct AllocationBody {
    pub order: String,
    pub amount: String,
}
