//! The pretend information base: everything 1C remembers.

use std::collections::VecDeque;

use chrono::NaiveDate;
use uuid::Uuid;

use super::model::{LogLine, MoneyDoc, NewOrder, Order, Origin, Switches};
use super::seed;
use crate::base::{Direction, Instant, Kopecks, MoneyKind};
use crate::gateways::onec::service::OrderState;

const LOG_LINES: usize = 200;

/// Orders, documents, counters, the exchange's mark.
#[derive(Default)]
pub(super) struct Base {
    pub orders: Vec<Order>,
    pub documents: Vec<MoneyDoc>,
    pub switches: Switches,
    pub log: VecDeque<LogLine>,
    /// The last registration that was sent.
    pub mark: u64,
    ticks: u64,
    orders_made: u32,
    documents_made: u32,
    transfers_made: u32,
}

impl Base {
    pub fn with_counters() -> Self {
        Self { orders_made: 416, documents_made: 811, transfers_made: 2_340, ..Self::default() }
    }

    pub fn order(&self, guid: Uuid) -> Option<&Order> {
        self.orders.iter().find(|order| order.guid == guid)
    }

    pub fn order_mut(&mut self, guid: Uuid) -> Option<&mut Order> {
        self.orders.iter_mut().find(|order| order.guid == guid)
    }

    pub fn document(&self, guid: Uuid) -> Option<&MoneyDoc> {
        self.documents.iter().find(|document| document.guid == guid)
    }

    pub fn document_mut(&mut self, guid: Uuid) -> Option<&mut MoneyDoc> {
        self.documents.iter_mut().find(|document| document.guid == guid)
    }

    /// Changes an order and registers it for the exchange; a cancelled one stays as it is.
    pub fn change_order(&mut self, guid: Uuid, change: impl FnOnce(&mut Order)) -> bool {
        let tick = self.tick();
        let Some(order) = self.order_mut(guid).filter(|order| order.state != OrderState::Cancelled) else {
            return false;
        };
        change(order);
        order.change = tick;
        true
    }

    /// Changes a document by hand and registers it.
    pub fn change_document(&mut self, guid: Uuid, change: impl FnOnce(&mut MoneyDoc)) -> bool {
        let tick = self.tick();
        let Some(document) = self.document_mut(guid) else { return false };
        change(document);
        document.change = tick;
        true
    }

    pub fn add_order(&mut self, new: NewOrder, date: NaiveDate) -> Uuid {
        self.orders_made += 1;
        let manager = seed::manager(self.orders_made);
        let order = Order {
            guid: Uuid::new_v4(),
            number: format!("УТ00-{:06}", self.orders_made),
            date,
            state: OrderState::Open,
            store: seed::store(self.orders_made),
            manager,
            buyer: new.buyer,
            delivery: new.delivery,
            pay_until: new.pay_until,
            allow_parts: new.allow_parts,
            lines: new.lines,
            to_pay: new.to_pay,
            change: self.tick(),
            portal: None,
            error: None,
        };
        let guid = order.guid;
        self.orders.push(order);
        guid
    }

    /// A person books money on one order: a bank transfer or cash.
    pub fn add_own_document(&mut self, order: Uuid, kind: MoneyKind, amount: Kopecks, date: NaiveDate) -> Option<Uuid> {
        let payer_inn = self.order(order)?.buyer.inn.clone();
        let number = self.next_number(kind);
        let incoming_number = (kind == MoneyKind::Bank).then(|| self.transfers_made.to_string());
        let document = MoneyDoc {
            guid: Uuid::new_v4(),
            number,
            date,
            origin: Origin::Own,
            kind,
            direction: Direction::In,
            amount,
            rows: vec![(order, amount)],
            posted: true,
            deleted: false,
            revision: 0,
            created: 1,
            incoming_number,
            payer_inn,
            change: self.tick(),
        };
        let guid = document.guid;
        self.documents.push(document);
        Some(guid)
    }

    pub fn next_number(&mut self, kind: MoneyKind) -> String {
        match kind {
            MoneyKind::Bank | MoneyKind::Cash => {
                self.transfers_made += 1;
                format!("УТБ0-{:06}", self.transfers_made)
            }
            _ => {
                self.documents_made += 1;
                format!("ДПУТ-{:06}", self.documents_made)
            }
        }
    }

    /// Uses up one of the promised absences.
    pub fn is_away(&mut self) -> bool {
        used_up(&mut self.switches.unavailable)
    }

    /// Uses up one of the promised crashes.
    pub fn crashes_now(&mut self) -> bool {
        used_up(&mut self.switches.crash_before_ack)
    }

    pub fn note(&mut self, at: Instant, bad: bool, text: impl Into<String>) {
        self.log.push_front(LogLine { at, text: text.into(), bad });
        self.log.truncate(LOG_LINES);
    }

    fn tick(&mut self) -> u64 {
        self.ticks += 1;
        self.ticks
    }
}

fn used_up(left: &mut u32) -> bool {
    let some = *left > 0;
    *left = left.saturating_sub(1);
    some
}
