//! The inbox of provider notifications: kept raw before the answer, once per event (WHK-5, WHK-7).

use diesel::prelude::*;

use crate::base::ids::new_id;
use crate::base::{Instant, Result};
use crate::db::Connection;
use crate::db::schema::notifications_in;

/// A notification to be kept.
#[derive(Debug, Clone)]
pub struct New<'a> {
    /// The provider account.
    pub account: &'a str,
    /// Tells one event from another: object and its state.
    pub event_key: &'a str,
    /// `payment` or `refund`.
    pub object_kind: &'a str,
    /// The provider's id of the object.
    pub provider_ref: &'a str,
    /// The body as it came.
    pub raw: &'a str,
    /// The sender's address.
    pub sender: &'a str,
}

/// A kept notification.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = notifications_in)]
pub struct Notification {
    /// The row.
    pub id: String,
    /// The provider account.
    pub account: String,
    /// `payment` or `refund`.
    pub object_kind: String,
    /// The provider's id of the object.
    pub provider_ref: String,
    /// When it came (UTC).
    pub received_at: Instant,
}

/// Keeps a notification; nothing when this event was kept before and is settled or on its way.
///
/// # Errors
/// `Database` when a query fails.
pub fn keep(connection: &mut Connection, new: &New<'_>, now: Instant) -> Result<Option<String>> {
    let known: Option<String> = notifications_in::table
        .filter(notifications_in::account.eq(new.account))
        .filter(notifications_in::event_key.eq(new.event_key))
        .select(notifications_in::id)
        .first(connection)
        .optional()?;
    if known.is_some() {
        return Ok(None);
    }
    let id = new_id();
    diesel::insert_into(notifications_in::table)
        .values((
            notifications_in::id.eq(&id),
            notifications_in::account.eq(new.account),
            notifications_in::event_key.eq(new.event_key),
            notifications_in::object_kind.eq(new.object_kind),
            notifications_in::provider_ref.eq(new.provider_ref),
            notifications_in::raw.eq(new.raw),
            notifications_in::sender.eq(new.sender),
            notifications_in::received_at.eq(now),
        ))
        .execute(connection)?;
    Ok(Some(id))
}

/// A notification that is not settled yet.
///
/// # Errors
/// `Database` when the query fails.
pub fn find_waiting(connection: &mut Connection, id: &str) -> Result<Option<Notification>> {
    Ok(notifications_in::table
        .filter(notifications_in::id.eq(id))
        .filter(notifications_in::handled_at.is_null())
        .select(Notification::as_select())
        .first(connection)
        .optional()?)
}

/// Settled, with a word on how.
///
/// # Errors
/// `Database` when the update fails.
pub fn finish(connection: &mut Connection, id: &str, result: &str, now: Instant) -> Result<()> {
    diesel::update(notifications_in::table.filter(notifications_in::id.eq(id)))
        .set((notifications_in::handled_at.eq(now), notifications_in::result.eq(result)))
        .execute(connection)?;
    Ok(())
}
