//! Pages: what every answer carries, what markup becomes, what hostile requests get.

use actix_web::middleware::from_fn;
use actix_web::{App, web};
use oplata::emulators::onec::{Line, NewOrder};
use oplata::gateways::onec::service::Delivery;
use oplata::web::headers;

use crate::common::app::{ONEC_PASSWORD, ONEC_USER, TestApp};
use crate::common::db::TestDb;

const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "FOO"];

/// Every address of the portal, with something in the place of what varies.
fn addresses(token: &str) -> Vec<String> {
    let id = "01936b1e-0000-7000-8000-000000000000";
    let mut all: Vec<String> =
        ["", "/start", "/go", "/status", "/ask-link"].map(|tail| format!("/pay/{token}{tail}")).into();
    all.extend(
        ["/webhooks/yookassa", "/1c/v1/payments", "/health/live", "/health/ready", "/metrics", "/nowhere", "/", "/%ff"]
            .map(str::to_owned),
    );
    all.push(oplata::web::assets::path("pay.css").to_owned());
    all.push("/static/000000000000/pay.css".to_owned());
    all.extend(["orders", "documents"].map(|kind| format!("/1c/v1/{kind}/{id}")));
    all.extend(["accepted", "rejected"].map(|answer| format!("/1c/v1/payments/{id}/{answer}")));
    all.extend(oplata::web::staff::routes::CHANGING.iter().map(|path| path.replace("{id}", id)));
    all.push("/staff/account".to_owned());
    all
}

fn check_headers(answer: &reqwest::Response, what: &str) {
    let header = |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().unwrap());
    let policy = header("content-security-policy");
    for part in
        ["default-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "script-src 'self'"]
    {
        assert!(policy.contains(part), "{what}: {policy}");
    }
    assert!(!policy.contains("unsafe-") && !policy.contains('*'), "{what}: {policy}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(header("referrer-policy"), "no-referrer", "{what}");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{what}");
    assert!(!answer.headers().contains_key("access-control-allow-origin"), "{what}");
    assert!(!answer.headers().contains_key("server"), "{what}");
    let kind = header("content-type");
    assert!(kind.is_empty() || !kind.starts_with("text/") || kind.contains("charset=utf-8"), "{what}: {kind}");
}

/// WEB-2, 3, 4: the same headers on pages, refusals and files; methods that a route has not are named.
#[actix_web::test]
async fn web_2_3_4_every_answer_is_dressed_and_knows_its_methods() {
    let app = TestApp::start(TestDb::bare_sqlite()).await;
    let order = app.order(1_000).await;
    for address in addresses(&order.token) {
        for method in METHODS {
            let what = format!("{method} {address}");
            let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
            let request = app.http.request(method, app.url(&address)).header("x-http-method-override", "POST");
            let answer = request.send().await.unwrap();
            check_headers(&answer, &what);
            let status = answer.status().as_u16();
            assert!(status < 500, "{what}: {status}");
            if status == 405 {
                assert!(answer.headers().contains_key("allow"), "{what}");
            }
            if what.starts_with("FOO") || what.starts_with("DELETE") {
                assert!([404, 405].contains(&status), "{what}: {status}");
            }
        }
    }
    assert_eq!(app.provider_ids().len(), 0, "none of them started a payment");
    app.stop().await;
}

/// WEB-3: over TLS the browser is told to stay there.
#[actix_web::test]
async fn web_3_https_is_remembered() {
    let app = TestApp::start_with(TestDb::bare_sqlite(), &[("SERVER__PUBLIC_URL", "https://pay.example.ru")]).await;
    let answer = app.http.get(app.url("/health/live")).send().await.unwrap();
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
    app.stop().await;
}

