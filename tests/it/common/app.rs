//! The portal with the world around it: a server on port 0, a database of its own, YooKassa and 1C as emulators that
//! speak the real protocols, letters in memory, jobs drained on demand, a clock that stands until it is moved.

use std::net::TcpListener;
use std::sync::Arc;

use chrono::{Duration, NaiveDate};
use oplata::app::{self, Parts, Running};
use oplata::base::clock::ManualClock;
use oplata::base::config::Settings;
use oplata::base::{Clock, Kopecks};
use oplata::domain::payments::books;
use oplata::emulators::onec;
use oplata::emulators::yookassa::{self, Delivery};
use oplata::gateways::mail::{Addressee, MemoryMailer};
use oplata::jobs;
use uuid::Uuid;

use super::browser::Browser;
use super::db::TestDb;

pub const SHOP_ID: &str = "100500";
pub const SECRET_KEY: &str = "test_emulator_key_0001";
pub const ONEC_USER: &str = "onec";
pub const ONEC_PASSWORD: &str = "exchange-password-of-24-chars";

pub struct TestApp {
    pub portal: Running,
    pub yookassa: yookassa::Running,
    pub onec: onec::Running,
    pub mail: Arc<MemoryMailer>,
    pub clock: Arc<ManualClock>,
    pub http: reqwest::Client,
    pub db: TestDb,
}

impl TestApp {
    pub async fn start(db: TestDb) -> Self {
        Self::start_with(db, &[]).await
    }

