//! Pushes a money document to 1C's `/hs/` service, for bases that can be reached from here. The document's GUID is our
//! id, so a repeated push never makes a second one: whatever is unclear is simply pushed again.

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;
use url::{Host, Url};

use super::service::{Accepted, ErrorBody, FeedItem};
use crate::base::Secret;

/// The longest answer we read.
const ANSWER_LIMIT: usize = 1024 * 1024;

/// What came of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushOutcome {
    /// Written and posted.
    Accepted(Accepted),
    /// Written, not posted: a person in 1C must look; `message` says why.
    Unposted(Accepted),
    /// 1C refused the content (409, 422): the sentence is 1C's own.
    Rejected(String),
    /// 1C was not reached, is busy, or does not let us in: surely nothing was written.
    Unavailable(String),
    /// It may or may not have been written: push again.
    OutcomeUnknown(String),
}

/// Why an address of 1C is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushSetup {
    /// Not a usable address.
    #[error("onec.push_url: «{0}» — не адрес вида https://сервер/база/hs/oplata/v1")]
    Address(String),
    /// Passwords do not travel in the open.
    #[error("onec.push_url: без https можно обращаться только к своему же компьютеру")]
    Plain,
    /// The client itself could not be made.
    #[error("не удалось подготовить соединение с 1С: {0}")]
    Client(String),
}

/// Client of 1C's service.
pub struct PushClient {
    base: Url,
    user: String,
    password: Secret,
    http: reqwest::Client,
}

/// Body of 200, 201 and of a 422 about a written but unposted document.
#[derive(Deserialize)]
struct Written {
    #[serde(rename = "ref")]
    onec_ref: String,
    number: String,
    date: String,
    posted: bool,
    revision: i64,
    #[serde(default)]
    message: Option<String>,
}

impl PushClient {
    /// `push_url` is the root of the service: `https://1c.shop.ru/trade/hs/oplata/v1`.
    ///
    /// # Errors
    /// When the address is unusable, plain http beyond loopback, or TLS cannot be set up.
    pub fn new(push_url: &str, user: &str, password: Secret) -> Result<Self, PushSetup> {
        Self::with_timeout(push_url, user, password, Duration::from_secs(20))
    }

    /// The same with another limit for the whole call.
    ///
    /// # Errors
    /// As [`PushClient::new`].
    pub fn with_timeout(push_url: &str, user: &str, password: Secret, whole: Duration) -> Result<Self, PushSetup> {
        let base = checked_address(push_url)?;
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(whole)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| PushSetup::Client(error.to_string()))?;
        Ok(Self { base, user: user.to_owned(), password, http })
    }

    /// Offers one document.
    pub async fn push(&self, item: &FeedItem) -> PushOutcome {
        let Some(address) = self.address_of(&item.id) else {
            return PushOutcome::Unavailable("адрес 1С не складывается".to_owned());
        };
        let request = self.http.put(address).basic_auth(&self.user, Some(self.password.reveal())).json(item);
        match request.send().await {
            Ok(answer) => read(answer, item).await,
            Err(error) if error.is_connect() || error.is_builder() => {
                PushOutcome::Unavailable(format!("1С недоступна: {}", error.without_url()))
            }
            Err(error) => PushOutcome::OutcomeUnknown(format!("1С не ответила: {}", error.without_url())),
        }
    }

    fn address_of(&self, id: &str) -> Option<Url> {
        let mut address = self.base.clone();
        address.path_segments_mut().ok()?.pop_if_empty().extend(["payments", id]);
        Some(address)
    }
}

fn checked_address(text: &str) -> Result<Url, PushSetup> {
    let address = || PushSetup::Address(text.chars().take(100).collect());
    let url = Url::parse(text).map_err(|_| address())?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return Err(address()),
    };
    let extra = url.query().is_some() || url.fragment().is_some() || url.password().is_some();
    match url.scheme() {
        "https" | "http" if extra => Err(address()),
        "https" => Ok(url),
        "http" if loopback => Ok(url),
        "http" => Err(PushSetup::Plain),
        _ => Err(address()),
    }
}

async fn read(answer: reqwest::Response, item: &FeedItem) -> PushOutcome {
    let status = answer.status();
    let body = match limited_body(answer).await {
        Ok(body) => body,
        Err(message) => return PushOutcome::OutcomeUnknown(message),
    };
    match status {
        StatusCode::OK | StatusCode::CREATED => written(&body, item),
        StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => refused(&body, status, item),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            PushOutcome::Unavailable(format!("1С не пускает ({status}): проверьте пользователя и его роль"))
        }
        StatusCode::NOT_FOUND => {
            PushOutcome::Unavailable("1С отвечает 404: сервис не опубликован или адрес другой".to_owned())
        }
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
            PushOutcome::Unavailable(format!("1С занята ({status})"))
        }
        _ if status.is_redirection() => {
            PushOutcome::Unavailable(format!("1С переадресует ({status}); мы не ходим следом"))
        }
        _ if status.is_client_error() => refused(&body, status, item),
        _ => PushOutcome::OutcomeUnknown(format!("1С ответила {status}")),
    }
}

async fn limited_body(mut answer: reqwest::Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(part)) if body.len() + part.len() <= ANSWER_LIMIT => body.extend_from_slice(&part),
            Ok(Some(_)) => return Err("ответ 1С слишком велик".to_owned()),
            Ok(None) => return Ok(body),
            Err(error) => return Err(format!("ответ 1С оборвался: {}", error.without_url())),
        }
    }
}

fn parse_written(body: &[u8]) -> Option<Accepted> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let Written { onec_ref, number, date, posted, revision, message } = serde_json::from_slice(body).ok()?;
    let usable = !number.trim().is_empty() && revision > 0 && uuid::Uuid::parse_str(&onec_ref).is_ok();
    usable.then_some(Accepted { revision, onec_ref, number, date, posted, message })
}

fn written(body: &[u8], item: &FeedItem) -> PushOutcome {
    match parse_written(body) {
        None => PushOutcome::OutcomeUnknown("1С ответила успехом, но тело ответа не читается".to_owned()),
        // An older revision is no receipt for this one.
        Some(have) if have.revision < item.revision => PushOutcome::OutcomeUnknown(format!(
            "1С подтвердила редакцию {}, а отправлена {}",
            have.revision, item.revision
        )),
        // A cancelled document is done when it is unposted.
        Some(accepted) if accepted.posted || item.cancelled => PushOutcome::Accepted(accepted),
        Some(unposted) => PushOutcome::Unposted(unposted),
    }
}

fn refused(body: &[u8], status: StatusCode, item: &FeedItem) -> PushOutcome {
    if let Some(have) = parse_written(body).filter(|have| !have.posted && have.revision >= item.revision) {
        return PushOutcome::Unposted(have);
    }
    let told = serde_json::from_slice::<ErrorBody>(body).ok().map(|told| told.message);
    let message = told.filter(|message| !message.trim().is_empty());
    PushOutcome::Rejected(message.unwrap_or_else(|| format!("1С отказала ({status}) без объяснения")))
}
