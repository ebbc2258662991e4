//! Who did what to which thing, when: append-only, without personal data. A job seals it into a hash chain, so that the
//! writers are not serialised and a changed or missing row still shows.

use diesel::prelude::*;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::base::{Instant, Result, Secret};
use crate::db::Connection;
use crate::db::schema::{journal, journal_seals};

/// Something done to something.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// When (UTC).
    pub at: Instant,
    /// Who: `onec`, `customer`, `provider:yookassa`, `staff:<id>`, `job`.
    pub actor: &'a str,
    /// Kind of the thing: `order`, `document`, `staff`, …
    pub subject_kind: &'a str,
    /// Id of the thing.
    pub subject_id: &'a str,
    /// What was done, a stable name.
    pub action: &'a str,
    /// Numbers and ids that explain it; never personal data.
    pub details: serde_json::Value,
}

/// A kept entry.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = journal)]
pub struct Row {
    /// Order of recording.
    pub seq: i64,
    /// When (UTC).
    pub at: Instant,
    /// Who.
    pub actor: String,
    /// Kind of the thing.
    pub subject_kind: String,
    /// Id of the thing.
    pub subject_id: String,
    /// What was done.
    pub action: String,
    /// JSON object.
    pub details: String,
}

impl Row {
    /// The details as JSON; an unreadable text is no object.
    #[must_use]
    pub fn details(&self) -> serde_json::Value {
        serde_json::from_str(&self.details).unwrap_or(serde_json::Value::Null)
    }
}

/// Adds an entry.
///
/// # Errors
/// `Database` when the insert fails.
pub fn record(connection: &mut Connection, entry: &Entry<'_>) -> Result<()> {
    diesel::insert_into(journal::table)
        .values((
            journal::at.eq(entry.at),
            journal::actor.eq(entry.actor),
            journal::subject_kind.eq(entry.subject_kind),
            journal::subject_id.eq(entry.subject_id),
            journal::action.eq(entry.action),
            journal::details.eq(entry.details.to_string()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Adds an entry about an order: what its timeline shows.
///
/// # Errors
/// `Database` when the insert fails.
pub fn about_order(
    connection: &mut Connection,
    at: Instant,
    actor: &str,
    order_id: &str,
    action: &str,
    details: serde_json::Value,
) -> Result<()> {
    record(connection, &Entry { at, actor, subject_kind: "order", subject_id: order_id, action, details })
}

/// The newest `limit` entries about one thing, newest first.
///
/// # Errors
/// `Database` when the query fails.
pub fn list_about(connection: &mut Connection, kind: &str, id: &str, limit: i64) -> Result<Vec<Row>> {
    Ok(journal::table
        .filter(journal::subject_kind.eq(kind))
        .filter(journal::subject_id.eq(id))
        .order(journal::seq.desc())
        .limit(limit)
        .select(Row::as_select())
        .load(connection)?)
}

/// Seals up to `limit` entries older than `before`; returns how many.
///
/// # Errors
/// `Database` when a query fails.
pub fn seal(connection: &mut Connection, key: &Secret, before: Instant, now: Instant, limit: i64) -> Result<usize> {
    let last: Option<(i64, String)> = journal_seals::table
        .order(journal_seals::seq.desc())
        .select((journal_seals::seq, journal_seals::hash))
        .first(connection)
        .optional()?;
    let (sealed_to, mut previous) = last.unwrap_or_default();
    let rows: Vec<Row> = journal::table
        .filter(journal::seq.gt(sealed_to))
        .order(journal::seq)
        .limit(limit)
        .select(Row::as_select())
        .load(connection)?;
    let ripe: Vec<Row> = rows.into_iter().take_while(|row| row.at < before).collect();
    for row in &ripe {
        previous = link(key, &previous, row);
        diesel::insert_into(journal_seals::table)
            .values((
                journal_seals::seq.eq(row.seq),
                journal_seals::hash.eq(&previous),
                journal_seals::sealed_at.eq(now),
            ))
            .execute(connection)?;
    }
    Ok(ripe.len())
}

/// What verifying the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every sealed row is as it was; so many are sealed.
    Whole(usize),
    /// The first row that is not as it was sealed, or is gone.
    BrokenAt(i64),
}

/// Walks the sealed part of the journal from the beginning.
///
/// # Errors
/// `Database` when a query fails.
pub fn verify(connection: &mut Connection, key: &Secret) -> Result<Verdict> {
    let mut previous = String::new();
    let mut seen = 0;
    let mut after = 0;
    loop {
        let seals: Vec<(i64, String)> = journal_seals::table
            .filter(journal_seals::seq.gt(after))
            .order(journal_seals::seq)
            .limit(1000)
            .select((journal_seals::seq, journal_seals::hash))
            .load(connection)?;
        let Some((last, _)) = seals.last() else { return Ok(Verdict::Whole(seen)) };
        let rows: Vec<Row> = journal::table
            .filter(journal::seq.gt(after))
            .filter(journal::seq.le(last))
            .order(journal::seq)
            .select(Row::as_select())
            .load(connection)?;
        after = *last;
        let mut rows = rows.into_iter();
        for (seq, hash) in &seals {
            let Some(row) = rows.next().filter(|row| row.seq == *seq) else { return Ok(Verdict::BrokenAt(*seq)) };
            previous = link(key, &previous, &row);
            if previous != *hash {
                return Ok(Verdict::BrokenAt(*seq));
            }
            seen += 1;
        }
    }
}

/// The hash of a row and of everything before it; fields are prefixed by their lengths, so none can borrow from its
/// neighbour.
fn link(key: &Secret, previous: &str, row: &Row) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.reveal().as_bytes()) else { return String::new() };
    let seq = row.seq.to_string();
    let at = row.at.and_utc().timestamp_micros().to_string();
    let fields = [previous, &seq, &at, &row.actor, &row.subject_kind, &row.subject_id, &row.action, &row.details];
    for field in fields {
        mac.update(&(field.len() as u64).to_be_bytes());
        mac.update(field.as_bytes());
    }
    hex::encode(mac.finalize().into_bytes())
}
