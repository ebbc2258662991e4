//! Asking the provider how an attempt stands, and believing only that answer.

use super::{report, start};
use crate::base::ids::AttemptId;
use crate::base::{Instant, Result};
use crate::context::Context;
use crate::db::Connection;
use crate::domain::alerts::{self, NewAlert, Severity};
use crate::domain::payments::{Attempt, AttemptState, attempts, record, store};
use crate::domain::receipts;
use crate::gateways::providers::{
    Account, CreatePayment, ErrorClass, PaymentSnapshot, ProviderError, ReceiptRegistration, Status,
};

/// Asks about one attempt. A passing failure only schedules the next question.
///
/// # Errors
/// `NotFound` for an unknown attempt; database errors.
pub async fn check_attempt(context: &Context, id: &AttemptId) -> Result<()> {
    let wanted = id.clone();
    let attempt = context.db.read(move |connection| store::attempt(connection, &wanted)).await?;
    let Some(account) = context.providers.get(&attempt.account) else {
        return account_is_gone(context, &attempt).await;
    };
    let account = account.clone();
    match ask(context, &attempt, &account).await {
        Ok(Some(snapshot)) => {
            context.memory.note_back(&attempt.account);
            apply(context, &attempt, &account, &snapshot).await
        }
        Ok(None) => absent(context, &attempt).await,
        Err(Asked::Begun) => Ok(()),
        Err(Asked::Failed(error)) => failed(context, &attempt, &error).await,
    }
}

/// Why a question brought no snapshot.
enum Asked {
    /// The request was repeated; its answer is kept already.
    Begun,
    Failed(ProviderError),
}

async fn ask(
    context: &Context,
    attempt: &Attempt,
    account: &Account,
) -> std::result::Result<Option<PaymentSnapshot>, Asked> {
    if let Some(reference) = &attempt.provider_ref {
        return account.provider.fetch(reference).await.map(Some).map_err(Asked::Failed);
    }
    let young = attempt.created_at + start::KEY_LIFE > context.now();
    let wanted = matches!(attempt.state, AttemptState::Created | AttemptState::Unknown);
    if young && wanted {
        // The answer to our request was lost: the same request with the same key brings the same payment.
        return match start::begin(context, attempt, start::Call::Repeated).await {
            Ok(()) => Err(Asked::Begun),
            Err(error) => {
                Err(Asked::Failed(ProviderError::new(ErrorClass::Unavailable, "database", error.to_string())))
            }
        };
    }
    let since = attempt.created_at - chrono::Duration::minutes(5);
    account.provider.find_by_attempt(&attempt.id, since).await.map_err(Asked::Failed)
}

/// Applies a provider's answer; held money is taken, since we ask for one-stage payments only.
pub(super) async fn apply(
    context: &Context,
    attempt: &Attempt,
    account: &Account,
    snapshot: &PaymentSnapshot,
) -> Result<()> {
    let mut report = report::of(snapshot, account);
    let mut registration = snapshot.receipt_registration.clone();
    if snapshot.status == Status::Authorized && attempt.state != AttemptState::Superseded {
        let key = format!("{}:capture", attempt.id);
        let taken = account.provider.capture(&snapshot.provider_ref, snapshot.amount, None, &key).await;
        if let Ok(taken) = taken {
            report = report::of(&taken, account);
            registration.clone_from(&taken.receipt_registration);
        }
    }
    let (id, policy, now) = (attempt.id.clone(), context.policy(), context.now());
    let actor = format!("provider:{}", attempt.account);
    context
        .db
        .write(move |connection| {
            let attempt = record::apply_report(connection, &id, &report, &policy, &actor, now)?;
            keep_receipt(connection, &attempt, registration.as_ref(), now)
        })
        .await
}

