//! Notifications: a knock on the door. Kept raw before the answer; understood by asking the provider.

use super::{refund, settle};
use crate::base::ids::AttemptId;
use crate::base::{Error, Instant, Result};
use crate::context::Context;
use crate::db::Connection;
use crate::domain::outbox::{self, Message};
use crate::domain::payments::{notifications, store};
use crate::gateways::providers::{Account, ErrorClass, ProviderError, WebhookError, WebhookEvent, WebhookObject};

/// What came of a knock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knock {
    /// Kept; a worker follows it.
    Kept,
    /// Known already.
    Repeated,
}

/// A notification that was read: which account, what it is about, whether we know that.
#[derive(Debug)]
pub struct Notice {
    account: String,
    event: WebhookEvent,
    /// Its payment or refund is one of ours. One that is not may still be a payment whose answer has not arrived yet.
    pub is_known: bool,
}

/// Reads a notification; nothing for an event of no interest.
///
/// # Errors
/// `NotFound` for an unknown account, `Forbidden` for a sender outside the networks (when that lock is on), `Invalid`
/// for what cannot be read, database errors.
pub async fn read(context: &Context, account: &str, sender: std::net::IpAddr, body: &[u8]) -> Result<Option<Notice>> {
    let known = context.providers.get(account).ok_or_else(|| Error::not_found("Такого счёта провайдера нет"))?;
    if !known.provider.webhook_sender_allowed(sender) {
        return Err(Error::forbidden("Отправитель не из сетей провайдера"));
    }
    let event = known.provider.parse_webhook(body).map_err(|error| match error {
        WebhookError::TooLarge(_) | WebhookError::Malformed(_) => Error::invalid("body", error.to_string()),
    })?;
    if event.object == WebhookObject::Other {
        tracing::info!(account, event = event.event, "notification of no interest");
        return Ok(None);
    }
    let (name, reference) = (account.to_owned(), event.provider_ref.clone());
    let is_known = context
        .db
        .read(move |connection| {
            let attempt = store::find_attempt_by_ref(connection, &name, &reference)?;
            Ok(attempt.is_some() || store::find_refund_by_ref(connection, &name, &reference)?.is_some())
        })
        .await?;
    Ok(Some(Notice { account: account.to_owned(), event, is_known }))
}

/// Keeps a notification durably. Answer 200 only after this returns `Ok` (WHK-7).
///
/// # Errors
/// Database errors.
pub async fn keep(context: &Context, notice: Notice, sender: std::net::IpAddr, body: &[u8]) -> Result<Knock> {
    let Notice { account, event, .. } = notice;
    let raw = String::from_utf8_lossy(body).into_owned();
    let (sender, now) = (sender.to_string(), context.now());
    context
        .db
        .write(move |connection| {
            let notification = notifications::New {
                account: &account,
                event_key: &event.event_key,
                object_kind: event.object.as_str(),
                provider_ref: &event.provider_ref,
                raw: &raw,
                sender: &sender,
            };
            let Some(id) = notifications::keep(connection, &notification, now)? else {
                ask_again(connection, &account, &event.provider_ref, now)?;
                return Ok(Knock::Repeated);
            };
            outbox::enqueue(connection, &Message::HandleNotification { notification_id: id }, now)?;
            Ok(Knock::Kept)
        })
        .await
}

/// The same event again: the first one may have been forged before the deed, so an unfinished attempt is asked about
/// once more; at most once in ten seconds, however often somebody knocks.
fn ask_again(connection: &mut Connection, account: &str, provider_ref: &str, now: Instant) -> Result<()> {
    let Some(attempt) = store::find_attempt_by_ref(connection, account, provider_ref)? else { return Ok(()) };
    if attempt.next_check_at.is_none() {
        return Ok(());
    }
    let nonce = format!("again:{}", now.and_utc().timestamp() / 10);
    outbox::enqueue(connection, &Message::CheckAttempt { attempt_id: attempt.id, nonce }, now)
}

/// Why a notification is not settled yet.
pub(super) enum Unsettled {
    Provider(ProviderError),
    House(Error),
}

impl From<Error> for Unsettled {
    fn from(error: Error) -> Self {
        Self::House(error)
    }
}

impl From<ProviderError> for Unsettled {
    fn from(error: ProviderError) -> Self {
        Self::Provider(error)
    }
}

/// Understands a kept notification by asking the provider.
///
/// # Errors
/// `Unavailable` when the provider cannot be asked now: the message is to be tried again.
pub async fn handle(context: &Context, id: &str) -> Result<()> {
    let wanted = id.to_owned();
    let Some(kept) = context.db.read(move |connection| notifications::find_waiting(connection, &wanted)).await? else {
        return Ok(());
    };
    let Some(account) = context.providers.get(&kept.account).cloned() else {
        return finish(context, id, "account_missing").await;
    };
    let outcome = match kept.object_kind.as_str() {
        "payment" => payment(context, &account, &kept.provider_ref).await,
        _ => refund::notified(context, &account, &kept.account, &kept.provider_ref).await,
    };
    match outcome {
        Ok(result) => finish(context, id, result).await,
        Err(Unsettled::House(error)) => Err(error),
        Err(Unsettled::Provider(error)) if error.class == ErrorClass::NotFound => {
            finish(context, id, "unknown_to_provider").await
        }
        Err(Unsettled::Provider(error)) => Err(Error::Unavailable(error.to_string())),
    }
}

async fn finish(context: &Context, id: &str, result: &'static str) -> Result<()> {
    let (id, now) = (id.to_owned(), context.now());
    context.db.write(move |connection| notifications::finish(connection, &id, result, now)).await
}

/// The order comes from our attempt row: by the provider's id, or, when the notification was faster than the answer to
/// our request, by our own id that the provider remembers.
async fn payment(
    context: &Context,
    account: &Account,
    provider_ref: &str,
) -> std::result::Result<&'static str, Unsettled> {
    let name = account.provider.account().to_owned();
    let (wanted, reference) = (name.clone(), provider_ref.to_owned());
    let known = context.db.read(move |connection| store::find_attempt_by_ref(connection, &wanted, &reference)).await?;
    let snapshot = account.provider.fetch(provider_ref).await?;
    let attempt = match (known, &snapshot.attempt_id) {
        (Some(attempt), _) => Some(attempt),
        (None, Some(id)) => find_own(context, id, &name).await?,
        (None, None) => None,
    };
    match attempt {
        Some(attempt) => {
            settle::apply(context, &attempt, account, &snapshot).await?;
            Ok("settled")
        }
        None => Ok("not_ours"),
    }
}

async fn find_own(
    context: &Context,
    id: &AttemptId,
    account: &str,
) -> Result<Option<crate::domain::payments::Attempt>> {
    let wanted = id.clone();
    match context.db.read(move |connection| store::attempt(connection, &wanted)).await {
        Ok(attempt) if attempt.account == account => Ok(Some(attempt)),
        Ok(_) => Ok(None),
        Err(error) if error.is_refusal() => Ok(None),
        Err(error) => Err(error),
    }
}
