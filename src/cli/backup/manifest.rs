//! What stands beside a copy: enough to prove it whole, nothing secret.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::counts;
use crate::base::{Result as HouseResult, Secret};
use crate::db::Connection;

/// Version of this very shape.
const FORMAT: u32 = 1;

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Shape of this file.
    pub format: u32,
    /// `sqlite` or `postgres`.
    pub database: String,
    /// Version of the program that made the copy.
    pub program: String,
    /// When (UTC, RFC 3339).
    pub made_at: String,
    /// Of the copy, in hex.
    pub sha256: String,
    /// Of the copy.
    pub bytes: u64,
    /// Rows by table.
    pub rows: BTreeMap<String, i64>,
    /// The journal's newest seal.
    pub newest_seal: Option<Seal>,
    /// By number of a link key: what tells the right key from a wrong one without saying it.
    pub link_keys: BTreeMap<i64, String>,
}

/// A seal of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// The sealed row.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
}

/// What is counted inside the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Rows by table.
    pub rows: BTreeMap<String, i64>,
    /// The journal's newest seal.
    pub newest_seal: Option<Seal>,
}

impl Content {
    /// Counts everything.
    ///
    /// # Errors
    /// `Database` when a query fails.
    pub fn of(connection: &mut Connection) -> HouseResult<Self> {
        Ok(Self { rows: counts::rows(connection, &|_| true)?, newest_seal: counts::newest_seal(connection)? })
    }

    /// Counts what a manifest speaks of.
    ///
    /// # Errors
    /// `Database` when a query fails.
    pub fn like(manifest: &Manifest, connection: &mut Connection) -> HouseResult<Self> {
        let rows = counts::rows(connection, &|table| manifest.rows.contains_key(table))?;
        Ok(Self { rows, newest_seal: counts::newest_seal(connection)? })
    }
}

impl Manifest {
    /// Describes the file of a copy.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn describe(
        file: &Path,
        database: &str,
        content: Content,
        keys: &BTreeMap<i64, Secret>,
    ) -> anyhow::Result<Self> {
        let (sha256, bytes) = digest(file)?;
        Ok(Self {
            format: FORMAT,
            database: database.to_owned(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            made_at: chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            sha256,
            bytes,
            rows: content.rows,
            newest_seal: content.newest_seal,
            link_keys: keys.iter().map(|(number, key)| (*number, mark_of(key))).collect(),
        })
    }

    /// Reads the manifest of a copy and proves the copy's bytes by it.
    ///
    /// # Errors
    /// When there is none, or the copy is not the one it speaks of.
    pub fn prove(file: &Path) -> anyhow::Result<Self> {
        let beside = path_of(file);
        let text =
            std::fs::read_to_string(&beside).with_context(|| format!("нет описания копии {}", beside.display()))?;
        let manifest: Self =
            serde_json::from_str(&text).with_context(|| format!("описание {} не читается", beside.display()))?;
        ensure!(manifest.format == FORMAT, "копия сделана другой версией программы ({})", manifest.program);
        let (sha256, bytes) = digest(file)?;
        ensure!(
            sha256 == manifest.sha256,
            "копия {} испорчена: в ней {bytes} байт с суммой {sha256}, а записывали {} байт с суммой {}",
            file.display(),
            manifest.bytes,
            manifest.sha256
        );
        Ok(manifest)
    }

    /// Whether a database holds what the manifest says.
    ///
    /// # Errors
    /// Naming the tables that differ.
    pub fn compare(&self, content: &Content) -> anyhow::Result<()> {
        if let Some(table) = self.rows.keys().find(|table| !content.rows.contains_key(*table)) {
            bail!(
                "в копии есть таблица {table}, которой эта программа не знает: копия сделана версией {}",
                self.program
            );
        }
        let differs = |(table, rows): (&String, &i64)| {
            let have = content.rows.get(table).copied().unwrap_or(0);
            (have != *rows).then(|| format!("{table}: {have} вместо {rows}"))
        };
        let differences: Vec<String> = self.rows.iter().filter_map(differs).collect();
        if !differences.is_empty() {
            bail!("строк в копии не столько, сколько записано: {}", differences.join("; "));
        }
        ensure!(content.newest_seal == self.newest_seal, "последняя печать журнала в копии не та, что записана");
        Ok(())
    }

    /// Numbers of link keys that are not the ones the copy was made with: links made with them would be dead.
    #[must_use]
    pub fn foreign_keys(&self, keys: &BTreeMap<i64, Secret>) -> Vec<i64> {
        let fits = |number: &i64, mark: &String| keys.get(number).is_some_and(|key| mark_of(key) == *mark);
        self.link_keys.iter().filter(|(number, mark)| !fits(number, mark)).map(|(number, _)| *number).collect()
    }

    /// Writes it beside the copy.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub fn write(&self, file: &Path) -> anyhow::Result<()> {
        let beside = path_of(file);
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        let mut written = create_private(&beside)?;
        written.write_all(text.as_bytes())?;
        written.sync_all()?;
        Ok(())
    }
}

/// Where the manifest of a copy stands.
#[must_use]
pub fn path_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".manifest.json");
    PathBuf::from(name)
}

/// Makes an empty file that was not there, for its owner alone: copies hold personal data.
///
/// # Errors
/// When it is there.
pub fn create_private(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).with_context(|| format!("{}: файл уже есть или создать его нельзя", path.display()))
}

fn digest(file: &Path) -> anyhow::Result<(String, u64)> {
    let mut source = File::open(file).with_context(|| format!("копия {}", file.display()))?;
    let (mut hash, mut bytes, mut part) = (Sha256::new(), 0_u64, vec![0_u8; 64 * 1024]);
    loop {
        let count = source.read(&mut part)?;
        if count == 0 {
            return Ok((hex::encode(hash.finalize()), bytes));
        }
        hash.update(part.get(..count).unwrap_or_default());
        bytes += u64::try_from(count)?;
    }
}

/// Eight bytes of a code made with the key: equal for equal keys, and no help in finding one.
fn mark_of(key: &Secret) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.reveal().as_bytes()) else { return String::new() };
    mac.update(b"oplata backup");
    let code = mac.finalize().into_bytes();
    hex::encode(code.get(..8).unwrap_or_default())
}
