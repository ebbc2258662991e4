//! From an HTTP answer to what it means for money.

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;

use crate::gateways::providers::{ErrorClass, ProviderError};

/// What a call does: a question may always be asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    Ask,
    Change,
}

impl Does {
    /// The class of a call that left and was not answered definitely.
    const fn unanswered(self) -> ErrorClass {
        match self {
            Self::Ask => ErrorClass::Unavailable,
            Self::Change => ErrorClass::OutcomeUnknown,
        }
    }
}

#[derive(Default, Deserialize)]
struct ErrorBody {
    #[serde(default)]
    code: String,
    #[serde(default)]
    description: String,
    parameter: Option<String>,
    retry_after: Option<u64>,
}

/// The call never left this machine, so nothing happened.
pub(super) fn never_sent() -> ProviderError {
    ProviderError::new(ErrorClass::Unavailable, "unreachable", "Платёжный сервис недоступен")
}

/// The call left; what it did is not known.
pub(super) fn unanswered(does: Does, code: &str) -> ProviderError {
    ProviderError::new(does.unanswered(), code, "Платёжный сервис не дал ответа")
}

/// An answer that is no success.
pub(super) fn refused(status: StatusCode, retry_header: Option<u64>, body: &[u8], does: Does) -> ProviderError {
    let told: ErrorBody = serde_json::from_slice(body).unwrap_or_default();
    let after = told.retry_after.map(Duration::from_millis).or(retry_header.map(Duration::from_secs));
    let class = class(status, told.parameter.as_deref(), after, does);
    let code = if told.code.is_empty() { format!("http_{}", status.as_u16()) } else { told.code };
    let text = if told.description.is_empty() { format!("Ответ {}", status.as_u16()) } else { told.description };
    ProviderError { class, code, text: text.chars().take(500).collect(), parameter: told.parameter }
}

fn class(status: StatusCode, parameter: Option<&str>, after: Option<Duration>, does: Does) -> ErrorClass {
    match status.as_u16() {
        400 if parameter.is_some_and(|name| name.eq_ignore_ascii_case("idempotence-key")) => ErrorClass::Conflict,
        404 => ErrorClass::NotFound,
        409 => ErrorClass::Conflict,
        429 => ErrorClass::RateLimited(after),
        // Redirects are never followed: an address that answers with one is a wrong setting.
        300..=399 | 401 | 403 => ErrorClass::Config,
        408 => does.unanswered(),
        400..=499 => ErrorClass::Rejected,
        _ => does.unanswered(),
    }
}

/// How long a 202 asks to wait before the same call with the same key.
pub(super) fn pause_of_202(body: &[u8]) -> Duration {
    let told: ErrorBody = serde_json::from_slice(body).unwrap_or_default();
    Duration::from_millis(told.retry_after.unwrap_or(1800).min(5000))
}