    /// `extra`: settings over the usual ones, as environment pairs without the prefix.
    pub async fn start_with(db: TestDb, extra: &[(&str, &str)]) -> Self {
        app::install_tls();
        let noon = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap().and_hms_opt(9, 0, 0).unwrap();
        let clock = Arc::new(ManualClock::new(noon));
        let yookassa = yookassa::start(yookassa::Config {
            delivery: Delivery::Manual,
            clock: clock.clone(),
            ..yookassa::Config::local(SHOP_ID, SECRET_KEY)
        })
        .await
        .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let settings = settings(&db, &url, &yookassa.api_url(), extra);
        app::prepare_database(&settings).unwrap();
        let mail = Arc::new(MemoryMailer::new(Addressee::parse("ДомПлюс <shop@example.ru>").unwrap()));
        let parts = Parts { clock: Some(clock.clone()), mailer: Some(mail.clone()) };
        let context = tokio::task::spawn_blocking(move || app::context(settings, parts)).await.unwrap().unwrap();
        let portal = app::serve(Arc::new(context), listener, false).unwrap();
        yookassa.control.set_webhook_url(Some(format!("{url}/webhooks/yookassa")));
        let onec =
            onec::start(onec::Config { clock: clock.clone(), ..onec::Config::quiet(&url, ONEC_USER, ONEC_PASSWORD) })
                .unwrap();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(30))
            .build()
            .unwrap();
        Self { portal, yookassa, onec, mail, clock, http, db }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.portal.address)
    }

    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.yookassa.control.advance(Duration::zero());
    }

    /// Everything that is due by the clock: notifications delivered, messages sent, questions asked.
    pub async fn settle(&self) {
        loop {
            let delivered = self.yookassa.control.deliver_pending().await;
            jobs::tick(&self.portal.context).await.unwrap();
            if delivered == 0 {
                return;
            }
        }
    }

    /// Only the portal's own work; notifications stay where they are.
    pub async fn work(&self) {
        jobs::tick(&self.portal.context).await.unwrap();
    }

    /// An order of one line born in 1C and sent to the portal; its link.
    pub async fn order(&self, rubles: i64) -> Placed {
        let guid = self.onec.control.add_simple_order(Kopecks::new(rubles * 100));
        self.exchange().await;
        self.placed(guid).await
    }

    /// A session of 1C: changed orders out, feed in. Stories in which 1C is away or breaks off look at what came of it.
    pub async fn exchange(&self) {
        drop(self.onec.control.exchange().await);
    }

    pub async fn placed(&self, guid: Uuid) -> Placed {
        let answer = self.get_order(guid).await;
        let link = answer["link"].as_str().unwrap().to_owned();
        let token = link.rsplit('/').next().unwrap().to_owned();
        Placed { guid, link, token }
    }

    /// `GET /1c/v1/orders/{guid}`
    pub async fn get_order(&self, guid: Uuid) -> serde_json::Value {
        let answer = self.onec_get(&format!("/1c/v1/orders/{guid}")).await;
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    pub async fn onec_get(&self, path: &str) -> reqwest::Response {
        self.http.get(self.url(path)).basic_auth(ONEC_USER, Some(ONEC_PASSWORD)).send().await.unwrap()
    }

    pub async fn onec_send(&self, method: &str, path: &str, body: &serde_json::Value) -> reqwest::Response {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.http.request(method, self.url(path)).basic_auth(ONEC_USER, Some(ONEC_PASSWORD));
        request.json(body).send().await.unwrap()
    }

    pub async fn status(&self, order: &Placed) -> serde_json::Value {
        let answer = self.http.get(self.url(&format!("/pay/{}/status", order.token))).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    pub fn browser(&self) -> Browser {
        Browser::new(self.http.clone(), self.url(""))
    }

    /// Presses the button and goes to the provider; the provider's id of the payment.
    pub async fn press(&self, browser: &mut Browser, order: &Placed, method: &str) -> String {
        let before = self.provider_ids();
        let answer = browser.post(&format!("/pay/{}/start", order.token), &[("method", method)]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let known = |id: &String| !before.contains(id);
        self.provider_ids().into_iter().find(known).expect("no new payment at the provider")
    }

    pub fn provider_ids(&self) -> Vec<String> {
        let id = |payment: serde_json::Value| payment["id"].as_str().unwrap().to_owned();
        self.yookassa.control.payments().into_iter().map(id).collect()
    }

    /// What the customer does at the provider.
    pub fn outcome(&self, payment: &str, outcome: &str) {
        let outcome = match outcome {
            "success" => yookassa::Outcome::Success,
            "sbp_success" => yookassa::Outcome::SbpSuccess,
            "timeout" => yookassa::Outcome::Timeout,
            reason => yookassa::Outcome::Decline(reason.to_owned()),
        };
        self.yookassa.control.outcome(payment, &outcome).unwrap();
    }

    /// Pays an order whole, up to 1C's number.
    pub async fn pay(&self, order: &Placed) {
        let payment = self.press(&mut self.browser(), order, "sbp").await;
        self.outcome(&payment, "sbp_success");
        self.settle().await;
        self.exchange().await;
    }

    /// The books are derived anew from the facts; nothing may be found.
    pub async fn check_books(&self) {
        let problems = self.portal.context.db.read(books::check).await.unwrap();
        assert_eq!(problems, Vec::<String>::new());
    }

    /// Kinds of the open alerts.
    pub async fn alerts(&self) -> Vec<String> {
        let open = self.portal.context.db.read(|c| oplata::domain::alerts::list_open(c, 100)).await.unwrap();
        let mut kinds: Vec<String> = open.into_iter().map(|alert| alert.kind).collect();
        kinds.sort();
        kinds
    }

    pub fn now(&self) -> oplata::base::Instant {
        self.clock.now()
    }

    pub async fn stop(self) {
        self.portal.stop().await;
        self.yookassa.stop().await;
        self.onec.stop().await;
    }
}

/// An order with its link.
#[derive(Debug, Clone)]
pub struct Placed {
    pub guid: Uuid,
    pub link: String,
    pub token: String,
}

fn settings(db: &TestDb, url: &str, api_url: &str, extra: &[(&str, &str)]) -> Settings {
    let usual = [
        ("SERVER__PUBLIC_URL", url),
        ("SERVER__THREADS", "2"),
        ("DATABASE__URL", db.url.as_str()),
        ("DATABASE__MIGRATE", "true"),
        ("LINKS__KEY", "0123456789abcdef0123456789abcdef"),
        ("SHOP__NAME", "ДомПлюс"),
        ("SHOP__PHONE", "+7 812 445-10-20"),
        ("SHOP__EMAIL", "shop@example.ru"),
        ("SHOP__SELLER__NAME", "ООО «ДомПлюс Северо-Запад»"),
        ("SHOP__SELLER__INN", "7707083893"),
        ("ONEC__USER", ONEC_USER),
        ("ONEC__PASSWORD", ONEC_PASSWORD),
        ("ONEC__MODE", "test"),
        ("PROVIDERS__YOOKASSA__SHOP_ID", SHOP_ID),
        ("PROVIDERS__YOOKASSA__SECRET_KEY", SECRET_KEY),
        ("PROVIDERS__YOOKASSA__API_URL", api_url),
        ("LIMITS__PAY_PER_MINUTE", "100000"),
        ("LIMITS__STARTS_PER_MINUTE", "100000"),
        ("LIMITS__STATUS_PER_MINUTE", "100000"),
        ("STAFF__TOTP", "optional"),
    ];
    let pairs = usual.iter().chain(extra).map(|(name, value)| (format!("OPLATA__{name}"), (*value).to_owned()));
    Settings::load(None, pairs).unwrap()
}

/// Runs a story on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($($(#[$doc:meta])* async fn $name:ident($app:ident) $body:block)+) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports, reason = "a story may need nothing of its file")]
            use super::*;

            async fn story($app: $crate::common::app::TestApp) $body

            #[actix_web::test]
            async fn sqlite() {
                story($crate::common::app::TestApp::start($crate::common::db::TestDb::bare_sqlite()).await).await;
            }

            #[actix_web::test]
            async fn postgres() {
                if let Some(db) = $crate::common::db::TestDb::bare_postgres(stringify!($name)) {
                    story($crate::common::app::TestApp::start(db).await).await;
                }
            }
        }
    )+};
}
pub(crate) use on_both;
