//! Lists: newest first, filters by moment and field, pages by cursor.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::error::{ApiError, ApiResult};
use super::state::State;
use super::view;

type Query = HashMap<String, String>;

pub(super) fn payments(state: &State, query: &Query) -> ApiResult {
    let all = state.payments.iter().rev().map(|payment| view::payment(state, payment));
    page(all, query, &[("status", "/status"), ("payment_method", "/payment_method/type")])
}

pub(super) fn refunds(state: &State, query: &Query) -> ApiResult {
    let all = state.refunds.iter().rev().map(|refund| view::refund(state, refund));
    page(all, query, &[("status", "/status"), ("payment_id", "/payment_id")])
}

pub(super) fn receipts(state: &State, query: &Query) -> ApiResult {
    let all = state.receipts.iter().rev().map(|receipt| view::receipt(state, receipt));
    page(all, query, &[("status", "/status"), ("payment_id", "/payment_id"), ("refund_id", "/refund_id")])
}

fn page(all: impl Iterator<Item = Value>, query: &Query, filters: &[(&str, &str)]) -> ApiResult {
    let limit = limit(query)?;
    let equal = |item: &Value| {
        filters.iter().all(|(name, path)| {
            query.get(*name).is_none_or(|wanted| item.pointer(path).and_then(Value::as_str) == Some(wanted.as_str()))
        })
    };
    let matching: Vec<Value> = all.filter(|item| equal(item) && within(item, query)).collect();
    let from = match query.get("cursor") {
        None => 0,
        Some(cursor) => {
            1 + matching
                .iter()
                .position(|item| item.get("id").and_then(Value::as_str) == Some(cursor.as_str()))
                .ok_or_else(|| ApiError::invalid("cursor", "Unknown cursor"))?
        }
    };
    let more = matching.len() > from + limit;
    let items: Vec<Value> = matching.into_iter().skip(from).take(limit).collect();
    let mut list = json!({"type": "list"});
    if let (true, Some(last)) = (more, items.last().and_then(|item| item.get("id"))) {
        view::set(&mut list, "next_cursor", last.clone());
    }
    view::set(&mut list, "items", Value::Array(items));
    Ok(list)
}

fn limit(query: &Query) -> Result<usize, ApiError> {
    let asked = query.get("limit").map_or(Ok(10), |text| text.parse());
    asked.ok().filter(|limit| (1..=100).contains(limit)).ok_or_else(|| ApiError::invalid("limit", "From 1 to 100"))
}

/// Moments in one format of one zone compare as text once they are read and written again.
fn within(item: &Value, query: &Query) -> bool {
    let bounds = ["created_at", "captured_at"].into_iter().flat_map(|field| {
        ["gte", "gt", "lte", "lt"].into_iter().filter_map(move |bound| {
            let asked = query.get(&format!("{field}.{bound}")).or_else(|| query.get(&format!("{field}_{bound}")));
            Some((field, bound, normal(asked?)))
        })
    });
    bounds.into_iter().all(|(field, bound, asked)| {
        item.get(field).and_then(Value::as_str).is_some_and(|at| match bound {
            "gte" => at >= asked.as_str(),
            "gt" => at > asked.as_str(),
            "lte" => at <= asked.as_str(),
            _ => at < asked.as_str(),
        })
    })
}

fn normal(text: &str) -> String {
    chrono::DateTime::parse_from_rfc3339(text).map_or_else(|_| text.to_owned(), |at| view::moment(at.naive_utc()))
}
