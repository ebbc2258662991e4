//! Every exchange with 1C is kept for the technician: what came, what was answered, the verdict in words.

use crate::base::Result;
use crate::base::ids::new_id;
use crate::context::Context;
use crate::db::schema::exchange_log;
use diesel::prelude::*;

/// One request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Which road.
    pub road: &'static str,
    /// Method and path.
    pub request: String,
    /// The body as it came.
    pub body: String,
    /// Status of the answer.
    pub status: u16,
    /// The answer's body.
    pub answer: String,
    /// In words, for a person.
    pub verdict: String,
}

/// Keeps an exchange.
///
/// # Errors
/// Database errors.
pub async fn keep(context: &Context, exchange: Exchange) -> Result<()> {
    let now = context.now();
    context
        .db
        .write(move |connection| {
            diesel::insert_into(exchange_log::table)
                .values((
                    exchange_log::id.eq(new_id()),
                    exchange_log::road.eq(exchange.road),
                    exchange_log::at.eq(now),
                    exchange_log::request.eq(&exchange.request),
                    exchange_log::body.eq(&exchange.body),
                    exchange_log::status.eq(i64::from(exchange.status)),
                    exchange_log::answer.eq(&exchange.answer),
                    exchange_log::verdict.eq(&exchange.verdict),
                ))
                .execute(connection)?;
            Ok(())
        })
        .await
}
