//! Starting and stopping.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};

use super::control::Control;
use super::state::State;
use super::{api, control_http, pages};
use crate::base::{Clock, Secret, SystemClock};
use crate::gateways::providers::yookassa::basic_auth;

/// Who sends notifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The emulator, when they are due.
    Auto,
    /// [`Control::deliver_pending`], when a test says so.
    Manual,
}

/// How to start.
#[derive(Clone)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address buyers' browsers reach; none: the one it listens on.
    pub public_url: Option<String>,
    /// The shop's id.
    pub shop_id: String,
    /// The shop's key; objects are `test` when it begins with `test_`.
    pub secret_key: Secret,
    /// The shop's name on the pay page.
    pub shop_name: String,
    /// Where all notifications go, beside addresses registered by the API.
    pub webhook_url: Option<String>,
    /// Source of time; the control can move it.
    pub clock: Arc<dyn Clock>,
    /// Who sends notifications.
    pub delivery: Delivery,
}

impl Config {
    /// A free port of this machine, the system's clock, notifications sent by themselves.
    #[must_use]
    pub fn local(shop_id: &str, secret_key: &str) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: None,
            shop_id: shop_id.to_owned(),
            secret_key: Secret::new(secret_key),
            shop_name: "Учебный магазин".to_owned(),
            webhook_url: None,
            clock: Arc::new(SystemClock),
            delivery: Delivery::Auto,
        }
    }
}

/// A running emulator; dropping it stops the sending of notifications, [`Running::stop`] stops everything.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// The hand that moves it.
    pub control: Control,
    handle: ServerHandle,
    sender: Option<tokio::task::JoinHandle<()>>,
}

impl Running {
    /// The address for `api_url`.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("http://{}/v3", self.addr)
    }

    /// Stops at once.
    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(sender) = &self.sender {
            sender.abort();
        }
    }
}

/// Starts an emulator inside the running tokio runtime.
///
/// # Errors
/// When the address is taken or the client of notifications cannot be made.
pub async fn start(config: Config) -> std::io::Result<Running> {
    let listener = std::net::TcpListener::bind(config.listen)?;
    let addr = listener.local_addr()?;
    let control = control(&config, addr)?;
    let shared = web::Data::new(control.clone());
    let server = HttpServer::new(move || App::new().app_data(shared.clone()).configure(routes))
        .workers(2)
        .disable_signals()
        .shutdown_timeout(1)
        .listen(listener)?
        .run();
    let handle = server.handle();
    tokio::spawn(server);
    let sender = (config.delivery == Delivery::Auto).then(|| tokio::spawn(control.clone().deliver_always()));
    Ok(Running { addr, control, handle, sender })
}

fn control(config: &Config, addr: SocketAddr) -> std::io::Result<Control> {
    // The process has one TLS provider; whoever came first has installed it.
    drop(rustls::crypto::ring::default_provider().install_default());
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(10))
        .build()
        .map_err(std::io::Error::other)?;
    let state = State {
        webhook_url: config.webhook_url.clone(),
        shop_id: config.shop_id.clone(),
        shop_name: config.shop_name.clone(),
        base_url: config.public_url.clone().unwrap_or_else(|| format!("http://{addr}")),
        test: config.secret_key.reveal().starts_with("test_"),
        ..State::default()
    };
    let authorization = Secret::new(basic_auth(&config.shop_id, config.secret_key.reveal()));
    Ok(Control::new(state, config.clock.clone(), authorization, http))
}

fn routes(app: &mut web::ServiceConfig) {
    app.route("/v3/{path:.*}", web::route().to(api::call))
        .route("/_control/{path:.*}", web::route().to(control_http::call))
        .route("/stand.css", web::get().to(pages::style))
        .route("/checkout/{id}", web::get().to(pages::show))
        .route("/checkout/{id}", web::post().to(pages::act))
        .route("/checkout/{id}/3ds", web::get().to(pages::three_ds));
}
