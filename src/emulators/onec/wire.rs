//! Orders and documents in the words of the contract.

use super::model::{MoneyDoc, Order};
use crate::base::Zone;
use crate::gateways::onec::service::{AllocationBody, DocumentBody, LineBody, OrderBody};

pub(super) fn order_body(order: &Order, seller_inn: Option<&str>) -> OrderBody {
    OrderBody {
        number: order.number.clone(),
        date: order.date.to_string(),
        state: order.state.to_string(),
        seller_inn: seller_inn.map(str::to_owned),
        store: Some(order.store.clone()),
        manager: Some(order.manager.clone()),
        buyer: order.buyer.clone(),
        delivery: order.delivery.to_string(),
        pay_until: order.pay_until.map(|day| day.to_string()),
        deferred_until: None,
        allow_parts: order.allow_parts,
        currency: None,
        total: order.total().to_decimal_text(),
        vat_included: true.into(),
        lines: order.lines.iter().map(line_body).collect(),
        documents: Vec::new(),
    }
}

fn line_body(line: &super::model::Line) -> LineBody {
    LineBody {
        name: line.name.clone(),
        article: Some(line.article.clone()),
        unit: line.unit.clone(),
        quantity: line.quantity.to_decimal_text(),
        price: line.price.to_decimal_text(),
        amount: line.amount.to_decimal_text(),
        vat_rate: line.vat_rate.to_string(),
    }
}

pub(super) fn document_body(document: &MoneyDoc) -> DocumentBody {
    let row = |(order, amount): &(uuid::Uuid, crate::base::Kopecks)| AllocationBody {
        order: order.to_string(),
        amount: amount.to_decimal_text(),
    };
    DocumentBody {
        guid: None,
        kind: document.kind.to_string(),
        direction: Some(document.direction.to_string()),
        number: document.number.clone(),
        date: document.date.to_string(),
        posted: document.posted,
        deleted: document.deleted,
        amount: document.amount.to_decimal_text(),
        account: None,
        incoming_number: document.incoming_number.clone(),
        payer_inn: document.payer_inn.clone(),
        allocations: document.rows.iter().map(row).collect(),
    }
}

/// Local time as pages show it.
pub(super) fn local_time(zone: Zone, at: crate::base::Instant) -> String {
    zone.local(at).format("%d.%m %H:%M:%S").to_string()
}
