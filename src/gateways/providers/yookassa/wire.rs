//! Objects of the API as they come; unknown fields and words are tolerated, missing optional ones too.

#![allow(clippy::struct_field_names)] // the names are the API's

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct Amount {
    pub value: String,
    pub currency: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Payment {
    pub id: String,
    pub status: String,
    pub amount: Amount,
    pub income_amount: Option<Amount>,
    pub refunded_amount: Option<Amount>,
    pub created_at: Option<String>,
    pub captured_at: Option<String>,
    pub expires_at: Option<String>,
    #[serde(default)]
    pub test: bool,
    pub confirmation: Option<Confirmation>,
    pub payment_method: Option<PaymentMethod>,
    pub recipient: Option<Recipient>,
    pub cancellation_details: Option<Cancellation>,
    pub authorization_details: Option<Authorization>,
    pub receipt_registration: Option<String>,
    pub metadata: Option<Metadata>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Confirmation {
    pub confirmation_url: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PaymentMethod {
    #[serde(rename = "type")]
    pub kind: String,
    pub card: Option<Card>,
    pub sbp_operation_id: Option<String>,
    pub payer_bank_details: Option<Bank>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Card {
    pub first6: Option<String>,
    pub last4: Option<String>,
    pub card_type: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Bank {
    pub bic: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Recipient {
    pub account_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Cancellation {
    #[serde(default)]
    pub party: String,
    #[serde(default)]
    pub reason: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Authorization {
    pub rrn: Option<String>,
    pub auth_code: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    pub attempt_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Refund {
    pub id: String,
    pub payment_id: String,
    pub status: String,
    pub amount: Amount,
    pub created_at: Option<String>,
    pub cancellation_details: Option<Cancellation>,
    pub receipt_registration: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Receipt {
    pub id: String,
    pub status: String,
    pub fiscal_document_number: Option<String>,
    pub fiscal_storage_number: Option<String>,
    pub fiscal_attribute: Option<String>,
    pub registered_at: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct List {
    #[serde(default)]
    pub items: Vec<serde_json::Value>,
    pub next_cursor: Option<String>,
}
