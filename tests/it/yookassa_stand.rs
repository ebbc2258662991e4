//! A running emulator, an account pointed at it, and a shop that hears its notifications.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // helpers of tests are tests

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use oplata::base::ids::AttemptId;
use oplata::base::texts::Lang;
use oplata::base::{Instant, Kopecks, Method, Quantity, Secret, VatRate};
use oplata::domain::receipts::{Contact, PrepaymentVat, ReceiptDraft, Sale, SoldLine, sale_draft};
use oplata::emulators::yookassa::{Config, Delivery, Running, start};
use oplata::gateways::providers::CreatePayment;
use oplata::gateways::providers::yookassa::{Yookassa, YookassaSettings};

pub const SHOP: &str = "100500";
pub const KEY: &str = "test_Secret-1";

pub struct Stand {
    pub emulator: Running,
    pub account: Yookassa,
}

/// An emulator whose notifications go by hand, and an account.
pub async fn stand() -> Stand {
    let emulator = start(Config { delivery: Delivery::Manual, ..Config::local(SHOP, KEY) }).await.unwrap();
    let account = Yookassa::new(settings(&emulator)).unwrap();
    Stand { emulator, account }
}

/// An account that does not wait long: for calls that are never answered.
pub fn hasty(emulator: &Running) -> Yookassa {
    Yookassa::new(YookassaSettings { total_timeout: Duration::from_millis(500), ..settings(emulator) }).unwrap()
}

pub fn settings(emulator: &Running) -> YookassaSettings {
    YookassaSettings {
        api_url: emulator.api_url(),
        retry_pause: Duration::from_millis(10),
        ..YookassaSettings::new("yookassa", SHOP, Secret::new(KEY))
    }
}

pub fn receipt(kopecks: i64) -> ReceiptDraft {
    let amount = Kopecks::new(kopecks);
    let line = SoldLine {
        name: "Стол письменный".into(),
        quantity: Quantity::new(3000),
        price: amount,
        amount,
        vat_rate: VatRate::TwentyTwo,
        is_service: false,
    };
    sale_draft(Sale {
        order_number: "УТ-000000123",
        lines: &[line],
        order_total: amount,
        amount,
        contact: Contact { email: Some("buyer@example.test".into()), phone: Some("8 (916) 123-45-67".into()) },
        buyer_name: None,
        buyer_inn: None,
        tax_system: Some(1),
        prepayment_vat: PrepaymentVat::Calculated,
    })
    .unwrap()
}

pub fn wish(method: Method, kopecks: i64) -> CreatePayment {
    CreatePayment {
        attempt_id: AttemptId::fresh(),
        order_number: "УТ-000000123".into(),
        amount: Kopecks::new(kopecks),
        method,
        description: "Заказ № УТ-000000123 от 23.11.2026".into(),
        return_url: "http://127.0.0.1:1/back".into(),
        expires_at: None,
        contact: Contact { email: Some("buyer@example.test".into()), phone: None },
        receipt: Some(receipt(kopecks)),
        lang: Lang::Ru,
    }
}

pub fn hour_ago() -> Instant {
    chrono::Utc::now().naive_utc() - chrono::Duration::hours(1)
}

/// A plain client: what a script or a browser would be.
pub fn browser() -> reqwest::Client {
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// What a shop's notification address has heard; it answers with `status`.
#[derive(Clone)]
pub struct Ear {
    pub url: String,
    heard: Arc<Mutex<Vec<serde_json::Value>>>,
    status: Arc<Mutex<u16>>,
}

impl Ear {
    pub fn open() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/webhooks/yookassa", listener.local_addr().unwrap());
        let ear = Self { url, heard: Arc::default(), status: Arc::new(Mutex::new(200)) };
        let shared = web::Data::new(ear.clone());
        let app = move || App::new().app_data(shared.clone()).default_service(web::to(hear));
        let server = HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run();
        tokio::spawn(server);
        ear
    }

    pub fn answer_with(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }

    pub fn heard(&self) -> Vec<serde_json::Value> {
        self.heard.lock().unwrap().clone()
    }

    /// `event status value` of everything heard.
    pub fn told(&self) -> Vec<String> {
        let text = |body: &serde_json::Value, path: &str| body.pointer(path).unwrap().as_str().unwrap().to_owned();
        let line = |body| format!("{} {}", text(body, "/event"), text(body, "/object/status"));
        self.heard().iter().map(line).collect()
    }
}

async fn hear(ear: web::Data<Ear>, body: web::Json<serde_json::Value>) -> HttpResponse {
    ear.heard.lock().unwrap().push(body.into_inner());
    let status = *ear.status.lock().unwrap();
    HttpResponse::build(actix_web::http::StatusCode::from_u16(status).unwrap()).finish()
}
