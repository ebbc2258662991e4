//! `oplata staff`: people, from the machine itself. The first administrator comes into the house this way.

use std::path::Path;

use anyhow::{Context as _, anyhow, bail};

use super::args::{Staff, StaffAdd, StaffReset};
use super::say::say;
use crate::app;
use crate::base::config::{self, Settings};
use crate::base::ids::StaffId;
use crate::base::{Clock as _, Error, Secret, SystemClock};
use crate::db::Db;
use crate::domain::staff::{NewStaff, Role, accounts, passwords, second_step, totp};

/// Who the journal names for what is done here.
const ACTOR: &str = "cli";

/// Adds, resets or lists.
///
/// # Errors
/// When the database cannot be used or a rule says no.
pub fn run(settings: &Settings, wish: &Staff) -> anyhow::Result<()> {
    let db = app::existing_database(settings)?;
    match wish {
        Staff::Add(wish) => add(&db, settings, wish),
        Staff::Reset(wish) => reset(&db, settings, wish),
        Staff::List => list(&db),
    }
}

fn add(db: &Db, settings: &Settings, wish: &StaffAdd) -> anyhow::Result<()> {
    let role = Role::parse(&wish.role).ok_or_else(|| anyhow!("--role {}: есть {}", wish.role, roles()))?;
    let password = password(wish.password_file.as_deref(), role, settings, &wish.email)?;
    let name = if wish.name.trim().is_empty() { wish.email.clone() } else { wish.name.clone() };
    let new = NewStaff { email: wish.email.clone(), name, role, password_hash: hashed(&password)? };
    let now = SystemClock.now();
    let id = db.write_now(move |connection| accounts::add(connection, &new, ACTOR, now)).map_err(told)?;
    say(format_args!("{} заведён: {}.", accounts::login_name(&wish.email), role.title()));
    tell_password(wish.password_file.as_deref(), &password);
    if wish.totp {
        hand_out_second_step(db, settings, &id, &accounts::login_name(&wish.email))?;
    }
    Ok(())
}

fn reset(db: &Db, settings: &Settings, wish: &StaffReset) -> anyhow::Result<()> {
    let person = db.read_now(|connection| accounts::by_email(connection, &wish.email)).map_err(told)?;
    let person = person.with_context(|| format!("сотрудника {} нет; кто есть — `oplata staff list`", wish.email))?;
    let password = password(wish.password_file.as_deref(), person.role, settings, &wish.email)?;
    let (id, hash, now) = (person.id.clone(), hashed(&password)?, SystemClock.now());
    db.write_now(move |connection| accounts::set_password(connection, &id, &hash, None, ACTOR, now)).map_err(told)?;
    say(format_args!("{}: пароль заменён, прежние входы закрыты.", person.email));
    tell_password(wish.password_file.as_deref(), &password);
    if wish.totp {
        hand_out_second_step(db, settings, &person.id, &person.email)?;
    }
    Ok(())
}

fn list(db: &Db) -> anyhow::Result<()> {
    let everybody = db.read_now(accounts::list).map_err(told)?;
    if everybody.is_empty() {
        say("Сотрудников ещё нет: `oplata staff add --email ПОЧТА --role admin`.");
    }
    for person in everybody {
        let step = if person.totp_secret.is_some() {
            "второй шаг есть"
        } else {
            "без второго шага"
        };
        let off = if person.active { "" } else { ", вход закрыт" };
        say(format_args!("{:<32} {:<18} {} ({step}{off})", person.email, person.role.title(), person.name));
    }
    Ok(())
}

fn roles() -> String {
    Role::ALL.iter().map(|role| format!("{role} ({})", role.title())).collect::<Vec<_>>().join(", ")
}

/// The first line of the file, or a fresh password of 24 characters.
fn password(file: Option<&Path>, role: Role, settings: &Settings, email: &str) -> anyhow::Result<Secret> {
    let Some(file) = file else { return Ok(fresh_password()) };
    let text = config::read_secret("--password-file", file)?;
    let first = text.lines().next().unwrap_or_default().to_owned();
    let host = settings.server.public_url.split("://").nth(1).unwrap_or_default();
    passwords::check_new(&first, role, &[settings.shop.name.as_str(), host, email])
        .map_err(|error| anyhow!("--password-file: {error}"))?;
    Ok(Secret::new(first))
}

/// Six groups of four, without letters that look alike.
fn fresh_password() -> Secret {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    // A byte past the last whole round of the alphabet would make some letters likelier: it is drawn again.
    let rounds = 256 / LETTERS.len() * LETTERS.len();
    let bytes = std::iter::repeat_with(|| usize::from(rand::random::<u8>())).filter(|byte| *byte < rounds);
    let letters = bytes.filter_map(|byte| LETTERS.get(byte % LETTERS.len()).copied().map(char::from));
    let letters: Vec<char> = letters.take(24).collect();
    Secret::new(letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

fn hashed(password: &Secret) -> anyhow::Result<String> {
    passwords::hash(password.reveal()).map_err(told)
}

fn tell_password(file: Option<&Path>, password: &Secret) {
    match file {
        Some(file) => say(format_args!("Пароль — из файла {}; файл теперь лучше удалить.", file.display())),
        None => say(format_args!("Пароль (больше не покажем): {}", password.reveal())),
    }
}

fn hand_out_second_step(db: &Db, settings: &Settings, id: &StaffId, email: &str) -> anyhow::Result<()> {
    let secret = totp::offered(&hex::encode(rand::random::<[u8; 32]>()));
    let address = totp::address(&secret, &settings.shop.name, email).map_err(told)?;
    let (id, kept, now) = (id.clone(), secret.clone(), SystemClock.now());
    let codes =
        db.write_now(move |connection| second_step::hand_out(connection, &id, &kept, ACTOR, now)).map_err(told)?;
    if codes.is_empty() {
        bail!("второй шаг не заведён");
    }
    say(format_args!("Второй шаг (больше не покажем): секрет {}", secret.reveal()));
    say(format_args!("  адрес для QR: {address}"));
    say(format_args!("  запасные коды: {}", codes.join(" ")));
    Ok(())
}

#[allow(clippy::needless_pass_by_value, reason = "handed to map_err")]
fn told(error: Error) -> anyhow::Error {
    anyhow!("{error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_passwords_are_long_and_readable() {
        let password = fresh_password();
        assert_eq!(password.reveal().len(), 24 + 5);
        assert!(password.reveal().chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-'));
        assert!(!password.reveal().contains(['l', 'i', 'o', '0', '1']));
        assert_ne!(password.reveal(), fresh_password().reveal());
        passwords::check_new(password.reveal(), Role::Admin, &["domplus"]).unwrap();
    }
}
