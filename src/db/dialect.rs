//! The only file that asks which database it is talking to.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, RunQueryDsl as _, SqliteConnection, sql_query};

use super::Connection;
use crate::base::{Error, Result};

/// The databases we speak to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Embedded SQLite.
    Sqlite,
    /// PostgreSQL 15 or newer.
    Postgres,
}

/// Settings of every SQLite connection. FULL: a commit is on the disk before it is answered (PAY-5). Recursive triggers
/// keep REPLACE from slipping past the triggers that protect facts.
const SQLITE_PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;";

/// Reads the scheme of a database address.
///
/// # Errors
/// `Unavailable` for an unknown scheme, so that a misspelt address never becomes an empty SQLite file.
pub fn kind_of(url: &str) -> Result<Kind> {
    match url.split_once("://") {
        Some(("sqlite", path)) if !path.is_empty() => Ok(Kind::Sqlite),
        Some(("postgres" | "postgresql", _)) => Ok(Kind::Postgres),
        _ => Err(Error::Unavailable(
            "database.url должен начинаться с sqlite:// (и путь к файлу) или postgres://".to_owned(),
        )),
    }
}

/// Opens one connection.
///
/// # Errors
/// `Unavailable` with the database's own words.
pub fn connect(url: &str) -> Result<Connection> {
    let refused = |error: &dyn std::fmt::Display| Error::Unavailable(format!("не удалось открыть базу: {error}"));
    match kind_of(url)? {
        Kind::Sqlite => {
            let path = url.strip_prefix("sqlite://").unwrap_or(url);
            let mut connection = SqliteConnection::establish(path).map_err(|error| refused(&error))?;
            connection.batch_execute(SQLITE_PRAGMAS).map_err(|error| refused(&error))?;
            Ok(Connection::Sqlite(connection))
        }
        Kind::Postgres => {
            let mut connection = PgConnection::establish(url).map_err(|error| refused(&error))?;
            connection.batch_execute("SET TIME ZONE 'UTC'").map_err(|error| refused(&error))?;
            Ok(Connection::Postgres(connection))
        }
    }
}

/// Makes the transaction that has just begun one consistent view, without the right to write.
pub(super) fn begin_reading(connection: &mut Connection) -> Result<()> {
    if let Connection::Postgres(connection) = connection {
        connection.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")?;
    }
    Ok(())
}

/// Forbids writing on a connection of SQLite's reader pool.
pub(super) fn refuse_writes(connection: &mut Connection) -> Result<()> {
    if let Connection::Sqlite(connection) = connection {
        connection.batch_execute("PRAGMA query_only = ON")?;
    }
    Ok(())
}

/// Whether the connection answers.
pub(super) fn ping(connection: &mut Connection) -> Result<()> {
    sql_query("SELECT 1").execute(connection)?;
    Ok(())
}

/// Whether a transaction was left hanging on the connection.
pub(super) fn is_broken(connection: &mut Connection) -> bool {
    use diesel::connection::TransactionManager as _;
    type Ansi = diesel::connection::AnsiTransactionManager;
    match connection {
        Connection::Sqlite(connection) => {
            <Ansi as diesel::connection::TransactionManager<SqliteConnection>>::is_broken_transaction_manager(
                connection,
            )
        }
        Connection::Postgres(connection) => Ansi::is_broken_transaction_manager(connection),
    }
}

/// Copies a live SQLite database into a new file, consistently (SEC-6).
///
/// # Errors
/// `Unavailable` on PostgreSQL (its own `pg_dump` does this), `Database` when the copy fails.
pub fn copy_into(connection: &mut Connection, target: &str) -> Result<()> {
    match connection {
        Connection::Sqlite(connection) => {
            sql_query("VACUUM INTO ?").bind::<diesel::sql_types::Text, _>(target).execute(connection)?;
            Ok(())
        }
        Connection::Postgres(_) => Err(Error::Unavailable("резервную копию PostgreSQL делает pg_dump".to_owned())),
    }
}

/// The number of the transactions that began before any still open one: rows numbered by a sequence may appear out of
/// order on PostgreSQL, so the journal's sealing job takes only rows older than every open transaction.
///
/// # Errors
/// `Database` when the question fails.
pub fn oldest_open_transaction_began(connection: &mut Connection) -> Result<Option<crate::base::Instant>> {
    #[derive(diesel::QueryableByName)]
    struct Began {
        #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Timestamp>)]
        began: Option<crate::base::Instant>,
    }
    match connection {
        Connection::Sqlite(_) => Ok(None),
        Connection::Postgres(connection) => {
            let row: Began = sql_query(
                "SELECT MIN(xact_start) AT TIME ZONE 'UTC' AS began FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            .get_result(connection)?;
            Ok(row.began)
        }
    }
}

/// Names the view of the running transaction, so that `pg_dump` can copy exactly it; SQLite needs none.
///
/// # Errors
/// `Database` when the question fails.
pub fn export_snapshot(connection: &mut Connection) -> Result<Option<String>> {
    #[derive(diesel::QueryableByName)]
    struct Snapshot {
        #[diesel(sql_type = diesel::sql_types::Text)]
        snapshot: String,
    }
    match connection {
        Connection::Sqlite(_) => Ok(None),
        Connection::Postgres(connection) => {
            let row: Snapshot = sql_query("SELECT pg_export_snapshot() AS snapshot").get_result(connection)?;
            Ok(Some(row.snapshot))
        }
    }
}
