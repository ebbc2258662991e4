//! A payment as we ask for it and as a provider reports it.

use serde::{Deserialize, Serialize};

use super::decline::Decline;
use crate::base::ids::AttemptId;
use crate::base::texts::Lang;
use crate::base::{Instant, Kopecks, Method};
use crate::domain::receipts::{Contact, ReceiptDraft};

/// What we ask for; frozen with the attempt before the call, so that a repeat says exactly the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatePayment {
    /// Our attempt; travels as metadata so that the payment can be found again.
    pub attempt_id: AttemptId,
    /// The order's number as people know it.
    pub order_number: String,
    /// What is to be paid.
    pub amount: Kopecks,
    /// The way of paying.
    pub method: Method,
    /// What the payer reads on the provider's page.
    pub description: String,
    /// Where the payer comes back to, whatever happened.
    pub return_url: String,
    /// When the payment should stop being payable, where the provider can do that.
    pub expires_at: Option<Instant>,
    /// Where the receipt goes.
    pub contact: Contact,
    /// The receipt, when one is due from the provider.
    pub receipt: Option<ReceiptDraft>,
    /// Language of the provider's page.
    pub lang: Lang,
}

/// Where a payment stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The payer has not paid yet.
    Pending,
    /// Money is held; it must be taken or let go.
    Authorized,
    /// Money is ours. Final; refunds do not change it.
    Paid,
    /// We called it off. Final.
    Canceled,
    /// The payer's bank or the provider refused. Final.
    Failed,
    /// Nobody paid in time. Final.
    Expired,
    /// A word we do not know: treated as pending, with an alert.
    Unknown(String),
}

impl Status {
    /// Whether nothing more is to be expected (a late success excepted).
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Paid | Self::Canceled | Self::Failed | Self::Expired)
    }
}

/// State of a receipt at the cash register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptRegistration {
    /// On its way.
    Pending,
    /// Registered.
    Succeeded,
    /// Refused: an accountant has to act; the payment stands.
    Canceled,
    /// A word we do not know.
    Unknown(String),
}

/// What is known of the payer's instrument; never more than may be kept (first six and last four digits of a card).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentDetails {
    /// First six digits of the card.
    pub card_first6: Option<String>,
    /// Last four digits of the card.
    pub card_last4: Option<String>,
    /// Payment system of the card.
    pub card_type: Option<String>,
    /// Retrieval reference number of the bank.
    pub rrn: Option<String>,
    /// Authorization code of the bank.
    pub auth_code: Option<String>,
    /// Operation id of СБП.
    pub sbp_operation_id: Option<String>,
    /// БИК of the payer's bank.
    pub bank_bic: Option<String>,
}

/// How a payment stands, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentSnapshot {
    /// The provider's id.
    pub provider_ref: String,
    /// Our attempt by the payment's metadata: to find a payment, never to choose an order (WHK-4).
    pub attempt_id: Option<AttemptId>,
    /// Where it stands.
    pub status: Status,
    /// Its sum; after a partial capture, the captured one.
    pub amount: Kopecks,
    /// Its currency, `RUB` for ours.
    pub currency: String,
    /// The provider's id of the shop that received it, if told.
    pub account_ref: Option<String>,
    /// Play money.
    pub test: bool,
    /// What reaches the shop after the provider's fee.
    pub income: Option<Kopecks>,
    /// Given back so far.
    pub refunded: Kopecks,
    /// The way of paying the payer chose, if it is one of ours.
    pub method: Option<Method>,
    /// The way of paying in the provider's word.
    pub method_kind: Option<String>,
    /// What is known of the instrument.
    pub details: PaymentDetails,
    /// The page to send the payer to; absent when the provider named an address we do not trust.
    pub confirmation_url: Option<String>,
    /// When it was made.
    pub created_at: Option<Instant>,
    /// When the money became ours.
    pub captured_at: Option<Instant>,
    /// Until when held money must be taken.
    pub expires_at: Option<Instant>,
    /// Why it did not happen.
    pub decline: Option<Decline>,
    /// State of its receipt.
    pub receipt_registration: Option<ReceiptRegistration>,
    /// The provider's answer without personal data and secrets.
    pub raw: serde_json::Value,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The entries, newest first.
    pub items: Vec<T>,
    /// Mark of the next page; none when this is the last.
    pub next: Option<String>,
}
