//! Floor 1: pool, transactions, schema, dialect.

mod any;
pub mod connection;
pub mod dialect;
pub mod migrate;
mod savepoint;
pub mod schema;
mod writer;

pub use any::AnyConnection as Connection;
pub use connection::{Db, DbSettings};
pub use savepoint::in_savepoint;
