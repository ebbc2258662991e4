//! One history's corner of a database: its sellers, orders and names.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{Duration, NaiveDate};
use diesel::prelude::*;
use oplata::base::ids::{AllocationId, AttemptId, DocumentId, OrderId, RefundId, RefundRequestId, SellerId};
use oplata::base::{Instant, Kopecks, Mode, Quantity, Result, VatRate};
use oplata::db::schema::{allocations, attempts, money_documents, refund_requests, refunds};
use oplata::db::{Connection, Db};
use oplata::domain::orders::{self, Buyer, BuyerKind, Delivery, Draft, Key, KeyKind, Line, Seller, Source};
use oplata::domain::payments::{BookedBy, Policy, balance};

use crate::model::event::{ORDERS, OrderState, SLOTS};

pub struct World {
    pub mark: u64,
    pub policy: Policy,
    pub sellers: Vec<SellerId>,
    pub orders: Vec<OrderId>,
    pub order_guids: Vec<String>,
    pub slots: Vec<String>,
}

/// When histories begin (UTC).
pub fn instant(minutes: i64) -> Instant {
    NaiveDate::from_ymd_opt(2026, 3, 2).unwrap().and_hms_opt(9, 0, 0).unwrap() + Duration::minutes(minutes)
}

impl World {
    pub fn found(db: &Db, portal_books: bool) -> Arc<Self> {
        static MARK: AtomicU64 = AtomicU64::new(1);
        let mark = MARK.fetch_add(1, Ordering::Relaxed);
        let booked_by = if portal_books { BookedBy::Portal } else { BookedBy::Onec };
        let policy = Policy { booked_by, ..Policy::default() };
        let guid = |_| uuid::Uuid::now_v7().to_string();
        let order_guids: Vec<String> = (0..ORDERS).map(guid).collect();
        let slots: Vec<String> = (0..SLOTS).map(guid).collect();
        db.write_now(move |connection| {
            let sellers = [0, 1].map(|place| add_seller(connection, &inn(mark, place)).unwrap()).to_vec();
            let orders = order_guids.iter().enumerate().map(|(place, guid)| {
                let draft = draft(mark, place, guid, 100_000, OrderState::Open, false);
                let order = orders::receive(connection, &draft, "onec", instant(0))?.order.id;
                balance::settle(connection, &order, instant(0))?;
                Ok(order)
            });
            let orders = orders.collect::<Result<Vec<_>>>()?;
            let (order_guids, slots) = (order_guids.clone(), slots.clone());
            Ok(Arc::new(Self { mark, policy, sellers, orders, order_guids, slots }))
        })
        .unwrap()
    }

    /// Which seller an order is of.
    pub fn seller_of(place: usize) -> usize {
        place / (ORDERS - 1)
    }

    pub fn account(&self, order: usize) -> String {
        format!("account{}-{}", Self::seller_of(order), self.mark)
    }

    pub fn draft(&self, order: usize, total: i64, state: OrderState, parts: bool) -> Draft {
        draft(self.mark, order, &self.order_guids[order], total, state, parts)
    }

    pub fn place_of(&self, order: &OrderId) -> usize {
        self.orders.iter().position(|known| known == order).unwrap()
    }

    pub fn documents(&self, connection: &mut Connection) -> Vec<DocumentId> {
        let mine = money_documents::table.filter(money_documents::seller_id.eq_any(&self.sellers));
        mine.order(money_documents::id).select(money_documents::id).load(connection).unwrap()
    }

    pub fn attempts(&self, connection: &mut Connection) -> Vec<AttemptId> {
        let mine = attempts::table.filter(attempts::order_id.eq_any(&self.orders));
        mine.order(attempts::id).select(attempts::id).load(connection).unwrap()
    }

    pub fn refunds(&self, connection: &mut Connection) -> Vec<RefundId> {
        let mine = refunds::table.filter(refunds::order_id.eq_any(&self.orders));
        mine.order(refunds::id).select(refunds::id).load(connection).unwrap()
    }

    pub fn requests(&self, connection: &mut Connection) -> Vec<RefundRequestId> {
        let mine = refund_requests::table.filter(refund_requests::order_id.eq_any(&self.orders));
        mine.order(refund_requests::id).select(refund_requests::id).load(connection).unwrap()
    }

    pub fn allocations(&self, connection: &mut Connection) -> Vec<AllocationId> {
        let mine = allocations::table.filter(allocations::order_id.eq_any(&self.orders));
        mine.order(allocations::id).select(allocations::id).load(connection).unwrap()
    }
}

fn inn(mark: u64, place: usize) -> String {
    format!("{mark:09}{place}")
}

fn add_seller(connection: &mut Connection, inn: &str) -> Result<SellerId> {
    let seller = Seller {
        id: SellerId::fresh(),
        name: format!("Продавец {inn}"),
        inn: inn.to_owned(),
        kpp: None,
        ogrn: None,
        address: None,
        tax_system: None,
    };
    orders::store::save_seller(connection, &seller, false, instant(0))
}

fn draft(mark: u64, place: usize, guid: &str, total: i64, state: OrderState, parts: bool) -> Draft {
    let line = Line {
        name: "Товар".to_owned(),
        article: None,
        unit: "шт".to_owned(),
        quantity: Quantity::new(1000),
        price: Kopecks::new(total),
        amount: Kopecks::new(total),
        vat_rate: VatRate::ALL[0],
        vat_amount: Kopecks::ZERO,
    };
    Draft {
        source: Source::Onec,
        keys: vec![Key::of(KeyKind::OnecGuid, guid)],
        number: format!("w{mark}-{place}"),
        ordered_on: instant(0).date(),
        mode: Mode::Live,
        state: match state {
            OrderState::Open => orders::OrderState::Open,
            OrderState::Cancelled => orders::OrderState::Cancelled,
            OrderState::Closed => orders::OrderState::Closed,
        },
        seller_inn: Some(inn(mark, World::seller_of(place))),
        store: None,
        manager_key: None,
        buyer: Buyer {
            kind: BuyerKind::Person,
            name: "Покупатель".to_owned(),
            inn: None,
            kpp: None,
            phone: None,
            email: None,
        },
        delivery: Delivery::Pickup,
        currency: "RUB".to_owned(),
        total: Kopecks::new(total),
        allow_parts: parts,
        pay_until: None,
        deferred_until: None,
        lines: vec![line],
    }
}
