//! `oplata outbox`: what leaves, and whether it may.

use anyhow::anyhow;

use super::args::Outbox;
use super::say::say;
use crate::app;
use crate::base::config::Settings;
use crate::base::{Clock as _, SystemClock};
use crate::domain::{journal, outbox};

/// Pauses, resumes or counts.
///
/// # Errors
/// When the database cannot be used.
pub fn run(settings: &Settings, wish: &Outbox) -> anyhow::Result<()> {
    match wish {
        Outbox::Status => status(settings),
        Outbox::Pause => set(settings, true),
        Outbox::Resume => set(settings, false),
    }
}

fn set(settings: &Settings, paused: bool) -> anyhow::Result<()> {
    let db = app::existing_database(settings)?;
    let now = SystemClock.now();
    db.write_now(move |connection| {
        outbox::set_paused(connection, paused, now)?;
        let action = if paused { "outbox_paused" } else { "outbox_resumed" };
        let details = serde_json::json!({});
        let entry =
            journal::Entry { at: now, actor: "cli", subject_kind: "outbox", subject_id: "outbox", action, details };
        journal::record(connection, &entry)
    })
    .map_err(|error| anyhow!("{error}"))?;
    say(if paused {
        "Отправка остановлена: письма, возвраты и документы копятся и ждут `oplata outbox resume`."
    } else {
        "Отправка идёт."
    });
    Ok(())
}

fn status(settings: &Settings) -> anyhow::Result<()> {
    let db = app::existing_database(settings)?;
    let (paused, counts) = db
        .read_now(|connection| Ok((outbox::is_paused(connection)?, outbox::counts(connection)?)))
        .map_err(|error| anyhow!("{error}"))?;
    say(if paused { "Отправка остановлена." } else { "Отправка идёт." });
    say(format_args!("Ждут: {}, отправляются: {}, нужен человек: {}.", counts.ready, counts.leased, counts.dead));
    if let Some(oldest) = counts.oldest {
        let local = crate::base::texts::date_time(settings.shop.zone().local(oldest));
        say(format_args!("Старшее ждёт с {local}."));
    }
    Ok(())
}
