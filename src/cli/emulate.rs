//! `oplata emulate`: one pretend outside world, for training stands and for developers of the other side.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::args::{Emulate, World};
use super::say::say;
use super::signals;
use crate::app;
use crate::base::config::Settings;
use crate::base::{Secret, SystemClock};
use crate::emulators::{mailbox, onec, yookassa};

/// Runs one world until asked to stop.
///
/// # Errors
/// When its address is taken or a setting it needs is missing.
pub async fn run(settings: &Settings, wish: &Emulate) -> anyhow::Result<()> {
    app::install_tls();
    let usual = match wish.world {
        World::Yookassa => 8081,
        World::Onec => 8082,
        World::Mailbox => 8083,
    };
    let listen = wish.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], usual)));
    match wish.world {
        World::Yookassa => play_yookassa(settings, listen).await,
        World::Onec => play_onec(settings, listen).await,
        World::Mailbox => play_mailbox(settings, listen).await,
    }
}

/// Where the portal of these settings answers.
fn portal(settings: &Settings) -> String {
    match settings.server.public_url.trim_end_matches('/') {
        "" => format!("http://{}", settings.server.listen),
        public => public.to_owned(),
    }
}

async fn play_yookassa(settings: &Settings, listen: SocketAddr) -> anyhow::Result<()> {
    let account = settings.providers.get("yookassa");
    let shop_id = account.map_or("100500", |account| account.shop_id.as_str());
    let key = account.map_or("test_training", |account| account.secret_key.reveal());
    let mut config = yookassa::Config::local(shop_id, key);
    config.listen = listen;
    config.webhook_url = Some(format!("{}/webhooks/yookassa", portal(settings)));
    let running = yookassa::start(config).await.with_context(|| format!("адрес {listen}"))?;
    say(format_args!("Учебная ЮKassa: {} — укажите его в providers.yookassa.api_url.", running.api_url()));
    say(format_args!("Магазин {shop_id}, уведомления уходят в {}/webhooks/yookassa.", portal(settings)));
    signals::asked_to_stop().await;
    running.stop().await;
    Ok(())
}

async fn play_onec(settings: &Settings, listen: SocketAddr) -> anyhow::Result<()> {
    let onec = &settings.onec;
    ensure!(
        !onec.user.is_empty() && !onec.password.is_empty(),
        "onec.user и onec.password: с ними учебная 1С входит в портал"
    );
    let running = onec::start(onec::Config {
        listen: listen.to_string(),
        portal_url: portal(settings),
        user: onec.user.clone(),
        password: Secret::new(onec.password.reveal()),
        seller_inn: None,
        auto_every: Some(Duration::from_secs(5)),
        seeded: true,
        zone: settings.shop.zone(),
        clock: Arc::new(SystemClock),
    })
    .with_context(|| format!("адрес {listen}"))?;
    say(format_args!("Учебная 1С: {}/ — обменивается с {} каждые 5 секунд.", running.url(), portal(settings)));
    say(format_args!("Её сервис для onec.push_url: {}", running.push_url()));
    signals::asked_to_stop().await;
    running.stop().await;
    Ok(())
}

async fn play_mailbox(settings: &Settings, listen: SocketAddr) -> anyhow::Result<()> {
    ensure!(
        !settings.mail.dir.is_empty(),
        "mail.dir: папка, в которую портал складывает письма (mail.transport = \"file\")"
    );
    let dir = PathBuf::from(&settings.mail.dir);
    let running = mailbox::start(&listen.to_string(), &dir).with_context(|| format!("адрес {listen}"))?;
    say(format_args!("Почта из папки {}: {}/", dir.display(), running.url()));
    signals::asked_to_stop().await;
    running.stop().await;
    Ok(())
}