/// The receipt inside a payment: its own state beside the money's.
fn keep_receipt(
    connection: &mut Connection,
    attempt: &Attempt,
    registration: Option<&ReceiptRegistration>,
    now: Instant,
) -> Result<()> {
    let asked: Option<CreatePayment> = serde_json::from_str(&attempt.request).ok();
    let draft = asked.and_then(|request| request.receipt);
    let (AttemptState::Succeeded, Some(draft)) = (attempt.state, draft) else { return Ok(()) };
    let state = match registration {
        Some(ReceiptRegistration::Succeeded) => receipts::ReceiptState::Registered,
        Some(ReceiptRegistration::Canceled) => receipts::ReceiptState::Failed,
        _ => receipts::ReceiptState::Sent,
    };
    receipts::keep_sale(connection, &attempt.order_id, &attempt.id, &draft, state, now)?;
    if state != receipts::ReceiptState::Failed {
        return alerts::close(connection, "receipt_failed", attempt.id.as_str(), now);
    }
    let alert = NewAlert {
        kind: "receipt_failed",
        subject: attempt.id.as_str(),
        severity: Severity::Critical,
        message: "Касса не зарегистрировала чек по оплате. Деньги получены; пробейте чек в кабинете кассы",
        order_id: Some(attempt.order_id.as_str()),
    };
    alerts::open(connection, &alert, now)
}

/// The provider says that it certainly has no such payment.
async fn absent(context: &Context, attempt: &Attempt) -> Result<()> {
    let (id, now) = (attempt.id.clone(), context.now());
    context.db.write(move |connection| attempts::mark_absent(connection, &id, now)).await
}

async fn failed(context: &Context, attempt: &Attempt, error: &ProviderError) -> Result<()> {
    tracing::warn!(account = attempt.account, code = error.code, class = ?error.class, "question failed");
    let now = context.now();
    if error.is_passing() {
        context.memory.note_away(&attempt.account, now);
    }
    let (attempt, passing, text) = (attempt.clone(), error.is_passing(), error.to_string());
    context
        .db
        .write(move |connection| {
            attempts::schedule(connection, &attempt, now)?;
            if passing {
                return Ok(());
            }
            let message = format!("Провайдер «{}» не отвечает на вопрос об оплате: {text}", attempt.account);
            let alert = NewAlert {
                kind: "provider_refuses",
                subject: &attempt.account,
                severity: Severity::Critical,
                message: &message,
                order_id: Some(attempt.order_id.as_str()),
            };
            alerts::open(connection, &alert, now)
        })
        .await
}

/// The account was taken out of the settings while an attempt of it is open.
pub(super) async fn account_is_gone(context: &Context, attempt: &Attempt) -> Result<()> {
    let (attempt, now) = (attempt.clone(), context.now());
    context
        .db
        .write(move |connection| {
            attempts::schedule(connection, &attempt, now)?;
            let message = format!(
                "Счёта «{}» больше нет в настройках, а по нему есть незаконченные оплаты: спросить о них некого",
                attempt.account
            );
            let alert = NewAlert {
                kind: "account_missing",
                subject: &attempt.account,
                severity: Severity::Critical,
                message: &message,
                order_id: Some(attempt.order_id.as_str()),
            };
            alerts::open(connection, &alert, now)
        })
        .await
}

/// A replaced attempt: let go at the provider what can be let go; what cannot is asked about until its end.
///
/// # Errors
/// As [`check_attempt`].
pub async fn cancel_superseded(context: &Context, id: &AttemptId) -> Result<()> {
    let wanted = id.clone();
    let attempt = context.db.read(move |connection| store::attempt(connection, &wanted)).await?;
    let account = context.providers.get(&attempt.account).cloned();
    let (AttemptState::Superseded, Some(account), Some(reference)) =
        (attempt.state, account, attempt.provider_ref.clone())
    else {
        return check_attempt(context, id).await;
    };
    let held = match account.provider.fetch(&reference).await {
        Ok(snapshot) => snapshot.status == Status::Authorized || account.provider.capabilities().cancel_pending,
        Err(error) => return failed(context, &attempt, &error).await,
    };
    if held {
        let key = format!("{}:cancel", attempt.id);
        if let Err(error) = account.provider.cancel(&reference, &key).await {
            return failed(context, &attempt, &error).await;
        }
    }
    check_attempt(context, id).await
}

/// A customer is looking at a waiting page: ask now instead of at the next appointed time, but seldom.
///
/// # Errors
/// As [`check_attempt`].
pub async fn nudge(context: &Context, attempt: &Attempt) -> Result<()> {
    let open = attempt.state.is_live() && attempt.state != AttemptState::Created;
    if open && context.memory.may_nudge(&attempt.id, context.now()) {
        check_attempt(context, &attempt.id).await?;
    }
    Ok(())
}
