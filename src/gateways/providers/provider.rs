//! The trait every provider fits.

use std::net::IpAddr;

use futures_util::future::BoxFuture;

use super::capabilities::Capabilities;
use super::failure::ProviderError;
use super::payment::{CreatePayment, Page, PaymentSnapshot};
use super::refund::{ClosingReceipt, ReceiptSnapshot, RefundOrder, RefundSnapshot};
use super::webhook::{WebhookError, WebhookEvent};
use crate::base::ids::AttemptId;
use crate::base::{Instant, Kopecks, Mode, text_enum};
use crate::domain::receipts::ReceiptDraft;

text_enum! {
    /// A protocol we speak.
    pub enum ProviderKind {
        /// YooKassa API v3.
        Yookassa => "yookassa",
    }
}

/// A provider's answer, later.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, ProviderError>>;

/// One account at a provider. Keys are the caller's: made from the row of the intent and reused for every repeat.
pub trait PaymentProvider: Send + Sync {
    /// The protocol.
    fn kind(&self) -> ProviderKind;
    /// Our name of the account.
    fn account(&self) -> &str;
    /// The provider's name of the account; a snapshot's `account_ref` must equal it (WHK-3).
    fn account_ref(&self) -> &str;
    /// Live or play money.
    fn mode(&self) -> Mode;
    /// What the account can do.
    fn capabilities(&self) -> &Capabilities;

    /// Asks for a payment.
    fn create_payment<'a>(&'a self, payment: &'a CreatePayment, key: &'a str) -> Answer<'a, PaymentSnapshot>;
    /// How a payment stands.
    fn fetch<'a>(&'a self, provider_ref: &'a str) -> Answer<'a, PaymentSnapshot>;
    /// Takes held money, or a part of it (a part needs a receipt).
    fn capture<'a>(
        &'a self,
        provider_ref: &'a str,
        amount: Kopecks,
        receipt: Option<&'a ReceiptDraft>,
        key: &'a str,
    ) -> Answer<'a, PaymentSnapshot>;
    /// Lets held money go.
    fn cancel<'a>(&'a self, provider_ref: &'a str, key: &'a str) -> Answer<'a, PaymentSnapshot>;
    /// Gives money back.
    fn refund<'a>(&'a self, refund: &'a RefundOrder, key: &'a str) -> Answer<'a, RefundSnapshot>;
    /// How a refund stands.
    fn fetch_refund<'a>(&'a self, refund_ref: &'a str) -> Answer<'a, RefundSnapshot>;
    /// Sends the receipt of a hand-over.
    fn send_receipt<'a>(&'a self, receipt: &'a ClosingReceipt, key: &'a str) -> Answer<'a, ReceiptSnapshot>;
    /// How a receipt stands.
    fn fetch_receipt<'a>(&'a self, receipt_ref: &'a str) -> Answer<'a, ReceiptSnapshot>;
    /// Payments made since a moment, newest first.
    fn list_since<'a>(&'a self, since: Instant, cursor: Option<&'a str>) -> Answer<'a, Page<PaymentSnapshot>>;
    /// Refunds made since a moment, newest first: also those made in the provider's cabinet.
    fn list_refunds_since<'a>(&'a self, since: Instant, cursor: Option<&'a str>) -> Answer<'a, Page<RefundSnapshot>>;
    /// The payment of our attempt, looked up among those made since the attempt: for keys too old to be repeated
    /// (PAY-3). None is a definite "there is none".
    fn find_by_attempt<'a>(&'a self, attempt: &'a AttemptId, since: Instant) -> Answer<'a, Option<PaymentSnapshot>>;
    /// Whether address and keys work.
    fn check(&self) -> Answer<'_, ()>;

    /// Reads a notification; no network.
    ///
    /// # Errors
    /// [`WebhookError`] when it is not what the provider sends.
    fn parse_webhook(&self, body: &[u8]) -> Result<WebhookEvent, WebhookError>;
    /// Whether a notification may come from this address: a second lock beside asking back (WHK-9).
    fn webhook_sender_allowed(&self, sender: IpAddr) -> bool;
}
