//! The worker: messages as they come, periodic jobs in between.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{Periodic, drain, periodic};
use crate::base::Result;
use crate::base::ids::new_id;
use crate::context::Context;
use crate::workflows::exchange::stock;

/// Works until `stop` turns true; leases that are running are finished first.
pub async fn run(context: Arc<Context>, mut stop: watch::Receiver<bool>) {
    let worker = new_id();
    let mut rounds = Periodic::default();
    tracing::info!(worker, "worker started");
    while !*stop.borrow() {
        if let Err(error) = round(&context, &worker, &mut rounds).await {
            tracing::error!(%error, "worker round failed");
        }
        let pause = Duration::from_secs(u64::from(context.settings.intervals.worker_pause.max(1)));
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = context.memory.woken() => {}
            _ = stop.changed() => {}
        }
    }
    if let Err(error) = periodic::write_link_events(&context).await {
        tracing::warn!(%error, "link events lost");
    }
    tracing::info!(worker, "worker stopped");
}

async fn round(context: &Arc<Context>, worker: &str, rounds: &mut Periodic) -> Result<()> {
    drain(context, worker).await?;
    rounds.run(context).await
}

/// One whole round on demand: everything that is ready or due by the context's clock, until nothing is left.
///
/// # Errors
/// Database errors.
pub async fn tick(context: &Arc<Context>) -> Result<()> {
    loop {
        let tried = drain(context, "tick").await?;
        let asked = periodic::ask_providers(context).await?;
        if tried + asked == 0 {
            break;
        }
    }
    stock::work_off(context).await?;
    periodic::write_link_events(context).await
}
