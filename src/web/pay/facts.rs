//! Everything a customer's page is made of, read in one transaction.

use crate::base::{Direction, Instant, Kopecks, MoneyKind, Result};
use crate::context::Context;
use crate::db::Connection;
use crate::domain::alerts;
use crate::domain::exports::{self, ExportState};
use crate::domain::orders::links;
use crate::domain::orders::{self, Line, Order, Seller, Store};
use crate::domain::payments::{Attempt, Balance, Refund, balance, onec_documents, store};
use crate::domain::receipts::{self, Receipt};

/// How long a link shows its page after the last money.
const SHOWN_AFTER_MONEY: chrono::Duration = chrono::Duration::days(90);

/// One money document on the order.
pub(super) struct MoneyFact {
    pub direction: Direction,
    pub kind: MoneyKind,
    /// What of it is bound to this order.
    pub amount: Kopecks,
    pub at: Instant,
    pub attempt: Option<String>,
    pub number: Option<String>,
    pub export: Option<ExportState>,
}

/// The order behind a link.
pub(super) struct Facts {
    pub link: links::Link,
    pub order: Order,
    pub seller: Seller,
    pub store: Option<Store>,
    pub lines: Vec<Line>,
    pub balance: Balance,
    pub attempts: Vec<Attempt>,
    pub money: Vec<MoneyFact>,
    pub refunds: Vec<Refund>,
    pub receipts: Vec<Receipt>,
    /// The customer has asked for a new link and nobody has answered yet.
    pub link_asked: bool,
    /// 1C has not taken documents for long.
    pub onec_silent: bool,
}

impl Facts {
    /// The order a token opens; nothing for an unknown, revoked or long finished one.
    pub async fn find(context: &Context, token: &str) -> Result<Option<Self>> {
        let (token, now) = (token.to_owned(), context.now());
        context
            .db
            .read(move |connection| {
                let Some(link) = links::find_by_token(connection, &token)? else { return Ok(None) };
                let facts = read(connection, &link)?;
                Ok(Some(facts).filter(|facts| !facts.is_long_over(now)))
            })
            .await
    }

    fn is_long_over(&self, now: Instant) -> bool {
        let last = self.money.iter().map(|money| money.at).max();
        self.balance.due.is_zero() && last.is_some_and(|last| last + SHOWN_AFTER_MONEY < now)
    }

    /// The attempt the customer may still be paying.
    pub fn live(&self, now: Instant) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.state.is_live() && attempt.expires_at > now)
    }

    /// The newest money in.
    pub fn last_payment(&self) -> Option<&MoneyFact> {
        self.money.iter().rev().find(|money| money.direction == Direction::In)
    }

    /// What went back, and when the last of it.
    pub fn returned(&self) -> Option<(Kopecks, Instant)> {
        let out: Vec<&MoneyFact> = self.money.iter().filter(|money| money.direction == Direction::Out).collect();
        let at = out.iter().map(|money| money.at).max()?;
        Some((out.iter().map(|money| money.amount).sum(), at))
    }
}

fn read(connection: &mut Connection, link: &links::Link) -> Result<Facts> {
    let order = orders::store::get(connection, &link.order_id)?;
    let store = match order.store_code.as_deref() {
        Some(code) => orders::store::find_store(connection, code)?,
        None => None,
    };
    Ok(Facts {
        link: link.clone(),
        seller: orders::store::seller(connection, &order.seller_id)?,
        store,
        lines: orders::store::lines(connection, &order.id, order.revision)?,
        balance: balance::get(connection, &order.id)?,
        attempts: store::list_attempts(connection, &order.id, 10)?,
        money: money(connection, &order)?,
        refunds: store::refunds_of_order(connection, &order.id)?,
        receipts: receipts::of_order(connection, &order.id)?,
        link_asked: alerts::is_open(connection, "link_request", order.id.as_str())?,
        onec_silent: alerts::is_open(connection, "onec_silent", "onec")?,
        order,
    })
}

fn money(connection: &mut Connection, order: &Order) -> Result<Vec<MoneyFact>> {
    let mut facts = Vec::new();
    for document in store::documents_of_order(connection, &order.id)? {
        let amount = store::bound(connection, &document.id, &order.id)?;
        if !amount.is_positive() {
            continue;
        }
        facts.push(MoneyFact {
            direction: document.direction,
            kind: document.kind,
            amount,
            at: document.received_at,
            attempt: document.attempt_id.map(|id| id.to_string()),
            number: onec_documents::number_of(connection, &document.id)?,
            export: exports::find(connection, &document.id)?.map(|export| export.state),
        });
    }
    Ok(facts)
}
