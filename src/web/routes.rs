//! Every route in one table. A path that has no such method answers 405 with `Allow` (WEB-4).

use actix_web::http::header;
use actix_web::{FromRequest, Handler, HttpResponse, Resource, Responder, web};

use super::{assets, exchange, health, onec, pay, staff, webhooks};
use crate::base::config::Limits;

/// A resource that names its methods when it refuses others.
pub(super) fn resource(path: &str, allow: &'static str) -> Resource {
    web::resource(path.to_owned()).default_service(web::to(move || async move {
        HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, allow)).finish()
    }))
}

/// A page or a file: what can be read can be asked about with HEAD.
fn readable<F, A>(path: &str, handler: F) -> Resource
where
    F: Handler<A> + Copy,
    A: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    resource(path, "GET, HEAD").route(web::get().to(handler)).route(web::head().to(handler))
}

/// Lays the routes.
pub fn configure(config: &mut web::ServiceConfig, limits: &Limits) {
    let bytes = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    let body = |count: u32| web::PayloadConfig::new(bytes(count));
    config
        .app_data(web::FormConfig::default().limit(64 * 1024))
        .service(readable("/pay/{token}", pay::handlers::show))
        .service(resource("/pay/{token}/start", "POST").route(web::post().to(pay::handlers::start)))
        .service(readable("/pay/{token}/go", pay::handlers::go))
        .service(readable("/pay/{token}/status", pay::status::status))
        .service(resource("/pay/{token}/ask-link", "POST").route(web::post().to(pay::letters::ask_link)))
        .service(resource("/pay/{token}/mail", "POST").route(web::post().to(pay::letters::mail)))
        .service(
            resource("/webhooks/{account}", "POST")
                .app_data(body(limits.notification_bytes))
                .route(web::post().to(webhooks::receive)),
        )
        .configure(exchange::configure)
        .service(
            resource("/1c/v1/orders/{guid}", "GET, PUT")
                .app_data(body(limits.onec_bytes))
                .route(web::put().to(onec::put_order))
                .route(web::get().to(onec::get_order)),
        )
        .service(
            resource("/1c/v1/documents/{guid}", "PUT")
                .app_data(body(limits.onec_bytes))
                .route(web::put().to(onec::put_document)),
        )
        .service(resource("/1c/v1/payments", "GET").route(web::get().to(onec::feed)))
        .service(
            resource("/1c/v1/payments/{id}/accepted", "POST")
                .app_data(body(limits.notification_bytes))
                .route(web::post().to(onec::accepted)),
        )
        .service(
            resource("/1c/v1/payments/{id}/rejected", "POST")
                .app_data(body(limits.notification_bytes))
                .route(web::post().to(onec::rejected)),
        )
        .service(readable("/static/{digest}/{name}", assets::serve))
        .service(readable("/health/live", health::live))
        .service(readable("/health/ready", health::ready))
        .service(readable("/metrics", health::metrics))
        .configure(staff::configure)
        .default_service(web::to(pay::handlers::missing));
}
