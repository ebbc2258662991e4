//! What a person must know now: at most one open alert of a kind about a subject.

use diesel::prelude::*;

use crate::base::ids::AlertId;
use crate::base::{Error, Instant, Result, text_enum};
use crate::db::Connection;
use crate::db::schema::alerts;

text_enum! {
    /// How bad it is.
    pub enum Severity {
        /// To be known.
        Info => "info",
        /// To be looked at today.
        Warning => "warning",
        /// Money or customers are touched now.
        Critical => "critical",
    }
}

/// An alert to open.
#[derive(Debug, Clone)]
pub struct NewAlert<'a> {
    /// Stable name of the kind.
    pub kind: &'a str,
    /// What it is about: an id, an account name.
    pub subject: &'a str,
    /// How bad.
    pub severity: Severity,
    /// A finished Russian sentence: what happened, whom it touches, what to do.
    pub message: &'a str,
    /// The order, when it is about one.
    pub order_id: Option<&'a str>,
}

/// A kept alert.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = alerts)]
pub struct Alert {
    /// The row.
    pub id: AlertId,
    /// Stable name of the kind.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// How bad.
    pub severity: Severity,
    /// A finished Russian sentence.
    pub message: String,
    /// The order, when it is about one.
    pub order_id: Option<String>,
    /// Since when (UTC).
    pub opened_at: Instant,
    /// Quiet until (UTC).
    pub muted_until: Option<Instant>,
    /// Over since (UTC).
    pub closed_at: Option<Instant>,
}

/// Opens an alert unless one of its kind about its subject is open.
///
/// # Errors
/// `Database` when a query fails.
pub fn open(connection: &mut Connection, alert: &NewAlert<'_>, now: Instant) -> Result<()> {
    if is_open(connection, alert.kind, alert.subject)? {
        return Ok(());
    }
    diesel::insert_into(alerts::table)
        .values((
            alerts::id.eq(AlertId::fresh()),
            alerts::kind.eq(alert.kind),
            alerts::subject.eq(alert.subject),
            alerts::severity.eq(alert.severity),
            alerts::message.eq(alert.message),
            alerts::order_id.eq(alert.order_id),
            alerts::opened_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Whether an alert of a kind about a subject is open.
///
/// # Errors
/// `Database` when the query fails.
pub fn is_open(connection: &mut Connection, kind: &str, subject: &str) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(
        alerts::table
            .filter(alerts::kind.eq(kind))
            .filter(alerts::subject.eq(subject))
            .filter(alerts::closed_at.is_null()),
    ))
    .get_result(connection)?)
}

/// Closes the open alert of a kind about a subject, if there is one.
///
/// # Errors
/// `Database` when the update fails.
pub fn close(connection: &mut Connection, kind: &str, subject: &str, now: Instant) -> Result<()> {
    diesel::update(
        alerts::table
            .filter(alerts::kind.eq(kind))
            .filter(alerts::subject.eq(subject))
            .filter(alerts::closed_at.is_null()),
    )
    .set(alerts::closed_at.eq(now))
    .execute(connection)?;
    Ok(())
}

/// Closes one alert by its id: a person saw to it.
///
/// # Errors
/// `NotFound` when no such alert is open.
pub fn close_by_id(connection: &mut Connection, id: &AlertId, now: Instant) -> Result<()> {
    let changed = diesel::update(alerts::table.filter(alerts::id.eq(id)).filter(alerts::closed_at.is_null()))
        .set(alerts::closed_at.eq(now))
        .execute(connection)?;
    found(changed)
}

/// Keeps an alert quiet until a moment (UTC).
///
/// # Errors
/// `NotFound` when no such alert is open.
pub fn mute(connection: &mut Connection, id: &AlertId, until: Instant) -> Result<()> {
    let changed = diesel::update(alerts::table.filter(alerts::id.eq(id)).filter(alerts::closed_at.is_null()))
        .set(alerts::muted_until.eq(until))
        .execute(connection)?;
    found(changed)
}

fn found(changed: usize) -> Result<()> {
    if changed == 0 {
        Err(Error::not_found("Такого открытого оповещения нет"))
    } else {
        Ok(())
    }
}

/// Open alerts, the gravest and newest first.
///
/// # Errors
/// `Database` when the query fails.
pub fn list_open(connection: &mut Connection, limit: i64) -> Result<Vec<Alert>> {
    let mut open: Vec<Alert> = alerts::table
        .filter(alerts::closed_at.is_null())
        .order(alerts::opened_at.desc())
        .limit(limit)
        .select(Alert::as_select())
        .load(connection)?;
    open.sort_by_key(|alert| std::cmp::Reverse(alert.severity));
    Ok(open)
}

/// How many alerts are open.
///
/// # Errors
/// `Database` when the query fails.
pub fn count_open(connection: &mut Connection) -> Result<i64> {
    Ok(alerts::table.filter(alerts::closed_at.is_null()).count().get_result(connection)?)
}

/// Closed alerts, newest first.
///
/// # Errors
/// `Database` when the query fails.
pub fn list_closed(connection: &mut Connection, limit: i64) -> Result<Vec<Alert>> {
    Ok(alerts::table
        .filter(alerts::closed_at.is_not_null())
        .order(alerts::closed_at.desc())
        .limit(limit)
        .select(Alert::as_select())
        .load(connection)?)
}
