//! Every route in one table. A path that has no such method answers 405 with `Allow` (WEB-4).

use actix_web::http::header;
use actix_web::{HttpResponse, Resource, web};

use super::{assets, health, onec, pay, staff, webhooks};
use crate::base::config::Limits;

/// A resource that names its methods when it refuses others.
fn resource(path: &str, allow: &'static str) -> Resource {
    web::resource(path.to_owned()).default_service(web::to(move || async move {
        HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, allow)).finish()
    }))
}

/// Lays the routes.
pub fn configure(config: &mut web::ServiceConfig, limits: &Limits) {
    let bytes = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    let body = |count: u32| web::PayloadConfig::new(bytes(count));
    config
        .app_data(web::FormConfig::default().limit(64 * 1024))
        .service(
            resource("/pay/{token}", "GET, HEAD")
                .route(web::get().to(pay::handlers::show))
                .route(web::head().to(pay::handlers::show)),
        )
        .service(resource("/pay/{token}/start", "POST").route(web::post().to(pay::handlers::start)))
        .service(resource("/pay/{token}/go", "GET").route(web::get().to(pay::handlers::go)))
        .service(resource("/pay/{token}/status", "GET").route(web::get().to(pay::status::status)))
        .service(resource("/pay/{token}/ask-link", "POST").route(web::post().to(pay::letters::ask_link)))
        .service(resource("/pay/{token}/mail", "POST").route(web::post().to(pay::letters::mail)))
        .service(
            resource("/webhooks/{account}", "POST")
                .app_data(body(limits.notification_bytes))
                .route(web::post().to(webhooks::receive)),
        )
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
        .service(resource("/static/{digest}/{name}", "GET").route(web::get().to(assets::serve)))
        .service(resource("/health/live", "GET").route(web::get().to(health::live)))
        .service(resource("/health/ready", "GET").route(web::get().to(health::ready)))
        .service(resource("/metrics", "GET").route(web::get().to(health::metrics)))
        .configure(staff::configure)
        .default_service(web::to(pay::handlers::missing));
}
