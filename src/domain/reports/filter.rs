//! What a list of orders is narrowed by, as conditions both databases understand.

use chrono::NaiveDate;
use diesel::BoxableExpression;
use diesel::dsl::{InnerJoinQuerySource, sql};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::search::{self, Hits, Question, Wanted};
use super::standing::Standing;
use crate::base::ids::OrderId;
use crate::base::{Instant, Kopecks, Mode, Result, text_enum};
use crate::db::Connection;
use crate::db::schema::{order_balances, order_words, orders};
use crate::domain::orders::OrderState;
use crate::domain::payments::PaymentState;

text_enum! {
    /// Where the money of an order stands on its road to 1C.
    pub enum OnecFilter {
        /// Not yet in 1C, whatever the reason.
        Pending => "pending",
        /// 1C refused it.
        Rejected => "rejected",
    }
}

/// What a list is narrowed by; nothing set means everything.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// What was typed into the search.
    pub search: String,
    /// Whether names, phones and mail may be searched.
    pub personal: bool,
    /// First day of the order's date.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// The one word.
    pub standing: Option<Standing>,
    /// What money says; any of these, nothing means any.
    pub payment: Vec<PaymentState>,
    /// What 1C says of the order.
    pub state: Option<OrderState>,
    /// The road to 1C.
    pub onec: Option<OnecFilter>,
    /// Live or test.
    pub mode: Option<Mode>,
    /// Code of the store.
    pub store: Option<String>,
    /// Least total.
    pub min: Option<Kopecks>,
}

/// Orders with their balances.
pub type Source = InnerJoinQuerySource<orders::table, order_balances::table>;
/// The database behind a connection.
pub type Backend = <Connection as diesel::Connection>::Backend;
/// A condition on orders with their balances.
pub type Condition = Box<dyn BoxableExpression<Source, Backend, SqlType = Bool>>;

const REJECTED: &str = "orders.id IN (SELECT a.order_id FROM exports e JOIN allocations a ON a.document_id = e.document_id \
     WHERE e.state = 'rejected' AND e.state <> 'accepted')";
const PENDING: &str = "orders.id IN (SELECT a.order_id FROM exports e JOIN allocations a ON a.document_id = e.document_id \
     WHERE e.state <> 'accepted')";
const CHECKING: &str = "EXISTS (SELECT 1 FROM attempts t WHERE t.order_id = orders.id \
     AND t.state IN ('authorized', 'unknown', 'review'))";
const RETURNED: &str = "EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = orders.id AND r.state = 'done')";
const LINK_OUT: &str =
    "EXISTS (SELECT 1 FROM pay_links l JOIN link_events v ON v.link_id = l.id WHERE l.order_id = orders.id)";

fn raw(text: &str) -> Condition {
    Box::new(sql::<Bool>(text))
}

fn not_raw(text: &str) -> Condition {
    Box::new(sql::<Bool>(&format!("NOT {text}")))
}

impl Filter {
    /// The conditions, all of which must hold.
    ///
    /// # Errors
    /// `Database` when the search for ids fails.
    pub fn conditions(&self, connection: &mut Connection, now: Instant) -> Result<Vec<Condition>> {
        let mut all = self.plain();
        match self.onec {
            Some(OnecFilter::Pending) => all.push(raw(PENDING)),
            Some(OnecFilter::Rejected) => all.push(raw(REJECTED)),
            None => {}
        }
        if let Some(standing) = self.standing {
            all.extend(stands(standing, self.from.is_some(), now));
        }
        all.extend(self.found(connection)?);
        Ok(all)
    }

    fn plain(&self) -> Vec<Condition> {
        let mut all: Vec<Condition> = Vec::new();
        if let Some(from) = self.from {
            all.push(Box::new(orders::ordered_on.ge(from)));
        }
        if let Some(to) = self.to {
            all.push(Box::new(orders::ordered_on.le(to)));
        }
        if let Some(mode) = self.mode {
            all.push(Box::new(orders::mode.eq(mode)));
        }
        if let Some(state) = self.state {
            all.push(Box::new(orders::state.eq(state)));
        }
        if let Some(store) = self.store.clone() {
            all.push(Box::new(orders::store_code.is_not_null().and(orders::store_code.assume_not_null().eq(store))));
        }
        if let Some(min) = self.min {
            all.push(Box::new(orders::total.ge(min)));
        }
        if !self.payment.is_empty() {
            let narrowed = self.from.is_some();
            let none: Condition = raw("1 = 0");
            let any = |all: Condition, state: &PaymentState| -> Condition { Box::new(all.or(pays(*state, narrowed))) };
            all.push(self.payment.iter().fold(none, any));
        }
        all
    }

