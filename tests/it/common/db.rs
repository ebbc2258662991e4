//! Databases to throw away: SQLite in a folder of its own, PostgreSQL in a database of its own.

use oplata::db::{Db, DbSettings, dialect, migrate};

use super::postgres::{self, PgDatabase};

/// A database that disappears with this value.
pub struct TestDb {
    pub url: String,
    _kept: Kept,
}

#[allow(dead_code, reason = "kept for their Drop")]
enum Kept {
    Folder(tempfile::TempDir),
    Database(PgDatabase),
}

impl TestDb {
    /// An empty SQLite file, in memory-backed storage where the machine has it: a sync costs nothing there.
    pub fn bare_sqlite() -> Self {
        let shm = std::path::Path::new("/dev/shm");
        let folder = if shm.is_dir() { tempfile::tempdir_in(shm) } else { tempfile::tempdir() }.unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        Self { url, _kept: Kept::Folder(folder) }
    }

    /// An empty PostgreSQL database, or nothing where PostgreSQL is not installed (said aloud, and a failure under CI).
    pub fn bare_postgres(test: &str) -> Option<Self> {
        match PgDatabase::create() {
            Ok(database) => Some(Self { url: database.url.clone(), _kept: Kept::Database(database) }),
            Err(why) => {
                postgres::skip(test, &why);
                None
            }
        }
    }

    /// SQLite with the schema.
    pub fn sqlite() -> Self {
        let db = Self::bare_sqlite();
        migrate::migrate(&db.url).unwrap();
        db
    }

    /// PostgreSQL with the schema.
    pub fn postgres(test: &str) -> Option<Self> {
        let db = Self::bare_postgres(test)?;
        migrate::migrate(&db.url).unwrap();
        Some(db)
    }

    /// Both, as far as the machine has them.
    pub fn both(test: &str) -> Vec<Self> {
        std::iter::once(Self::sqlite()).chain(Self::postgres(test)).collect()
    }

    pub fn open(&self) -> Db {
        Db::open(&DbSettings::new(&self.url)).unwrap()
    }

    /// A connection of its own, past the pool and the writer.
    pub fn connect(&self) -> oplata::db::Connection {
        dialect::connect(&self.url).unwrap()
    }
}
