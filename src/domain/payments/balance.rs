//! What an order owes: derived from its documents under the order's lock and kept in `order_balances` for lists.

use diesel::prelude::*;

use super::model::RefundState;
use crate::base::ids::OrderId;
use crate::base::{Direction, Error, Instant, Kopecks, Result, text_enum};
use crate::db::Connection;
use crate::db::schema::{allocations, money_documents, order_balances, refunds};
use crate::domain::alerts::{self, NewAlert, Severity};
use crate::domain::orders::{self, Order};

text_enum! {
    /// What money says of an order.
    pub enum PaymentState {
        /// Nothing came.
        Unpaid => "unpaid",
        /// Some came.
        PartlyPaid => "partly_paid",
        /// All came.
        Paid => "paid",
        /// More came than is asked.
        Overpaid => "overpaid",
    }
}

/// The money of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = order_balances)]
pub struct Balance {
    /// What the order asks for as a whole; nothing once cancelled.
    pub total: Kopecks,
    /// What came less what went back; below zero only if a provider gave back more than came.
    pub paid: Kopecks,
    /// What is set aside to go back.
    pub refunding: Kopecks,
    /// What the customer is asked for.
    pub due: Kopecks,
    /// The same in a word.
    pub payment_state: PaymentState,
}

impl Balance {
    /// «К возврату»: what is too much and not yet on its way back.
    #[must_use]
    pub fn to_return(&self) -> Kopecks {
        (self.paid - self.total - self.refunding).or_zero()
    }
}

/// What the rule needs to know of an order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// What the order asks for as a whole.
    pub total: Kopecks,
    /// Money in.
    pub received: Kopecks,
    /// Money back.
    pub returned: Kopecks,
    /// Set aside to go back.
    pub refunding: Kopecks,
    /// Highest total at which 1C said "paid" (the stock pair).
    pub onec_settled: Kopecks,
    /// Money is asked for again after a refund.
    pub reopened: bool,
}

/// The rule: due = total − max(paid, settled by 1C), never below zero; after a refund nothing is due until 1C raises the
/// order or staff reopen it.
#[must_use]
pub fn derive(sums: &Sums) -> Balance {
    let paid = sums.received - sums.returned;
    let covered = paid.max(sums.onec_settled);
    let silenced = sums.returned.is_positive() && !sums.reopened;
    let due = if silenced { Kopecks::ZERO } else { (sums.total - covered).or_zero() };
    let payment_state = match (covered.is_positive(), covered.cmp(&sums.total)) {
        _ if paid > sums.total => PaymentState::Overpaid,
        (false, _) => PaymentState::Unpaid,
        (true, std::cmp::Ordering::Less) => PaymentState::PartlyPaid,
        (true, _) => PaymentState::Paid,
    };
    Balance { total: sums.total, paid, refunding: sums.refunding, due, payment_state }
}

/// Reads an order's sums from the facts.
///
/// # Errors
/// `Database` when a query fails.
pub fn sums(connection: &mut Connection, order: &Order) -> Result<Sums> {
    let rows: Vec<(Direction, Kopecks)> = allocations::table
        .inner_join(money_documents::table.on(money_documents::id.eq(allocations::document_id)))
        .filter(allocations::order_id.eq(&order.id))
        .select((money_documents::direction, allocations::amount))
        .load(connection)?;
    let total_of = |wanted: Direction| -> Kopecks {
        rows.iter().filter(|(direction, _)| *direction == wanted).map(|(_, amount)| *amount).sum()
    };
    let refunding: Vec<Kopecks> = refunds::table
        .filter(refunds::order_id.eq(&order.id))
        .filter(refunds::state.eq_any(RefundState::PENDING))
        .select(refunds::amount)
        .load(connection)?;
    Ok(Sums {
        total: order.asked(),
        received: total_of(Direction::In),
        returned: total_of(Direction::Out),
        refunding: refunding.into_iter().sum(),
        onec_settled: order.onec_settled_total,
        reopened: order.reopened,
    })
}

/// Derives the balance anew and keeps it. The order must be locked.
///
/// # Errors
/// `Database` when a query fails.
pub fn refresh(connection: &mut Connection, id: &OrderId, now: Instant) -> Result<Balance> {
    let order = orders::store::get(connection, id)?;
    let balance = derive(&sums(connection, &order)?);
    let content = (
        order_balances::total.eq(balance.total),
        order_balances::paid.eq(balance.paid),
        order_balances::refunding.eq(balance.refunding),
        order_balances::due.eq(balance.due),
        order_balances::payment_state.eq(balance.payment_state),
        order_balances::updated_at.eq(now),
    );
    let changed = diesel::update(order_balances::table.filter(order_balances::order_id.eq(id)))
        .set(content)
        .execute(connection)?;
    if changed == 0 {
        diesel::insert_into(order_balances::table)
            .values((order_balances::order_id.eq(id), content))
            .execute(connection)?;
    }
    Ok(balance)
}

