//! The story of an order: the journal, what its links saw, when money was told to 1C, in one line of time.

use std::collections::HashMap;

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::base::ids::OrderId;
use crate::base::{Instant, Result};
use crate::db::Connection;
use crate::db::schema::{allocations, exports, staff};
use crate::domain::journal;
use crate::domain::orders::links;

/// More than any order's story; what is older is in the journal.
const LONGEST: i64 = 300;

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Moment {
    /// When (UTC).
    pub at: Instant,
    /// Who, as the journal says; empty for what nobody in particular did.
    pub actor: String,
    /// What, a stable name.
    pub action: String,
    /// Numbers that explain it.
    pub details: Value,
}

/// The story, newest first.
///
/// # Errors
/// `Database` when a query fails.
pub fn of_order(connection: &mut Connection, id: &OrderId) -> Result<Vec<Moment>> {
    let mut story: Vec<Moment> = journal::list_about(connection, "order", id.as_str(), LONGEST)?
        .into_iter()
        .map(|row| Moment { at: row.at, details: row.details(), actor: row.actor, action: row.action })
        .collect();
    story.extend(link_moments(connection, id)?);
    story.extend(told_to_onec(connection, id)?);
    story.sort_by_key(|moment| std::cmp::Reverse(moment.at));
    Ok(story)
}

/// Links keep the first and the last of each kind: both are shown, the last with its count. A letter is in the journal.
fn link_moments(connection: &mut Connection, id: &OrderId) -> Result<Vec<Moment>> {
    let mut moments = Vec::new();
    for (kind, first, last, count) in links::events_of(connection, id)? {
        if kind == "sent" {
            continue;
        }
        let moment = |at, count| Moment {
            at,
            actor: String::new(),
            action: format!("link_{kind}"),
            details: json!({ "count": count }),
        };
        moments.push(moment(first, 1));
        if count > 1 {
            moments.push(moment(last, count));
        }
    }
    Ok(moments)
}

fn told_to_onec(connection: &mut Connection, id: &OrderId) -> Result<Vec<Moment>> {
    let rows: Vec<(String, Option<Instant>)> = exports::table
        .inner_join(allocations::table.on(allocations::document_id.eq(exports::document_id)))
        .filter(allocations::order_id.eq(id))
        .select((exports::document_id, exports::sent_at))
        .distinct()
        .load(connection)?;
    let told = rows.into_iter().filter_map(|(document, at)| Some((document, at?)));
    Ok(told
        .map(|(document, at)| Moment {
            at,
            actor: String::new(),
            action: "onec_sent".to_owned(),
            details: json!({ "document": document }),
        })
        .collect())
}

/// Names of the people behind `staff:<id>`, by that very text.
///
/// # Errors
/// `Database` when the query fails.
pub fn people(connection: &mut Connection) -> Result<HashMap<String, String>> {
    let rows: Vec<(String, String)> = staff::table.select((staff::id, staff::name)).load(connection)?;
    Ok(rows.into_iter().map(|(id, name)| (format!("staff:{id}"), name)).collect())
}
