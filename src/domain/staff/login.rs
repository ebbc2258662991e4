//! Name and password. The try is counted and its hash fetched in one transaction, the password compared outside, the
//! result written in another; an unknown name takes the same road as a known one (STF-4).

use diesel::prelude::*;
use serde_json::json;

use super::accounts::{self, Staff, login_name};
use super::misses;
use super::passwords::{self, Verified};
use super::permissions::TotpRule;
use super::sessions::{self, Opened, Origin, Stage};
use crate::base::ids::StaffId;
use crate::base::{Instant, Result};
use crate::db::Connection;
use crate::db::schema::staff;

/// A counted try: compare the password with `hash`, then call [`finish`].
#[derive(Clone)]
pub struct Try {
    name: String,
    staff: Option<StaffId>,
    /// What to compare the password with; nobody's hash when the name is unknown.
    pub hash: String,
}

impl std::fmt::Debug for Try {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Try").field("staff", &self.staff).finish_non_exhaustive()
    }
}

/// What became of a step through the door.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Wrong; nothing is said about why.
    Wrong,
    /// A step further: the session's stage says how far.
    In(Opened),
}

/// Counts a try by name and by address, and hands out the hash to compare with. Needs a writing transaction.
///
/// # Errors
/// `Conflict` with code `throttled` while the name or the address has to wait.
pub fn begin(connection: &mut Connection, email: &str, address: &str, now: Instant) -> Result<Try> {
    let name = login_name(email).chars().take(254).collect::<String>();
    misses::count(connection, &name_key(&name), misses::PASSWORD, now)?;
    misses::count(connection, &address_key(address), misses::PASSWORD, now)?;
    let known = accounts::by_email(connection, &name)?.filter(|person| person.active);
    let (staff, hash) = match known {
        Some(person) => (Some(person.id), person.password_hash),
        None => (None, passwords::NOBODY.to_owned()),
    };
    Ok(Try { name, staff, hash })
}

/// Writes the result of a try. `rehashed` is the same password's new hash, when `verified.outdated`.
///
/// # Errors
/// `Database`.
pub fn finish(
    connection: &mut Connection,
    tried: &Try,
    verified: Verified,
    rehashed: Option<&str>,
    origin: &Origin,
    rule: TotpRule,
    now: Instant,
) -> Result<Outcome> {
    let Some(person) = person_of(connection, tried)? else { return Ok(Outcome::Wrong) };
    if !verified.matches {
        note(connection, &person, "login_refused", now)?;
        return Ok(Outcome::Wrong);
    }
    if let Some(fresh) = rehashed {
        accounts::rehash(connection, &person.id, &tried.hash, fresh)?;
    }
    forgive(connection, tried, origin, now)?;
    let stage = stage_after_password(&person, rule);
    if stage == Stage::Full {
        entered(connection, &person.id, now)?;
    }
    let opened = sessions::open(connection, &person.id, person.role, stage, origin, now)?;
    Ok(Outcome::In(opened))
}

/// The right password wipes the misses of its name and takes its own try back from the address.
///
/// # Errors
/// `Database`.
pub fn forgive(connection: &mut Connection, tried: &Try, origin: &Origin, now: Instant) -> Result<()> {
    misses::forget(connection, &name_key(&tried.name))?;
    misses::take_back(connection, &address_key(&origin.address), now)
}

/// The person of a try, if he is still what he was when the try began.
fn person_of(connection: &mut Connection, tried: &Try) -> Result<Option<Staff>> {
    let Some(id) = &tried.staff else { return Ok(None) };
    let person = accounts::find(connection, id)?;
    Ok(Some(person).filter(|person| person.active && person.password_hash == tried.hash))
}

fn stage_after_password(person: &Staff, rule: TotpRule) -> Stage {
    match (&person.totp_secret, rule.demands(person.role)) {
        (Some(_), _) => Stage::Code,
        (None, true) => Stage::Enrol,
        (None, false) => Stage::Full,
    }
}

/// Notes that a person is in.
pub(super) fn entered(connection: &mut Connection, id: &StaffId, now: Instant) -> Result<()> {
    diesel::update(staff::table.find(id)).set(staff::last_login_at.eq(now)).execute(connection)?;
    accounts::note(connection, &accounts::actor(id), id, "login", json!({}), now)
}

fn note(connection: &mut Connection, person: &Staff, action: &str, now: Instant) -> Result<()> {
    accounts::note(connection, "stranger", &person.id, action, json!({}), now)
}

fn name_key(name: &str) -> String {
    format!("name:{name}")
}

fn address_key(address: &str) -> String {
    format!("address:{address}")
}
