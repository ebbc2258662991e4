//! `/1c/v1`: our contract with 1C's extension, over Basic authentication.

use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::{Site, failure};
use crate::base::ids::DocumentId;
use crate::base::{Error, Result};
use crate::context::Context;
use crate::gateways::onec::service::{Accepted, DocumentIn, ErrorBody, OrderIn, Problems, Rejected, guid};
use crate::workflows::exchange::{self, Exchange};

/// Where in the feed a walk goes on.
#[derive(Debug, Deserialize)]
pub struct After {
    after: Option<String>,
}

/// A body as it came.
type Body = std::result::Result<web::Bytes, actix_web::Error>;

/// A body that was cut or is too large is refused in the words of the contract.
fn whole(body: Body) -> std::result::Result<web::Bytes, HttpResponse> {
    body.map_err(|error| {
        let status = error.as_response_error().status_code();
        let (code, message) = match status {
            StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "Тело запроса больше предела (limits.onec_bytes)"),
            _ => ("incomplete", "Тело запроса не дошло целиком"),
        };
        let body = ErrorBody { error: code.to_owned(), message: message.to_owned(), problems: Vec::new() };
        HttpResponse::build(status).json(body)
    })
}

/// Lets 1C in, or says why not (EXC-1).
fn admit(request: &HttpRequest, context: &Context, site: &Site) -> std::result::Result<(), HttpResponse> {
    let client = site.proxies.client(request);
    if is_onec(request, context) {
        return Ok(());
    }
    if let Err(wait) = site.rates.onec_misses.count(&client) {
        return Err(HttpResponse::TooManyRequests().insert_header(("Retry-After", wait.to_string())).finish());
    }
    let missing = !request.headers().contains_key(AUTHORIZATION);
    let message = if missing {
        "Нет заголовка Authorization: прокси его срезает или логин не задан"
    } else {
        "Логин или пароль обмена не подходят"
    };
    let body = ErrorBody { error: "unauthorized".to_owned(), message: message.to_owned(), problems: Vec::new() };
    Err(HttpResponse::Unauthorized()
        .insert_header(("WWW-Authenticate", "Basic realm=\"1c\", charset=\"UTF-8\""))
        .json(body))
}

/// Whether the request bears 1C's login and password.
pub(super) fn is_onec(request: &HttpRequest, context: &Context) -> bool {
    let onec = &context.settings.onec;
    if onec.user.is_empty() || onec.password.is_empty() {
        return false;
    }
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let named = header.and_then(|text| text.split_once(' '));
    let encoded = named.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic")).map_or("", |(_, pair)| pair);
    let given = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).unwrap_or_default();
    let expected = format!("{}:{}", onec.user, onec.password.reveal());
    given.as_slice().ct_eq(expected.as_bytes()).into()
}

/// `PUT /1c/v1/orders/{guid}`
pub async fn put_order(
    request: HttpRequest,
    context: web::Data<Context>,
    site: web::Data<Site>,
    id: web::Path<String>,
    body: Body,
) -> HttpResponse {
    if let Err(refusal) = admit(&request, &context, &site) {
        return refusal;
    }
    let body = match whole(body) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let outcome = match (guid(&id), OrderIn::read(&body, context.zone())) {
        (Err(error), _) => Err(Fault::House(error)),
        (_, Err(problems)) => Err(Fault::Body(problems)),
        (Ok(id), Ok(read)) => {
            exchange::receive_order(&context, &id.to_string(), &read.value, read.warnings).await.map_err(Fault::House)
        }
    };
    context.memory.wake_worker();
    finish(&request, &context, &body, outcome).await
}

/// `GET /1c/v1/orders/{guid}`
pub async fn get_order(
    request: HttpRequest,
    context: web::Data<Context>,
    site: web::Data<Site>,
    id: web::Path<String>,
) -> HttpResponse {
    if let Err(refusal) = admit(&request, &context, &site) {
        return refusal;
    }
    let outcome = match guid(&id) {
        Ok(id) => exchange::answer(&context, &id.to_string()).await,
        Err(error) => Err(error),
    };
    plain(outcome)
}

/// `PUT /1c/v1/documents/{guid}`
pub async fn put_document(
    request: HttpRequest,
    context: web::Data<Context>,
    site: web::Data<Site>,
    id: web::Path<String>,
    body: Body,
) -> HttpResponse {
    if let Err(refusal) = admit(&request, &context, &site) {
        return refusal;
    }
    let body = match whole(body) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let outcome = match (guid(&id), DocumentIn::read(&body, context.zone())) {
        (Err(error), _) => Err(Fault::House(error)),
        (_, Err(problems)) => Err(Fault::Body(problems)),
        (Ok(id), Ok(read)) => exchange::receive_document(&context, &id.to_string(), &read.value, read.warnings)
            .await
            .map_err(Fault::House),
    };
    finish(&request, &context, &body, outcome).await
}

