//! Floor 1: pool, transactions, schema, dialect.
