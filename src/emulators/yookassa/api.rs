//! Every call of the API goes one way: log, key of the shop, fault, idempotency, deed, urgent notifications, answer.

use std::collections::HashMap;

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::control::Control;
use super::error::{ApiError, ApiResult};
use super::state::State;
use super::{faults, idempotency, lists, payments, receipts, refunds, webhooks};

/// Any call below `/v3/`.
pub(super) async fn call(request: HttpRequest, body: web::Bytes, emulator: web::Data<Control>) -> HttpResponse {
    let fault = if authorized(&request, &emulator) {
        emulator.with(|state| faults::take(state, request.method().as_str(), request.path()))
    } else {
        return note(&request, &emulator, ApiError::unauthorized().response());
    };
    if let Some(fault) = fault
        && let Some(answer) = fault.before().await
    {
        return note(&request, &emulator, answer);
    }
    let answer = emulator.with(|state| deed(state, &request, &body));
    emulator.deliver_urgent().await;
    let answer = match answer {
        Ok(object) => HttpResponse::Ok().json(object),
        Err(error) => error.response(),
    };
    let answer = note(&request, &emulator, answer);
    match fault {
        Some(fault) => fault.after(answer).await,
        None => answer,
    }
}

fn authorized(request: &HttpRequest, emulator: &Control) -> bool {
    let header = request.headers().get("Authorization").and_then(|value| value.to_str().ok());
    header.is_some_and(|told| emulator.authorization().matches(told))
}

fn note(request: &HttpRequest, emulator: &Control, answer: HttpResponse) -> HttpResponse {
    let what = format!("{} {}", request.method(), request.path());
    emulator.with(|state| state.note("api", what, answer.status().as_u16().to_string()));
    answer
}

fn deed(state: &mut State, request: &HttpRequest, body: &[u8]) -> ApiResult {
    let path = request.path().trim_start_matches("/v3/").to_owned();
    let parts: Vec<&str> = path.split('/').collect();
    match *request.method() {
        Method::GET => {
            let query = web::Query::<HashMap<String, String>>::from_query(request.query_string());
            look(state, &parts, &query.map(web::Query::into_inner).unwrap_or_default())
        }
        Method::POST => {
            let read = || serde_json::from_slice::<Value>(if body.is_empty() { b"{}" } else { body });
            let wish = read().map_err(|_| ApiError::of(400, "invalid_request", "Malformed JSON"))?;
            let key = request.headers().get("Idempotence-Key").and_then(|value| value.to_str().ok());
            // The sameness of a request is that of its meaning: whitespace and the order of fields do not count.
            let meaning = wish.to_string();
            idempotency::once(state, key, &[path.as_bytes(), meaning.as_bytes()], |state| change(state, &parts, &wish))
        }
        Method::DELETE => match parts.as_slice() {
            ["webhooks", id] => webhooks::delete(state, id),
            _ => Err(ApiError::not_found()),
        },
        _ => Err(ApiError::of(405, "invalid_request", "Method not allowed")),
    }
}

fn look(state: &State, parts: &[&str], query: &HashMap<String, String>) -> ApiResult {
    match parts {
        ["me"] => Ok(me(state)),
        ["payments"] => lists::payments(state, query),
        ["payments", id] => payments::fetch(state, id),
        ["refunds"] => lists::refunds(state, query),
        ["refunds", id] => refunds::fetch(state, id),
        ["receipts"] => lists::receipts(state, query),
        ["receipts", id] => receipts::fetch(state, id),
        ["webhooks"] => Ok(webhooks::list(state)),
        _ => Err(ApiError::not_found()),
    }
}

fn change(state: &mut State, parts: &[&str], wish: &Value) -> ApiResult {
    match parts {
        ["payments"] => payments::create(state, wish),
        ["payments", id, "capture"] => payments::capture(state, id, wish),
        ["payments", id, "cancel"] => payments::cancel(state, id),
        ["refunds"] => refunds::create(state, wish),
        ["receipts"] => receipts::create(state, wish),
        ["webhooks"] => webhooks::create(state, wish),
        _ => Err(ApiError::not_found()),
    }
}

fn me(state: &State) -> Value {
    json!({
        "account_id": state.shop_id, "status": "enabled", "test": state.test, "name": state.shop_name,
        "fiscalization": {"enabled": true, "provider": "fns"}, "fiscalization_enabled": true,
        "payment_methods": ["bank_card", "sbp"], "itn": "7707083893",
    })
}
