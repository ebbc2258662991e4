//! Throttling of guesses, counted in the database by name, address and person, so that neither a restart nor a new
//! session forgets it (STF-3, STF-4). A try is counted before it is made: guesses sent at once cannot slip past.

use chrono::Duration;
use diesel::prelude::*;

use crate::base::{Error, Instant, Result};
use crate::db::Connection;
use crate::db::schema::login_misses;

/// Quiet time after which misses are forgotten.
const FORGET_AFTER: Duration = Duration::hours(1);

/// How many misses are free and how long the pauses after them are.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Tries before the first pause.
    pub free: i64,
    /// The first pause; each next one is twice as long.
    pub first: Duration,
    /// The longest pause. There is no lock for ever: a stranger could lock anybody out with it.
    pub longest: Duration,
}

/// For names and addresses: five tries, then half a minute, doubling to a quarter of an hour.
pub const PASSWORD: Policy = Policy { free: 5, first: Duration::seconds(30), longest: Duration::minutes(15) };

/// For codes: five tries, then a quarter of an hour.
pub const CODE: Policy = Policy { free: 5, first: Duration::minutes(15), longest: Duration::minutes(15) };

impl Policy {
    fn pause(self, misses: i64) -> Option<Duration> {
        let beyond = misses - self.free;
        if beyond < 0 {
            return None;
        }
        let doubled = i32::try_from(1_i64 << beyond.min(10)).unwrap_or(i32::MAX);
        Some((self.first * doubled).min(self.longest))
    }
}

/// Counts a try that is about to be made; a success takes it back with [`forget`] or [`take_back`]. The row is locked
/// before it is read, so tries made at once are counted one after the other.
///
/// # Errors
/// `Conflict` with code `throttled` while the key has to wait: the refusal itself is not counted.
pub fn count(connection: &mut Connection, key: &str, policy: Policy, now: Instant) -> Result<()> {
    add_one(connection, key, now)?;
    let (misses, blocked): (i64, Option<Instant>) =
        login_misses::table.find(key).select((login_misses::misses, login_misses::blocked_until)).first(connection)?;
    if let Some(until) = blocked.filter(|until| *until > now) {
        return Err(Error::conflict("throttled", wait_words((until - now).num_seconds())));
    }
    let until = policy.pause(misses).map(|pause| now + pause);
    diesel::update(login_misses::table.find(key)).set(login_misses::blocked_until.eq(until)).execute(connection)?;
    Ok(())
}

/// One miss more; the first one again after a long quiet time.
fn add_one(connection: &mut Connection, key: &str, now: Instant) -> Result<()> {
    let row = login_misses::table.find(key);
    let fresh = row.filter(login_misses::last_at.gt(now - FORGET_AFTER));
    let one_more = (login_misses::misses.eq(login_misses::misses + 1), login_misses::last_at.eq(now));
    if diesel::update(fresh).set(one_more).execute(connection)? > 0 {
        return Ok(());
    }
    let first = (login_misses::misses.eq(1_i64), login_misses::last_at.eq(now));
    if diesel::update(row).set(first).execute(connection)? == 0 {
        diesel::insert_into(login_misses::table).values((login_misses::key.eq(key), first)).execute(connection)?;
    }
    Ok(())
}

fn wait_words(seconds: i64) -> String {
    let minutes = u64::try_from(seconds).unwrap_or_default().div_ceil(60).max(1);
    let word = crate::base::texts::plural(minutes, "минуту", "минуты", "минут");
    format!("Слишком много попыток. Подождите {minutes} {word}.")
}

/// A success wipes what was counted against this key.
///
/// # Errors
/// `Database`.
pub fn forget(connection: &mut Connection, key: &str) -> Result<()> {
    diesel::delete(login_misses::table.find(key)).execute(connection)?;
    Ok(())
}

/// A success takes back its own try only: an address is shared, and whoever has one good password must not be able to
/// wipe the misses he made with other names.
///
/// # Errors
/// `Database`.
pub fn take_back(connection: &mut Connection, key: &str, now: Instant) -> Result<()> {
    diesel::update(login_misses::table.find(key).filter(login_misses::misses.gt(0)))
        .set((
            login_misses::misses.eq(login_misses::misses - 1),
            login_misses::blocked_until.eq(None::<Instant>),
            login_misses::last_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Removes what is long forgotten: for the cleaning job.
///
/// # Errors
/// `Database`.
pub fn clean(connection: &mut Connection, now: Instant) -> Result<usize> {
    Ok(diesel::delete(login_misses::table.filter(login_misses::last_at.lt(now - FORGET_AFTER))).execute(connection)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_to_a_quarter_of_an_hour() {
        let seconds = |misses| PASSWORD.pause(misses).map(|pause| pause.num_seconds());
        let pauses: Vec<Option<i64>> = (4..=11).map(seconds).collect();
        assert_eq!(pauses, [None, Some(30), Some(60), Some(120), Some(240), Some(480), Some(900), Some(900)]);
        assert_eq!(PASSWORD.pause(i64::MAX / 2), Some(Duration::minutes(15)));
        assert_eq!((CODE.pause(4), CODE.pause(5)), (None, Some(Duration::minutes(15))));
    }
}
