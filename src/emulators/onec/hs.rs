//! The `/hs/` service the portal pushes to: `PUT /hs/oplata/v1/payments/{id}`, the same steps as the feed.

use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;

use super::book::Verdict;
use super::server::Onec;
use crate::gateways::onec::service::{Accepted, ErrorBody, FeedItem};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/hs/oplata/v1/payments/{id}", web::put().to(payment));
}

async fn payment(request: HttpRequest, onec: web::Data<Onec>, id: web::Path<String>, body: web::Bytes) -> HttpResponse {
    if !onec.lets_in(&request) {
        return HttpResponse::Unauthorized().insert_header(("WWW-Authenticate", "Basic realm=\"1C\"")).finish();
    }
    if onec.lock().is_away() {
        return error(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Сеанс отсутствует: идёт обновление конфигурации",
        );
    }
    let item: FeedItem = match serde_json::from_slice(&body) {
        Ok(item) => item,
        Err(fault) => return error(StatusCode::BAD_REQUEST, "unreadable", &fault.to_string()),
    };
    if item.id != id.as_str() {
        return error(StatusCode::BAD_REQUEST, "other_id", "id в адресе и в теле различаются");
    }
    let (verdict, crashed) = {
        let mut base = onec.lock();
        let verdict = base.receive(&item, onec.today());
        base.note(onec.clock.now(), false, format!("Портал прислал платёж {}", item.amount));
        (verdict, base.crashes_now())
    };
    if crashed {
        return error(StatusCode::INTERNAL_SERVER_ERROR, "crashed", "Сеанс завершён администратором");
    }
    answer(verdict)
}

fn answer(verdict: Verdict) -> HttpResponse {
    match verdict {
        Verdict::Created(accepted) => written(StatusCode::CREATED, &accepted),
        Verdict::Present(accepted) => written(StatusCode::OK, &accepted),
        Verdict::Differs(message) => error(StatusCode::CONFLICT, "differs", &message),
        Verdict::Refused(message) => error(StatusCode::UNPROCESSABLE_ENTITY, "refused", &message),
    }
}

fn written(status: StatusCode, accepted: &Accepted) -> HttpResponse {
    HttpResponse::build(status).json(accepted)
}

fn error(status: StatusCode, name: &str, message: &str) -> HttpResponse {
    let body = ErrorBody { error: name.to_owned(), message: message.to_owned(), problems: Vec::new() };
    HttpResponse::build(status).json(body)
}

impl Onec {
    fn lets_in(&self, request: &HttpRequest) -> bool {
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let encoded = header.and_then(|value| value.strip_prefix("Basic "));
        let plain = encoded.and_then(|text| base64::engine::general_purpose::STANDARD.decode(text.trim()).ok());
        let plain = plain.and_then(|bytes| String::from_utf8(bytes).ok());
        plain
            .as_deref()
            .and_then(|text| text.split_once(':'))
            .is_some_and(|(user, password)| user == self.user && self.password.matches(password))
    }
}
