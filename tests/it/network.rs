//! The wire: hosts, framing, slowness, providers that hang.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use oplata::base::config::Settings;
use oplata::emulators::yookassa::FaultKind;
use serde_json::json;

use crate::common::app::{ONEC_PASSWORD, TestApp};
use crate::common::db::TestDb;

/// Sends bytes as they are and reads until the other side closes or is quiet.
pub async fn raw(address: SocketAddr, request: impl Into<Vec<u8>>) -> String {
    let request = request.into();
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
        stream.write_all(&request).unwrap();
        let (mut answer, mut part) = (Vec::new(), [0_u8; 4096]);
        while let Ok(read @ 1..) = stream.read(&mut part) {
            answer.extend_from_slice(&part[..read]);
        }
        String::from_utf8_lossy(&answer).into_owned()
    })
    .await
    .unwrap()
}

fn load(pairs: &[(&str, &str)]) -> Result<Settings, String> {
    let pairs = pairs.iter().map(|(name, value)| (format!("OPLATA__{name}"), (*value).to_owned()));
    Settings::load(None, pairs).map_err(|error| error.to_string())
}

#[test]
fn net_1_nothing_is_served_to_the_public_without_tls() {
    assert!(load(&[]).unwrap().server.listen.ip().is_loopback(), "by default this machine only");
    let open = load(&[("SERVER__LISTEN", "0.0.0.0:8080")]).unwrap_err();
    assert!(open.contains("server.listen"), "{open}");
    load(&[("SERVER__LISTEN", "0.0.0.0:8080"), ("SERVER__BEHIND_PROXY", "true")]).unwrap();
    for plain in ["http://pay.example.ru", "ftp://pay.example.ru", "http://127.0.0.1.evil.example"] {
        let refused = load(&[("SERVER__PUBLIC_URL", plain)]).unwrap_err();
        assert!(refused.contains("server.public_url"), "{plain}: {refused}");
    }
    load(&[("SERVER__PUBLIC_URL", "https://pay.example.ru")]).unwrap();
}

/// A foreign Host is refused and shows up nowhere: not in pages, not in letters, not at the provider.
#[actix_web::test]
async fn net_2_a_foreign_host_is_refused() {
    let app = TestApp::start(TestDb::bare_sqlite()).await;
    let order = app.order(1_000).await;
    for host in
        ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "127.evil.example", "pay@evil.example", ""]
    {
        let request = format!("GET /pay/{} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", order.token);
        let answer = raw(app.portal.address, request).await;
        assert!(answer.starts_with("HTTP/1.1 421") || answer.starts_with("HTTP/1.1 400"), "{host}: {answer}");
        assert!(!answer.contains("evil"), "{answer}");
    }
    let forwarded = app.http.get(app.url(&format!("/pay/{}", order.token))).header("x-forwarded-host", "evil.example");
    let body = forwarded.send().await.unwrap().text().await.unwrap();
    assert!(!body.contains("evil") && body.contains(&order.link), "links are built from the settings");
    app.settle().await;
    assert!(app.mail.letters().iter().all(|letter| letter.text.contains(&order.link)));
    app.stop().await;
}

/// Two lengths, two framings, odd chunks: at most one answer, and nothing of the second request is done.
#[actix_web::test]
async fn net_3_ambiguous_framing_gets_one_answer_at_most() {
    let app = TestApp::start(TestDb::bare_sqlite()).await;
    let order = app.order(1_000).await;
    let hidden = format!(
        "POST /pay/{}/start HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 11\r\n\r\nmethod=card",
        order.token
    );
    let head = "POST /webhooks/yookassa HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    let forms = [
        format!("{head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{head}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{head}Content-Length: 0\r\nContent-Length: 5\r\n\r\n{hidden}"),
        format!("{head}Content-Length: 0, 5\r\n\r\n{hidden}"),
        format!("{head}Content-Length: +0\r\n\r\n{hidden}"),
        format!("{head}Content-Length: -1\r\n\r\n{hidden}"),
        format!("{head}Content-Length: 0x0\r\n\r\n{hidden}"),
        format!("{head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{head}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{hidden}"),
        format!("{head}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{hidden}"),
        format!("{head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("{head}Content-Length: 1\u{b}0\r\n\r\n{hidden}"),
    ];
    let answers = futures_util::future::join_all(forms.iter().map(|form| raw(app.portal.address, form.clone()))).await;
    for (form, answer) in forms.iter().zip(&answers) {
        let count = answer.matches("HTTP/1.1 ").count();
        assert!(count <= 1, "{count} answers to {form:?}: {answer}");
        assert!(!answer.contains("303"), "{form:?}: {answer}");
    }
    assert_eq!(app.provider_ids().len(), 0, "the hidden request was not done");
    assert_eq!(app.status(&order).await["payment_state"], "unpaid");
    app.stop().await;
}

