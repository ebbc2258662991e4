//! Pushing a payment to 1C's service: every answer of 1C has one meaning, and a repeat never makes a second document.

use std::time::Duration;

use oplata::base::{Kopecks, Secret};
use oplata::emulators::onec::{Config, Running, Switches, start};
use oplata::gateways::onec::push::{PushClient, PushOutcome, PushSetup};
use oplata::gateways::onec::service::FeedItem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::fake_portal::card;

const ID: &str = "019ab3c4-7d10-7c3e-9b0a-5f2d6c1e8a01";

fn ready() -> (Running, PushClient, FeedItem) {
    let onec = start(Config::quiet("http://127.0.0.1:9", "1c", "секрет")).unwrap();
    let client = PushClient::new(&onec.push_url(), "1c", Secret::new("секрет")).unwrap();
    let order = onec.control.add_simple_order(Kopecks::new(100_000));
    (onec, client, card(&order.to_string(), ID, 1, 1_000))
}

#[tokio::test]
async fn a_payment_is_written_once_however_often_it_is_pushed() {
    let (onec, client, mut item) = ready();
    let PushOutcome::Accepted(first) = client.push(&item).await else { panic!("not accepted") };
    assert_eq!((first.number.as_str(), first.onec_ref.as_str()), ("ДПУТ-000812", ID));
    assert_eq!(client.push(&item).await, PushOutcome::Accepted(first));
    assert_eq!((onec.control.counts().documents, onec.control.counts().created_most), (1, 1));
    item.amount = Kopecks::new(1);
    assert!(matches!(client.push(&item).await, PushOutcome::Rejected(told) if told.contains("другим содержанием")));
}

#[tokio::test]
async fn every_trouble_has_its_own_name() {
    let (onec, client, item) = ready();
    onec.control.set_switches(Switches { unavailable: 1, ..Switches::default() });
    assert!(matches!(client.push(&item).await, PushOutcome::Unavailable(_)));
    onec.control.set_switches(Switches { closed_period: true, ..Switches::default() });
    assert!(matches!(client.push(&item).await, PushOutcome::Rejected(told) if told.contains("период закрыт")));
    onec.control.set_switches(Switches { crash_before_ack: 1, unposted: true, ..Switches::default() });
    assert!(matches!(client.push(&item).await, PushOutcome::OutcomeUnknown(_)));
    assert!(matches!(client.push(&item).await, PushOutcome::Unposted(have) if have.message.is_some()));
    onec.control.set_switches(Switches::default());
    assert!(matches!(client.push(&item).await, PushOutcome::Accepted(_)));
    assert_eq!(onec.control.counts().created_most, 1);
}

#[tokio::test]
async fn a_wrong_password_and_an_absent_1c_are_not_refusals() {
    let (onec, _, item) = ready();
    let stranger = PushClient::new(&onec.push_url(), "1c", Secret::new("другой")).unwrap();
    assert!(matches!(stranger.push(&item).await, PushOutcome::Unavailable(told) if told.contains("не пускает")));
    let nobody = PushClient::new("http://127.0.0.1:9/hs/oplata/v1/", "1c", Secret::new("x")).unwrap();
    assert!(matches!(nobody.push(&item).await, PushOutcome::Unavailable(_)));
}

/// Answers one request with these bytes, then hangs up.
async fn answering(bytes: &'static [u8]) -> PushClient {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut seen = [0; 4096];
        let _ = stream.read(&mut seen).await;
        if bytes.is_empty() {
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
        let _ = stream.write_all(bytes).await;
    });
    let _ = rustls::crypto::ring::default_provider().install_default();
    PushClient::with_timeout(&format!("http://{addr}/hs"), "1c", Secret::new("x"), Duration::from_millis(300)).unwrap()
}

#[tokio::test]
async fn silence_nonsense_and_redirects_are_told_apart() {
    let item = card("92c09445-3f0e-4a55-9f62-6a8d3f1a0417", ID, 2, 10);
    let unknown = [
        &b""[..],
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"ref\":",
        b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
    ];
    for bytes in unknown {
        let outcome = answering(bytes).await.push(&item).await;
        assert!(matches!(outcome, PushOutcome::OutcomeUnknown(_)), "{outcome:?} of {}", String::from_utf8_lossy(bytes));
    }
    let old = br#"{"ref":"019ab3c4-7d10-7c3e-9b0a-5f2d6c1e8a01","number":"1","date":"2026-11-24","posted":true,"revision":1}"#;
    let old = [format!("HTTP/1.1 201 Created\r\nContent-Length: {}\r\n\r\n", old.len()).as_bytes(), old].concat();
    let old = answering(old.leak()).await;
    assert!(matches!(old.push(&item).await, PushOutcome::OutcomeUnknown(told) if told.contains("редакцию 1")));
    let moved = answering(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:22/\r\nContent-Length: 0\r\n\r\n").await;
    assert!(matches!(moved.push(&item).await, PushOutcome::Unavailable(told) if told.contains("переадресует")));
    let bare = answering(b"HTTP/1.1 422 No\r\nContent-Length: 0\r\n\r\n").await;
    assert!(matches!(bare.push(&item).await, PushOutcome::Rejected(told) if told.contains("без объяснения")));
}

#[test]
fn passwords_go_by_https_or_stay_at_home() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let new = |url: &str| PushClient::new(url, "1c", Secret::new("x")).map(drop);
    for good in ["https://1c.shop.ru/trade/hs/oplata/v1", "http://localhost:8080/hs", "http://[::1]/hs"] {
        assert_eq!(new(good), Ok(()), "{good}");
    }
    assert_eq!(new("http://1c.shop.ru/hs"), Err(PushSetup::Plain));
    for bad in ["1c.shop.ru", "ftp://1c/", "https://u:p@1c.ru/", "https://1c.ru/?a=1", "http://127.0.0.1.evil.ru/hs"] {
        assert!(new(bad).is_err(), "{bad}");
    }
}
