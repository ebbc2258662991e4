//! Floor 1: pool, transactions, schema, dialect.

pub mod connection;
pub mod dialect;
pub mod migrate;
pub mod schema;
mod writer;

pub use connection::{AnyConnection as Connection, Db, DbSettings};
