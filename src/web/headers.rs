//! What every answer carries: the strict content policy, no sniffing, no referrer, no caching unless said otherwise; and
//! one log line a request, with the route's pattern instead of the address, so that no token gets into a log (LNK-5).
//! A panic in a handler becomes an answer here, and the process goes on (WEB-5).

use std::panic::AssertUnwindSafe;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};
use futures_util::FutureExt as _;

use super::{Site, slow};

/// The policy of every page (WEB-2).
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
     manifest-src 'self'";

const ALWAYS: [(&str, &str); 7] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("x-robots-tag", "noindex, nofollow"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    ("cache-control", "no-store"),
];

/// The number of a request, in logs and on pages of trouble.
#[derive(Debug, Clone)]
pub struct RequestNumber(pub String);

/// Puts the headers on, refuses foreign hosts, hurries slow bodies, catches panics, logs the request.
///
/// # Errors
/// What the handlers return; a dressed answer of 500 when one of them panicked.
pub async fn dress(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = std::time::Instant::now();
    let number = number();
    let method = request.method().clone();
    let route = request.match_pattern().unwrap_or_else(|| "-".to_owned());
    request.extensions_mut().insert(RequestNumber(number.clone()));
    let site = request.app_data::<web::Data<Site>>().cloned();
    let is_https = site.as_ref().is_some_and(|site| site.is_https());
    if let Some(site) = &site {
        slow::hurry(&mut request, site.body_time);
    }
    let foreign = site.as_ref().is_some_and(|site| !site.knows_host(host(request.headers())));
    let mut response = if foreign {
        let refusal = HttpResponse::MisdirectedRequest()
            .content_type("text/plain; charset=utf-8")
            .body("Такого узла здесь нет\n");
        request.into_response(refusal).map_into_right_body()
    } else {
        match AssertUnwindSafe(next.call(request)).catch_unwind().await {
            Ok(answer) => answer?.map_into_left_body(),
            Err(_) => {
                tracing::error!(number, %method, route, "a handler panicked");
                return Err(broken(&number, is_https));
            }
        }
    };
    put_on(response.headers_mut(), &number, is_https);
    let status = response.status().as_u16();
    let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    if let Some(site) = &site {
        site.metrics.count(&route, method.as_str(), status, millis);
    }
    match status {
        500.. => tracing::error!(number, %method, route, status, millis, "request"),
        400.. => tracing::info!(number, %method, route, status, millis, "request"),
        _ => tracing::debug!(number, %method, route, status, millis, "request"),
    }
    Ok(response)
}

/// The request went down with its handler, so the answer is whole in itself.
fn broken(number: &str, is_https: bool) -> Error {
    let text = format!("Внутренняя ошибка, номер {number}. Повторите позже.\nInternal error, number {number}.\n");
    let mut answer = HttpResponse::InternalServerError().content_type("text/plain; charset=utf-8").body(text);
    put_on(answer.headers_mut(), number, is_https);
    InternalError::from_response("panic", answer).into()
}

fn number() -> String {
    let id = uuid::Uuid::new_v4().simple().to_string();
    id.get(..10).unwrap_or_default().to_owned()
}

fn host(headers: &HeaderMap) -> &str {
    headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn put_on(headers: &mut HeaderMap, number: &str, is_https: bool) {
    for (name, value) in ALWAYS {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if let Ok(value) = HeaderValue::from_str(number) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    if is_https {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
}
