//! Starts the pretend 1C on real HTTP.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::{App, HttpServer, web};
use chrono::NaiveDate;
use tokio::task::JoinHandle;
use url::Url;

use super::base::Base;
use super::{control, hs, page_forms, pages, seed};
use crate::base::{Clock, Secret, SystemClock, Zone};

/// How to start.
pub struct Config {
    /// `127.0.0.1:0`: any free port.
    pub listen: String,
    /// Root of the portal: `http://127.0.0.1:8080`.
    pub portal_url: String,
    /// User for both directions.
    pub user: String,
    /// Password for both directions.
    pub password: Secret,
    /// ИНН of the seller put into orders; none: the portal's default seller.
    pub seller_inn: Option<String>,
    /// A session so often; none: only when told.
    pub auto_every: Option<Duration>,
    /// Begin with believable orders.
    pub seeded: bool,
    /// 1C's own zone.
    pub zone: Zone,
    /// Its clock.
    pub clock: Arc<dyn Clock>,
}

impl Config {
    /// On loopback, any port, no loop, an empty base.
    #[must_use]
    pub fn quiet(portal_url: &str, user: &str, password: &str) -> Self {
        Self {
            listen: "127.0.0.1:0".to_owned(),
            portal_url: portal_url.to_owned(),
            user: user.to_owned(),
            password: Secret::new(password),
            seller_inn: None,
            auto_every: None,
            seeded: false,
            zone: Zone::default(),
            clock: Arc::new(SystemClock),
        }
    }
}

/// The pretend 1C; its methods are the hands of tests and of pages.
pub struct Onec {
    pub(super) base: Mutex<Base>,
    pub(super) session: tokio::sync::Mutex<()>,
    pub(super) http: reqwest::Client,
    pub(super) user: String,
    pub(super) password: Secret,
    pub(super) seller_inn: Option<String>,
    pub(super) zone: Zone,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) auto: bool,
    portal: Mutex<Url>,
}

impl Onec {
    pub(super) fn lock(&self) -> MutexGuard<'_, Base> {
        self.base.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn today(&self) -> NaiveDate {
        self.zone.day(self.clock.now())
    }

    pub(super) fn portal(&self) -> Url {
        self.portal.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Points the exchange at another portal: whoever starts first does not know the other's port yet.
    ///
    /// # Errors
    /// A sentence when the text is no address.
    pub fn set_portal(&self, url: &str) -> Result<(), String> {
        let url = Url::parse(url).map_err(|error| format!("адрес портала «{url}»: {error}"))?;
        *self.portal.lock().unwrap_or_else(PoisonError::into_inner) = url;
        Ok(())
    }
}

/// A running pretend 1C.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// Its hands.
    pub control: Arc<Onec>,
    server: actix_web::dev::ServerHandle,
    auto: Option<JoinHandle<()>>,
}

impl Running {
    /// `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// What the portal's `onec.push_url` should be.
    #[must_use]
    pub fn push_url(&self) -> String {
        format!("http://{}/hs/oplata/v1", self.addr)
    }

    /// Ends the loop and the server.
    pub async fn stop(self) {
        if let Some(auto) = self.auto {
            auto.abort();
        }
        self.server.stop(true).await;
    }
}

/// Starts listening (and the loop, if asked for).
///
/// # Errors
/// When the address is taken or an address of the settings is none.
pub fn start(config: Config) -> std::io::Result<Running> {
    let (listen, every) = (config.listen.clone(), config.auto_every);
    let onec = Arc::new(build(config)?);
    let shared = web::Data::from(Arc::clone(&onec));
    let server = HttpServer::new(move || App::new().app_data(shared.clone()).configure(routes))
        .workers(1)
        .disable_signals()
        .bind(&listen)?;
    let addr = server.addrs().first().copied().ok_or_else(|| std::io::Error::other("порт не открылся"))?;
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    let auto = every.map(|every| tokio::spawn(repeat(Arc::clone(&onec), every)));
    Ok(Running { addr, control: onec, server: handle, auto })
}

fn build(config: Config) -> std::io::Result<Onec> {
    // Harmless if somebody has done it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(30))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(std::io::Error::other)?;
    let portal = Url::parse(&config.portal_url).map_err(std::io::Error::other)?;
    let mut base = Base::with_counters();
    if config.seeded {
        seed::fill(&mut base, config.zone.day(config.clock.now()));
    }
    Ok(Onec {
        base: Mutex::new(base),
        session: tokio::sync::Mutex::default(),
        http,
        user: config.user,
        password: config.password,
        seller_inn: config.seller_inn,
        zone: config.zone,
        clock: config.clock,
        auto: config.auto_every.is_some(),
        portal: Mutex::new(portal),
    })
}

/// The scheduled job: a failed session is followed by the next one, as in 1C.
async fn repeat(onec: Arc<Onec>, every: Duration) {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(trouble) = onec.exchange().await {
            tracing::debug!(%trouble, "обмен учебной 1С прерван");
        }
    }
}

fn routes(config: &mut web::ServiceConfig) {
    config.configure(hs::routes).configure(control::routes).configure(pages::routes).configure(page_forms::routes);
}
