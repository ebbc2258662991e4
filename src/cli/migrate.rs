//! `oplata migrate`

use anyhow::anyhow;

use super::say::say;
use crate::base::config::Settings;
use crate::db::migrate;

/// Brings the schema to this binary's.
///
/// # Errors
/// When the database is newer or does not answer.
pub fn run(settings: &Settings) -> anyhow::Result<()> {
    let done = migrate::migrate(settings.database.url.reveal()).map_err(|error| anyhow!("{error}"))?;
    if done.is_empty() {
        say("Схема базы уже нужная, делать нечего.");
    } else {
        say(format_args!("Выполнено миграций: {} ({}).", done.len(), done.join(", ")));
    }
    Ok(())
}
