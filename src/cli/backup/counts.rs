//! How many rows each table has, and the journal's newest seal: what a copy is compared by.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::manifest::Seal;
use crate::base::Result;
use crate::db::Connection;
use crate::db::schema;

/// Counts the rows of the named tables.
macro_rules! counted {
    ($connection:expr, $($table:ident),+ $(,)?) => {{
        let mut rows: BTreeMap<String, i64> = BTreeMap::new();
        $(rows.insert(stringify!($table).to_owned(), schema::$table::table.count().get_result($connection)?);)+
        rows
    }};
}

/// Rows by table.
///
/// # Errors
/// `Database` when a query fails.
pub fn rows(connection: &mut Connection) -> Result<BTreeMap<String, i64>> {
    Ok(counted!(
        connection,
        alerts,
        allocations,
        attempts,
        document_locks,
        exchange_log,
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
