//! The safety net under notifications and questions: the provider's own lists of the last days against our books.

use chrono::Duration;

use super::{refund, settle};
use crate::base::Result;
use crate::context::Context;
use crate::domain::alerts::{self, NewAlert, Severity};
use crate::domain::payments::{Attempt, AttemptState, store};
use crate::gateways::providers::{Account, PaymentSnapshot, ProviderError, Status};

/// How far back we look.
const DAYS: i64 = 3;

/// What one run found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found {
    /// Payments and refunds looked at.
    pub checked: usize,
    /// Payments that our books did not have.
    pub fixed: usize,
    /// Accounts that could not be asked.
    pub unreached: usize,
}

/// Compares every account.
///
/// # Errors
/// Database errors; a provider that does not answer is counted, not an error.
pub async fn reconcile(context: &Context) -> Result<Found> {
    let mut found = Found::default();
    let accounts: Vec<(String, Account)> =
        context.providers.all().map(|(name, account)| (name.to_owned(), account.clone())).collect();
    for (name, account) in accounts {
        if let Err(trouble) = one_account(context, &name, &account, &mut found).await {
            match trouble {
                Trouble::House(error) => return Err(error),
                Trouble::Provider(error) => {
                    tracing::warn!(account = name, code = error.code, "reconciliation did not reach the provider");
                    found.unreached += 1;
                }
            }
        }
    }
    tracing::info!(checked = found.checked, fixed = found.fixed, unreached = found.unreached, "reconciled");
    Ok(found)
}

enum Trouble {
    House(crate::base::Error),
    Provider(ProviderError),
}

impl From<crate::base::Error> for Trouble {
    fn from(error: crate::base::Error) -> Self {
        Self::House(error)
    }
}

impl From<ProviderError> for Trouble {
    fn from(error: ProviderError) -> Self {
        Self::Provider(error)
    }
}

async fn one_account(
    context: &Context,
    name: &str,
    account: &Account,
    found: &mut Found,
) -> std::result::Result<(), Trouble> {
    let since = context.now() - Duration::days(DAYS);
    let mut cursor = None;
    loop {
        let page = account.provider.list_since(since, cursor.as_deref()).await?;
        for snapshot in &page.items {
            found.checked += 1;
            found.fixed += usize::from(compare(context, name, account, snapshot).await?);
        }
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    let mut cursor = None;
    loop {
        let page = account.provider.list_refunds_since(since, cursor.as_deref()).await?;
        for snapshot in &page.items {
            found.checked += 1;
            refund::take_in(context, name, snapshot).await?;
        }
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(()),
        }
    }
}

/// Whether the books had to be mended.
async fn compare(context: &Context, name: &str, account: &Account, snapshot: &PaymentSnapshot) -> Result<bool> {
    if snapshot.status != Status::Paid {
        return Ok(false);
    }
    match find(context, name, snapshot).await? {
        Some(attempt) if is_known(&attempt, snapshot) => Ok(false),
        Some(attempt) => {
            settle::apply(context, &attempt, account, snapshot).await?;
            Ok(true)
        }
        None if snapshot.attempt_id.is_some() => {
            orphan(context, name, snapshot).await?;
            Ok(false)
        }
        // A shop may sell elsewhere through the same account; what does not name an attempt is not ours.
        None => Ok(false),
    }
}

/// Recorded, or waiting for a person: under this very id. Another payment under the same attempt is news.
fn is_known(attempt: &Attempt, snapshot: &PaymentSnapshot) -> bool {
    let decided = matches!(attempt.state, AttemptState::Succeeded | AttemptState::Review);
    decided && attempt.provider_ref.as_deref() == Some(snapshot.provider_ref.as_str())
}

async fn find(context: &Context, name: &str, snapshot: &PaymentSnapshot) -> Result<Option<Attempt>> {
    let (name, reference, id) = (name.to_owned(), snapshot.provider_ref.clone(), snapshot.attempt_id.clone());
    context
        .db
        .read(move |connection| {
            if let Some(attempt) = store::find_attempt_by_ref(connection, &name, &reference)? {
                return Ok(Some(attempt));
            }
            let Some(id) = id else { return Ok(None) };
            match store::attempt(connection, &id) {
                Ok(attempt) => Ok(Some(attempt).filter(|attempt| attempt.account == name)),
                Err(error) if error.is_refusal() => Ok(None),
                Err(error) => Err(error),
            }
        })
        .await
}

/// Money of ours at the provider that our books know nothing of: a restored old copy, a foreign installation.
async fn orphan(context: &Context, name: &str, snapshot: &PaymentSnapshot) -> Result<()> {
    let subject = format!("{name}:{}", snapshot.provider_ref);
    let message = format!(
        "У провайдера «{name}» есть оплата {} ({}), которой нет в наших книгах. Разберитесь, чья она",
        snapshot.amount, snapshot.provider_ref
    );
    let now = context.now();
    context
        .db
        .write(move |connection| {
            let alert = NewAlert {
                kind: "orphan_payment",
                subject: &subject,
                severity: Severity::Critical,
                message: &message,
                order_id: None,
            };
            alerts::open(connection, &alert, now)
        })
        .await
}
