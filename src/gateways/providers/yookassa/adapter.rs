//! The account: the trait's words in terms of the API.

use std::net::IpAddr;

use chrono::Duration;
use serde_json::Value;

use super::client::{Client, unreadable};
use super::settings::YookassaSettings;
use super::{read, webhook, wire, write};
use crate::base::ids::AttemptId;
use crate::base::{Instant, Kopecks, Method, Mode};
use crate::domain::receipts::ReceiptDraft;
use crate::gateways::providers::{
    Answer, Capabilities, ClosingReceipt, CreatePayment, ErrorClass, MethodTerms, Page, PaymentProvider,
    PaymentSnapshot, ProviderError, ProviderKind, ReceiptSnapshot, RefundOrder, RefundSnapshot, Status, WebhookError,
    WebhookEvent,
};

/// Entries of one page: the most the API gives.
const PAGE: &str = "100";
/// Pages looked through for one attempt: ten thousand payments since it began.
const PAGES_MAX: usize = 100;
/// Our clock and the provider's may differ by this much.
const CLOCKS_DIFFER: Duration = Duration::minutes(10);

/// One shop at YooKassa.
pub struct Yookassa {
    settings: YookassaSettings,
    client: Client,
    mode: Mode,
    capabilities: Capabilities,
}

impl Yookassa {
    /// Prepares the account; calls nobody. The rustls provider of the process must be installed before.
    ///
    /// # Errors
    /// `Config` for a missing shop or key, a key of another mode, an address that is neither https nor on this machine.
    pub fn new(settings: YookassaSettings) -> Result<Self, ProviderError> {
        let mode = settings.checked_mode()?;
        let client = Client::new(&settings)?;
        let capabilities = capabilities(settings.card_most);
        Ok(Self { settings, client, mode, capabilities })
    }

    fn payment(&self, raw: Value, changes: bool) -> Result<PaymentSnapshot, ProviderError> {
        let snapshot = read::payment(raw, self.client.on_loopback()).ok_or_else(|| unreadable(changes))?;
        if let Status::Unknown(word) = &snapshot.status {
            tracing::warn!(account = self.settings.account, status = word, "unknown payment status");
        }
        Ok(snapshot)
    }

    async fn list(&self, what: &str, since: Instant, cursor: Option<&str>) -> Result<wire::List, ProviderError> {
        let from = since.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        let mut query = vec![("created_at.gte", from), ("limit", PAGE.to_owned())];
        query.extend(cursor.map(|cursor| ("cursor", cursor.to_owned())));
        let raw = self.client.get(&[what], &query).await?;
        serde_json::from_value(raw).map_err(|_| unreadable(false))
    }

    async fn payments_page(
        &self,
        since: Instant,
        cursor: Option<&str>,
    ) -> Result<Page<PaymentSnapshot>, ProviderError> {
        let list = self.list("payments", since, cursor).await?;
        let items = list.items.into_iter().map(|raw| self.payment(raw, false)).collect::<Result<_, _>>()?;
        Ok(Page { items, next: list.next_cursor })
    }

    async fn find(&self, attempt: &AttemptId, since: Instant) -> Result<Option<PaymentSnapshot>, ProviderError> {
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let page = self.payments_page(since - CLOCKS_DIFFER, cursor.as_deref()).await?;
            if let Some(found) = page.items.into_iter().find(|payment| payment.attempt_id.as_ref() == Some(attempt)) {
                return Ok(Some(found));
            }
            match page.next {
                Some(next) => cursor = Some(next),
                None => return Ok(None),
            }
        }
        // Not "there is none": the caller must not conclude that no money moved.
        Err(ProviderError::new(ErrorClass::Unavailable, "too_many_payments", "Слишком много платежей для поиска"))
    }
}

/// СБП takes from 1 to 700,000 rubles and stays payable for an hour (yookassa.ru, «Система быстрых платежей»).
fn capabilities(card_most: Option<Kopecks>) -> Capabilities {
    let terms = |method, most| MethodTerms { method, least: Kopecks::new(100), most, payable_for: Duration::hours(1) };
    Capabilities {
        methods: vec![
            terms(Method::Card, card_most.unwrap_or(Kopecks::new(i64::MAX))),
            terms(Method::Sbp, Kopecks::new(70_000_000)),
        ],
        two_stage: true,
        partial_refund: true,
        several_refunds: true,
        receipts: true,
        closing_receipts: true,
        cancel_pending: false,
        list: true,
    }
}