/// The kept balance of an order.
///
/// # Errors
/// `NotFound` when there is none.
pub fn get(connection: &mut Connection, id: &OrderId) -> Result<Balance> {
    let row = order_balances::table
        .filter(order_balances::order_id.eq(id))
        .select(Balance::as_select())
        .first(connection)
        .optional()?;
    row.ok_or_else(|| Error::not_found("У заказа нет остатка"))
}

/// Derives the balance anew, keeps it, and tells people when money must go back. The order must be locked.
///
/// # Errors
/// `Database` when a query fails.
pub fn settle(connection: &mut Connection, id: &OrderId, now: Instant) -> Result<Balance> {
    let balance = refresh(connection, id, now)?;
    tell_settled(connection, id, &balance, now)?;
    let excess = balance.to_return();
    if excess.is_positive() {
        let message = format!("К возврату {excess}: получено больше, чем стоит заказ. Верните лишнее или зачтите");
        raise_alert(connection, "to_return", id, Severity::Warning, &message, now)?;
    } else {
        alerts::close(connection, "to_return", id.as_str(), now)?;
    }
    if balance.paid < Kopecks::ZERO {
        let message = "По заказу возвращено больше, чем получено. Проверьте возвраты у провайдера и в 1С";
        return raise_alert(connection, "negative_balance", id, Severity::Critical, message, now).map(|()| balance);
    }
    alerts::close(connection, "negative_balance", id.as_str(), now)?;
    Ok(balance)
}

/// 1C counts as paid what no document here shows: work for the accountant, nothing for the customer.
fn tell_settled(connection: &mut Connection, id: &OrderId, balance: &Balance, now: Instant) -> Result<()> {
    let settled = orders::store::get(connection, id)?.onec_settled_total;
    let missing = settled - balance.paid;
    if !missing.is_positive() {
        return alerts::close(connection, "onec_settled", id.as_str(), now);
    }
    let message = format!(
        "1С считает заказ оплаченным, а документов в портале меньше на {missing}. Проверьте, какой оплаты здесь нет"
    );
    raise_alert(connection, "onec_settled", id, Severity::Warning, &message, now)
}

fn raise_alert(
    connection: &mut Connection,
    kind: &str,
    id: &OrderId,
    severity: Severity,
    message: &str,
    now: Instant,
) -> Result<()> {
    let alert = NewAlert { kind, subject: id.as_str(), severity, message, order_id: Some(id.as_str()) };
    alerts::open(connection, &alert, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(total: i64, received: i64, returned: i64) -> Sums {
        let [total, received, returned] = [total, received, returned].map(Kopecks::new);
        Sums { total, received, returned, ..Sums::default() }
    }

    #[test]
    fn what_is_due_follows_from_the_documents() {
        let cases = [
            (sums(1000, 0, 0), 1000, PaymentState::Unpaid),
            (sums(1000, 400, 0), 600, PaymentState::PartlyPaid),
            (sums(1000, 1000, 0), 0, PaymentState::Paid),
            (sums(1000, 1200, 0), 0, PaymentState::Overpaid),
            (sums(0, 1000, 0), 0, PaymentState::Overpaid),
            (sums(0, 0, 0), 0, PaymentState::Unpaid),
            (sums(1000, 1000, 1000), 0, PaymentState::Unpaid),
            (sums(1000, 1000, 400), 0, PaymentState::PartlyPaid),
            (Sums { reopened: true, ..sums(1000, 1000, 400) }, 400, PaymentState::PartlyPaid),
            (Sums { onec_settled: Kopecks::new(1000), ..sums(1000, 0, 0) }, 0, PaymentState::Paid),
            (Sums { onec_settled: Kopecks::new(1000), ..sums(1300, 0, 0) }, 300, PaymentState::PartlyPaid),
        ];
        for (sums, due, state) in cases {
            let balance = derive(&sums);
            assert_eq!((balance.due, balance.payment_state), (Kopecks::new(due), state), "{sums:?}");
        }
    }

    #[test]
    fn what_is_on_its_way_back_is_not_offered_twice() {
        let sums = Sums { refunding: Kopecks::new(150), ..sums(1000, 1200, 0) };
        assert_eq!(derive(&sums).to_return(), Kopecks::new(50));
    }
}