/// WEB-1: text is text on the page and in letters, whoever wrote it.
#[actix_web::test]
async fn web_1_markup_of_others_shows_as_text() {
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}&lt;";
    let extra = [("SHOP__NAME", evil), ("SHOP__SELLER__NAME", evil)];
    let app = TestApp::start_with(TestDb::bare_sqlite(), &extra).await;
    let mut buyer =
        app.onec.control.order(app.onec.control.add_simple_order(oplata::base::Kopecks::new(100))).unwrap().buyer;
    buyer.name = evil.to_owned();
    let line = Line::new(
        evil,
        evil,
        "<b>шт",
        oplata::base::Quantity::ONE,
        oplata::base::Kopecks::new(100_000),
        oplata::base::VatRate::TwentyTwo,
    );
    let guid = app.onec.control.add_order(NewOrder {
        buyer,
        lines: vec![line],
        delivery: Delivery::Pickup,
        pay_until: None,
        allow_parts: Some(true),
        to_pay: true,
    });
    app.exchange().await;
    let order = app.placed(guid).await;
    let mut pages = Vec::new();
    let mut browser = app.browser();
    for address in [
        format!("/pay/{}", order.token),
        format!("/pay/{}?lang=en", order.token),
        "/pay/%3Cscript%3Ealert(1)%3C%2Fscript%3E".into(),
    ] {
        pages.push(browser.get(&address).await.body);
    }
    let typed = [("method", "card"), ("amount", evil), ("email", evil)];
    pages.push(browser.post(&format!("/pay/{}/start", order.token), &typed).await.body);
    app.pay(&order).await;
    pages.push(browser.get(&format!("/pay/{}", order.token)).await.body);
    pages.extend(app.mail.letters().into_iter().map(|letter| letter.html));
    assert!(pages.len() >= 6, "{}", pages.len());
    for page in &pages {
        assert!(!page.contains("<script>alert"), "{page}");
        assert!(!page.contains("<img src=x"), "{page}");
        assert!(!page.contains("<b>шт"), "{page}");
    }
    assert!(
        pages[0].contains("&#60;script&#62;alert(1)") || pages[0].contains("&lt;script&gt;alert(1)"),
        "shown as text"
    );
    app.stop().await;
}

/// A cheap generator: the same inputs at every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }

    fn of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.roll(items.len())]
    }
}

const BITS: &[&str] = &[
    "",
    "A",
    "%00",
    "%0d%0aX-Evil:%201",
    "%ff%fe",
    "%",
    "%zz",
    "../",
    "..%2f",
    "%2e%2e%2f",
    "'",
    "'--",
    "\" OR 1=1",
    "<script>",
    "${7*7}",
    "{{7*7}}",
    "-1",
    "99999999999999999999",
    "NaN",
    "1e309",
    "lang=en",
    "lang=%ff",
    "lang=ru&lang=en",
    "after=",
    "after=x&after=y",
    "after=1-2",
    "method=card",
    "method=card&method=sbp",
    "amount=1,00",
    "amount=-5",
    "again=1",
    "%E2%80%AE",
    "%F0%9F%92%B8",
    ";",
    "&&&&",
    "==",
    "email=a%40b.ru",
    "\u{301}",
    "null",
    "[]",
    "{}",
    "{\"event\":\"payment.succeeded\",\"object\":{\"id\":\"a\"}}",
    "a%C0%AFb",
];