    fn found(&self, connection: &mut Connection) -> Result<Vec<Condition>> {
        if self.search.trim().is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<OrderId> = search::by_id(connection, &self.search)?;
        let question = Question::read(&self.search, self.personal);
        if !ids.is_empty() {
            return Ok(vec![Box::new(orders::id.eq_any(ids))]);
        }
        let mut all: Vec<Condition> = Vec::new();
        for group in &question.groups {
            all.push(match search::hits(connection, group)? {
                Hits::Few(ids) => Box::new(orders::id.eq_any(ids)),
                Hits::Many => any_word(group),
            });
        }
        Ok(all)
    }
}

/// An order has one of these words.
fn any_word(group: &[Wanted]) -> Condition {
    let mut any: Condition = raw("1 = 0");
    for Wanted { kind, from, to } in group.iter().cloned() {
        let bearers = order_words::table
            .filter(order_words::kind.eq(kind))
            .filter(order_words::word.ge(from))
            .filter(order_words::word.le(to))
            .select(order_words::order_id);
        any = Box::new(any.or(orders::id.eq_any(bearers)));
    }
    any
}

/// A payment state. Within a period the days lead: without this SQLite, which keeps no statistics, would rather walk
/// every paid order of all years by the index of states.
fn pays(state: PaymentState, narrowed: bool) -> Condition {
    if narrowed {
        let hidden = sql::<Bool>("COALESCE(order_balances.payment_state, '') = ");
        return Box::new(hidden.bind::<Text, _>(state.as_str()));
    }
    Box::new(order_balances::payment_state.eq(state))
}

/// The conditions of one word: the same rules as [`super::Signs::standing`], read backwards.
fn stands(standing: Standing, narrowed: bool, now: Instant) -> Vec<Condition> {
    if standing == Standing::ExportFailed {
        return vec![raw(REJECTED)];
    }
    let mut all = vec![not_raw(REJECTED)];
    if standing == Standing::Checking {
        all.push(raw(CHECKING));
        return all;
    }
    all.push(not_raw(CHECKING));
    if standing == Standing::Refund {
        let gone = sql::<Bool>(
            "(order_balances.refunding > 0 OR (order_balances.due <= 0 AND orders.state <> 'cancelled' \
             AND order_balances.payment_state IN ('unpaid', 'partly_paid') AND ",
        );
        all.push(Box::new(gone.sql(RETURNED).sql("))")));
        return all;
    }
    all.push(Box::new(order_balances::refunding.le(Kopecks::ZERO)));
    all.extend(by_money(standing, narrowed, now));
    all
}

fn by_money(standing: Standing, narrowed: bool, now: Instant) -> Vec<Condition> {
    let pays = |state: PaymentState| pays(state, narrowed);
    let not_cancelled = || -> Condition { Box::new(orders::state.ne(OrderState::Cancelled)) };
    match standing {
        Standing::Overpaid => vec![pays(PaymentState::Overpaid)],
        Standing::Cancelled => vec![
            Box::new(order_balances::payment_state.ne(PaymentState::Overpaid)),
            Box::new(orders::state.eq(OrderState::Cancelled)),
        ],
        Standing::Paid => vec![pays(PaymentState::Paid), not_cancelled()],
        Standing::PartlyPaid => vec![pays(PaymentState::PartlyPaid), not_cancelled(), asks_still()],
        _ => {
            let mut all = vec![pays(PaymentState::Unpaid), not_cancelled(), asks_still()];
            all.extend(by_customer(standing, now));
            all
        }
    }
}

fn asks_still() -> Condition {
    Box::new(sql::<Bool>("(order_balances.due > 0 OR NOT ").sql(RETURNED).sql(")"))
}

fn by_customer(standing: Standing, now: Instant) -> Vec<Condition> {
    let over: Condition = Box::new(
        orders::deferred_until
            .is_null()
            .and(orders::pay_until.is_not_null())
            .and(orders::pay_until.assume_not_null().le(now)),
    );
    let not_over: Condition = Box::new(
        orders::deferred_until
            .is_not_null()
            .or(orders::pay_until.is_null())
            .or(orders::pay_until.assume_not_null().gt(now)),
    );
    match standing {
        Standing::Expired => vec![over],
        Standing::Waiting => vec![not_over, raw(LINK_OUT)],
        _ => vec![not_over, not_raw(LINK_OUT)],
    }
}
