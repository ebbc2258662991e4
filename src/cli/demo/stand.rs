//! The portal and its outside worlds, running.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};

use super::folder::Folder;
use super::settings;
use crate::app;
use crate::base::{Secret, SystemClock, Zone};
use crate::context::Context;
use crate::emulators::{mailbox, onec, yookassa};

/// How often the pretend 1C exchanges; a real one does every minute.
const EXCHANGE_EVERY: Duration = Duration::from_secs(2);

/// Everything that runs.
pub struct Stand {
    /// The portal, worker included.
    pub portal: app::Running,
    /// The provider.
    pub yookassa: yookassa::Running,
    /// 1C.
    pub onec: onec::Running,
    /// Caught letters.
    pub mailbox: mailbox::Running,
}

impl Stand {
    /// Starts everything at `listen` and the ports after it; taken ports are replaced by free ones.
    ///
    /// # Errors
    /// When no port can be had or the database cannot be made.
    pub async fn start(listen: SocketAddr, folder: &Folder) -> anyhow::Result<Self> {
        app::install_tls();
        let listener = bind(listen)?;
        let address = listener.local_addr()?;
        let yookassa = provider(after(listen, 1), address).await?;
        let password = Secret::new(hex::encode(rand::random::<[u8; 16]>()));
        let settings = settings::demo(address, yookassa.api_url(), &password, folder);
        let context = super::super::serve::prepared(settings).await?;
        let portal = app::serve(context, listener, true)?;
        let onec = start_onec(after(listen, 2), address, &password)?;
        let mailbox = nearby(after(listen, 3), |at| mailbox::start(&at.to_string(), &folder.mail()))?;
        Ok(Self { portal, yookassa, onec, mailbox })
    }

    /// What the portal was given.
    #[must_use]
    pub fn context(&self) -> &Arc<Context> {
        &self.portal.context
    }

    /// The portal's address for browsers.
    #[must_use]
    pub fn url(&self) -> &str {
        self.context().public_url()
    }

    /// Stops the worlds that call the portal first, then the portal.
    pub async fn stop(self) {
        self.onec.stop().await;
        self.mailbox.stop().await;
        self.portal.stop().await;
        self.yookassa.stop().await;
    }
}

async fn provider(at: SocketAddr, portal: SocketAddr) -> anyhow::Result<yookassa::Running> {
    let mut config = yookassa::Config::local(settings::SHOP_ID, settings::SECRET_KEY);
    settings::SHOP.clone_into(&mut config.shop_name);
    config.webhook_url = Some(format!("http://{portal}/webhooks/yookassa"));
    config.listen = at;
    if let Ok(running) = yookassa::start(config.clone()).await {
        return Ok(running);
    }
    config.listen.set_port(0);
    yookassa::start(config).await.context("учебный банк не запустился")
}

fn start_onec(at: SocketAddr, portal: SocketAddr, password: &Secret) -> anyhow::Result<onec::Running> {
    nearby(at, |at| {
        onec::start(onec::Config {
            listen: at.to_string(),
            portal_url: format!("http://{portal}"),
            user: settings::ONEC_USER.to_owned(),
            password: password.clone(),
            seller_inn: None,
            auto_every: Some(EXCHANGE_EVERY),
            seeded: true,
            zone: Zone::default(),
            clock: Arc::new(SystemClock),
        })
    })
}

fn bind(at: SocketAddr) -> anyhow::Result<TcpListener> {
    nearby(at, TcpListener::bind)
}

/// At the wished address, or at any free port beside it.
fn nearby<T>(at: SocketAddr, start: impl Fn(SocketAddr) -> std::io::Result<T>) -> anyhow::Result<T> {
    let free = SocketAddr::new(at.ip(), 0);
    start(at).or_else(|_| start(free)).map_err(|error| anyhow!("адрес {at}: {error}"))
}

fn after(listen: SocketAddr, steps: u16) -> SocketAddr {
    let port = if listen.port() == 0 { 0 } else { listen.port().checked_add(steps).unwrap_or(0) };
    SocketAddr::new(listen.ip(), port)
}
