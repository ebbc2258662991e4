//! Receipts as kept: their own state beside the money's, since money can be taken while a receipt fails.

use diesel::prelude::*;

use super::model::ReceiptDraft;
use crate::base::ids::{AttemptId, OrderId, ReceiptId};
use crate::base::{Error, Instant, Kopecks, Result, text_enum};
use crate::db::Connection;
use crate::db::schema::receipts;

text_enum! {
    /// How far a receipt is.
    pub enum ReceiptState {
        /// To be sent.
        Queued => "queued",
        /// At the provider or the cash register.
        Sent => "sent",
        /// Registered by the tax service's operator.
        Registered => "registered",
        /// Refused: a person must make it good.
        Failed => "failed",
    }
}

/// A kept receipt.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = receipts)]
pub struct Receipt {
    /// Our id.
    pub id: ReceiptId,
    /// The attempt it belongs to.
    pub attempt_id: Option<AttemptId>,
    /// `sale`, `refund`, `closing`.
    pub kind: String,
    /// How far it is.
    pub state: ReceiptState,
    /// Its sum.
    pub amount: Kopecks,
    /// JSON of the draft.
    pub content: String,
    /// Last change (UTC).
    pub updated_at: Instant,
}

/// Keeps the sale's receipt of an attempt, or how it stands now; a registered one stays registered.
///
/// # Errors
/// `Database` when a query fails.
pub fn keep_sale(
    connection: &mut Connection,
    order_id: &OrderId,
    attempt_id: &AttemptId,
    draft: &ReceiptDraft,
    state: ReceiptState,
    now: Instant,
) -> Result<()> {
    let row = receipts::table.filter(receipts::attempt_id.eq(attempt_id)).filter(receipts::kind.eq("sale"));
    let known: Option<ReceiptState> = row.select(receipts::state).first(connection).optional()?;
    match known {
        Some(known) if known == state || known == ReceiptState::Registered => Ok(()),
        Some(_) => {
            diesel::update(row).set((receipts::state.eq(state), receipts::updated_at.eq(now))).execute(connection)?;
            Ok(())
        }
        None => {
            let content = serde_json::to_string(draft).map_err(|error| Error::Internal(error.to_string()))?;
            diesel::insert_into(receipts::table)
                .values((
                    receipts::id.eq(ReceiptId::fresh()),
                    receipts::order_id.eq(order_id),
                    receipts::attempt_id.eq(attempt_id),
                    receipts::kind.eq("sale"),
                    receipts::state.eq(state),
                    receipts::amount.eq(draft.total()),
                    receipts::content.eq(content),
                    receipts::created_at.eq(now),
                    receipts::updated_at.eq(now),
                ))
                .execute(connection)?;
            Ok(())
        }
    }
}

/// The order's receipts, oldest first.
///
/// # Errors
/// `Database` when the query fails.
pub fn of_order(connection: &mut Connection, order_id: &OrderId) -> Result<Vec<Receipt>> {
    Ok(receipts::table
        .filter(receipts::order_id.eq(order_id))
        .order(receipts::id)
        .select(Receipt::as_select())
        .load(connection)?)
}

/// Attempts whose receipts are with the provider since before `before` (UTC) without an answer.
///
/// # Errors
/// `Database` when the query fails.
pub fn list_unanswered(connection: &mut Connection, before: Instant, limit: i64) -> Result<Vec<AttemptId>> {
    let ids: Vec<Option<AttemptId>> = receipts::table
        .filter(receipts::state.eq(ReceiptState::Sent))
        .filter(receipts::updated_at.lt(before))
        .filter(receipts::attempt_id.is_not_null())
        .order(receipts::updated_at)
        .limit(limit)
        .select(receipts::attempt_id)
        .load(connection)?;
    Ok(ids.into_iter().flatten().collect())
}
