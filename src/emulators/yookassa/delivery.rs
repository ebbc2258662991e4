//! Notifications: queued under the lock, sent outside of it, repeated after 1, 2, 4, 8… seconds until 200.

use chrono::Duration;
use serde_json::{Value, json};

use super::behaviour::Behaviour;
use super::error::ApiError;
use super::state::{State, fresh_id};
use super::{refunds, view};
use crate::base::{Instant, Kopecks};

/// Tries of one notification.
const TRIES: u32 = 12;

/// One notification on its way.
#[derive(Debug, Clone)]
pub(super) struct Parcel {
    pub id: String,
    pub event: String,
    pub url: String,
    pub body: Value,
    pub due: Instant,
    pub tries: u32,
    /// To be sent before the call that caused it is answered.
    pub urgent: bool,
}

/// Queues the notification of what has just happened to a payment or a refund.
pub(super) fn enqueue(state: &mut State, event: &str, id: &str) -> Result<(), ApiError> {
    let (object, payment_id) = object(state, event, id)?;
    let behaviour = state.behaviour_of(state.payment(&payment_id)?);
    let now = state.now;
    match behaviour {
        Behaviour::Silent => {}
        Behaviour::Lost => state.note("webhook", format!("{event} {id}"), "lost"),
        Behaviour::Delayed(seconds) => post(state, event, &object, now + Duration::seconds(seconds), false),
        Behaviour::Duplicate(times) => (0..times).for_each(|_| post(state, event, &object, now, false)),
        Behaviour::Reordered if event == "payment.succeeded" => {
            post(state, event, &object, now, false);
            post(state, "payment.waiting_for_capture", &stale(object), now, false);
        }
        Behaviour::BeforeResponse => post(state, event, &object, now, true),
        Behaviour::Normal | Behaviour::Reordered | Behaviour::Forged | Behaviour::WrongAmount => {
            post(state, event, &object, now, false);
        }
    }
    Ok(())
}

/// A notification of a success that has not happened, with a sum nobody has asked for.
pub(super) fn enqueue_forged(state: &mut State, id: &str) -> Result<(), ApiError> {
    let mut object = view::payment(state, state.payment(id)?);
    view::set(&mut object, "status", json!("succeeded"));
    view::set(&mut object, "paid", json!(true));
    view::set(&mut object, "amount", view::amount(Kopecks::new(100)));
    let now = state.now;
    post(state, "payment.succeeded", &object, now, false);
    Ok(())
}

fn object(state: &State, event: &str, id: &str) -> Result<(Value, String), ApiError> {
    if event.starts_with("refund.") {
        let object = refunds::fetch(state, id)?;
        let payment = object.get("payment_id").and_then(Value::as_str).unwrap_or_default().to_owned();
        return Ok((object, payment));
    }
    Ok((view::payment(state, state.payment(id)?), id.to_owned()))
}

fn stale(mut object: Value) -> Value {
    view::set(&mut object, "status", json!("waiting_for_capture"));
    object
}

fn post(state: &mut State, event: &str, object: &Value, due: Instant, urgent: bool) {
    let hooked = state.hooks.iter().filter(|hook| hook.event == event).map(|hook| hook.url.clone());
    let addresses: Vec<String> = state.webhook_url.clone().into_iter().chain(hooked).collect();
    for url in addresses {
        let body = json!({"type": "notification", "event": event, "object": object});
        state.queue.push(Parcel { id: fresh_id(), event: event.to_owned(), url, body, due, tries: 0, urgent });
    }
}

/// Takes from the queue what is to be sent now, in the order of its causes.
pub(super) fn take_due(state: &mut State, urgent_only: bool) -> Vec<Parcel> {
    let now = state.now;
    let (due, rest) = std::mem::take(&mut state.queue)
        .into_iter()
        .partition(|parcel| if urgent_only { parcel.urgent } else { parcel.due <= now });
    state.queue = rest;
    due
}

/// Notes how a try went; whatever was not answered 200 is tried again later.
pub(super) fn tried(state: &mut State, mut parcel: Parcel, status: Option<u16>) {
    let told = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    state.note("webhook", format!("{} {} -> {}", parcel.event, parcel.id, parcel.url), told);
    parcel.tries += 1;
    if status != Some(200) && parcel.tries < TRIES {
        parcel.due = state.now + Duration::seconds(1 << (parcel.tries - 1));
        parcel.urgent = false;
        state.queue.push(parcel);
    }
}
