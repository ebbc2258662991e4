//! The second step: a code of the application or a recovery code, and setting it up. Misses are counted by person, so
//! that a new session does not begin the count anew (STF-3).

use diesel::prelude::*;
use serde_json::json;

use super::accounts::{self, Staff};
use super::login::{self, Outcome};
use super::sessions::{self, Opened, Origin, Stage, Visit};
use super::{misses, recovery, totp};
use crate::base::ids::StaffId;
use crate::base::{Error, Instant, Result, Secret};
use crate::db::Connection;
use crate::db::schema::staff;

/// What a person shows.
#[derive(Debug, Clone, Copy)]
pub enum Proof<'a> {
    /// A code of the application.
    Code(&'a str),
    /// A recovery code.
    Recovery(&'a str),
}

/// What setting the second step up gave.
#[derive(Debug, Clone)]
pub enum Enrolled {
    /// The code was wrong.
    Wrong,
    /// Done: a new session, and the recovery codes to be shown once.
    Done(Opened, Vec<String>),
}

/// Takes the second step at the door: on success the session is replaced by a full one.
///
/// # Errors
/// `Conflict` with code `throttled` after too many misses.
pub fn pass(
    connection: &mut Connection,
    visit: &Visit,
    proof: Proof<'_>,
    origin: &Origin,
    now: Instant,
) -> Result<Outcome> {
    if !prove(connection, &visit.staff, proof, now)? {
        return Ok(Outcome::Wrong);
    }
    login::entered(connection, &visit.staff, now)?;
    sessions::step_up(connection, visit, origin, now).map(Outcome::In)
}

/// Checks a proof once more, for confirming refunds and the like (STF-8). Counts misses and spends what it accepts.
/// A person without a second step proves nothing.
///
/// # Errors
/// `Conflict` with code `throttled` after too many misses.
pub fn prove(connection: &mut Connection, id: &StaffId, proof: Proof<'_>, now: Instant) -> Result<bool> {
    let key = code_key(id);
    misses::count(connection, &key, misses::CODE, now)?;
    let person = accounts::find(connection, id)?;
    let holds = match proof {
        Proof::Code(code) => spend_code(connection, &person, code, now)?,
        Proof::Recovery(code) => spend_recovery(connection, &person, code, now)?,
    };
    if holds {
        misses::forget(connection, &key)?;
    } else {
        accounts::note(connection, &person.actor(), id, "code_refused", json!({}), now)?;
    }
    Ok(holds)
}

/// Sets the second step up with the secret that `token`'s session was offered. Whoever already has one proves it by a
/// code of the old application (`current`) first.
///
/// # Errors
/// `Conflict` with code `throttled` after too many misses.
pub fn enrol(
    connection: &mut Connection,
    visit: &Visit,
    token: &str,
    code: &str,
    current: Option<Proof<'_>>,
    origin: &Origin,
    now: Instant,
) -> Result<Enrolled> {
    if visit.stage == Stage::Code {
        return Err(Error::forbidden("Сначала введите код из приложения."));
    }
    let key = code_key(&visit.staff);
    if visit.has_second_step() && !prove_current(connection, visit, current, now)? {
        return Ok(Enrolled::Wrong);
    }
    misses::count(connection, &key, misses::CODE, now)?;
    let secret = totp::offered(token);
    let Some(step) = totp::step_of(&secret, code, now, 0)? else {
        return Ok(Enrolled::Wrong);
    };
    let codes = keep(connection, &visit.staff, &secret, step, now)?;
    misses::forget(connection, &key)?;
    sessions::end_all(connection, &visit.staff, Some(&visit.session), now)?;
    if visit.stage == Stage::Enrol {
        login::entered(connection, &visit.staff, now)?;
    }
    Ok(Enrolled::Done(sessions::step_up(connection, visit, origin, now)?, codes))
}

/// Sets the second step up from the machine itself, for a person who is handed the secret; returns recovery codes.
///
/// # Errors
/// `NotFound`, `Database`.
pub fn hand_out(
    connection: &mut Connection,
    id: &StaffId,
    secret: &Secret,
    by: &str,
    now: Instant,
) -> Result<Vec<String>> {
    accounts::reset_second_step(connection, id, by, now)?;
    keep(connection, id, secret, 0, now)
}

fn prove_current(connection: &mut Connection, visit: &Visit, current: Option<Proof<'_>>, now: Instant) -> Result<bool> {
    current.map_or(Ok(false), |proof| prove(connection, &visit.staff, proof, now))
}

fn keep(connection: &mut Connection, id: &StaffId, secret: &Secret, step: i64, now: Instant) -> Result<Vec<String>> {
    let (codes, hashes) = recovery::fresh(id.as_str());
    diesel::update(staff::table.find(id))
        .set((staff::totp_secret.eq(secret.reveal()), staff::totp_step.eq(step), staff::recovery_codes.eq(hashes)))
        .execute(connection)?;
    accounts::note(connection, &accounts::actor(id), id, "second_step_set", json!({}), now)?;
    Ok(codes)
}

/// The step is stored with the condition that it is newer: the same code sent twice at once counts once.
fn spend_code(connection: &mut Connection, person: &Staff, code: &str, now: Instant) -> Result<bool> {
    let Some(secret) = person.totp_secret.clone().map(Secret::new) else { return Ok(false) };
    let Some(step) = totp::step_of(&secret, code, now, person.totp_step)? else { return Ok(false) };
    let spent = diesel::update(staff::table.find(&person.id).filter(staff::totp_step.lt(step)))
        .set(staff::totp_step.eq(step))
        .execute(connection)?;
    Ok(spent == 1)
}

fn spend_recovery(connection: &mut Connection, person: &Staff, code: &str, now: Instant) -> Result<bool> {
    let Some(rest) = recovery::spend(person.id.as_str(), &person.recovery_codes, code) else { return Ok(false) };
    let same = staff::table.find(&person.id).filter(staff::recovery_codes.eq(&person.recovery_codes));
    let spent = diesel::update(same).set(staff::recovery_codes.eq(&rest)).execute(connection)?;
    let left = recovery::left(&rest);
    accounts::note(connection, &person.actor(), &person.id, "recovery_code_used", json!({ "left": left }), now)?;
    Ok(spent == 1)
}

fn code_key(id: &StaffId) -> String {
    format!("code:{id}")
}
