//! PostgreSQL copies itself: `pg_dump` and `pg_restore`, with the password in the environment, never on the command line.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, anyhow, ensure};

use super::manifest::Content;
use crate::db::{Db, dialect};

/// Dumps into `part`; counts are taken from the very snapshot that is dumped.
///
/// # Errors
/// When `pg_dump` is not there or fails.
pub fn dump(db: &Db, url: &str, part: &Path) -> anyhow::Result<Content> {
    let mut dumped = Ok(());
    let content = db.read_now(|connection| {
        let snapshot = dialect::export_snapshot(connection)?;
        dumped = run_dump(url, part, snapshot.as_deref());
        Content::of(connection)
    });
    dumped?;
    content.map_err(|error| anyhow!("{error}"))
}

fn run_dump(url: &str, part: &Path, snapshot: Option<&str>) -> anyhow::Result<()> {
    let mut command = tool("pg_dump", url);
    command.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]).arg(part);
    if let Some(snapshot) = snapshot {
        command.arg(format!("--snapshot={snapshot}"));
    }
    finish(command, "pg_dump")
}

/// Fills the database of `url` from a dump; with `force` what is there goes first.
///
/// # Errors
/// When `pg_restore` is not there or fails; then nothing is changed.
pub fn fill(url: &str, file: &Path, force: bool) -> anyhow::Result<()> {
    let mut command = tool("pg_restore", url);
    command.args(["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]);
    if force {
        command.args(["--clean", "--if-exists"]);
    }
    command.arg(file);
    finish(command, "pg_restore")
}

/// Lists what a dump holds: a dump that cannot be listed cannot be restored.
///
/// # Errors
/// When the dump is no dump.
pub fn list(file: &Path) -> anyhow::Result<()> {
    let mut command = Command::new("pg_restore");
    command.arg("--list").arg(file);
    finish(command, "pg_restore")
}

fn tool(name: &str, url: &str) -> Command {
    let (address, password) = crate::cli::address::part(url);
    let mut command = Command::new(name);
    command.arg("--dbname").arg(address);
    if let Some(password) = password {
        command.env("PGPASSWORD", percent_decoded(&password));
    }
    command
}

/// A password inside an address is percent-encoded, one in the environment is not.
fn percent_decoded(text: &str) -> String {
    let pair = format!("p={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn finish(mut command: Command, name: &str) -> anyhow::Result<()> {
    let done = command.output().with_context(|| {
        format!(
            "{name} не запускается. Поставьте клиент PostgreSQL той же версии, что сервер (пакет postgresql-client)"
        )
    })?;
    ensure!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr).trim());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_stays_off_the_command_line() {
        let command = tool("pg_dump", "postgres://oplata:p%40ss+w@db.local:5433/oplata");
        let said: Vec<String> = command.get_args().map(|arg| arg.to_string_lossy().into_owned()).collect();
        assert_eq!(said, ["--dbname", "postgres://oplata@db.local:5433/oplata"]);
        let given = command.get_envs().find(|(name, _)| *name == "PGPASSWORD").and_then(|(_, value)| value).unwrap();
        assert_eq!(given, "p@ss+w");
    }
}