impl PaymentProvider for Yookassa {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Yookassa
    }

    fn account(&self) -> &str {
        &self.settings.account
    }

    fn account_ref(&self) -> &str {
        &self.settings.shop_id
    }

    fn mode(&self) -> Mode {
        self.mode
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn create_payment<'a>(&'a self, payment: &'a CreatePayment, key: &'a str) -> Answer<'a, PaymentSnapshot> {
        Box::pin(async move {
            let raw = self.client.post(&["payments"], &write::payment(payment), key).await?;
            self.payment(raw, true)
        })
    }

    fn fetch<'a>(&'a self, provider_ref: &'a str) -> Answer<'a, PaymentSnapshot> {
        Box::pin(async move {
            let snapshot = self.payment(self.client.get(&["payments", provider_ref], &[]).await?, false)?;
            // An answer about another payment is no answer.
            if snapshot.provider_ref == provider_ref { Ok(snapshot) } else { Err(unreadable(false)) }
        })
    }

    fn capture<'a>(
        &'a self,
        provider_ref: &'a str,
        amount: Kopecks,
        receipt: Option<&'a ReceiptDraft>,
        key: &'a str,
    ) -> Answer<'a, PaymentSnapshot> {
        Box::pin(async move {
            let path = ["payments", provider_ref, "capture"];
            self.payment(self.client.post(&path, &write::capture(amount, receipt), key).await?, true)
        })
    }

    fn cancel<'a>(&'a self, provider_ref: &'a str, key: &'a str) -> Answer<'a, PaymentSnapshot> {
        Box::pin(async move {
            let path = ["payments", provider_ref, "cancel"];
            self.payment(self.client.post(&path, &serde_json::json!({}), key).await?, true)
        })
    }

    fn refund<'a>(&'a self, refund: &'a RefundOrder, key: &'a str) -> Answer<'a, RefundSnapshot> {
        Box::pin(async move {
            let raw = self.client.post(&["refunds"], &write::refund(refund), key).await?;
            read::refund(raw).ok_or_else(|| unreadable(true))
        })
    }

    fn fetch_refund<'a>(&'a self, refund_ref: &'a str) -> Answer<'a, RefundSnapshot> {
        Box::pin(async move {
            let raw = self.client.get(&["refunds", refund_ref], &[]).await?;
            read::refund(raw).filter(|refund| refund.provider_ref == refund_ref).ok_or_else(|| unreadable(false))
        })
    }

    fn send_receipt<'a>(&'a self, receipt: &'a ClosingReceipt, key: &'a str) -> Answer<'a, ReceiptSnapshot> {
        Box::pin(async move {
            let raw = self.client.post(&["receipts"], &write::closing(receipt), key).await?;
            read::receipt(raw).ok_or_else(|| unreadable(true))
        })
    }

    fn fetch_receipt<'a>(&'a self, receipt_ref: &'a str) -> Answer<'a, ReceiptSnapshot> {
        Box::pin(async move {
            let raw = self.client.get(&["receipts", receipt_ref], &[]).await?;
            read::receipt(raw).ok_or_else(|| unreadable(false))
        })
    }

    fn list_since<'a>(&'a self, since: Instant, cursor: Option<&'a str>) -> Answer<'a, Page<PaymentSnapshot>> {
        Box::pin(self.payments_page(since, cursor))
    }

    fn list_refunds_since<'a>(&'a self, since: Instant, cursor: Option<&'a str>) -> Answer<'a, Page<RefundSnapshot>> {
        Box::pin(async move {
            let list = self.list("refunds", since, cursor).await?;
            let read = |raw| read::refund(raw).ok_or_else(|| unreadable(false));
            Ok(Page { items: list.items.into_iter().map(read).collect::<Result<_, _>>()?, next: list.next_cursor })
        })
    }

    fn find_by_attempt<'a>(&'a self, attempt: &'a AttemptId, since: Instant) -> Answer<'a, Option<PaymentSnapshot>> {
        Box::pin(self.find(attempt, since))
    }

    fn check(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            let me = self.client.get(&["me"], &[]).await?;
            let told = me.get("account_id").and_then(Value::as_str);
            if told.is_some_and(|told| told != self.settings.shop_id) {
                return Err(ProviderError::config("Ключ принадлежит другому магазину"));
            }
            match me.get("test").and_then(Value::as_bool) {
                Some(test) if test != (self.mode == Mode::Test) => {
                    Err(ProviderError::config("Режим магазина не совпадает с настройкой mode"))
                }
                _ => Ok(()),
            }
        })
    }

    fn parse_webhook(&self, body: &[u8]) -> Result<WebhookEvent, WebhookError> {
        webhook::parse(body)
    }

    fn webhook_sender_allowed(&self, sender: IpAddr) -> bool {
        !self.settings.check_sender || webhook::sender_in(&self.settings.webhook_networks, sender)
    }
}
