//! The state of a payment as server-sent events: told at once, told on change, gone when the server stops.

use std::time::{Duration, Instant};

use crate::common::app::TestApp;
use crate::common::db::TestDb;

/// Events as they come; each ends with an empty line.
async fn event(answer: &mut reqwest::Response, heard: &mut String) -> serde_json::Value {
    while !heard.contains("\n\n") {
        let bytes = answer.chunk().await.unwrap().expect("the stream goes on");
        heard.push_str(std::str::from_utf8(&bytes).unwrap());
    }
    let (first, rest) = heard.split_once("\n\n").map(|(first, rest)| (first.to_owned(), rest.to_owned())).unwrap();
    *heard = rest;
    serde_json::from_str(first.strip_prefix("event: status\ndata: ").unwrap()).unwrap()
}

#[actix_web::test]
async fn a_stream_tells_the_change_and_lets_the_server_stop() {
    let app = TestApp::start_with(TestDb::bare_sqlite(), &[("INTERVALS__PAGE_POLL", "1")]).await;
    let order = app.order(1_000).await;
    let url = app.url(&format!("/pay/{}/status", order.token));
    let mut answer =
        app.http.get(url).header("accept", "text/event-stream").header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut heard = String::new();
    let first = event(&mut answer, &mut heard).await;
    assert_eq!((first["page_state"].as_str(), first["due"].as_str()), (Some("waiting"), Some("1000.00")));
    let payment = app.press(&mut app.browser(), &order, "sbp").await;
    assert_eq!(event(&mut answer, &mut heard).await["page_state"], "other_window");
    app.outcome(&payment, "sbp_success");
    app.settle().await;
    assert_eq!(event(&mut answer, &mut heard).await["page_state"], "paid");
    app.exchange().await;
    let last = event(&mut answer, &mut heard).await;
    assert!(last["onec_number"].is_string(), "{last}");
    let stopping = Instant::now();
    app.stop().await;
    assert!(
        stopping.elapsed() < Duration::from_secs(10),
        "an open stream held the server for {:?}",
        stopping.elapsed()
    );
}

#[actix_web::test]
async fn an_unknown_link_has_no_stream() {
    let app = TestApp::start(TestDb::bare_sqlite()).await;
    let url = app.url("/pay/there-is-no-such-link/status");
    let answer = app.http.get(url).header("accept", "text/event-stream").send().await.unwrap();
    assert_eq!(answer.status(), 404);
    app.stop().await;
}
