//! Refunds and receipts as we ask for them and as a provider reports them.

use serde::{Deserialize, Serialize};

use super::payment::ReceiptRegistration;
use crate::base::{Instant, Kopecks};
use crate::domain::receipts::ReceiptDraft;

/// A refund we ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundOrder {
    /// The provider's id of the payment.
    pub payment_ref: String,
    /// What to give back.
    pub amount: Kopecks,
    /// Why, in a few words.
    pub reason: String,
    /// The receipt; obligatory for a part.
    pub receipt: Option<ReceiptDraft>,
}

/// Where a refund stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// On its way.
    Pending,
    /// The money has gone back. Final.
    Succeeded,
    /// Refused. Final.
    Failed,
    /// A word we do not know: treated as pending, with an alert.
    Unknown(String),
}

/// How a refund stands, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundSnapshot {
    /// The provider's id.
    pub provider_ref: String,
    /// The provider's id of the payment.
    pub payment_ref: String,
    /// Where it stands.
    pub status: RefundStatus,
    /// What goes back.
    pub amount: Kopecks,
    /// `RUB` for ours.
    pub currency: String,
    /// When it was made.
    pub created_at: Option<Instant>,
    /// The provider's reason of a refusal.
    pub decline: Option<String>,
    /// State of its receipt.
    pub receipt_registration: Option<ReceiptRegistration>,
    /// The provider's answer without personal data.
    pub raw: serde_json::Value,
}

/// The receipt of a hand-over: what was paid before is settled now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosingReceipt {
    /// The provider's id of the payment.
    pub payment_ref: String,
    /// Lines with mode full payment.
    pub draft: ReceiptDraft,
}

/// How a receipt stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptSnapshot {
    /// The provider's id.
    pub provider_ref: String,
    /// Where it stands.
    pub registration: ReceiptRegistration,
    /// Number of the fiscal document (ФД).
    pub fiscal_document: Option<String>,
    /// Number of the fiscal storage (ФН).
    pub fiscal_storage: Option<String>,
    /// Fiscal attribute (ФПД).
    pub fiscal_attribute: Option<String>,
    /// When the cash register took it.
    pub registered_at: Option<Instant>,
}
