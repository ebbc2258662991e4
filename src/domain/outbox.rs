//! Messages to the outside, written in the transaction that causes them and delivered later, at least once.
//!
//! Claiming works without SKIP LOCKED: the oldest ready row is updated to leased under the condition that it is still
//! ready; one changed row means it is ours.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::base::ids::{AttemptId, DocumentId, MessageId, OrderId, RefundId};
use crate::base::{Error, Instant, Result};
use crate::db::Connection;
use crate::db::schema::{outbox, settings};

/// What is to be told, to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "topic", rename_all = "snake_case")]
pub enum Message {
    /// A letter with the order's link to the customer.
    LetterLink {
        /// The order.
        order_id: OrderId,
        /// Where to; the order's own address when absent.
        to: Option<String>,
        /// `ru` or `en`.
        lang: String,
        /// Makes a repeated sending a message of its own.
        nonce: String,
    },
    /// A letter that money came.
    LetterPayment {
        /// The order.
        order_id: OrderId,
        /// The money.
        document_id: DocumentId,
    },
    /// A letter to the shop: the customer asks for a new link.
    LetterLinkRequest {
        /// The order.
        order_id: OrderId,
        /// How to answer.
        contact: String,
        /// Makes each asking a message of its own.
        nonce: String,
    },
    /// A money document at this revision to 1C's own service.
    PushDocument {
        /// The document.
        document_id: DocumentId,
        /// The revision that caused the message.
        revision: i64,
    },
    /// Ask the provider how an attempt stands (a knock on the door, a superseded attempt to cancel).
    CheckAttempt {
        /// The attempt.
        attempt_id: AttemptId,
        /// Makes each knock a message of its own.
        nonce: String,
    },
    /// A superseded attempt is to be cancelled at the provider where that is possible.
    CancelAttempt {
        /// The attempt.
        attempt_id: AttemptId,
    },
    /// A notification that waits to be understood.
    HandleNotification {
        /// Its row in `notifications_in`.
        notification_id: String,
    },
    /// A refund is to be asked of the provider.
    RunRefund {
        /// The refund.
        refund_id: RefundId,
        /// Makes each try ordered by a person a message of its own.
        nonce: String,
    },
}

impl Message {
    /// Name of the kind, kept apart for lists.
    #[must_use]
    pub const fn topic(&self) -> &'static str {
        match self {
            Self::LetterLink { .. } => "letter_link",
            Self::LetterPayment { .. } => "letter_payment",
            Self::LetterLinkRequest { .. } => "letter_link_request",
            Self::PushDocument { .. } => "push_document",
            Self::CheckAttempt { .. } => "check_attempt",
            Self::CancelAttempt { .. } => "cancel_attempt",
            Self::HandleNotification { .. } => "handle_notification",
            Self::RunRefund { .. } => "run_refund",
        }
    }

    fn dedupe_key(&self) -> String {
        match self {
            Self::LetterLink { order_id, nonce, .. } | Self::LetterLinkRequest { order_id, nonce, .. } => {
                format!("{order_id}:{nonce}")
            }
            Self::LetterPayment { order_id, document_id } => format!("{order_id}:{document_id}"),
            Self::PushDocument { document_id, revision } => format!("{document_id}:{revision}"),
            Self::CheckAttempt { attempt_id, nonce } => format!("{attempt_id}:{nonce}"),
            Self::CancelAttempt { attempt_id } => attempt_id.to_string(),
            Self::HandleNotification { notification_id } => notification_id.clone(),
            Self::RunRefund { refund_id, nonce } => format!("{refund_id}:{nonce}"),
        }
    }
}

/// A message that is ours to deliver until the lease ends.
#[derive(Debug, Clone)]
pub struct Leased {
    /// The row.
    pub id: MessageId,
    /// What to tell.
    pub message: Message,
    /// How many tries came before this one.
    pub attempts: i64,
    /// When it was written (UTC).
    pub created_at: Instant,
}

/// Writes a message once: the same message again is no second row.
///
/// # Errors
/// `Database` when a query fails.
pub fn enqueue(connection: &mut Connection, message: &Message, now: Instant) -> Result<()> {
    enqueue_at(connection, message, now, now)
}

