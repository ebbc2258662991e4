//! `/pay/{token}/status` as server-sent events: the state at once, then whenever it changes.
//!
//! The page's own script asks in turns instead: that goes through every proxy, sleeps while nobody looks and holds no
//! connection. Streams are for programs and screens that stay open.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::http::header::{self, ContentEncoding};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::Instant;

use super::facts::Facts;
use super::handlers::nudge_in_background;
use super::status;
use super::visitor::Visitor;
use crate::context::Context;

/// A stream ends by itself after this; browsers come again.
const LASTS: Duration = Duration::from_secs(300);

/// A quiet line lives as long as something is said this often.
const BREATH: Duration = Duration::from_secs(15);

/// Streams of the whole process: each holds a connection and reads the database every few seconds.
static PLACES: Semaphore = Semaphore::const_new(256);

/// Tells that the server is about to stop, so that no stream keeps it from stopping.
#[derive(Clone)]
pub struct Closing(pub watch::Receiver<bool>);

/// Whether the one who asks wants a stream.
pub(super) fn is_wanted(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/event-stream"))
}

/// One who listens.
struct Listener {
    context: web::Data<Context>,
    visitor: Visitor,
    closing: Closing,
    ends: Instant,
    spoke: Instant,
    /// The version told last; none before the first word.
    told: Option<String>,
    _place: SemaphorePermit<'static>,
}

/// Answers with a stream, or with 503 when every place is taken: asking in turns still works then.
pub(super) fn answer(context: web::Data<Context>, closing: Closing, visitor: Visitor) -> HttpResponse {
    let Ok(place) = PLACES.try_acquire() else {
        return HttpResponse::ServiceUnavailable()
            .insert_header((header::RETRY_AFTER, "30"))
            .json(serde_json::json!({ "error": "too_many_streams" }));
    };
    let now = Instant::now();
    let listener = Listener { context, visitor, closing, ends: now + LASTS, spoke: now, told: None, _place: place };
    HttpResponse::Ok()
        .content_type("text/event-stream")
        // A compressor or a buffering proxy would keep the words to itself.
        .insert_header(ContentEncoding::Identity)
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(stream::unfold(listener, |mut listener| async move {
            let words = listener.next().await?;
            Some((Ok::<Bytes, Infallible>(words), listener))
        }))
}

impl Listener {
    /// The next words; nothing when the stream is over.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if self.told.is_some() && !self.paused().await {
                return None;
            }
            if let Some(words) = self.look().await? {
                self.spoke = Instant::now();
                return Some(Bytes::from(words));
            }
        }
    }

    /// Waits for the next look; false when the time is over or the server stops.
    async fn paused(&mut self) -> bool {
        let pause = Duration::from_secs(u64::from(self.context.settings.intervals.page_poll.max(1)));
        let wake = (Instant::now() + pause).min(self.ends);
        tokio::select! {
            () = tokio::time::sleep_until(wake) => Instant::now() < self.ends,
            _ = self.closing.0.changed() => false,
            () = asked_to_stop() => false,
        }
    }

    /// What is new; an empty comment when there was silence for long. A link that is no more ends the stream.
    async fn look(&mut self) -> Option<Option<String>> {
        let facts = Facts::find(&self.context, &self.visitor.token).await.ok()??;
        nudge_in_background(&self.context, &facts);
        let body = status::body(&self.context, &facts, &self.visitor);
        let version = body.get("version").map(ToString::to_string);
        if version != self.told {
            self.told = version;
            return Some(Some(format!("event: status\ndata: {body}\n\n")));
        }
        Some((self.spoke.elapsed() >= BREATH).then(|| ":\n\n".to_owned()))
    }
}

/// The process is told to end by a signal, of which the server tells nobody before it has finished its requests.
#[cfg(unix)]
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() {
    std::future::pending().await
}
