//! A pretend buyer: opens the link, chooses, pays at the provider. What he does goes over HTTP like anybody's.

use std::time::Duration;

use anyhow::{Context as _, anyhow, bail, ensure};
use uuid::Uuid;

use super::stand::Stand;
use crate::base::Result as HouseResult;
use crate::base::ids::OrderId;
use crate::db::Connection;
use crate::domain::orders::{Key, KeyKind, store};
use crate::domain::payments::{self, balance};
use crate::emulators::yookassa::Outcome;

/// How long a step of a story may take before the demo gives up.
const PATIENCE: Duration = Duration::from_secs(15);

/// An order both sides know.
#[derive(Debug, Clone)]
pub struct Known {
    /// In 1C.
    pub guid: Uuid,
    /// In the portal.
    pub id: OrderId,
    /// 1C's number.
    pub number: String,
    /// The customer's page.
    pub link: String,
}

/// The buyer.
pub struct Buyer<'a> {
    stand: &'a Stand,
    http: reqwest::Client,
}

impl<'a> Buyer<'a> {
    /// A buyer with a browser of his own.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(stand: &'a Stand) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()?;
        Ok(Self { stand, http })
    }

    /// What the portal has made of an order of 1C.
    ///
    /// # Errors
    /// When 1C has not sent it or the portal has refused it.
    pub async fn known(&self, guid: Uuid) -> anyhow::Result<Known> {
        let order = self.stand.onec.control.order(guid).context("заказа нет в учебной 1С")?;
        let Some(portal) = order.portal else {
            bail!("заказ {} не дошёл до портала: {}", order.number, order.error.unwrap_or_default());
        };
        let key = Key::of(KeyKind::OnecGuid, guid.to_string());
        let id = self.read(move |connection| store::find_by_key(connection, &key)).await?;
        Ok(Known {
            guid, id: id.context("заказа нет в портале")?, number: order.number, link: portal.link
        })
    }

    /// Presses «Оплатить»; returns the payment's id at the provider.
    ///
    /// # Errors
    /// When the page does not go on to the provider.
    pub async fn press(&self, order: &Known, fields: &[(&str, &str)]) -> anyhow::Result<String> {
        let mut form = vec![("method", "card"), ("email", "pokupatel@example.ru")];
        form.extend_from_slice(fields);
        let answer = self.http.post(format!("{}/start", order.link)).form(&form).send().await?;
        let status = answer.status();
        ensure!(status == reqwest::StatusCode::SEE_OTHER, "заказ {}: кнопка ответила {status}", order.number);
        let id = order.id.clone();
        let live = self.read(move |connection| payments::store::find_live_attempt(connection, &id)).await?;
        live.and_then(|attempt| attempt.provider_ref)
            .with_context(|| format!("заказ {}: оплата не начата", order.number))
    }

    /// Does at the provider what the outcome says.
    ///
    /// # Errors
    /// When the provider has no such payment.
    pub fn at_provider(&self, payment: &str, outcome: &Outcome) -> anyhow::Result<()> {
        self.stand.yookassa.control.outcome(payment, outcome).map_err(|text| anyhow!("учебный банк: {text}"))
    }

    /// Presses and pays; returns the payment's id once the money is in the portal's books.
    ///
    /// # Errors
    /// As [`Self::press`], or when the money does not arrive.
    pub async fn pay(&self, order: &Known, fields: &[(&str, &str)]) -> anyhow::Result<String> {
        let payment = self.press(order, fields).await?;
        let before = self.paid(order).await?;
        self.at_provider(&payment, &Outcome::Success)?;
        self.until("деньги не учтены", || async { Ok(self.paid(order).await? > before) }).await?;
        Ok(payment)
    }

    /// What has been paid on an order.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn paid(&self, order: &Known) -> anyhow::Result<crate::base::Kopecks> {
        let id = order.id.clone();
        self.read(move |connection| balance::get(connection, &id).map(|balance| balance.paid)).await
    }

    /// Waits until something is so.
    ///
    /// # Errors
    /// `fault` when it does not come about.
    pub async fn until<F>(&self, fault: &str, is_so: impl Fn() -> F) -> anyhow::Result<()>
    where
        F: Future<Output = anyhow::Result<bool>>,
    {
        let began = tokio::time::Instant::now();
        while !is_so().await? {
            ensure!(began.elapsed() < PATIENCE, "{fault}");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        Ok(())
    }

    /// Looks into the portal's books.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read<T, F>(&self, work: F) -> anyhow::Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> HouseResult<T> + Send + 'static,
    {
        self.stand.context().db.read(work).await.map_err(|error| anyhow!("{error}"))
    }

    /// Has 1C exchange now.
    ///
    /// # Errors
    /// When the session breaks off.
    pub async fn exchange(&self) -> anyhow::Result<()> {
        self.stand.onec.control.exchange().await.map(drop).map_err(|trouble| anyhow!("{trouble}"))
    }
}
