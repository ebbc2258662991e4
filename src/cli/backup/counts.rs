//! How many rows each table has, and the journal's newest seal: what a copy is compared by.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::manifest::Seal;
use crate::base::Result;
use crate::db::Connection;
use crate::db::schema;

/// Names the tables, and counts those that are wanted.
macro_rules! counted {
    ($connection:expr, $wanted:expr, $($table:ident),+ $(,)?) => {{
        let mut rows: BTreeMap<String, i64> = BTreeMap::new();
        $(if $wanted(stringify!($table)) {
            rows.insert(stringify!($table).to_owned(), schema::$table::table.count().get_result($connection)?);
        })+
        rows
    }};
}

/// Rows by table, of the tables `wanted`: a copy of an earlier schema has fewer.
///
/// # Errors
/// `Database` when a query fails.
pub fn rows(connection: &mut Connection, wanted: &dyn Fn(&str) -> bool) -> Result<BTreeMap<String, i64>> {
    Ok(counted!(
        connection,
        wanted,
        alerts,
        allocations,
        attempts,
        document_locks,
        exchange_chunks,
        exchange_files,
        exchange_given,
        exchange_log,
        exchange_marks,
        exchange_outgoing,
        exchange_sessions,
        exchange_verdicts,
        exports,
        journal,
        journal_seals,
        link_events,
        login_misses,
        money_documents,
        notifications_in,
        onec_document_rows,
        onec_documents,
        order_balances,
        order_keys,
        order_lines,
        order_words,
        orders,
        outbox,
        pay_links,
        receipts,
        refund_requests,
        refunds,
        sellers,
        sessions,
        settings,
        staff,
        stores,
    ))
}

/// The newest seal of the journal.
///
/// # Errors
/// `Database` when the query fails.
pub fn newest_seal(connection: &mut Connection) -> Result<Option<Seal>> {
    let newest: Option<(i64, String)> = schema::journal_seals::table
        .order(schema::journal_seals::seq.desc())
        .select((schema::journal_seals::seq, schema::journal_seals::hash))
        .first(connection)
        .optional()?;
    Ok(newest.map(|(seq, hash)| Seal { seq, hash }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{dialect, migrate};

    #[test]
    fn no_table_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("x.sqlite3").display());
        migrate::migrate(&url).unwrap();
        let counted = rows(&mut dialect::connect(&url).unwrap(), &|_| true).unwrap();
        let text = include_str!("../../db/schema.rs");
        let named = text.lines().zip(text.lines().skip(1)).filter(|(line, _)| line.contains("table! {"));
        let tables: Vec<&str> = named.filter_map(|(_, next)| next.trim().split(' ').next()).collect();
        let mut missing = tables.clone();
        missing.retain(|table| !counted.contains_key(*table));
        assert!(tables.len() > 20 && missing.is_empty(), "{missing:?}");
    }
}
