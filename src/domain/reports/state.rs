//! «Состояние»: what waits to be sent, what 1C said last.

use diesel::dsl::{count_star, min};
use diesel::prelude::*;

use crate::base::{Instant, Result};
use crate::db::Connection;
use crate::db::schema::{exchange_log, outbox};

/// One kind of outgoing message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Queue {
    /// Its stable name.
    pub topic: String,
    /// Waiting or being delivered.
    pub waiting: i64,
    /// Since when the oldest waits (UTC).
    pub oldest: Option<Instant>,
    /// Given up.
    pub dead: i64,
    /// The newest error of those that wait or were given up.
    pub error: Option<String>,
}

/// The queues that have anything in them, by name.
///
/// # Errors
/// `Database` when a query fails.
pub fn queues(connection: &mut Connection) -> Result<Vec<Queue>> {
    let rows: Vec<(String, String, i64, Option<Instant>)> = outbox::table
        .filter(outbox::state.eq_any(["ready", "leased", "dead"]))
        .group_by((outbox::topic, outbox::state))
        .select((outbox::topic, outbox::state, count_star(), min(outbox::created_at)))
        .order(outbox::topic)
        .load(connection)?;
    let mut queues: Vec<Queue> = Vec::new();
    for (topic, state, count, oldest) in rows {
        if queues.last().is_none_or(|last| last.topic != topic) {
            let error = last_error(connection, &topic)?;
            queues.push(Queue { topic, error, ..Queue::default() });
        }
        let Some(queue) = queues.last_mut() else { continue };
        if state == "dead" {
            queue.dead += count;
        } else {
            queue.waiting += count;
            queue.oldest = [queue.oldest, oldest].into_iter().flatten().min();
        }
    }
    Ok(queues)
}

fn last_error(connection: &mut Connection, topic: &str) -> Result<Option<String>> {
    let error: Option<Option<String>> = outbox::table
        .filter(outbox::topic.eq(topic))
        .filter(outbox::state.eq_any(["ready", "leased", "dead"]))
        .filter(outbox::last_error.is_not_null())
        .order(outbox::id.desc())
        .select(outbox::last_error)
        .first(connection)
        .optional()?;
    Ok(error.flatten())
}

/// An exchange with 1C, without what was said in it.
#[derive(Debug, Clone, Queryable)]
pub struct Exchange {
    /// When (UTC).
    pub at: Instant,
    /// Which road.
    pub road: String,
    /// Method and path.
    pub request: String,
    /// Status of the answer.
    pub status: i64,
    /// In words.
    pub verdict: String,
}

/// The last exchanges with 1C, newest first.
///
/// # Errors
/// `Database` when the query fails.
pub fn exchanges(connection: &mut Connection, limit: i64) -> Result<Vec<Exchange>> {
    Ok(exchange_log::table
        .order((exchange_log::at.desc(), exchange_log::id.desc()))
        .limit(limit)
        .select((
            exchange_log::at,
            exchange_log::road,
            exchange_log::request,
            exchange_log::status,
            exchange_log::verdict,
        ))
        .load(connection)?)
}
