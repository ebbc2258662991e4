//! `oplata worker`: the worker in a process of its own, beside `serve` with `worker.inside = false`.

use tokio::sync::watch;

use super::{serve, signals};
use crate::base::config::Settings;
use crate::jobs;

/// Works until asked to stop; what is leased is finished.
///
/// # Errors
/// When the settings or the database cannot be used.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    let context = serve::prepared(settings).await?;
    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(jobs::run(context, stopped));
    signals::asked_to_stop().await;
    tracing::info!("stopping: finishing leases");
    stop.send_replace(true);
    signals::in_order(async {
        if let Err(error) = worker.await {
            tracing::error!(%error, "worker ended badly");
        }
    })
    .await;
    Ok(())
}
