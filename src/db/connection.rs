//! The one way into the database: `read` and `write` run a closure in one transaction, off the async threads.

use std::time::Duration;

use diesel::Connection as _;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::any::AnyConnection;
use super::dialect::{self, Kind};
use super::writer::WriterThread;
use crate::base::{Error, Result};

/// Where the database is and how many connections to keep.
#[derive(Debug, Clone)]
pub struct DbSettings {
    /// `sqlite://PATH` or `postgres://…`.
    pub url: String,
    /// Connections for reading (SQLite) or for everything (PostgreSQL).
    pub connections: u32,
    /// How long to wait for a free connection before answering 503.
    pub wait: Duration,
}

impl DbSettings {
    /// The default sizes for an address.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), connections: 8, wait: Duration::from_secs(5) }
    }
}

/// How often a PostgreSQL write is run again after losing a race (serialization failure, deadlock, or a row that
/// another transaction inserted first).
const RACES_TOLERATED: usize = 8;

/// PostgreSQL's words for a deadlock, by the server's language.
const DEADLOCK: [&str; 2] = ["deadlock detected", "обнаружена взаимоблокировка"];

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    kind: Kind,
    pool: r2d2::Pool<Manager>,
    /// SQLite's single writer; `None` on PostgreSQL, which writes through the pool.
    writer: Option<WriterThread>,
}

impl Db {
    /// Opens the database. SQLite files are created; nothing is migrated.
    ///
    /// # Errors
    /// `Unavailable` with a sentence for the technician when the address is wrong or nobody answers.
    pub fn open(settings: &DbSettings) -> Result<Self> {
        let kind = dialect::kind_of(&settings.url)?;
        let writer = match kind {
            Kind::Sqlite => Some(WriterThread::start(&settings.url)?),
            Kind::Postgres => None,
        };
        drop(dialect::connect(&settings.url)?);
        let manager = Manager { url: settings.url.clone(), read_only: writer.is_some() };
        let pool = r2d2::Pool::builder()
            .max_size(settings.connections)
            .min_idle(Some(0))
            .test_on_check_out(kind == Kind::Postgres)
            .connection_timeout(settings.wait)
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build_unchecked(manager);
        Ok(Self { kind, pool, writer })
    }

    /// Which database this is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Runs `work` in one read-only transaction with one view of the data.
    ///
    /// # Errors
    /// What `work` refuses with; `Unavailable` when no connection is free; `Database` when the database fails.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        off_thread(move || db.read_now(work)).await
    }

    /// As [`Db::read`], on the calling thread: for commands.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn read_now<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T>) -> Result<T> {
        let mut connection = self.pooled()?;
        connection.transaction(|connection| {
            dialect::begin_reading(connection)?;
            work(connection)
        })
    }

    /// Runs `work` in one transaction that is durable before this returns. `work` may be run more than once, so it must
    /// have no effect but its statements.
    ///
    /// # Errors
    /// What `work` refuses with (its own statements are rolled back); `Unavailable` when the database could not keep it.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        if let Some(writer) = &self.writer {
            return writer.submit(work).await;
        }
        let db = self.clone();
        off_thread(move || db.write_pooled(&work)).await
    }

    /// As [`Db::write`], on the calling thread: for commands. Not to be called on an async thread.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_now<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        match &self.writer {
            Some(writer) => writer.submit_blocking(work),
            None => self.write_pooled(&work),
        }
    }

    fn write_pooled<T>(&self, work: &dyn Fn(&mut AnyConnection) -> Result<T>) -> Result<T> {
        let mut races = 0;
        loop {
            let mut connection = self.pooled()?;
            let result = connection.transaction(|connection| work(connection));
            match result {
                Err(Error::Database(error)) if lost_a_race(&error) && races < RACES_TOLERATED => races += 1,
                Err(Error::Database(error)) if lost_a_race(&error) => {
                    return Err(Error::Unavailable(error.to_string()));
                }
                other => return other,
            }
        }
    }

    fn pooled(&self) -> Result<r2d2::PooledConnection<Manager>> {
        self.pool.get().map_err(|error| Error::Unavailable(format!("нет свободного соединения: {error}")))
    }
}

/// Whether running the closure again can succeed. A unique violation means that another transaction inserted the row
/// between our look and our insert: the second run sees it.
fn lost_a_race(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::UniqueViolation, _) => {
            true
        }
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, info) => {
            // Diesel has no kind for it, and a server may speak Russian (lc_messages).
            DEADLOCK.iter().any(|words| info.message().contains(words))
        }
        _ => false,
    }
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(Error::Internal(format!("работа с базой прервалась: {error}"))))
}

/// Makes connections by the address's scheme; diesel's own derived constructor would try one database after the other.
#[derive(Debug)]
pub struct Manager {
    url: String,
    read_only: bool,
}

impl r2d2::ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = Error;

    fn connect(&self) -> Result<AnyConnection> {
        let mut connection = dialect::connect(&self.url)?;
        if self.read_only {
            dialect::refuse_writes(&mut connection)?;
        }
        Ok(connection)
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<()> {
        dialect::ping(connection)
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        std::thread::panicking() || dialect::is_broken(connection)
    }
}
