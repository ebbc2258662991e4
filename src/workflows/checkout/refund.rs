//! Giving money back through the provider, once per refund row.

use super::start::KEY_LIFE;
use crate::base::ids::RefundId;
use crate::base::{Error, Result};
use crate::context::Context;
use crate::domain::payments::{Attempt, Refund, RefundState, refunds, store};
use crate::domain::receipts;
use crate::gateways::providers::{
    Account, CreatePayment, ErrorClass, ProviderError, RefundOrder, RefundSnapshot, RefundStatus,
};

/// Asks the provider to carry out a confirmed refund. The key is the refund's id: repeating is safe.
///
/// # Errors
/// `Unavailable` when the outcome is open: the message is to be tried again.
pub async fn run_refund(context: &Context, id: &RefundId) -> Result<()> {
    let (wanted, now) = (id.clone(), context.now());
    if !context.db.write(move |connection| refunds::begin(connection, &wanted, now)).await? {
        return Ok(());
    }
    let (refund, attempt, account) = load(context, id).await?;
    let Some(reference) = attempt.provider_ref.clone() else {
        return fail(context, id, "у оплаты нет номера провайдера").await;
    };
    if refund.created_at + KEY_LIFE < now && refund.checks > 1 {
        return look_up(context, &refund, &account, &reference).await;
    }
    let order = order(&refund, &attempt, reference)?;
    match account.provider.refund(&order, id.as_str()).await {
        Ok(snapshot) => apply(context, id, &snapshot).await,
        Err(error) => keep_failure(context, id, &error).await,
    }
}

async fn load(context: &Context, id: &RefundId) -> Result<(Refund, Attempt, Account)> {
    let wanted = id.clone();
    let (refund, attempt) = context
        .db
        .read(move |connection| {
            let refund = store::refund(connection, &wanted)?;
            let document = store::document(connection, &refund.document_id)?;
            let attempt_id =
                document.attempt_id.ok_or_else(|| Error::Internal("возврат не от провайдера".to_owned()))?;
            let attempt = store::attempt(connection, &attempt_id)?;
            Ok((refund, attempt))
        })
        .await?;
    let account = context.providers.get(&attempt.account).cloned();
    let account = account.ok_or_else(|| Error::Unavailable(format!("счёта «{}» нет в настройках", attempt.account)))?;
    Ok((refund, attempt, account))
}

fn order(refund: &Refund, attempt: &Attempt, payment_ref: String) -> Result<RefundOrder> {
    let asked: CreatePayment =
        serde_json::from_str(&attempt.request).map_err(|error| Error::Internal(error.to_string()))?;
    let receipt = match &asked.receipt {
        Some(paid) if refund.amount <= paid.total() => {
            Some(receipts::refund_draft(paid, refund.amount, &asked.order_number)?)
        }
        _ => None,
    };
    let reason = format!("Возврат по заказу {}", asked.order_number);
    Ok(RefundOrder { payment_ref, amount: refund.amount, reason, receipt })
}

async fn apply(context: &Context, id: &RefundId, snapshot: &RefundSnapshot) -> Result<()> {
    let (id, now, policy) = (id.clone(), context.now(), context.policy());
    let snapshot = snapshot.clone();
    context
        .db
        .write(move |connection| match &snapshot.status {
            RefundStatus::Succeeded => refunds::succeed(connection, &id, &snapshot.provider_ref, &policy, now),
            RefundStatus::Failed => {
                let reason = snapshot.decline.as_deref().unwrap_or("причина не названа");
                refunds::fail(connection, &id, reason, now)
            }
            RefundStatus::Pending | RefundStatus::Unknown(_) => {
                refunds::still_running(connection, &id, Some(&snapshot.provider_ref), false, now)
            }
        })
        .await
}

async fn keep_failure(context: &Context, id: &RefundId, error: &ProviderError) -> Result<()> {
    match error.class {
        ErrorClass::Rejected | ErrorClass::NotFound | ErrorClass::Conflict => fail(context, id, &error.text).await,
        ErrorClass::Config | ErrorClass::RateLimited(_) | ErrorClass::Unavailable | ErrorClass::OutcomeUnknown => {
            let (id, now, lost) = (id.clone(), context.now(), error.is_outcome_unknown());
            context.db.write(move |connection| refunds::still_running(connection, &id, None, lost, now)).await
        }
    }
}

