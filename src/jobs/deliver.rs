//! The outbox worked off: claim, deliver outside any transaction, finish; at least once.

use chrono::Duration;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use crate::base::texts::Lang;
use crate::base::{Error, Result};
use crate::context::Context;
use crate::domain::alerts::{self, NewAlert, Severity};
use crate::domain::outbox::{self, Leased, Message};
use crate::workflows::{checkout, exchange, letters};

/// How many messages are delivered at once: a provider that hangs must not hold up letters.
const AT_ONCE: usize = 8;

/// Delivers what is ready now; returns how many messages were tried.
///
/// # Errors
/// Database errors; a failed delivery is kept with its message, not returned.
pub async fn drain(context: &Context, worker: &str) -> Result<usize> {
    let mut tried = 0;
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < AT_ONCE {
            let Some(leased) = claim(context, worker).await? else { break };
            tried += 1;
            running.push(attend(context, worker, leased));
        }
        match running.next().await {
            Some(done) => done?,
            None => return Ok(tried),
        }
    }
}

async fn claim(context: &Context, worker: &str) -> Result<Option<Leased>> {
    let (worker, now) = (worker.to_owned(), context.now());
    let until = now + Duration::seconds(i64::from(context.settings.intervals.lease));
    context.db.write(move |connection| outbox::claim(connection, &worker, now, until)).await
}

async fn attend(context: &Context, worker: &str, leased: Leased) -> Result<()> {
    match deliver(context, &leased).await {
        Ok(()) => {
            let (worker, now) = (worker.to_owned(), context.now());
            context.db.write(move |connection| outbox::finish(connection, &leased.id, &worker, now)).await
        }
        Err(error) => put_off(context, worker, leased, &error).await,
    }
}

async fn deliver(context: &Context, leased: &Leased) -> Result<()> {
    match &leased.message {
        Message::LetterLink { order_id, to, lang, .. } => {
            letters::send_link(context, order_id, to.as_deref(), Lang::parse(lang).unwrap_or_default()).await
        }
        Message::LetterPayment { order_id, document_id } => letters::send_payment(context, order_id, document_id).await,
        Message::LetterLinkRequest { order_id, contact, .. } => {
            letters::send_link_request(context, order_id, contact, leased.created_at).await
        }
        Message::PushDocument { document_id, .. } => exchange::deliver(context, document_id).await,
        Message::CheckAttempt { attempt_id, .. } => checkout::check_attempt(context, attempt_id).await,
        Message::CancelAttempt { attempt_id } => checkout::cancel_superseded(context, attempt_id).await,
        Message::HandleNotification { notification_id } => checkout::handle(context, notification_id).await,
        Message::RunRefund { refund_id, .. } => checkout::run_refund(context, refund_id).await,
    }
}

/// A refusal needs a person at once; anything else is tried again, later and later, until patience ends.
async fn put_off(context: &Context, worker: &str, leased: Leased, error: &Error) -> Result<()> {
    let intervals = &context.settings.intervals;
    let now = context.now();
    let spent = leased.created_at + Duration::seconds(i64::from(intervals.retry_for)) < now;
    tracing::warn!(topic = leased.message.topic(), message = %leased.id, %error, "delivery failed");
    if error.is_refusal() || spent {
        return give_up(context, worker, leased, error).await;
    }
    let doublings = u32::try_from(leased.attempts.clamp(0, 20)).unwrap_or(20);
    let pause = intervals.retry_first.saturating_mul(2_u32.saturating_pow(doublings)).min(intervals.retry_longest);
    let again = now + Duration::seconds(i64::from(pause.max(1)));
    let (worker, text) = (worker.to_owned(), error.to_string());
    context.db.write(move |connection| outbox::retry(connection, &leased.id, &worker, &text, again)).await
}

async fn give_up(context: &Context, worker: &str, leased: Leased, error: &Error) -> Result<()> {
    let needs = if error.is_refusal() { "content" } else { "patience" };
    let (worker, text, now) = (worker.to_owned(), error.to_string(), context.now());
    context
        .db
        .write(move |connection| {
            outbox::bury(connection, &leased.id, &worker, &text, needs, now)?;
            let message = format!("Сообщение «{}» не доставлено: {text}. Нужен человек", leased.message.topic());
            let order = order_of(&leased.message);
            let alert = NewAlert {
                kind: "outbox_dead",
                subject: leased.id.as_str(),
                severity: Severity::Warning,
                message: &message,
                order_id: order.as_deref(),
            };
            alerts::open(connection, &alert, now)
        })
        .await
}

fn order_of(message: &Message) -> Option<String> {
    match message {
        Message::LetterLink { order_id, .. }
        | Message::LetterPayment { order_id, .. }
        | Message::LetterLinkRequest { order_id, .. } => Some(order_id.to_string()),
        _ => None,
    }
}