/// As [`enqueue`], to be delivered not before `available_at` (UTC).
///
/// # Errors
/// `Database` when a query fails.
pub fn enqueue_at(connection: &mut Connection, message: &Message, now: Instant, available_at: Instant) -> Result<()> {
    let (topic, key) = (message.topic(), message.dedupe_key());
    let known = diesel::select(diesel::dsl::exists(
        outbox::table.filter(outbox::topic.eq(topic)).filter(outbox::dedupe_key.eq(&key)),
    ))
    .get_result::<bool>(connection)?;
    if known {
        return Ok(());
    }
    let payload = serde_json::to_string(message).map_err(|error| Error::Internal(error.to_string()))?;
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(MessageId::fresh()),
            outbox::topic.eq(topic),
            outbox::dedupe_key.eq(key),
            outbox::payload.eq(payload),
            outbox::state.eq("ready"),
            outbox::attempts.eq(0),
            outbox::created_at.eq(now),
            outbox::available_at.eq(available_at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Takes the oldest ready message for `worker` until `lease_until` (UTC); nothing while the outbox is paused.
///
/// # Errors
/// `Database` when a query fails; `Internal` for a payload this binary cannot read.
pub fn claim(connection: &mut Connection, worker: &str, now: Instant, lease_until: Instant) -> Result<Option<Leased>> {
    if is_paused(connection)? {
        return Ok(None);
    }
    give_back_expired(connection, now)?;
    let candidate: Option<(MessageId, String, i64, Instant)> = outbox::table
        .filter(outbox::state.eq("ready"))
        .filter(outbox::available_at.le(now))
        .order((outbox::available_at, outbox::id))
        .select((outbox::id, outbox::payload, outbox::attempts, outbox::created_at))
        .first(connection)
        .optional()?;
    let Some((id, payload, attempts, created_at)) = candidate else { return Ok(None) };
    let taken = diesel::update(outbox::table.filter(outbox::id.eq(&id)).filter(outbox::state.eq("ready")))
        .set((outbox::state.eq("leased"), outbox::leased_by.eq(worker), outbox::lease_until.eq(lease_until)))
        .execute(connection)?;
    if taken == 0 {
        return Ok(None);
    }
    let message = serde_json::from_str(&payload)
        .map_err(|error| Error::Internal(format!("сообщение {id} не читается: {error}")))?;
    Ok(Some(Leased { id, message, attempts, created_at }))
}

/// A worker that died keeps its lease no longer than the lease lasts.
fn give_back_expired(connection: &mut Connection, now: Instant) -> Result<()> {
    diesel::update(outbox::table.filter(outbox::state.eq("leased")).filter(outbox::lease_until.lt(now)))
        .set((outbox::state.eq("ready"), outbox::attempts.eq(outbox::attempts + 1)))
        .execute(connection)?;
    Ok(())
}

/// Delivered.
///
/// # Errors
/// `Database` when the update fails.
pub fn finish(connection: &mut Connection, id: &MessageId, worker: &str, now: Instant) -> Result<()> {
    diesel::update(mine(id, worker))
        .set((outbox::state.eq("done"), outbox::finished_at.eq(now), outbox::attempts.eq(outbox::attempts + 1)))
        .execute(connection)?;
    Ok(())
}

/// Not delivered; try again at `again_at` (UTC).
///
/// # Errors
/// `Database` when the update fails.
pub fn retry(connection: &mut Connection, id: &MessageId, worker: &str, error: &str, again_at: Instant) -> Result<()> {
    diesel::update(mine(id, worker))
        .set((
            outbox::state.eq("ready"),
            outbox::attempts.eq(outbox::attempts + 1),
            outbox::available_at.eq(again_at),
            outbox::last_error.eq(error),
        ))
        .execute(connection)?;
    Ok(())
}

/// Given up: a person is needed, `needs` says for what.
///
/// # Errors
/// `Database` when the update fails.
pub fn bury(
    connection: &mut Connection,
    id: &MessageId,
    worker: &str,
    error: &str,
    needs: &str,
    now: Instant,
) -> Result<()> {
    diesel::update(mine(id, worker))
        .set((
            outbox::state.eq("dead"),
            outbox::attempts.eq(outbox::attempts + 1),
            outbox::last_error.eq(error),
            outbox::needs.eq(needs),
            outbox::finished_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

#[diesel::dsl::auto_type(no_type_alias)]
fn mine<'a>(id: &'a MessageId, worker: &'a str) -> _ {
    outbox::table.filter(outbox::id.eq(id)).filter(outbox::leased_by.eq(worker)).filter(outbox::state.eq("leased"))
}

/// How many messages wait, are leased, are dead; and since when the oldest waiting one waits (UTC).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Ready to be delivered.
    pub ready: i64,
    /// Being delivered.
    pub leased: i64,
    /// Given up.
    pub dead: i64,
    /// When the oldest ready message was written.
    pub oldest: Option<Instant>,
}

/// Counts for health, metrics and the technician.
///
/// # Errors
/// `Database` when a query fails.
pub fn counts(connection: &mut Connection) -> Result<Counts> {
    let count = |connection: &mut Connection, state: &str| -> Result<i64> {
        Ok(outbox::table.filter(outbox::state.eq(state)).count().get_result(connection)?)
    };
    let oldest = outbox::table
        .filter(outbox::state.eq("ready"))
        .order((outbox::available_at, outbox::id))
        .select(outbox::created_at)
        .first(connection)
        .optional()?;
    Ok(Counts {
        ready: count(connection, "ready")?,
        leased: count(connection, "leased")?,
        dead: count(connection, "dead")?,
        oldest,
    })
}

/// Makes given-up messages of a topic ready again: a person has seen to the cause.
/// Patience begins anew with the moment of reviving.
///
/// # Errors
/// `Database` when a query fails.
pub fn revive(connection: &mut Connection, topic: &str, now: Instant) -> Result<Vec<MessageId>> {
    let dead = outbox::table.filter(outbox::topic.eq(topic)).filter(outbox::state.eq("dead"));
    let ids: Vec<MessageId> = dead.select(outbox::id).load(connection)?;
    for id in &ids {
        ready_again(connection, id, now)?;
    }
    Ok(ids)
}

/// As [`enqueue`], and a message that was delivered or given up before goes out once more: a person asked for it.
///
/// # Errors
/// `Database` when a query fails.
pub fn enqueue_again(connection: &mut Connection, message: &Message, now: Instant) -> Result<()> {
    let known: Option<MessageId> = outbox::table
        .filter(outbox::topic.eq(message.topic()))
        .filter(outbox::dedupe_key.eq(message.dedupe_key()))
        .select(outbox::id)
        .first(connection)
        .optional()?;
    match known {
        Some(id) => ready_again(connection, &id, now),
        None => enqueue(connection, message, now),
    }
}

fn ready_again(connection: &mut Connection, id: &MessageId, now: Instant) -> Result<()> {
    let over = outbox::table.filter(outbox::id.eq(id)).filter(outbox::state.eq_any(["done", "dead"]));
    diesel::update(over)
        .set((
            outbox::state.eq("ready"),
            outbox::created_at.eq(now),
            outbox::available_at.eq(now),
            outbox::needs.eq(None::<String>),
            outbox::finished_at.eq(None::<Instant>),
        ))
        .execute(connection)?;
    Ok(())
}

const PAUSED: &str = "outbox.paused";

/// Whether nothing may leave: a restored copy must not send letters, refunds or documents again (SEC-6).
///
/// # Errors
/// `Database` when the query fails.
pub fn is_paused(connection: &mut Connection) -> Result<bool> {
    let value: Option<String> =
        settings::table.filter(settings::key.eq(PAUSED)).select(settings::value).first(connection).optional()?;
    Ok(value.as_deref() == Some("true"))
}

/// Pauses or resumes the outbox.
///
/// # Errors
/// `Database` when the update fails.
pub fn set_paused(connection: &mut Connection, paused: bool, now: Instant) -> Result<()> {
    let value = paused.to_string();
    let changed = diesel::update(settings::table.filter(settings::key.eq(PAUSED)))
        .set((settings::value.eq(&value), settings::updated_at.eq(now)))
        .execute(connection)?;
    if changed == 0 {
        diesel::insert_into(settings::table)
            .values((settings::key.eq(PAUSED), settings::value.eq(&value), settings::updated_at.eq(now)))
            .execute(connection)?;
    }
    Ok(())
}
