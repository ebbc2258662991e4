//! One session of the exchange as the extension's scheduled job runs it: changes since the own mark go out, the feed
//! comes in page by page, every document is acknowledged on its own.

use std::collections::BTreeSet;

use reqwest::{Method, RequestBuilder, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;
use uuid::Uuid;

use super::book::Verdict;
use super::server::Onec;
use super::wire::{document_body, order_body};
use crate::gateways::onec::service::{
    Accepted, AckOut, DocumentOut, ErrorBody, FeedItem, FeedPage, OrderOut, Rejected,
};

/// A walk longer than this is a feed that never ends.
const MAX_PAGES: usize = 1_000;

/// What a session did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Orders the portal took.
    pub orders: u32,
    /// Own documents the portal took.
    pub documents: u32,
    /// Orders and documents the portal refused.
    pub refused: u32,
    /// Items of the feed acknowledged as accepted.
    pub accepted: u32,
    /// Items acknowledged as rejected.
    pub rejected: u32,
}

/// Why a session stopped early; the next one goes on from the same place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The switch «1С недоступна».
    #[error("1С недоступна")]
    Away,
    /// The switch «упасть до подтверждения».
    #[error("1С упала после записи документа {0}, до подтверждения")]
    Crashed(String),
    /// The portal was not reached or is broken.
    #[error("портал недоступен: {0}")]
    Portal(String),
}

/// An answer of the portal that is no fault of the line.
enum Answer<T> {
    Taken(T),
    Refused(String),
}

impl Onec {
    /// A whole session: out, then in. Two never run at once.
    ///
    /// # Errors
    /// [`Trouble`]; what was done before it stays done.
    pub async fn exchange(&self) -> Result<Report, Trouble> {
        let _session = self.session.lock().await;
        if self.lock().is_away() {
            return self.stopped(Err(Trouble::Away));
        }
        let mut report = Report::default();
        let done = self.whole_session(&mut report).await;
        self.stopped(done.map(|()| report))
    }

    async fn whole_session(&self, report: &mut Report) -> Result<(), Trouble> {
        self.send_orders_and_documents(report).await?;
        self.walk_feed(report).await
    }

    /// Sends what changed since the mark, without fetching.
    ///
    /// # Errors
    /// [`Trouble`]; the mark stands at the last thing sent.
    pub async fn send_changed(&self) -> Result<Report, Trouble> {
        let _session = self.session.lock().await;
        let mut report = Report::default();
        let done = self.send_orders_and_documents(&mut report).await;
        self.stopped(done.map(|()| report))
    }

    /// Walks the feed, without sending.
    ///
    /// # Errors
    /// [`Trouble`]; what was acknowledged before it stays so.
    pub async fn fetch_feed(&self) -> Result<Report, Trouble> {
        let _session = self.session.lock().await;
        let mut report = Report::default();
        let done = self.walk_feed(&mut report).await;
        self.stopped(done.map(|()| report))
    }

    fn stopped(&self, done: Result<Report, Trouble>) -> Result<Report, Trouble> {
        let at = self.clock.now();
        if let Err(trouble) = &done {
            self.lock().note(at, true, trouble.to_string());
        }
        done
    }

    async fn send_orders_and_documents(&self, report: &mut Report) -> Result<(), Trouble> {
        for (change, thing) in self.changed() {
            match thing {
                Changed::Order(guid) => self.send_order(guid, report).await?,
                Changed::Document(guid) => self.send_document(guid, report).await?,
            }
            self.lock().mark = change;
        }
        Ok(())
    }

    /// What is registered above the mark, in order of registration.
    fn changed(&self) -> Vec<(u64, Changed)> {
        let base = self.lock();
        let orders = base.orders.iter().filter(|order| order.to_pay);
        let orders = orders.map(|order| (order.change, Changed::Order(order.guid)));
        let documents = base.documents.iter().map(|document| (document.change, Changed::Document(document.guid)));
        let mut all: Vec<_> = orders.chain(documents).filter(|(change, _)| *change > base.mark).collect();
        all.sort_by_key(|(change, _)| *change);
        all
    }

    async fn send_order(&self, guid: Uuid, report: &mut Report) -> Result<(), Trouble> {
        let Some(body) = self.lock().order(guid).map(|order| order_body(order, self.seller_inn.as_deref())) else {
            return Ok(());
        };
        let answer: Answer<OrderOut> = self.call(Method::PUT, &["orders", &guid.to_string()], Some(&body)).await?;
        let at = self.clock.now();
        let mut base = self.lock();
        let (taken, note) = match &answer {
            Answer::Taken(out) => (true, format!("Заказ {} отправлен, редакция {}", body.number, out.revision)),
            Answer::Refused(message) => (false, format!("Заказ {} не принят: {message}", body.number)),
        };
        if let Some(order) = base.order_mut(guid) {
            match answer {
                Answer::Taken(out) => (order.portal, order.error) = (Some(out), None),
                Answer::Refused(message) => order.error = Some(message),
            }
        }
        base.note(at, !taken, note);
        report.orders += u32::from(taken);
        report.refused += u32::from(!taken);
        Ok(())
    }

    async fn send_document(&self, guid: Uuid, report: &mut Report) -> Result<(), Trouble> {
        let Some((body, orders)) = self.lock().document(guid).map(|document| {
            (document_body(document), document.rows.iter().map(|(order, _)| *order).collect::<BTreeSet<_>>())
        }) else {
            return Ok(());
        };
        let answer: Answer<DocumentOut> =
            self.call(Method::PUT, &["documents", &guid.to_string()], Some(&body)).await?;
        let (taken, note) = match answer {
            Answer::Taken(_) => (true, format!("Документ {} отправлен", body.number)),
            Answer::Refused(message) => (false, format!("Документ {} не принят: {message}", body.number)),
        };
        self.lock().note(self.clock.now(), !taken, note);
        report.documents += u32::from(taken);
        report.refused += u32::from(!taken);
        self.refresh(orders).await
    }

