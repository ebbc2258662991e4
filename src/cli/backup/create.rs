//! Making a copy.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, ensure};

use super::manifest::{self, Content, Manifest};
use super::postgres;
use crate::app;
use crate::base::config::Settings;
use crate::cli::say::say;
use crate::db::dialect::{self, Kind};

/// Copies the database of these settings into `file`, which must not be there yet.
///
/// # Errors
/// When it is there, the disk is full, or the database does not answer.
pub fn create(settings: &Settings, file: &Path) -> anyhow::Result<()> {
    for path in [file, &manifest::path_of(file)] {
        ensure!(!path.exists(), "{}: файл уже есть; копия никогда не пишется поверх", path.display());
    }
    // A lost key is a trouble of its own; it must not keep anybody from copying the books.
    let keys = app::existing_link_keys(settings).unwrap_or_default();
    let db = app::existing_database(settings)?;
    let part = part_of(file);
    drop(manifest::create_private(&part)?);
    let kind = if db.kind() == Kind::Sqlite { "sqlite" } else { "postgres" };
    let described = match db.kind() {
        Kind::Sqlite => copy_sqlite(settings, &part),
        Kind::Postgres => postgres::dump(&db, settings.database.url.reveal(), &part),
    }
    .and_then(|content| Manifest::describe(&part, kind, content, &keys));
    let made = match described {
        Ok(made) => made,
        Err(error) => {
            drop(std::fs::remove_file(&part));
            return Err(error);
        }
    };
    std::fs::File::open(&part)?.sync_all()?;
    std::fs::rename(&part, file).with_context(|| format!("{}", file.display()))?;
    made.write(file)?;
    report(settings, file, &made);
    Ok(())
}

fn part_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// Outside any transaction: SQLite copies itself in one of its own.
fn copy_sqlite(settings: &Settings, part: &Path) -> anyhow::Result<Content> {
    let target = part.to_str().context("имя файла копии — не текст")?;
    let mut connection = dialect::connect(settings.database.url.reveal()).map_err(|error| anyhow!("{error}"))?;
    dialect::copy_into(&mut connection, target).map_err(|error| anyhow!("копия не удалась: {error}"))?;
    drop(connection);
    let mut copy = dialect::connect(&format!("sqlite://{target}")).map_err(|error| anyhow!("{error}"))?;
    Content::of(&mut copy).map_err(|error| anyhow!("{error}"))
}

fn report(settings: &Settings, file: &Path, made: &Manifest) {
    let rows: i64 = made.rows.values().sum();
    say(format_args!("Копия: {} ({} КБ, строк {rows}).", file.display(), made.bytes / 1024));
    say(format_args!(
        "Описание: {}. Проверить: oplata restore --check {}",
        manifest::path_of(file).display(),
        file.display()
    ));
    say("В копии есть персональные данные: храните её зашифрованной. Ключей и паролей в ней нет.");
    if settings.links.key.is_empty()
        && settings.links.keys.is_empty()
        && let Some(path) = app::own_key_path(settings)
    {
        say(format_args!("Ключ ссылок {path} храните отдельно: без него отправленные ссылки не откроются."));
    }
}
