//! The list of orders: a page by key, totals of the filter, days, ready-made views.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::filter::{Condition, Filter};
use super::standing::{Signs, Standing};
use crate::base::ids::OrderId;
use crate::base::{Instant, Kopecks, Mode, Result};
use crate::db::Connection;
use crate::db::schema::{
    allocations, attempts, exports, link_events, order_balances, orders, pay_links, refunds, stores,
};
use crate::domain::exports::{ExportState, Road};
use crate::domain::orders::{Order, OrderState, Store};
use crate::domain::payments::{AttemptState, Balance, PaymentState, RefundState};

/// A place in the list: the day and the id of the last order shown.
pub type After = (NaiveDate, OrderId);

/// An order of the list.
#[derive(Debug, Clone)]
pub struct Row {
    /// The order.
    pub order: Order,
    /// Its balance.
    pub balance: Balance,
    /// How it stands.
    pub standing: Standing,
    /// The worst of its payments on the road to 1C.
    pub onec: Option<OnecRoad>,
    /// The store's name, or its code.
    pub store: Option<String>,
}

/// A payment on its road to 1C.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnecRoad {
    /// How far.
    pub state: ExportState,
    /// By which road.
    pub road: Road,
    /// Since when it waits (UTC).
    pub since: Instant,
    /// 1C's number.
    pub number: Option<String>,
    /// Why it was refused.
    pub message: Option<String>,
}

/// Counts and sums; sums are of one mode, so that play money never adds to real.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many orders.
    pub count: i64,
    /// What they ask for.
    pub total: Kopecks,
    /// What came.
    pub paid: Kopecks,
}

/// A page of the list, newest first; one row more than `limit` is never returned, `more` says whether there is.
///
/// # Errors
/// `Database` when a query fails.
pub fn page(
    connection: &mut Connection,
    filter: &Filter,
    after: Option<&After>,
    limit: i64,
    now: Instant,
) -> Result<(Vec<Row>, bool)> {
    let mut query = orders::table
        .inner_join(order_balances::table)
        .order((orders::ordered_on.desc(), orders::id.desc()))
        .limit(limit + 1)
        .select((Order::as_select(), Balance::as_select()))
        .into_boxed();
    for condition in filter.conditions(connection, now)? {
        query = query.filter(condition);
    }
    if let Some((day, id)) = after.cloned() {
        let further = orders::ordered_on.lt(day).or(orders::ordered_on.eq(day).and(orders::id.lt(id)));
        query = query.filter(orders::ordered_on.le(day)).filter(further);
    }
    let mut found: Vec<(Order, Balance)> = query.load(connection)?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > wanted;
    found.truncate(wanted);
    Ok((dress(connection, found, now)?, more))
}

/// How one order stands.
///
/// # Errors
/// `Database` when a query fails.
pub fn row(connection: &mut Connection, order: Order, balance: Balance, now: Instant) -> Result<Row> {
    let missing = || crate::base::Error::Internal("строка заказа потерялась".to_owned());
    dress(connection, vec![(order, balance)], now)?.pop().ok_or_else(missing)
}

fn dress(connection: &mut Connection, found: Vec<(Order, Balance)>, now: Instant) -> Result<Vec<Row>> {
    let ids: Vec<OrderId> = found.iter().map(|(order, _)| order.id.clone()).collect();
    let about = About::read(connection, &ids)?;
    let names = store_names(connection)?;
    let rows = found.into_iter().map(|(order, balance)| {
        let onec = about.roads.get(&order.id).cloned();
        let standing = about.signs(&order, &balance, onec.as_ref(), now).standing();
        let store = order.store_code.as_ref().map(|code| names.get(code).unwrap_or(code).clone());
        Row { order, balance, standing, onec, store }
    });
    Ok(rows.collect())
}

/// What is not in the rows themselves.
struct About {
    roads: HashMap<OrderId, OnecRoad>,
    checking: HashSet<OrderId>,
    returned: HashSet<OrderId>,
    link_out: HashSet<OrderId>,
}

impl About {
    fn read(connection: &mut Connection, ids: &[OrderId]) -> Result<Self> {
        let asked = [AttemptState::Authorized, AttemptState::Unknown, AttemptState::Review];
        let checking: Vec<OrderId> = attempts::table
            .filter(attempts::order_id.eq_any(ids))
            .filter(attempts::state.eq_any(asked))
            .select(attempts::order_id)
            .load(connection)?;
        let returned: Vec<OrderId> = refunds::table
            .filter(refunds::order_id.eq_any(ids))
            .filter(refunds::state.eq(RefundState::Done))
            .select(refunds::order_id)
            .load(connection)?;
        let link_out: Vec<OrderId> = link_events::table
            .inner_join(pay_links::table.on(pay_links::id.eq(link_events::link_id)))
            .filter(pay_links::order_id.eq_any(ids))
            .select(pay_links::order_id)
            .load(connection)?;
        Ok(Self {
            roads: roads(connection, ids)?,
            checking: checking.into_iter().collect(),
            returned: returned.into_iter().collect(),
            link_out: link_out.into_iter().collect(),
        })
    }

