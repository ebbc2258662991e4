//! Everything the card of an order is made of, read in one view of the data.

use std::collections::HashMap;

use crate::base::ids::{DocumentId, OrderId};
use crate::base::{Instant, Kopecks, Result};
use crate::db::Connection;
use crate::domain::exports::{self, Export};
use crate::domain::orders::{Line, Order, links, store as order_store};
use crate::domain::payments::{
    Attempt, Balance, Document, Refund, RefundRequest, balance, onec_documents, refunds, store,
};
use crate::domain::receipts::{self, Receipt};
use crate::domain::reports::orders::Row;
use crate::domain::reports::timeline::{self, Moment};
use crate::domain::{alerts, reports};

/// More attempts than any honest customer makes.
const ATTEMPTS: i64 = 100;

/// A money document as the card shows it.
pub struct MoneyFacts {
    /// The document.
    pub document: Document,
    /// What of it is bound to this order.
    pub bound: Kopecks,
    /// Its way to 1C, if it travels.
    pub export: Option<Export>,
    /// 1C's number, by its own answer or by its own document.
    pub number: Option<String>,
}

/// The facts of a card.
pub struct Facts {
    /// The order's id.
    pub id: OrderId,
    /// How it stands.
    pub row: Row,
    /// Lines now and in the revision before.
    pub lines: (Vec<Line>, Vec<Line>),
    /// The living link: key and id, to make its address.
    pub link: Option<links::Link>,
    /// Money, oldest first.
    pub money: Vec<MoneyFacts>,
    /// Attempts, newest first.
    pub attempts: Vec<Attempt>,
    /// Requests to give money back, newest first, and the refunds of all.
    pub requests: (Vec<RefundRequest>, Vec<Refund>),
    /// What may be asked back through providers.
    pub refundable: Kopecks,
    /// Receipts.
    pub receipts: Vec<Receipt>,
    /// The customer asked for a new link and nobody answered.
    pub link_asked: bool,
    /// The story, newest first.
    pub story: Vec<Moment>,
    /// Names of staff by `staff:<id>`.
    pub people: HashMap<String, String>,
}

impl Facts {
    /// Reads the facts of a card.
    ///
    /// # Errors
    /// `NotFound` when there is no such order.
    pub fn read(connection: &mut Connection, id: &OrderId, now: Instant) -> Result<Self> {
        let order = order_store::get(connection, id)?;
        let money = money(connection, id)?;
        Ok(Self {
            id: id.clone(),
            lines: lines(connection, &order)?,
            link: links::find_living(connection, id)?,
            attempts: store::list_attempts(connection, id, ATTEMPTS)?,
            requests: (store::requests_of_order(connection, id)?, store::refunds_of_order(connection, id)?),
            refundable: refundable(connection, id, &money)?,
            receipts: receipts::of_order(connection, id)?,
            link_asked: alerts::is_open(connection, "link_request", id.as_str())?,
            story: timeline::of_order(connection, id)?,
            people: timeline::people(connection)?,
            row: row(connection, order, now)?,
            money,
        })
    }

    /// The order.
    #[must_use]
    pub const fn order(&self) -> &Order {
        &self.row.order
    }

    /// Its balance.
    #[must_use]
    pub const fn balance(&self) -> &Balance {
        &self.row.balance
    }

    /// What went back so far.
    #[must_use]
    pub fn returned(&self) -> Kopecks {
        let out = self.money.iter().filter(|money| money.document.direction == crate::base::Direction::Out);
        out.map(|money| money.bound).sum()
    }
}

fn row(connection: &mut Connection, order: Order, now: Instant) -> Result<Row> {
    let balance = balance::get(connection, &order.id)?;
    reports::orders::row(connection, order, balance, now)
}

fn lines(connection: &mut Connection, order: &Order) -> Result<(Vec<Line>, Vec<Line>)> {
    let now = order_store::lines(connection, &order.id, order.revision)?;
    let before = order_store::lines(connection, &order.id, order.revision - 1)?;
    Ok((now, before))
}

fn money(connection: &mut Connection, id: &OrderId) -> Result<Vec<MoneyFacts>> {
    let documents = store::documents_of_order(connection, id)?;
    documents
        .into_iter()
        .map(|document| {
            let own: &DocumentId = &document.id;
            Ok(MoneyFacts {
                bound: store::bound(connection, own, id)?,
                export: exports::find(connection, own)?,
                number: onec_documents::number_of(connection, own)?,
                document,
            })
        })
        .collect()
}

fn refundable(connection: &mut Connection, id: &OrderId, money: &[MoneyFacts]) -> Result<Kopecks> {
    let ours = money.iter().filter(|money| money.document.attempt_id.is_some());
    let mut free = Kopecks::ZERO;
    for money in ours {
        free += refunds::free(connection, &money.document.id, id)?;
    }
    Ok(free)
}
