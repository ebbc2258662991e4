//! A connection to either database; queries are written once for both.
#![allow(missing_docs, reason = "the derived backend types carry none")]

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// The embedded database, for one machine.
    Sqlite(diesel::SqliteConnection),
    /// PostgreSQL, for several processes.
    Postgres(diesel::PgConnection),
}
