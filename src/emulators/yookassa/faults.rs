//! Faults of the API for the next calls of a path.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use bytes::Bytes;
use serde_json::json;

use super::error::ApiError;
use super::state::State;

/// How long a call hangs: longer than any client waits.
const HANGS: Duration = Duration::from_secs(60);

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// 429, nothing done.
    TooMany,
    /// 500, nothing done.
    Broken,
    /// Done, but the answer never comes.
    TimeoutAfterCommit,
    /// Nothing done, no answer.
    TimeoutBeforeCommit,
    /// 202 «still working»; the next call with the key is answered.
    Accepted,
    /// Done, the answer is cut off inside its JSON.
    MalformedJson,
    /// Done, the connection breaks.
    Reset,
}

impl FaultKind {
    /// Reads the name used by the control.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "429" => Some(Self::TooMany),
            "500" => Some(Self::Broken),
            "timeout_after_commit" => Some(Self::TimeoutAfterCommit),
            "timeout_before_commit" => Some(Self::TimeoutBeforeCommit),
            "202_then_ok" => Some(Self::Accepted),
            "malformed_json" => Some(Self::MalformedJson),
            "reset" => Some(Self::Reset),
            _ => None,
        }
    }

    /// The answer of a fault that strikes before anything is done.
    pub(super) async fn before(self) -> Option<HttpResponse> {
        match self {
            Self::TooMany => Some(ApiError::of(429, "too_many_requests", "Too many requests").response()),
            Self::Broken => Some(ApiError::of(500, "internal_server_error", "Internal error").response()),
            Self::TimeoutBeforeCommit => {
                tokio::time::sleep(HANGS).await;
                Some(ApiError::of(500, "internal_server_error", "Internal error").response())
            }
            Self::Accepted => {
                let body = json!({"type": "processing", "description": "Request accepted", "retry_after": 50});
                Some(HttpResponse::Accepted().json(body))
            }
            Self::TimeoutAfterCommit | Self::MalformedJson | Self::Reset => None,
        }
    }

    /// What a fault that strikes after the deed makes of its answer.
    pub(super) async fn after(self, answer: HttpResponse) -> HttpResponse {
        match self {
            Self::TimeoutAfterCommit => {
                tokio::time::sleep(HANGS).await;
                answer
            }
            Self::MalformedJson => HttpResponse::Ok().content_type("application/json").body("{\"id\": \"2f1a"),
            Self::Reset => HttpResponse::Ok().body(broken_stream()),
            _ => answer,
        }
    }
}

fn broken_stream() -> SizedStream<impl futures_util::Stream<Item = std::io::Result<Bytes>>> {
    let error = || std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    SizedStream::new(1000, futures_util::stream::once(async move { Err(error()) }))
}

/// A fault waiting for its calls.
pub(super) struct Fault {
    pub path: String,
    pub method: Option<String>,
    pub kind: FaultKind,
    pub times: usize,
}

/// The fault for this call, if one waits; one call less is left to it.
pub(super) fn take(state: &mut State, method: &str, path: &str) -> Option<FaultKind> {
    let fits = |fault: &Fault| {
        fault.times > 0 && path.starts_with(&fault.path) && fault.method.as_deref().is_none_or(|only| only == method)
    };
    let fault = state.faults.iter_mut().find(|fault| fits(fault))?;
    fault.times -= 1;
    let kind = fault.kind;
    state.faults.retain(|fault| fault.times > 0);
    Some(kind)
}