/// `GET /1c/v1/payments?after=…`
pub async fn feed(
    request: HttpRequest,
    context: web::Data<Context>,
    site: web::Data<Site>,
    after: std::result::Result<web::Query<After>, actix_web::Error>,
) -> HttpResponse {
    if let Err(refusal) = admit(&request, &context, &site) {
        return refusal;
    }
    let Ok(after) = after else {
        return failure::for_onec(&Error::invalid("after", "Метка after указана дважды или не читается"));
    };
    plain(exchange::feed(&context, after.after.as_deref()).await)
}

/// `POST /1c/v1/payments/{id}/accepted`
pub async fn accepted(
    request: HttpRequest,
    context: web::Data<Context>,
    site: web::Data<Site>,
    id: web::Path<String>,
    body: Body,
) -> HttpResponse {
    if let Err(refusal) = admit(&request, &context, &site) {
        return refusal;
    }
    let body = match whole(body) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let outcome = match (DocumentId::parse(&id), Accepted::read(&body, context.zone())) {
        (Err(error), _) => Err(Fault::House(error)),
        (_, Err(problems)) => Err(Fault::Body(problems)),
        (Ok(id), Ok(read)) => exchange::accepted(&context, &id, &read.value).await.map_err(Fault::House),
    };
    finish(&request, &context, &body, outcome).await
}

/// `POST /1c/v1/payments/{id}/rejected`
pub async fn rejected(
    request: HttpRequest,
    context: web::Data<Context>,
    site: web::Data<Site>,
    id: web::Path<String>,
    body: Body,
) -> HttpResponse {
    if let Err(refusal) = admit(&request, &context, &site) {
        return refusal;
    }
    let body = match whole(body) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let outcome = match (DocumentId::parse(&id), Rejected::read(&body, context.zone())) {
        (Err(error), _) => Err(Fault::House(error)),
        (_, Err(problems)) => Err(Fault::Body(problems)),
        (Ok(id), Ok(read)) => {
            exchange::rejected(&context, &id, read.value.revision, &read.value.message).await.map_err(Fault::House)
        }
    };
    finish(&request, &context, &body, outcome).await
}

/// Why a request of 1C was refused.
enum Fault {
    House(Error),
    Body(Problems),
}

fn plain<T: Serialize>(outcome: Result<T>) -> HttpResponse {
    match outcome {
        Ok(answer) => HttpResponse::Ok().json(answer),
        Err(error) => failure::for_onec(&error),
    }
}

/// Answers, and keeps the exchange for the technician.
async fn finish<T: Serialize>(
    request: &HttpRequest,
    context: &Context,
    body: &web::Bytes,
    outcome: std::result::Result<T, Fault>,
) -> HttpResponse {
    let (status, answer, verdict) = match outcome {
        Ok(answer) => (StatusCode::OK, serde_json::to_value(answer).unwrap_or_default(), "принято".to_owned()),
        Err(Fault::House(error)) => {
            failure::log(&error);
            let code = error.code().unwrap_or("unavailable");
            let answer = serde_json::json!({ "error": code, "message": failure::message(&error), "problems": [] });
            (failure::status(&error), answer, failure::message(&error))
        }
        Err(Fault::Body(problems)) => {
            let answer = serde_json::json!({
                "error": "invalid", "message": problems.to_string(), "problems": problems.0,
            });
            (StatusCode::UNPROCESSABLE_ENTITY, answer, problems.to_string())
        }
    };
    let exchange = Exchange {
        road: "service",
        request: format!("{} {}", request.method(), request.path()),
        body: String::from_utf8_lossy(body).into_owned(),
        status: status.as_u16(),
        answer: without_link(&answer).to_string(),
        verdict,
    };
    if let Err(error) = exchange::keep(context, exchange).await {
        tracing::error!(%error, "exchange not logged");
    }
    HttpResponse::build(status).json(answer)
}

/// The answer as it is kept: a link opens an order, so it is not kept in the clear (LNK-1).
fn without_link(answer: &serde_json::Value) -> serde_json::Value {
    let mut kept = answer.clone();
    if let Some(fields) = kept.as_object_mut() {
        for secret in ["link", "qr"] {
            if fields.contains_key(secret) {
                fields.insert(secret.to_owned(), serde_json::json!("…"));
            }
        }
    }
    kept
}
