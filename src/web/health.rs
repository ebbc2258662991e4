//! Health for whoever watches: alive, ready (database, migrations, disk), metrics.

use actix_web::{HttpRequest, HttpResponse, web};

use super::Site;
use crate::base::{Error, Result};
use crate::context::Context;
use crate::db::migrate::{self, SchemaState};
use crate::domain::outbox;

/// `GET /health/live`
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// `GET /health/ready`
pub async fn ready(context: web::Data<Context>) -> HttpResponse {
    let url = context.settings.database.url.reveal().to_owned();
    let schema = web::block(move || migrate::state(&url)).await;
    let writable = context.db.write(|connection| outbox::is_paused(connection).map(drop)).await;
    let verdict: Result<()> = match (schema, writable) {
        (Ok(Ok(SchemaState::Current)), Ok(())) => Ok(()),
        (Ok(Ok(_)), _) => Err(Error::Unavailable("схема базы не та".to_owned())),
        (Ok(Err(error)), _) | (_, Err(error)) => Err(error),
        (Err(_), _) => Err(Error::Unavailable("проверка прервана".to_owned())),
    };
    match verdict {
        Ok(()) => HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            HttpResponse::ServiceUnavailable().content_type("text/plain; charset=utf-8").body("not ready\n")
        }
    }
}

/// `GET /metrics`: for this machine and the configured networks only.
pub async fn metrics(request: HttpRequest, context: web::Data<Context>, site: web::Data<Site>) -> HttpResponse {
    let client = site.proxies.client(&request);
    if !client.is_loopback() && !site.metrics_allow.contains(client) {
        return HttpResponse::NotFound().finish();
    }
    let Ok(counts) = context.db.read(outbox::counts).await else {
        return HttpResponse::ServiceUnavailable().finish();
    };
    site.metrics.set_waiting("outbox_ready", counts.ready);
    site.metrics.set_waiting("outbox_leased", counts.leased);
    site.metrics.set_waiting("outbox_dead", counts.dead);
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(site.metrics.text())
}