    fn signs(&self, order: &Order, balance: &Balance, onec: Option<&OnecRoad>, now: Instant) -> Signs {
        Signs {
            state: order.state,
            payment: balance.payment_state,
            refunding: balance.refunding.is_positive(),
            returned: self.returned.contains(&order.id),
            due: balance.due.is_positive(),
            export_rejected: onec.is_some_and(|road| road.state == ExportState::Rejected),
            checking: self.checking.contains(&order.id),
            expired: order.deferred_until.is_none() && order.pay_until.is_some_and(|until| until <= now),
            link_out: self.link_out.contains(&order.id),
        }
    }
}

type RoadRow = (OrderId, ExportState, Road, Instant, Option<String>, Option<String>);

/// The worst payment of each order: refused, then not posted, then on its way, then accepted.
fn roads(connection: &mut Connection, ids: &[OrderId]) -> Result<HashMap<OrderId, OnecRoad>> {
    let rows: Vec<RoadRow> = exports::table
        .inner_join(allocations::table.on(allocations::document_id.eq(exports::document_id)))
        .filter(allocations::order_id.eq_any(ids))
        .order((exports::created_at.desc(), exports::document_id))
        .select((
            allocations::order_id,
            exports::state,
            exports::road,
            exports::created_at,
            exports::onec_number,
            exports::message,
        ))
        .load(connection)?;
    let mut worst: HashMap<OrderId, OnecRoad> = HashMap::new();
    for (id, state, road, since, number, message) in rows {
        let found = OnecRoad { state, road, since, number, message };
        let known = worst.entry(id).or_insert_with(|| found.clone());
        if gravity(found.state) > gravity(known.state) {
            *known = found;
        }
    }
    Ok(worst)
}

const fn gravity(state: ExportState) -> u8 {
    match state {
        ExportState::Rejected => 4,
        ExportState::Unposted => 3,
        ExportState::Waiting => 2,
        ExportState::Sent => 1,
        ExportState::Accepted => 0,
    }
}

fn store_names(connection: &mut Connection) -> Result<HashMap<String, String>> {
    Ok(list_stores(connection)?.into_iter().map(|store| (store.code, store.name)).collect())
}

/// The shops of the chain by name.
///
/// # Errors
/// `Database` when the query fails.
pub fn list_stores(connection: &mut Connection) -> Result<Vec<Store>> {
    Ok(stores::table.order(stores::name).select(Store::as_select()).load(connection)?)
}

fn sums_of(mode: Mode) -> (diesel::expression::SqlLiteral<BigInt>, diesel::expression::SqlLiteral<BigInt>) {
    let sum = |column: &str| {
        let mode = mode.as_str();
        sql::<BigInt>(&format!(
            "CAST(COALESCE(SUM(CASE WHEN orders.mode = '{mode}' THEN order_balances.{column} ELSE 0 END), 0) AS BIGINT)"
        ))
    };
    (sum("total"), sum("paid"))
}

/// Totals of a filter; sums count orders of `mode` alone.
///
/// # Errors
/// `Database` when the query fails.
pub fn totals(connection: &mut Connection, filter: &Filter, mode: Mode, now: Instant) -> Result<Totals> {
    let conditions = filter.conditions(connection, now)?;
    let (total, paid) = sums_of(mode);
    let mut query = orders::table.inner_join(order_balances::table).select((count_star(), total, paid)).into_boxed();
    for condition in conditions {
        query = query.filter(condition);
    }
    let (count, total, paid): (i64, i64, i64) = query.first(connection)?;
    Ok(Totals { count, total: Kopecks::new(total), paid: Kopecks::new(paid) })
}

/// Totals of whole days within a filter.
///
/// # Errors
/// `Database` when the query fails.
pub fn days(
    connection: &mut Connection,
    filter: &Filter,
    days: &[NaiveDate],
    mode: Mode,
    now: Instant,
) -> Result<HashMap<NaiveDate, Totals>> {
    let (total, paid) = sums_of(mode);
    let mut all: Condition = Box::new(orders::ordered_on.eq_any(days.to_vec()));
    for condition in filter.conditions(connection, now)? {
        all = Box::new(all.and(condition));
    }
    let rows: Vec<(NaiveDate, i64, i64, i64)> = orders::table
        .inner_join(order_balances::table)
        .filter(all)
        .group_by(orders::ordered_on)
        .select((orders::ordered_on, count_star(), total, paid))
        .load(connection)?;
    let of = |(day, count, total, paid): (NaiveDate, i64, i64, i64)| {
        (day, Totals { count, total: Kopecks::new(total), paid: Kopecks::new(paid) })
    };
    Ok(rows.into_iter().map(of).collect())
}

/// How many orders of a filter there are in each payment state; the filter's own is set aside.
///
/// # Errors
/// `Database` when the query fails.
pub fn count_by_payment(
    connection: &mut Connection,
    filter: &Filter,
    now: Instant,
) -> Result<HashMap<PaymentState, i64>> {
    let mut all: Condition = Box::new(orders::state.eq_any(OrderState::ALL.to_vec()));
    for condition in filter.conditions(connection, now)? {
        all = Box::new(all.and(condition));
    }
    let rows: Vec<(PaymentState, i64)> = orders::table
        .inner_join(order_balances::table)
        .filter(all)
        .group_by(order_balances::payment_state)
        .select((order_balances::payment_state, count_star()))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}
