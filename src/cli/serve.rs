//! `oplata serve`

use std::net::TcpListener;
use std::sync::Arc;

use anyhow::{Context as _, bail};

use super::signals;
use crate::app::{self, Parts};
use crate::base::config::Settings;

/// Serves until asked to stop; requests and leases that are running are finished.
///
/// # Errors
/// When the settings, the database or the address cannot be used.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    if settings.server.public_url.is_empty() {
        bail!("server.public_url: укажите адрес, по которому портал открывают покупатели, — из него строятся ссылки");
    }
    let listen = settings.server.listen;
    let context = prepared(settings).await?;
    let listener =
        TcpListener::bind(listen).with_context(|| format!("server.listen: адрес {listen} занят или недоступен"))?;
    let work = context.settings.worker.inside;
    let mut running = app::serve(context, listener, work)?;
    tracing::info!(address = %running.address, worker = work, version = env!("CARGO_PKG_VERSION"), "listening");
    tokio::select! {
        () = signals::asked_to_stop() => tracing::info!("stopping: finishing requests and leases"),
        () = running.ended() => bail!("сервер остановился сам; причина — строкой выше в журнале"),
    }
    signals::in_order(running.stop()).await;
    tracing::info!("stopped");
    Ok(())
}

/// Database brought up to date, everything opened: off the async threads, since both take their time.
///
/// # Errors
/// In words for the technician.
pub async fn prepared(settings: Settings) -> anyhow::Result<Arc<crate::context::Context>> {
    let work = move || {
        app::prepare_database(&settings)?;
        app::context(settings, Parts::default()).map(Arc::new)
    };
    tokio::task::spawn_blocking(work).await?
}
