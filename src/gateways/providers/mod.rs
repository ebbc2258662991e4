//! Payment providers behind one trait. A provider's word is total, not a delta: a [`PaymentSnapshot`] says how things
//! stand, so applying it twice or late changes nothing. Nothing here touches the database or decides about money.

mod capabilities;
mod decline;
mod failure;
mod payment;
mod provider;
mod refund;
mod registry;
mod webhook;
pub mod yookassa;

pub use capabilities::{Capabilities, MethodTerms};
pub use decline::{Decline, DeclineReason};
pub use failure::{ErrorClass, ProviderError};
pub use payment::{CreatePayment, Page, PaymentDetails, PaymentSnapshot, ReceiptRegistration, Status};
pub use provider::{Answer, PaymentProvider, ProviderKind};
pub use refund::{ClosingReceipt, ReceiptSnapshot, RefundOrder, RefundSnapshot, RefundStatus};
pub use registry::{Account, Providers};
pub use webhook::{WebhookError, WebhookEvent, WebhookObject};
