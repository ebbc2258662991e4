//! «Внести в 1С»: money documents that will not get into 1C without a person.

use diesel::BoxableExpression;
use diesel::dsl::{InnerJoinQuerySource, count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::filter::Backend;
use crate::base::ids::DocumentId;
use crate::base::{Instant, Kopecks, Result};
use crate::db::Connection;
use crate::db::schema::{exports, money_documents};
use crate::domain::exports::{Export, ExportState, Road};

type Source = InnerJoinQuerySource<exports::table, money_documents::table>;
type Wanted = Box<dyn BoxableExpression<Source, Backend, SqlType = Bool>>;

/// On the manual road everything; on the others what 1C refused, wrote without posting, or has not taken since
/// `late` (UTC). What travels by itself in time is nobody's work.
fn needs_a_person(late: Instant) -> Wanted {
    let stuck = exports::state.eq_any([ExportState::Rejected, ExportState::Unposted]);
    let wanted = exports::road.eq(Road::Manual).or(stuck).or(exports::updated_at.lt(late));
    Box::new(exports::state.ne(ExportState::Accepted).and(wanted))
}

/// A page of the list, oldest first, and whether there is more.
///
/// # Errors
/// `Database` when the query fails.
pub fn page(
    connection: &mut Connection,
    late: Instant,
    after: Option<&(Instant, DocumentId)>,
    limit: i64,
) -> Result<(Vec<Export>, bool)> {
    let mut query = exports::table
        .inner_join(money_documents::table)
        .filter(needs_a_person(late))
        .order((exports::created_at, exports::document_id))
        .limit(limit + 1)
        .select(Export::as_select())
        .into_boxed();
    if let Some((at, id)) = after.cloned() {
        query =
            query.filter(exports::created_at.gt(at).or(exports::created_at.eq(at).and(exports::document_id.gt(id))));
    }
    let mut found: Vec<Export> = query.load(connection)?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > wanted;
    found.truncate(wanted);
    Ok((found, more))
}

/// How many wait, and their sum.
///
/// # Errors
/// `Database` when a query fails.
pub fn totals(connection: &mut Connection, late: Instant) -> Result<(i64, Kopecks)> {
    let sum = sql::<BigInt>("CAST(COALESCE(SUM(money_documents.amount), 0) AS BIGINT)");
    let (count, sum): (i64, i64) = exports::table
        .inner_join(money_documents::table)
        .filter(needs_a_person(late))
        .select((count_star(), sum))
        .first(connection)?;
    Ok((count, Kopecks::new(sum)))
}