async fn fail(context: &Context, id: &RefundId, reason: &str) -> Result<()> {
    let (id, reason, now) = (id.clone(), reason.to_owned(), context.now());
    context.db.write(move |connection| refunds::fail(connection, &id, &reason, now)).await
}

/// A key too old to be repeated: whatever the provider made of it is in its list, or nothing was made.
async fn look_up(context: &Context, refund: &Refund, account: &Account, payment_ref: &str) -> Result<()> {
    let since = refund.created_at - chrono::Duration::minutes(5);
    let mut cursor = None;
    loop {
        let page = match account.provider.list_refunds_since(since, cursor.as_deref()).await {
            Ok(page) => page,
            Err(error) => return keep_failure(context, &refund.id, &error).await,
        };
        let fits = |item: &&RefundSnapshot| item.payment_ref == payment_ref && item.amount == refund.amount;
        for item in page.items.iter().filter(fits) {
            let (name, reference) = (account.provider.account().to_owned(), item.provider_ref.clone());
            let taken =
                context.db.read(move |connection| store::find_refund_by_ref(connection, &name, &reference)).await?;
            if taken.is_none() {
                return apply(context, &refund.id, item).await;
            }
        }
        match page.next {
            Some(next) => cursor = Some(next),
            None => return fail(context, &refund.id, "провайдер не получил просьбу о возврате").await,
        }
    }
}

/// Asks how a running refund stands.
///
/// # Errors
/// As [`run_refund`].
pub async fn check_refund(context: &Context, id: &RefundId) -> Result<()> {
    let (refund, _, account) = load(context, id).await?;
    let Some(reference) = &refund.provider_ref else { return run_refund(context, id).await };
    if !matches!(refund.state, RefundState::Running | RefundState::Unknown) {
        return Ok(());
    }
    match account.provider.fetch_refund(reference).await {
        Ok(snapshot) => apply(context, id, &snapshot).await,
        Err(error) => keep_failure(context, id, &error).await,
    }
}

/// A notification about a refund: ours by its id, ours by payment and sum when the answer to our request was lost, or
/// one made in the provider's cabinet.
pub(super) async fn notified(
    context: &Context,
    account: &Account,
    name: &str,
    provider_ref: &str,
) -> std::result::Result<&'static str, super::notify::Unsettled> {
    let snapshot = account.provider.fetch_refund(provider_ref).await?;
    take_in(context, name, &snapshot).await.map_err(Into::into)
}

/// Takes in a refund as the provider shows it.
pub(super) async fn take_in(context: &Context, account: &str, snapshot: &RefundSnapshot) -> Result<&'static str> {
    let (account, snapshot, policy, now) = (account.to_owned(), snapshot.clone(), context.policy(), context.now());
    context
        .db
        .write(move |connection| {
            if let Some(known) = store::find_refund_by_ref(connection, &account, &snapshot.provider_ref)? {
                if snapshot.status == RefundStatus::Succeeded {
                    refunds::succeed(connection, &known.id, &snapshot.provider_ref, &policy, now)?;
                }
                return Ok("settled");
            }
            if snapshot.status != RefundStatus::Succeeded {
                return Ok("waiting");
            }
            let Some(attempt) = store::find_attempt_by_ref(connection, &account, &snapshot.payment_ref)? else {
                return Ok("not_ours");
            };
            let source = crate::domain::payments::MoneySource::Attempt(attempt.id.clone());
            let Some(document) = crate::domain::payments::record::find_by_source(connection, &source)? else {
                return Err(Error::Unavailable("оплата возврата ещё не учтена".to_owned()));
            };
            if let Some(ours) = refunds::find_unanswered(connection, &document.id, snapshot.amount)? {
                refunds::succeed(connection, &ours, &snapshot.provider_ref, &policy, now)?;
                return Ok("settled");
            }
            let reference = &snapshot.provider_ref;
            refunds::record_foreign(connection, &document.id, &account, reference, snapshot.amount, &policy, now)?;
            Ok("foreign")
        })
        .await
}
