//! Jobs that come round: questions to providers that fell due, sealing, watching, comparing, cleaning.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::Duration;
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;

use super::watch;
use crate::base::{Instant, Result};
use crate::context::Context;
use crate::db::dialect;
use crate::domain::orders::links;
use crate::domain::payments::store;
use crate::domain::{journal, receipts};
use crate::workflows::exchange::stock;
use crate::workflows::{checkout, exchange};

/// How many questions one round asks, and how many at once.
const QUESTIONS: i64 = 100;
const AT_ONCE: usize = 8;

/// Rows sealed in one transaction: short enough never to hold the writer.
const SEALED_AT_ONCE: i64 = 200;

/// When each job ran last, in this process.
#[derive(Debug, Default)]
pub struct Periodic {
    last: HashMap<&'static str, Instant>,
}

impl Periodic {
    /// Runs what is due by now.
    ///
    /// # Errors
    /// Database errors.
    pub async fn run(&mut self, context: &Arc<Context>) -> Result<()> {
        ask_providers(context).await?;
        if self.is_due(context, "exchange", 10) {
            stock::work_off(context).await?;
        }
        if self.is_due(context, "exchange_tidy", 3600) {
            stock::tidy(context).await?;
        }
        if self.is_due(context, "links", 10) {
            write_link_events(context).await?;
        }
        if self.is_due(context, "receipts", 60) {
            ask_receipts(context).await?;
        }
        if self.is_due(context, "seal", 60) {
            seal(context).await?;
        }
        if self.is_due(context, "offer_again", 60) {
            exchange::offer_rejected_again(context).await?;
        }
        if self.is_due(context, "watch", 60) {
            watch::look(context).await?;
        }
        if self.is_due(context, "reconcile", i64::from(context.settings.intervals.reconcile)) {
            checkout::reconcile(context).await?;
        }
        Ok(())
    }

    fn is_due(&mut self, context: &Context, job: &'static str, seconds: i64) -> bool {
        let now = context.now();
        let due = self.last.get(job).is_none_or(|last| *last + Duration::seconds(seconds) <= now);
        if due {
            self.last.insert(job, now);
        }
        due
    }
}

/// Asks about attempts and refunds whose time has come.
pub(super) async fn ask_providers(context: &Context) -> Result<usize> {
    let now = context.now();
    let (attempts, refunds) = context
        .db
        .read(move |connection| {
            let attempts = store::list_attempts_to_check(connection, now, QUESTIONS)?;
            Ok((attempts, store::list_refunds_to_check(connection, now, QUESTIONS)?))
        })
        .await?;
    let asked = attempts.len() + refunds.len();
    let mut questions: Vec<Question<'_>> = Vec::new();
    for attempt in &attempts {
        questions.push(Box::pin(checkout::check_attempt(context, &attempt.id)));
    }
    for refund in &refunds {
        questions.push(Box::pin(checkout::check_refund(context, &refund.id)));
    }
    ask_all(questions).await?;
    Ok(asked)
}

type Question<'a> = BoxFuture<'a, Result<()>>;

/// One failed question must not keep the others from being asked: it is logged, and asked again when its time comes.
async fn ask_all(questions: Vec<Question<'_>>) -> Result<()> {
    let mut answers = futures_util::stream::iter(questions).buffer_unordered(AT_ONCE);
    while let Some(answer) = answers.next().await {
        match answer {
            Err(error @ crate::base::Error::Database(_)) => return Err(error),
            Err(error) => tracing::warn!(%error, "question not settled"),
            Ok(()) => {}
        }
    }
    Ok(())
}

async fn ask_receipts(context: &Context) -> Result<()> {
    let before = context.now() - Duration::seconds(60);
    let waiting = context.db.read(move |connection| receipts::list_unanswered(connection, before, 20)).await?;
    let mut questions: Vec<Question<'_>> = Vec::new();
    for attempt in &waiting {
        questions.push(Box::pin(checkout::check_attempt(context, attempt)));
    }
    ask_all(questions).await
}

/// Writes what links saw since the last time.
pub(super) async fn write_link_events(context: &Context) -> Result<()> {
    let events = context.memory.take_link_events();
    if events.is_empty() {
        return Ok(());
    }
    context.db.write(move |connection| links::note(connection, &events)).await
}

/// How long after a moment a row of that moment may still get its number: it names the time before its transaction
/// begins. Where no other transaction is open (always on SQLite), no smaller number can appear any more.
const WRITING_TIME: Duration = Duration::minutes(2);

/// Seals the journal; rows younger than any open transaction wait, since a smaller number could still appear.
async fn seal(context: &Context) -> Result<()> {
    loop {
        let (key, now) = (context.journal_key.clone(), context.now());
        let sealed = context
            .db
            .write(move |connection| {
                let oldest = dialect::oldest_open_transaction_began(connection)?;
                let before = oldest.map_or(now, |began| began.min(now) - WRITING_TIME);
                journal::seal(connection, &key, before, now, SEALED_AT_ONCE)
            })
            .await?;
        if i64::try_from(sealed).unwrap_or(0) < SEALED_AT_ONCE {
            return Ok(());
        }
    }
}
