//! Bodies that come too slowly are cut: a connection is not to be held by a trickle (DOS-1).

use std::time::Duration;

use actix_web::HttpMessage as _;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::time::{Instant, timeout_at};

/// A body that goes on must bring as much in every second.
const BYTES_A_SECOND: u64 = 16 * 1024;

/// Gives a body `time` to arrive, and more only as it comes at [`BYTES_A_SECOND`] at least.
pub(super) fn hurry(request: &mut ServiceRequest, time: Duration) {
    match request.take_payload() {
        Payload::None => {}
        body => request.set_payload(Payload::Stream { payload: Box::pin(hurried(body, time)) }),
    }
}

fn hurried<S>(body: S, time: Duration) -> impl Stream<Item = Result<Bytes, PayloadError>>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    let begun = Instant::now();
    stream::unfold(Some((body, 0_u64)), move |state| async move {
        let (mut body, arrived) = state?;
        let until = begun + time + Duration::from_secs(arrived / BYTES_A_SECOND);
        match timeout_at(until, body.next()).await {
            Ok(Some(Ok(bytes))) => {
                let arrived = arrived.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                Some((Ok(bytes), Some((body, arrived))))
            }
            Ok(Some(Err(error))) => Some((Err(error), None)),
            Ok(None) => None,
            Err(_) => Some((Err(PayloadError::Io(std::io::ErrorKind::TimedOut.into())), None)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn dos_1_a_body_that_stops_is_cut_and_a_steady_one_is_not() {
        let trickle = Box::pin(stream::iter([Ok(Bytes::from_static(b"a"))]).chain(stream::pending()));
        let read: Vec<_> = hurried(trickle, Duration::from_millis(20)).collect().await;
        assert!(matches!(read.as_slice(), [Ok(_), Err(PayloadError::Io(_))]), "{read:?}");
        let steady = Box::pin(stream::repeat_with(|| Ok(Bytes::from_static(b"abc"))).take(100));
        assert_eq!(hurried(steady, Duration::from_millis(20)).count().await, 100);
    }
}
