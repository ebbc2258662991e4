//! Sessions of the exchange: a cookie that 1C builds by hand, or Basic alone.

use chrono::Duration;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::base::ids::new_id;
use crate::base::{Instant, Result};
use crate::context::Context;
use crate::db::Connection;
use crate::db::schema::exchange_sessions;

/// A session of the exchange.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = exchange_sessions)]
pub struct Session {
    /// Its row.
    pub id: String,
    sessid_hash: Option<String>,
    last_seen_at: Instant,
}

/// What a request says as `sessid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sessid<'a> {
    /// Nothing: УТ 11.4 sends none, УТ 11.5 an empty one after an answer of three lines.
    Absent,
    /// A token.
    Given(&'a str),
}

impl Session {
    /// Whether a request may go on: a wrong token matters only where one was issued.
    #[must_use]
    pub fn allows(&self, sessid: Sessid<'_>) -> bool {
        match (sessid, &self.sessid_hash) {
            (Sessid::Given(token), Some(issued)) => hash(token) == *issued,
            _ => true,
        }
    }
}

fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

fn random() -> String {
    let bytes: [u8; 16] = rand::random();
    hex::encode(bytes)
}

/// Opens a session and returns its token; earlier ones of the same 1C stay alive.
///
/// # Errors
/// Database errors.
pub async fn checkauth(context: &Context) -> Result<String> {
    let (token, now) = (random(), context.now());
    let hashed = hash(&token);
    context.db.write(move |connection| insert(connection, &hashed, now).map(drop)).await?;
    Ok(token)
}

fn insert(connection: &mut Connection, hashed: &str, now: Instant) -> Result<Session> {
    let id = new_id();
    diesel::insert_into(exchange_sessions::table)
        .values((
            exchange_sessions::id.eq(&id),
            exchange_sessions::token_hash.eq(hashed),
            exchange_sessions::created_at.eq(now),
            exchange_sessions::last_seen_at.eq(now),
        ))
        .execute(connection)?;
    Ok(Session { id, sessid_hash: None, last_seen_at: now })
}

/// The session of a request: by a living cookie, else, with the right password, the one of that address.
///
/// # Errors
/// Database errors.
pub async fn admit(context: &Context, cookie: Option<&str>, basic_from: Option<&str>) -> Result<Option<Session>> {
    let now = context.now();
    let oldest = now - Duration::seconds(i64::from(context.settings.intervals.exchange_session.max(3600)));
    if let Some(token) = cookie {
        let hashed = hash(token);
        let found = context.db.read(move |connection| find(connection, &hashed)).await?;
        if let Some(session) = found.filter(|session| session.last_seen_at >= oldest) {
            return touched(context, session, now).await.map(Some);
        }
    }
    let Some(address) = basic_from else { return Ok(None) };
    // Nobody can invent this token: what is hashed here is longer than any that is issued.
    let hashed = hash(&format!("basic:{}:{address}", context.settings.onec.user));
    let known = hashed.clone();
    if let Some(session) = context.db.read(move |connection| find(connection, &known)).await? {
        return touched(context, session, now).await.map(Some);
    }
    let opened = context
        .db
        .write(move |connection| match find(connection, &hashed)? {
            Some(session) => Ok(session),
            None => insert(connection, &hashed, now),
        })
        .await?;
    Ok(Some(opened))
}

fn find(connection: &mut Connection, hashed: &str) -> Result<Option<Session>> {
    Ok(exchange_sessions::table
        .filter(exchange_sessions::token_hash.eq(hashed))
        .select(Session::as_select())
        .first(connection)
        .optional()?)
}

/// A session in use stays alive; noted once a minute at most.
async fn touched(context: &Context, session: Session, now: Instant) -> Result<Session> {
    if session.last_seen_at + Duration::seconds(60) <= now {
        let id = session.id.clone();
        context
            .db
            .write(move |connection| {
                diesel::update(exchange_sessions::table.filter(exchange_sessions::id.eq(&id)))
                    .set(exchange_sessions::last_seen_at.eq(now))
                    .execute(connection)?;
                Ok(())
            })
            .await?;
    }
    Ok(session)
}

/// Issues the token of a client that speaks the newer protocol (`&version=`).
///
/// # Errors
/// Database errors.
pub async fn issue_sessid(context: &Context, session: &Session) -> Result<String> {
    let (token, id) = (random(), session.id.clone());
    let hashed = hash(&token);
    context
        .db
        .write(move |connection| {
            diesel::update(exchange_sessions::table.filter(exchange_sessions::id.eq(&id)))
                .set(exchange_sessions::sessid_hash.eq(&hashed))
                .execute(connection)?;
            Ok(())
        })
        .await?;
    Ok(token)
}