/// WEB-5: two thousand hostile requests, none of which breaks anything or shows what is inside.
#[actix_web::test]
async fn web_5_mutated_requests_never_break_anything() {
    let app = TestApp::start_with(TestDb::bare_sqlite(), &[("LIMITS__MISSES_PER_MINUTE", "1000000")]).await;
    let order = app.order(1_000).await;
    let mut addresses = addresses(&order.token);
    addresses.retain(|address| !address.starts_with("/health"));
    let mut dice = Dice(20_261_124);
    let inner = ["panicked", "diesel", "SELECT ", "sqlite", "/src/", "RUST_BACKTRACE", "deserialize", "serde", "actix"];
    for nth in 0..2_000 {
        let mut address = dice.of(&addresses).clone();
        if dice.roll(3) == 0 {
            let cut = address.char_indices().map(|(at, _)| at).nth(dice.roll(address.chars().count())).unwrap();
            address.insert_str(
                cut.max(1),
                &dice.of(BITS).replace(['?', '#', ' ', '"', '<', '>', '{', '}', '\u{301}'], "%3C"),
            );
        }
        if dice.roll(2) == 0 {
            address = format!("{address}?{}&{}", dice.of(BITS), dice.of(BITS)).replace([' ', '#'], "+");
        }
        let method = reqwest::Method::from_bytes(dice.of(&METHODS).as_bytes()).unwrap();
        let kinds = [
            "application/x-www-form-urlencoded",
            "application/json",
            "text/plain",
            "multipart/form-data; boundary=x",
            "\u{1}",
        ];
        let body = format!("{}&{}{}", dice.of(BITS), dice.of(BITS), dice.of(BITS));
        let Ok(url) = url::Url::parse(&app.url(&address)) else { continue };
        let mut request = app.http.request(method.clone(), url).body(body.clone());
        if let Ok(kind) = reqwest::header::HeaderValue::from_str(dice.of::<&str>(&kinds)) {
            request = request.header("content-type", kind);
        }
        if dice.roll(2) == 0 {
            request = request.basic_auth(ONEC_USER, Some(ONEC_PASSWORD));
        }
        if dice.roll(4) == 0 {
            request = request.header(
                "cookie",
                format!(
                    "oplata_browser={}; oplata_lang={}",
                    dice.of(BITS).escape_default(),
                    dice.of(BITS).escape_default()
                ),
            );
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        check_headers(&answer, &format!("{nth} {method} {address}"));
        let text = answer.text().await.unwrap();
        assert!(status < 500, "{nth} {method} {address} {body}: {status} {text}");
        if !address.starts_with("/metrics") && !address.starts_with("/static") {
            for word in inner {
                assert!(!text.contains(word), "{nth} {method} {address}: «{word}» in {text}");
            }
        }
    }
    app.check_books().await;
    app.stop().await;
}

/// WEB-6: files are a fixed list; no spelling walks out of it.
#[actix_web::test]
async fn web_6_no_spelling_leads_out_of_the_files() {
    let app = TestApp::start(TestDb::bare_sqlite()).await;
    let good = oplata::web::assets::path("pay.css");
    assert_eq!(app.browser().get(good).await.status, 200);
    let digest = good.split('/').nth(2).unwrap();
    let walks = [
        "../Cargo.toml",
        "..%2fCargo.toml",
        "%2e%2e/Cargo.toml",
        "%2e%2e%2fCargo.toml",
        "..%252fCargo.toml",
        "....//Cargo.toml",
        "..\\Cargo.toml",
        "..%5cCargo.toml",
        "%c0%ae%c0%ae/Cargo.toml",
        "..%c0%afCargo.toml",
        "pay.css/../../Cargo.toml",
        "/etc/passwd",
        "//etc/passwd",
        "%2fetc%2fpasswd",
        "pay.css%00.txt",
        "pay.css%20",
        "pay.css.",
        "PAY.CSS",
        "pay.css::$DATA",
        ".env",
        ".git/config",
        "..;/Cargo.toml",
        "%252e%252e%252fCargo.toml",
        "../../../../etc/passwd",
        "%uff0e%uff0e/Cargo.toml",
        "file:///etc/passwd",
        "pay.css~",
        "",
        ".",
    ];
    for walk in walks {
        for prefix in ["/static/", &format!("/static/{digest}/"), "/", "/pay/../static/"] {
            let raw = format!("{prefix}{walk}");
            let status = raw_status(&app, &raw).await;
            assert!([400, 404].contains(&status), "{raw}: {status}");
        }
    }
    app.stop().await;
}

/// The path as it is, past the client's tidying.
async fn raw_status(app: &TestApp, path: &str) -> u16 {
    let answer = crate::network::raw(
        app.portal.address,
        format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"),
    )
    .await;
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(400)
}

async fn broken() -> &'static str {
    panic!("a handler that panics")
}

/// WEB-5: a panic is an answer of 500 with the same headers, and the next request is served.
#[actix_web::test]
async fn web_5_a_panic_is_an_answer_and_the_process_goes_on() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = actix_web::HttpServer::new(|| {
        App::new()
            .wrap(from_fn(headers::dress))
            .route("/broken", web::get().to(broken))
            .route("/fine", web::get().to(async || "fine"))
    });
    let server = server.workers(1).disable_signals().listen(listener).unwrap().run();
    let handle = server.handle();
    tokio::spawn(server);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for _ in 0..3 {
        let answer = http.get(format!("{url}/broken")).send().await.unwrap();
        assert_eq!(answer.status(), 500);
        check_headers(&answer, "a panic");
        let number = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        let text = answer.text().await.unwrap();
        assert!(text.contains(&number) && !text.contains("panics"), "{text}");
        assert_eq!(http.get(format!("{url}/fine")).send().await.unwrap().status(), 200);
    }
    handle.stop(false).await;
}
