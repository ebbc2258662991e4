//! The people: adding, finding, changing. Whatever weakens or changes an account ends its sessions (STF-5).

use diesel::prelude::*;
use serde_json::json;

use super::permissions::Role;
use super::sessions;
use crate::base::ids::{SessionId, StaffId};
use crate::base::{Error, Instant, Result};
use crate::db::Connection;
use crate::db::schema::staff;
use crate::domain::journal;

/// A person of the back office.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = staff)]
pub struct Staff {
    /// Who.
    pub id: StaffId,
    /// Mail in lower case: the name of the login.
    pub email: String,
    /// Name and surname.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Hash of the password, with its parameters.
    pub password_hash: String,
    /// Secret of the second step in base 32, when it is set up.
    pub totp_secret: Option<String>,
    /// The last step whose code was used.
    pub totp_step: i64,
    /// Hashes of the recovery codes that are left.
    pub recovery_codes: String,
    /// Whether the person may sign in.
    pub active: bool,
    /// When the account was made (UTC).
    pub created_at: Instant,
    /// Last full login (UTC).
    pub last_login_at: Option<Instant>,
}

/// The hash and the secret are never printed, not even into a log.
impl std::fmt::Debug for Staff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Staff").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

impl Staff {
    /// The name the journal knows this person by.
    #[must_use]
    pub fn actor(&self) -> String {
        actor(&self.id)
    }
}

/// Who is to be added; the password is hashed beforehand, outside the transaction.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// Mail in any case.
    pub email: String,
    /// Name and surname.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Hash made by `passwords::hash`.
    pub password_hash: String,
}

/// The name the journal knows a person by: `staff:<id>`.
#[must_use]
pub fn actor(id: &StaffId) -> String {
    format!("staff:{id}")
}

/// Mail as the name of a login.
#[must_use]
pub fn login_name(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Adds a person.
///
/// # Errors
/// `Invalid` when the mail is none; `Conflict` (`email_taken`) when somebody has it.
pub fn add(connection: &mut Connection, new: &NewStaff, by: &str, now: Instant) -> Result<StaffId> {
    let email = login_name(&new.email);
    if !looks_like_mail(&email) {
        return Err(Error::invalid("email", format!("«{}» — не адрес почты.", new.email)));
    }
    if by_email(connection, &email)?.is_some() {
        return Err(Error::conflict("email_taken", format!("Сотрудник с почтой {email} уже есть.")));
    }
    let id = StaffId::fresh();
    diesel::insert_into(staff::table)
        .values((
            staff::id.eq(&id),
            staff::email.eq(&email),
            staff::name.eq(new.name.trim()),
            staff::role.eq(new.role),
            staff::password_hash.eq(&new.password_hash),
            staff::active.eq(true),
            staff::totp_step.eq(0_i64),
            staff::recovery_codes.eq("[]"),
            staff::created_at.eq(now),
        ))
        .execute(connection)?;
    note(connection, by, &id, "staff_added", json!({ "role": new.role }), now)?;
    Ok(id)
}

/// The person of an id.
///
/// # Errors
/// `NotFound`, `Database`.
pub fn find(connection: &mut Connection, id: &StaffId) -> Result<Staff> {
    let row = staff::table.find(id).select(Staff::as_select()).first(connection).optional()?;
    row.ok_or_else(|| Error::not_found("Такого сотрудника нет."))
}

/// The person of a mail.
///
/// # Errors
/// `Database`.
pub fn by_email(connection: &mut Connection, email: &str) -> Result<Option<Staff>> {
    let wanted = login_name(email);
    Ok(staff::table.filter(staff::email.eq(wanted)).select(Staff::as_select()).first(connection).optional()?)
}

/// Everybody, by mail.
///
/// # Errors
/// `Database`.
pub fn list(connection: &mut Connection) -> Result<Vec<Staff>> {
    Ok(staff::table.select(Staff::as_select()).order(staff::email).load(connection)?)
}

/// Sets a new password and ends every session but `keep`.
///
/// # Errors
/// `NotFound`, `Database`.
pub fn set_password(
    connection: &mut Connection,
    id: &StaffId,
    password_hash: &str,
    keep: Option<&SessionId>,
    by: &str,
    now: Instant,
) -> Result<()> {
    let changed =
        diesel::update(staff::table.find(id)).set(staff::password_hash.eq(password_hash)).execute(connection)?;
    done(changed)?;
    sessions::end_all(connection, id, keep, now)?;
    note(connection, by, id, "password_changed", json!({}), now)
}

/// Replaces a hash made with weaker parameters by one of the same password; nothing else changes.
///
/// # Errors
/// `Database`.
pub fn rehash(connection: &mut Connection, id: &StaffId, was: &str, now_is: &str) -> Result<()> {
    diesel::update(staff::table.find(id).filter(staff::password_hash.eq(was)))
        .set(staff::password_hash.eq(now_is))
        .execute(connection)?;
    Ok(())
}

/// Gives another role.
///
/// # Errors
/// `NotFound`, `Database`.
pub fn set_role(connection: &mut Connection, id: &StaffId, role: Role, by: &str, now: Instant) -> Result<()> {
    let was = find(connection, id)?.role;
    diesel::update(staff::table.find(id)).set(staff::role.eq(role)).execute(connection)?;
    sessions::end_all(connection, id, None, now)?;
    note(connection, by, id, "role_changed", json!({ "was": was, "now": role }), now)
}

/// Lets a person in again, or no more.
///
/// # Errors
/// `NotFound`, `Database`.
pub fn set_active(connection: &mut Connection, id: &StaffId, active: bool, by: &str, now: Instant) -> Result<()> {
    done(diesel::update(staff::table.find(id)).set(staff::active.eq(active)).execute(connection)?)?;
    sessions::end_all(connection, id, None, now)?;
    note(connection, by, id, if active { "staff_enabled" } else { "staff_disabled" }, json!({}), now)
}

/// Forgets the second step (a lost phone and lost codes): the next login sets it up anew where the role demands it.
///
/// # Errors
/// `NotFound`, `Database`.
pub fn reset_second_step(connection: &mut Connection, id: &StaffId, by: &str, now: Instant) -> Result<()> {
    let changed = diesel::update(staff::table.find(id))
        .set((staff::totp_secret.eq(None::<String>), staff::recovery_codes.eq("[]")))
        .execute(connection)?;
    done(changed)?;
    sessions::end_all(connection, id, None, now)?;
    note(connection, by, id, "second_step_reset", json!({}), now)
}

/// Writes an entry about a person into the journal.
pub(super) fn note(
    connection: &mut Connection,
    by: &str,
    id: &StaffId,
    action: &str,
    details: serde_json::Value,
    now: Instant,
) -> Result<()> {
    let entry = journal::Entry { at: now, actor: by, subject_kind: "staff", subject_id: id.as_str(), action, details };
    journal::record(connection, &entry)
}

fn done(changed: usize) -> Result<()> {
    if changed == 0 { Err(Error::not_found("Такого сотрудника нет.")) } else { Ok(()) }
}

fn looks_like_mail(email: &str) -> bool {
    let host = email.split_once('@').map(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    host == Some(true) && !email.contains(char::is_whitespace) && email.len() <= 254
}
