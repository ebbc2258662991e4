//! Sessions: 256 random bits in the browser, their hash here (STF-5).

use chrono::Duration;
use diesel::prelude::*;
use subtle::ConstantTimeEq;

use super::permissions::Role;
use super::tokens;
use crate::base::ids::{SessionId, StaffId};
use crate::base::{Error, Instant, Result, Secret, text_enum};
use crate::db::Connection;
use crate::db::schema::{sessions, staff};

/// Time without a request after which a session is over.
pub const IDLE: Duration = Duration::minutes(30);
/// Life of a session, however busy.
pub const LIFE: Duration = Duration::hours(12);
/// Life of an administrator's session.
pub const LIFE_ADMIN: Duration = Duration::hours(8);
/// Time to finish the second step.
pub const LIFE_AT_THE_DOOR: Duration = Duration::minutes(10);
/// How exact `last_seen_at` is: a page view is not worth a write.
pub const SEEN_EVERY: Duration = Duration::minutes(1);

text_enum! {
    /// How far a person has come through the door.
    pub enum Stage {
        /// The password was right; a code of the application is asked for.
        Code => "code",
        /// The password was right; the second step has to be set up.
        Enrol => "enrol",
        /// In.
        Full => "full",
    }
}

/// Where a request came from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Client address.
    pub address: String,
    /// The browser's own words.
    pub agent: String,
}

/// A session just opened: the only moment at which its token exists outside the browser.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Which.
    pub id: SessionId,
    /// For the cookie.
    pub token: Secret,
    /// How far the person is.
    pub stage: Stage,
    /// When it ends at the latest (UTC).
    pub expires_at: Instant,
}

/// A request with a live session.
#[derive(Debug, Clone, Queryable)]
pub struct Visit {
    /// Which session.
    pub session: SessionId,
    /// How far the person is.
    pub stage: Stage,
    /// When it began (UTC).
    pub created_at: Instant,
    /// Last request, to a minute (UTC).
    pub last_seen_at: Instant,
    /// When it ends at the latest (UTC).
    pub expires_at: Instant,
    /// Who.
    pub staff: StaffId,
    /// Mail.
    pub email: String,
    /// Name and surname.
    pub name: String,
    /// Role, as it is now.
    pub role: Role,
    /// Whether the second step is set up.
    second_step: bool,
}

impl Visit {
    /// Whether `last_seen_at` is old enough to be written anew with [`touch`].
    #[must_use]
    pub fn is_touch_due(&self, now: Instant) -> bool {
        now - self.last_seen_at >= SEEN_EVERY
    }

    /// Whether the second step is set up.
    #[must_use]
    pub fn has_second_step(&self) -> bool {
        self.second_step
    }
}

/// An open session as its owner sees it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct OpenSession {
    /// Which.
    pub id: SessionId,
    /// Client address at the beginning.
    pub address: String,
    /// The browser's own words.
    pub agent: String,
    /// When it began (UTC).
    pub created_at: Instant,
    /// Last request, to a minute (UTC).
    pub last_seen_at: Instant,
}

/// Opens a session.
///
/// # Errors
/// `Database`.
pub fn open(
    connection: &mut Connection,
    staff_id: &StaffId,
    role: Role,
    stage: Stage,
    origin: &Origin,
    now: Instant,
) -> Result<Opened> {
    let token = tokens::fresh();
    let opened =
        Opened { id: SessionId::fresh(), stage, expires_at: now + life(role, stage), token: Secret::new(token) };
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(&opened.id),
            sessions::token_hash.eq(tokens::hash(opened.token.reveal())),
            sessions::csrf_hash.eq(tokens::hash(&csrf_of(opened.token.reveal()))),
            sessions::staff_id.eq(staff_id),
            sessions::stage.eq(stage),
            sessions::address.eq(short(&origin.address, 64)),
            sessions::agent.eq(short(&origin.agent, 256)),
            sessions::created_at.eq(now),
            sessions::last_seen_at.eq(now),
            sessions::expires_at.eq(opened.expires_at),
        ))
        .execute(connection)?;
    Ok(opened)
}

