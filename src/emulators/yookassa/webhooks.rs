//! Notification addresses. The real service wants OAuth for these; here the shop's key is enough.

use serde_json::{Value, json};

use super::error::{ApiError, ApiResult};
use super::model::Hook;
use super::state::{State, fresh_id};
use super::{validate, view};

const EVENTS: [&str; 4] = ["payment.waiting_for_capture", "payment.succeeded", "payment.canceled", "refund.succeeded"];

pub(super) fn create(state: &mut State, body: &Value) -> ApiResult {
    let fields = validate::fields(body)?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let hook = Hook { id: format!("wh-{}", fresh_id()), event: text("event"), url: text("url") };
    if !EVENTS.contains(&hook.event.as_str()) {
        return Err(ApiError::invalid("event", "Unknown event"));
    }
    if !validate::web_address(&hook.url) {
        return Err(ApiError::invalid("url", "Address expected"));
    }
    let shown = view::hook(&hook);
    state.hooks.push(hook);
    Ok(shown)
}

pub(super) fn list(state: &State) -> Value {
    let items: Vec<Value> = state.hooks.iter().map(view::hook).collect();
    json!({"type": "list", "items": items})
}

/// An empty answer must still be JSON: the official SDK reads it.
pub(super) fn delete(state: &mut State, id: &str) -> ApiResult {
    let before = state.hooks.len();
    state.hooks.retain(|hook| hook.id != id);
    if state.hooks.len() == before { Err(ApiError::not_found()) } else { Ok(json!({})) }
}
