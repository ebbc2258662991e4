//! What the emulator remembers.

use serde_json::{Map, Value};

use super::behaviour::Behaviour;
use crate::base::{Instant, Kopecks};

/// A payment; `decline` is set exactly when it is cancelled.
#[derive(Debug, Clone)]
pub(super) struct Payment {
    pub id: String,
    pub status: PaymentStatus,
    pub amount: Kopecks,
    pub capture: bool,
    pub description: Option<String>,
    pub metadata: Map<String, Value>,
    pub method: Option<String>,
    pub confirmation: Confirmation,
    pub customer_id: Option<String>,
    pub receipt: Option<Value>,
    pub created_at: Instant,
    /// Until when the buyer may pay, or until when the shop may capture.
    pub expires_at: Instant,
    pub captured_at: Option<Instant>,
    pub refunded: Kopecks,
    pub decline: Option<(&'static str, String)>,
    pub three_ds: bool,
    /// When money comes although the payment has expired.
    pub late_at: Option<Instant>,
    pub behaviour: Option<Behaviour>,
}

/// How the buyer confirms.
#[derive(Debug, Clone)]
pub(super) struct Confirmation {
    pub kind: String,
    pub return_url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PaymentStatus {
    Pending,
    WaitingForCapture,
    Succeeded,
    Canceled,
}

impl PaymentStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::WaitingForCapture => "waiting_for_capture",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

/// A refund; money is reserved unless it is cancelled.
#[derive(Debug, Clone)]
pub(super) struct Refund {
    pub id: String,
    pub payment_id: String,
    pub status: &'static str,
    pub amount: Kopecks,
    pub description: Option<String>,
    pub has_receipt: bool,
    pub created_at: Instant,
}

/// A receipt sent on its own.
#[derive(Debug, Clone)]
pub(super) struct Receipt {
    pub id: String,
    pub kind: String,
    pub payment_id: Option<String>,
    pub refund_id: Option<String>,
    pub items: Value,
    pub settlements: Value,
    pub tax_system: Option<Value>,
    pub created_at: Instant,
}

/// A registered notification address.
#[derive(Debug, Clone)]
pub(super) struct Hook {
    pub id: String,
    pub event: String,
    pub url: String,
}

/// One line of the log.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct Entry {
    pub at: String,
    pub kind: &'static str,
    pub what: String,
    pub result: String,
}