/// The live session of a token: not ended, not idle, not too old, its person still active.
///
/// # Errors
/// `Database`.
pub fn visit(connection: &mut Connection, token: &str, now: Instant) -> Result<Option<Visit>> {
    let row = sessions::table
        .inner_join(staff::table.on(staff::id.eq(sessions::staff_id)))
        .filter(sessions::token_hash.eq(tokens::hash(token)))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::last_seen_at.gt(now - IDLE))
        .filter(staff::active.eq(true))
        .select((
            sessions::id,
            sessions::stage,
            sessions::created_at,
            sessions::last_seen_at,
            sessions::expires_at,
            staff::id,
            staff::email,
            staff::name,
            staff::role,
            staff::totp_secret.is_not_null(),
        ))
        .first(connection)
        .optional()?;
    Ok(row)
}

/// Notes that the session is in use; the idle time begins anew. Worth a write only when [`Visit::is_touch_due`].
///
/// # Errors
/// `Database`.
pub fn touch(connection: &mut Connection, id: &SessionId, now: Instant) -> Result<()> {
    diesel::update(sessions::table.find(id).filter(sessions::ended_at.is_null()))
        .set(sessions::last_seen_at.eq(now))
        .execute(connection)?;
    Ok(())
}

/// Ends the session of a person.
///
/// # Errors
/// `NotFound` when it is not his or not open.
pub fn end(connection: &mut Connection, staff_id: &StaffId, id: &SessionId, now: Instant) -> Result<()> {
    let ended = diesel::update(
        sessions::table.find(id).filter(sessions::staff_id.eq(staff_id)).filter(sessions::ended_at.is_null()),
    )
    .set(sessions::ended_at.eq(now))
    .execute(connection)?;
    if ended == 0 { Err(Error::not_found("Этот вход уже закончен.")) } else { Ok(()) }
}

/// Ends every session of a person but `keep`; returns how many were open.
///
/// # Errors
/// `Database`.
pub fn end_all(
    connection: &mut Connection,
    staff_id: &StaffId,
    keep: Option<&SessionId>,
    now: Instant,
) -> Result<usize> {
    let keep = keep.map_or("", SessionId::as_str);
    let ended = diesel::update(
        sessions::table
            .filter(sessions::staff_id.eq(staff_id))
            .filter(sessions::ended_at.is_null())
            .filter(sessions::id.ne(keep)),
    )
    .set(sessions::ended_at.eq(now))
    .execute(connection)?;
    Ok(ended)
}

/// Replaces a session by a new one further through the door: its old token is worth nothing afterwards.
///
/// # Errors
/// `NotFound` when the old one is over.
pub fn step_up(connection: &mut Connection, visit: &Visit, origin: &Origin, now: Instant) -> Result<Opened> {
    end(connection, &visit.staff, &visit.session, now)?;
    open(connection, &visit.staff, visit.role, Stage::Full, origin, now)
}

/// The open sessions of a person, newest first.
///
/// # Errors
/// `Database`.
pub fn list_open(connection: &mut Connection, staff_id: &StaffId, now: Instant) -> Result<Vec<OpenSession>> {
    let rows = sessions::table
        .filter(sessions::staff_id.eq(staff_id))
        .filter(sessions::stage.eq(Stage::Full))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::last_seen_at.gt(now - IDLE))
        .order(sessions::created_at.desc())
        .select(OpenSession::as_select())
        .load(connection)?;
    Ok(rows)
}

/// The CSRF token of a session: it follows from the session's own token, so every page of it carries the same one.
#[must_use]
pub fn csrf_of(token: &str) -> String {
    hex::encode(tokens::derived(token, "csrf"))
}

/// Whether a form was written by a page of this session; compared in constant time.
#[must_use]
pub fn csrf_holds(token: &str, given: &str) -> bool {
    csrf_of(token).as_bytes().ct_eq(given.as_bytes()).into()
}

/// Removes sessions that ended or expired long ago: for the cleaning job.
///
/// # Errors
/// `Database`.
pub fn clean(connection: &mut Connection, before: Instant) -> Result<usize> {
    Ok(diesel::delete(sessions::table.filter(sessions::expires_at.lt(before))).execute(connection)?)
}

const fn life(role: Role, stage: Stage) -> Duration {
    match (stage, role) {
        (Stage::Code | Stage::Enrol, _) => LIFE_AT_THE_DOOR,
        (Stage::Full, Role::Admin) => LIFE_ADMIN,
        (Stage::Full, _) => LIFE,
    }
}

fn short(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}
