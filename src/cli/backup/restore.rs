//! Proving a copy, and going back to it.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail, ensure};

use super::manifest::{self, Content, Manifest};
use super::postgres;
use crate::app;
use crate::base::config::Settings;
use crate::base::{Clock as _, SystemClock};
use crate::cli::say::say;
use crate::db::dialect::{self, Kind};
use crate::db::migrate;
use crate::domain::{journal, outbox};

/// Proves a copy: bytes, rows, seal. No database of settings is touched.
///
/// # Errors
/// What is wrong with the copy.
pub fn check(file: &Path) -> anyhow::Result<()> {
    let manifest = Manifest::prove(file)?;
    if manifest.database == "sqlite" {
        // Opening a database writes beside it, so the copy itself is left alone.
        let scratch = Scratch::beside(file)?;
        std::fs::copy(file, &scratch.0).context("копию не раскрыть для проверки")?;
        manifest.compare(&content_of(&manifest, &format!("sqlite://{}", scratch.0.display()))?)?;
    } else {
        postgres::list(file)?;
    }
    say(format_args!("Копия цела: сделана {}, строк {}.", manifest.made_at, manifest.rows.values().sum::<i64>()));
    Ok(())
}

/// A file that goes away with its user.
struct Scratch(PathBuf);

impl Scratch {
    fn beside(file: &Path) -> anyhow::Result<Self> {
        let name = format!("oplata-check-{}-{:08x}.sqlite3", std::process::id(), rand::random::<u32>());
        let path = std::env::temp_dir().join(name);
        drop(manifest::create_private(&path).with_context(|| format!("проверка {}", file.display()))?);
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            drop(std::fs::remove_file(format!("{}{end}", self.0.display())));
        }
    }
}

fn content_of(manifest: &Manifest, url: &str) -> anyhow::Result<Content> {
    let mut connection = dialect::connect(url).map_err(|error| anyhow!("{error}"))?;
    Content::like(manifest, &mut connection).map_err(|error| anyhow!("копия не читается: {error}"))
}

/// Puts a copy in the place of the database; its outbox starts paused.
///
/// # Errors
/// When the copy is not whole, the place is taken, or the portal is running.
pub fn restore(settings: &Settings, file: &Path, force: bool) -> anyhow::Result<()> {
    let manifest = Manifest::prove(file)?;
    let url = settings.database.url.reveal();
    let kind = dialect::kind_of(url).map_err(|error| anyhow!("{error}"))?;
    let fits = (manifest.database == "sqlite") == (kind == Kind::Sqlite);
    ensure!(fits, "копия сделана с {}, а database.url — другая база", manifest.database);
    refuse_running(settings)?;
    match url.strip_prefix("sqlite://") {
        Some(path) => place_sqlite(&manifest, file, Path::new(path), force)?,
        None => place_postgres(&manifest, url, file, force)?,
    }
    report(settings, &manifest);
    Ok(())
}

fn refuse_running(settings: &Settings) -> anyhow::Result<()> {
    let listen = settings.server.listen;
    let answers = TcpStream::connect_timeout(&listen, Duration::from_millis(500)).is_ok();
    ensure!(!answers, "на {listen} кто-то отвечает: остановите портал и повторите");
    Ok(())
}

/// The copy is proved and silenced under another name first, so that no crash leaves a talking one in place; the old
/// database is put aside, not thrown away.
fn place_sqlite(manifest: &Manifest, file: &Path, target: &Path, force: bool) -> anyhow::Result<()> {
    let taken = target.exists();
    ensure!(
        !taken || force,
        "{}: база уже есть; поверх — только с --force (прежняя останется рядом)",
        target.display()
    );
    let next = Unplaced::of(target)?;
    let mut source = std::fs::File::open(file)?;
    std::io::copy(&mut source, &mut std::fs::OpenOptions::new().write(true).open(&next.0)?)
        .context("копия не переписалась")?;
    quieten(manifest, &format!("sqlite://{}", next.0.display()))?;
    std::fs::File::open(&next.0)?.sync_all()?;
    if taken {
        put_aside(target)?;
    }
    std::fs::rename(&next.0, target).with_context(|| format!("не поставить {}", target.display()))
}

/// The next database under its working name; it goes away unless it is placed.
struct Unplaced(PathBuf);

impl Unplaced {
    fn of(target: &Path) -> anyhow::Result<Self> {
        let path = PathBuf::from(format!("{}.restoring", target.display()));
        drop(manifest::create_private(&path)?);
        Ok(Self(path))
    }
}

impl Drop for Unplaced {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            drop(std::fs::remove_file(format!("{}{end}", self.0.display())));
        }
    }
}

fn put_aside(target: &Path) -> anyhow::Result<()> {
    let aside = format!("{}.before-{}", target.display(), chrono::Utc::now().format("%Y%m%d-%H%M%S"));
    for end in ["-wal", "-shm", ""] {
        let from = format!("{}{end}", target.display());
        if Path::new(&from).exists() {
            std::fs::rename(&from, format!("{aside}{end}")).with_context(|| format!("не отложить {from}"))?;
        }
    }
    say(format_args!("Прежняя база отложена: {aside}"));
    Ok(())
}

fn place_postgres(manifest: &Manifest, url: &str, file: &Path, force: bool) -> anyhow::Result<()> {
    // An empty database has none of our migrations; any other is somebody's books.
    let empty = migrate::is_empty(url).map_err(|error| anyhow!("{error}"))?;
    if !empty && !force {
        bail!("база не пуста; поверх — только с --force, и тогда прежнее будет удалено");
    }
    // Looking has made the table of migrations, which the copy brings along itself.
    postgres::fill(url, file, true)?;
    quieten(manifest, url)
}

/// Compares, and pauses the outbox whatever the comparison says.
fn quieten(manifest: &Manifest, url: &str) -> anyhow::Result<()> {
    let same = content_of(manifest, url).and_then(|content| manifest.compare(&content));
    let mut connection = dialect::connect(url).map_err(|error| anyhow!("{error}"))?;
    let now = SystemClock.now();
    outbox::set_paused(&mut connection, true, now).map_err(|error| anyhow!("{error}"))?;
    let details = serde_json::json!({});
    let entry = journal::Entry {
        at: now,
        actor: "cli",
        subject_kind: "database",
        subject_id: "database",
        action: "restored",
        details,
    };
    journal::record(&mut connection, &entry).map_err(|error| anyhow!("{error}"))?;
    same
}

fn report(settings: &Settings, manifest: &Manifest) {
    say(format_args!("База восстановлена на {}; строк {}.", manifest.made_at, manifest.rows.values().sum::<i64>()));
    let keys = app::existing_link_keys(settings).unwrap_or_default();
    let foreign = manifest.foreign_keys(&keys);
    if !foreign.is_empty() {
        let numbers = foreign.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        say(format_args!(
            "Внимание: ключ ссылок № {numbers} не тот, с которым сделана копия. Верните прежний ключ, иначе отправленные ссылки не откроются."
        ));
    }
    say(
        "Отправка остановлена, чтобы письма и возвраты не ушли второй раз. Проверьте кабинет и продолжите: oplata outbox resume",
    );
}
