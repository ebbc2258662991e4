//! Calls to the API: one try is one try, and what it means for money is told by its error.

use std::time::Duration;

use base64::Engine;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use url::Url;

use super::failure::{Does, never_sent, pause_of_202, refused, unanswered};
use super::resolver::PublicOnly;
use super::settings::{YookassaSettings, is_loopback};
use crate::gateways::providers::{ErrorClass, ProviderError};

/// Longest answer we read (NET-4).
const BODY_MAX: usize = 1024 * 1024;
/// Tries of a call that never left, and of one answered 202.
const TRIES: u32 = 3;

/// `Authorization` of a shop.
#[must_use]
pub fn basic_auth(shop_id: &str, secret_key: &str) -> String {
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{shop_id}:{secret_key}"));
    format!("Basic {pair}")
}

/// Whether a text can be an id in a path: nothing that walks out of it.
pub(super) fn is_plain_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    authorization: reqwest::header::HeaderValue,
    pause: Duration,
}

struct Answered {
    status: StatusCode,
    retry_after: Option<u64>,
    body: Vec<u8>,
}

impl Client {
    pub(super) fn new(settings: &YookassaSettings) -> Result<Self, ProviderError> {
        let base = settings.checked_url()?;
        let auth = basic_auth(&settings.shop_id, settings.secret_key.reveal());
        let mut authorization = reqwest::header::HeaderValue::from_str(&auth)
            .map_err(|_| ProviderError::config("secret_key не годится для заголовка"))?;
        authorization.set_sensitive(true);
        let http = http_client(settings, is_loopback(&base))?;
        Ok(Self { http, base, authorization, pause: settings.retry_pause })
    }

    /// Whether the API itself is on this machine.
    pub(super) fn on_loopback(&self) -> bool {
        is_loopback(&self.base)
    }

    pub(super) async fn get(&self, path: &[&str], query: &[(&str, String)]) -> Result<Value, ProviderError> {
        let mut url = self.url(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let build = || self.http.request(Method::GET, url.clone());
        self.call(build, Does::Ask).await
    }

    pub(super) async fn post(&self, path: &[&str], body: &Value, key: &str) -> Result<Value, ProviderError> {
        let url = self.url(path)?;
        let build = || self.http.request(Method::POST, url.clone()).header("Idempotence-Key", key).json(body);
        self.call(build, Does::Change).await
    }

    /// The address of a path; ids come from outside, so they are checked and percent-encoded.
    fn url(&self, path: &[&str]) -> Result<Url, ProviderError> {
        if let Some(odd) = path.iter().find(|part| !is_plain_id(part)) {
            let text = format!("Недопустимый идентификатор «{}»", odd.chars().take(40).collect::<String>());
            return Err(ProviderError::new(ErrorClass::NotFound, "bad_id", text));
        }
        let mut url = self.base.clone();
        url.path_segments_mut().map_err(|()| ProviderError::config("api_url не годится"))?.pop_if_empty().extend(path);
        Ok(url)
    }

    async fn call(&self, build: impl Fn() -> reqwest::RequestBuilder, does: Does) -> Result<Value, ProviderError> {
        let mut tries = 1;
        loop {
            let answered = self.sent(&build, does).await?;
            if answered.status != StatusCode::ACCEPTED {
                return read(&answered, does);
            }
            if tries == TRIES {
                return Err(unanswered(does, "still_processing"));
            }
            tries += 1;
            tokio::time::sleep(pause_of_202(&answered.body)).await;
        }
    }

    /// Sends once; tries again only while the connection cannot be made, since then nothing has been sent.
    async fn sent(&self, build: &impl Fn() -> reqwest::RequestBuilder, does: Does) -> Result<Answered, ProviderError> {
        let mut tries = 1;
        loop {
            let request = build().header(reqwest::header::AUTHORIZATION, self.authorization.clone());
            match request.send().await {
                Ok(response) => return whole(response, does).await,
                Err(error) if error.is_builder() => return Err(ProviderError::config("запрос не составлен")),
                Err(error) if !error.is_connect() => return Err(unanswered(does, reason(&error))),
                Err(_) if tries == TRIES => return Err(never_sent()),
                Err(_) => tokio::time::sleep(self.pause * 2u32.pow(tries - 1)).await,
            }
            tries += 1;
        }
    }
}

fn http_client(settings: &YookassaSettings, loopback: bool) -> Result<reqwest::Client, ProviderError> {
    let builder = reqwest::Client::builder()
        .connect_timeout(settings.connect_timeout)
        .timeout(settings.total_timeout)
        .pool_idle_timeout(Duration::from_secs(15))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(concat!("oplata/", env!("CARGO_PKG_VERSION")));
    let builder = if loopback { builder } else { builder.https_only(true).dns_resolver(PublicOnly) };
    builder.build().map_err(|_| ProviderError::config("не удалось подготовить защищённое соединение"))
}

async fn whole(mut response: reqwest::Response, does: Does) -> Result<Answered, ProviderError> {
    let retry_after = response.headers().get("Retry-After").and_then(|value| value.to_str().ok()?.parse().ok());
    let status = response.status();
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= BODY_MAX => body.extend_from_slice(&chunk),
            Ok(Some(_)) => return Err(unanswered(does, "answer_too_long")),
            Ok(None) => return Ok(Answered { status, retry_after, body }),
            Err(error) => return Err(unanswered(does, reason(&error))),
        }
    }
}

fn read(answered: &Answered, does: Does) -> Result<Value, ProviderError> {
    if answered.status != StatusCode::OK {
        return Err(refused(answered.status, answered.retry_after, &answered.body, does));
    }
    serde_json::from_slice(&answered.body).map_err(|_| unanswered(does, "malformed_answer"))
}

/// Says an answer was unreadable, in the class of its call.
pub(super) fn unreadable(changes: bool) -> ProviderError {
    unanswered(if changes { Does::Change } else { Does::Ask }, "malformed_answer")
}

fn reason(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() { "timeout" } else { "connection_lost" }
}
