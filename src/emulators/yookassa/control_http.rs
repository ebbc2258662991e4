//! The control over HTTP, for scripts outside this process. Loopback only.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::behaviour::Behaviour;
use super::control::Control;
use super::faults::FaultKind;
use super::outcomes::Outcome;

#[derive(Deserialize)]
struct Details {
    reason: Option<String>,
    after: Option<i64>,
}

#[derive(Deserialize)]
struct ClockWish {
    advance_s: i64,
}

#[derive(Deserialize)]
struct BehaviourWish {
    behaviour: Option<String>,
    url: Option<String>,
}

#[derive(Deserialize)]
struct FaultWish {
    path: String,
    method: Option<String>,
    fault: String,
    times: Option<usize>,
}

/// Any call below `/_control/`.
pub(super) async fn call(request: HttpRequest, body: web::Bytes, emulator: web::Data<Control>) -> HttpResponse {
    let near = request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    if !near {
        return HttpResponse::Forbidden().json(json!({"error": "управление — только с этой же машины"}));
    }
    let path = request.path().trim_start_matches("/_control/").to_owned();
    let parts: Vec<&str> = path.split('/').collect();
    let done = match (request.method().as_str(), parts.as_slice()) {
        ("GET", ["log"]) => Ok(json!(emulator.log())),
        ("GET", ["payments"]) => Ok(json!(emulator.payments())),
        ("POST", ["deliver"]) => Ok(json!({"delivered": emulator.deliver_pending().await})),
        ("POST", parts) => change(&emulator, parts, request.query_string(), &body),
        _ => Err("нет такого управления".to_owned()),
    };
    match done {
        Ok(answer) => HttpResponse::Ok().json(answer),
        Err(text) => HttpResponse::UnprocessableEntity().json(json!({"error": text})),
    }
}

fn change(emulator: &Control, parts: &[&str], query: &str, body: &[u8]) -> Result<Value, String> {
    match parts {
        ["payments", id, outcome] => {
            let told = web::Query::<Details>::from_query(query).map_err(|error| error.to_string())?;
            let outcome = Outcome::parse(outcome, told.reason.as_deref(), told.after);
            emulator.outcome(id, &outcome.ok_or("нет такого исхода")?)?;
        }
        ["refunds", id, outcome @ ("succeeded" | "canceled")] => emulator.finish_refund(id, *outcome == "succeeded")?,
        ["clock"] => {
            let by = chrono::Duration::try_seconds(read::<ClockWish>(body)?.advance_s).ok_or("слишком далеко")?;
            emulator.advance(by);
        }
        ["webhooks"] => set_webhooks(emulator, &read(body)?)?,
        ["faults"] => set_fault(emulator, &read(body)?)?,
        _ => return Err("нет такого управления".to_owned()),
    }
    Ok(json!({"ok": true}))
}

fn set_webhooks(emulator: &Control, wish: &BehaviourWish) -> Result<(), String> {
    if let Some(name) = &wish.behaviour {
        emulator.set_behaviour(Behaviour::parse(name).ok_or("нет такого поведения")?);
    }
    if wish.url.is_some() {
        emulator.set_webhook_url(wish.url.clone());
    }
    Ok(())
}

fn set_fault(emulator: &Control, wish: &FaultWish) -> Result<(), String> {
    let kind = FaultKind::parse(&wish.fault).ok_or("нет такой неисправности")?;
    emulator.fault(wish.method.as_deref(), &wish.path, kind, wish.times.unwrap_or(1));
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}