    async fn walk_feed(&self, report: &mut Report) -> Result<(), Trouble> {
        let mut touched = BTreeSet::new();
        let mut after: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let page = self.feed_page(after.as_deref()).await?;
            for item in &page.items {
                self.take(item, report).await?;
                touched.extend(item.allocations.iter().filter_map(|part| Uuid::parse_str(&part.order).ok()));
            }
            after = page.next;
            if after.is_none() {
                return self.refresh(touched).await;
            }
        }
        Err(Trouble::Portal("лента не кончается".to_owned()))
    }

    async fn feed_page(&self, after: Option<&str>) -> Result<FeedPage, Trouble> {
        let mut url = self.address(&["payments"])?;
        if let Some(after) = after {
            url.query_pairs_mut().append_pair("after", after);
        }
        match self.answer(self.signed(Method::GET, url)).await? {
            Answer::Taken(page) => Ok(page),
            Answer::Refused(message) => Err(Trouble::Portal(message)),
        }
    }

    /// Writes one document and acknowledges it. Between the two 1C may fall over; the item then comes again.
    async fn take(&self, item: &FeedItem, report: &mut Report) -> Result<(), Trouble> {
        let (verdict, crashed) = {
            let mut base = self.lock();
            (base.receive(item, self.today()), base.crashes_now())
        };
        if crashed {
            return Err(Trouble::Crashed(item.id.clone()));
        }
        match verdict {
            Verdict::Created(accepted) | Verdict::Present(accepted) => self.accept(item, accepted, report).await,
            Verdict::Differs(message) | Verdict::Refused(message) => self.reject(item, message, report).await,
        }
    }

    async fn accept(&self, item: &FeedItem, accepted: Accepted, report: &mut Report) -> Result<(), Trouble> {
        let posted = if accepted.posted { "проведён" } else { "записан, не проведён" };
        let note = format!("Платёж {} → {} {posted}", item.amount, accepted.number);
        let bad = !accepted.posted && !item.cancelled;
        self.acknowledge(&item.id, "accepted", &accepted, bad, note).await?;
        report.accepted += 1;
        Ok(())
    }

    async fn reject(&self, item: &FeedItem, message: String, report: &mut Report) -> Result<(), Trouble> {
        let note = format!("Платёж {} отклонён: {message}", item.amount);
        let rejected = Rejected { revision: item.revision, message };
        self.acknowledge(&item.id, "rejected", &rejected, true, note).await?;
        report.rejected += 1;
        Ok(())
    }

    async fn acknowledge(
        &self,
        id: &str,
        how: &str,
        body: &impl Serialize,
        bad: bool,
        note: String,
    ) -> Result<(), Trouble> {
        let answer: Answer<AckOut> = self.call(Method::POST, &["payments", id, how], Some(body)).await?;
        let mut base = self.lock();
        match answer {
            Answer::Taken(_) => base.note(self.clock.now(), bad, note),
            Answer::Refused(message) => base.note(self.clock.now(), true, format!("{note}; портал: {message}")),
        }
        Ok(())
    }

    /// Asks anew how the portal sees these orders.
    pub(super) async fn refresh(&self, orders: BTreeSet<Uuid>) -> Result<(), Trouble> {
        for guid in orders {
            if self.lock().order(guid).is_none_or(|order| order.portal.is_none()) {
                continue;
            }
            let answer: Answer<OrderOut> = self.call(Method::GET, &["orders", &guid.to_string()], None::<&()>).await?;
            if let (Answer::Taken(out), Some(order)) = (answer, self.lock().order_mut(guid)) {
                order.portal = Some(out);
            }
        }
        Ok(())
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&impl Serialize>,
    ) -> Result<Answer<T>, Trouble> {
        let request = self.signed(method, self.address(path)?);
        let request = if let Some(body) = body { request.json(body) } else { request };
        self.answer(request).await
    }

    fn address(&self, path: &[&str]) -> Result<Url, Trouble> {
        let mut url = self.portal();
        let mut segments = url.path_segments_mut().map_err(|()| Trouble::Portal("адрес не складывается".to_owned()))?;
        segments.pop_if_empty().extend(["1c", "v1"]).extend(path);
        drop(segments);
        Ok(url)
    }

    fn signed(&self, method: Method, url: Url) -> RequestBuilder {
        self.http.request(method, url).basic_auth(&self.user, Some(self.password.reveal()))
    }

    async fn answer<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<Answer<T>, Trouble> {
        let away = |error: reqwest::Error| Trouble::Portal(error.without_url().to_string());
        let answer = request.send().await.map_err(away)?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(away)?;
        if status.is_success() {
            let parsed = serde_json::from_slice(&body);
            return parsed.map(Answer::Taken).map_err(|error| Trouble::Portal(format!("ответ не читается: {error}")));
        }
        let told = serde_json::from_slice::<ErrorBody>(&body).map(|told| told.message);
        let message = told.unwrap_or_else(|_| format!("портал ответил {status}"));
        let passing = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS];
        if status.is_server_error() || passing.contains(&status) {
            return Err(Trouble::Portal(message));
        }
        Ok(Answer::Refused(message))
    }
}

/// A thing registered for the exchange.
#[derive(Clone, Copy)]
enum Changed {
    Order(Uuid),
    Document(Uuid),
}
