//! `oplata audit verify`

use std::process::ExitCode;

use anyhow::anyhow;

use super::say::say;
use crate::app;
use crate::base::config::Settings;
use crate::domain::journal::{self, Verdict};

/// Walks the sealed journal. A broken seal is exit code 1.
///
/// # Errors
/// When the database or the key cannot be used.
pub fn verify(settings: &Settings) -> anyhow::Result<ExitCode> {
    let db = app::existing_database(settings)?;
    let key = app::journal_key(&app::existing_link_keys(settings)?);
    match db.read_now(|connection| journal::verify(connection, &key)).map_err(|error| anyhow!("{error}"))? {
        Verdict::Whole(rows) => {
            say(format_args!("Журнал цел: запечатанных записей {rows}, ни одна не изменена и не вынута."));
            Ok(ExitCode::SUCCESS)
        }
        Verdict::BrokenAt(seq) => {
            say(format_args!(
                "Журнал нарушен: запись № {seq} не та, что была запечатана, или её нет. Сверьте с резервной копией; \
                 то же бывает, если ключ ссылок (links.key) не тот, с которым журнал вёлся."
            ));
            Ok(ExitCode::FAILURE)
        }
    }
}
