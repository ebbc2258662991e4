//! Embedded migrations for both databases: same names, same columns.

use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Connection, dialect};
use crate::base::{Error, Result};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// What the database knows of our migrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaState {
    /// As this binary wants it.
    Current,
    /// Migrations of this binary are missing.
    Behind(Vec<String>),
    /// The database was migrated by a newer binary: hands off.
    Newer(Vec<String>),
}

/// Compares the database with this binary.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub fn state(url: &str) -> Result<SchemaState> {
    match dialect::connect(url)? {
        Connection::Sqlite(mut connection) => compare(&mut connection, &SQLITE),
        Connection::Postgres(mut connection) => compare(&mut connection, &POSTGRES),
    }
}

/// Whether the database has never been migrated.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub fn is_empty(url: &str) -> Result<bool> {
    let applied = match dialect::connect(url)? {
        Connection::Sqlite(mut connection) => {
            connection.applied_migrations().map_err(|error| failed(error.as_ref()))?
        }
        Connection::Postgres(mut connection) => {
            connection.applied_migrations().map_err(|error| failed(error.as_ref()))?
        }
    };
    Ok(applied.is_empty())
}

/// Brings the database to this binary's schema; returns the names of the migrations that were run.
///
/// # Errors
/// `Unavailable` when the schema is newer than the binary or a migration fails.
pub fn migrate(url: &str) -> Result<Vec<String>> {
    match dialect::connect(url)? {
        Connection::Sqlite(mut connection) => run(&mut connection, SQLITE),
        Connection::Postgres(mut connection) => {
            use diesel::connection::SimpleConnection as _;
            // Two processes may start at once; the lock ends with this connection.
            connection.batch_execute("SELECT pg_advisory_lock(7096157)")?;
            run(&mut connection, POSTGRES)
        }
    }
}

fn run<C, DB>(connection: &mut C, source: EmbeddedMigrations) -> Result<Vec<String>>
where
    C: MigrationHarness<DB>,
    DB: diesel::backend::Backend,
    EmbeddedMigrations: MigrationSource<DB>,
{
    if let SchemaState::Newer(names) = compare(connection, &source)? {
        return Err(newer(&names));
    }
    let done = connection.run_pending_migrations(source).map_err(|error| failed(error.as_ref()))?;
    Ok(done.iter().map(MigrationVersion::to_string).collect())
}

fn compare<C, DB>(connection: &mut C, source: &EmbeddedMigrations) -> Result<SchemaState>
where
    C: MigrationHarness<DB>,
    DB: diesel::backend::Backend,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let known: Vec<Box<dyn Migration<DB>>> = source.migrations().map_err(|error| failed(error.as_ref()))?;
    let known: Vec<String> = known.iter().map(|migration| migration.name().version().to_string()).collect();
    let applied = connection.applied_migrations().map_err(|error| failed(error.as_ref()))?;
    let applied: Vec<String> = applied.iter().map(MigrationVersion::to_string).collect();
    let missing = |of: &[String], from: &[String]| -> Vec<String> {
        of.iter().filter(|version| !from.contains(version)).cloned().collect()
    };
    let newer = missing(&applied, &known);
    let behind = missing(&known, &applied);
    Ok(match (newer.is_empty(), behind.is_empty()) {
        (false, _) => SchemaState::Newer(newer),
        (true, false) => SchemaState::Behind(behind),
        (true, true) => SchemaState::Current,
    })
}

/// The refusal to work on a database that a newer binary has migrated.
#[must_use]
pub fn newer(names: &[String]) -> Error {
    Error::Unavailable(format!(
        "база новее программы: в ней есть миграции {}, которых эта версия не знает; обновите программу",
        names.join(", ")
    ))
}

fn failed(error: &dyn std::error::Error) -> Error {
    Error::Unavailable(format!("миграция не удалась: {error}"))
}
