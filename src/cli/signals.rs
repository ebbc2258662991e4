//! SIGTERM and Ctrl-C: finish what is begun, then leave; a second time: leave.

use std::future::Future;

use super::say::say;

/// Waits until the process is asked to stop.
pub async fn asked_to_stop() {
    tokio::select! {
        () = interrupted() => {}
        () = terminated() => {}
    }
}

/// Stops in order, unless asked once more.
pub async fn in_order(stopping: impl Future<Output = ()>) {
    tokio::select! {
        () = stopping => {}
        () = asked_to_stop() => say("Прервано; недоделанное возьмёт следующий запуск."),
    }
}

async fn interrupted() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::error!(%error, "no interrupt signal");
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn terminated() {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(error) => {
            tracing::error!(%error, "no termination signal");
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending::<()>().await;
}