/// DOS-1: headers and bodies that trickle are cut after their time, and meanwhile everybody else is served.
#[actix_web::test]
async fn dos_1_slow_headers_and_bodies_are_cut() {
    let extra = [("LIMITS__HEADER_SECONDS", "1"), ("LIMITS__BODY_SECONDS", "1")];
    let app = TestApp::start_with(TestDb::bare_sqlite(), &extra).await;
    let address = app.portal.address;
    let slow = |request: &'static str| {
        tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let (begun, mut answer) = (Instant::now(), [0_u8; 64]);
            let read = stream.read(&mut answer).unwrap_or(0);
            (begun.elapsed(), String::from_utf8_lossy(&answer[..read]).into_owned())
        })
    };
    let headers: Vec<_> = (0..100).map(|_| slow("GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")).collect();
    let form = "POST /webhooks/yookassa HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{";
    let bodies: Vec<_> = (0..100).map(|_| slow(form)).collect();
    for _ in 0..5 {
        let asked = Instant::now();
        assert_eq!(app.http.get(app.url("/health/live")).send().await.unwrap().status(), 200);
        // How fast is for a bench on a quiet machine to say; here only that nobody waits for the slow ones' end.
        assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    }
    for (name, waiting) in [("headers", headers), ("body", bodies)] {
        for connection in waiting {
            let (time, answer) = connection.await.unwrap();
            assert!(time < Duration::from_secs(12), "{name} held for {time:?}");
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{name}: {answer}");
        }
    }
    app.stop().await;
}

/// DOS-5: fifty customers wait for a provider that hangs; the pages of others answer all the while.
#[actix_web::test]
async fn dos_5_a_hanging_provider_holds_no_database_connection() {
    let extra = [("DATABASE__CONNECTIONS", "3")];
    let app = TestApp::start_with(TestDb::bare_sqlite(), &extra).await;
    let other = app.order(700).await;
    let mut waiting = Vec::new();
    app.yookassa.control.fault(Some("POST"), "/v3/payments", FaultKind::TimeoutBeforeCommit, 1000);
    for rubles in 0..50 {
        let order = app.order(1_000 + rubles).await;
        let (http, url) = (app.http.clone(), app.url(&format!("/pay/{}/start", order.token)));
        waiting.push(tokio::spawn(async move { http.post(url).form(&[("method", "card")]).send().await }));
    }
    let began = Instant::now();
    while app.yookassa.control.log().len() < 50 && began.elapsed() < Duration::from_secs(3) {
        tokio::task::yield_now().await;
        app.status(&other).await;
    }
    for _ in 0..20 {
        let asked = Instant::now();
        assert_eq!(app.browser().get(&format!("/pay/{}", other.token)).await.state(), "waiting");
        assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    }
    assert!(waiting.iter().all(|start| !start.is_finished()), "they were still waiting");
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
}

/// EXC-1: the exchange has its own account; guessing it is slowed; it opens nothing else.
#[actix_web::test]
async fn exc_1_the_exchange_has_its_own_door() {
    let extra = [("SERVER__PROXIES", "127.0.0.1"), ("LIMITS__ONEC_MISSES_PER_MINUTE", "10")];
    let app = TestApp::start_with(TestDb::bare_sqlite(), &extra).await;
    let order = app.order(1_000).await;
    let path = format!("/1c/v1/orders/{}", order.guid);
    let ask = async |user: &str, password: &str, from: &str| {
        let request = app.http.get(app.url(&path)).basic_auth(user, Some(password)).header("x-forwarded-for", from);
        request.send().await.unwrap().status().as_u16()
    };
    let bare = app.http.get(app.url(&path)).send().await.unwrap();
    assert_eq!(bare.status(), 401);
    assert!(bare.headers()["www-authenticate"].to_str().unwrap().starts_with("Basic"));
    let wrong = [
        ("onec", ""),
        ("", ""),
        ("onec", "exchange-password-of-24-char"),
        ("ONEC", ONEC_PASSWORD),
        ("admin", "admin"),
        ("onec", "exchange-password-of-24-chars "),
        ("anna@shop.example", "верная лошадь батарея"),
        ("onec:", ONEC_PASSWORD),
    ];
    for (user, password) in wrong {
        assert_eq!(ask(user, password, "203.0.113.1").await, 401, "{user}:{password}");
    }
    for _ in 0..2 {
        ask("onec", "guess", "203.0.113.1").await;
    }
    assert_eq!(ask("onec", "guess", "203.0.113.1").await, 429);
    assert_eq!(ask("onec", ONEC_PASSWORD, "203.0.113.1").await, 200, "1C itself is never slowed");
    assert_eq!(ask("onec", "guess", "203.0.113.2").await, 401, "others are counted apart");
    let lower =
        app.http.get(app.url(&path)).header("authorization", "basic b25lYzpleGNoYW5nZS1wYXNzd29yZC1vZi0yNC1jaGFycw==");
    assert_eq!(lower.send().await.unwrap().status(), 200, "the scheme's name has no case");
    let staff = app.onec_get("/staff/account").await;
    assert!(staff.status() == 303 || staff.status() == 401, "{}", staff.status());
    let fields = json!({"email": "onec", "password": ONEC_PASSWORD});
    let login = app.http.post(app.url("/staff/login")).form(&fields).send().await.unwrap();
    assert!(login.status().as_u16() >= 400 || !login.headers().contains_key("set-cookie"), "{}", login.status());
    let short = load(&[("ONEC__USER", "onec"), ("ONEC__PASSWORD", "short")]).unwrap_err();
    assert!(short.contains("onec.password"), "{short}");
    app.stop().await;
}
