//! What the buttons of the pages do.

use std::collections::{BTreeSet, HashMap};

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use uuid::Uuid;

use super::model::{NewOrder, Order, Switches};
use super::seed;
use super::server::Onec;
use crate::base::{Kopecks, MoneyKind, Quantity};
use crate::emulators::sheet::see;
use crate::gateways::onec::service::Delivery;

type Form = web::Form<HashMap<String, String>>;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/orders", web::post().to(create))
        .route("/orders/{guid}/lines", web::post().to(lines))
        .route("/orders/{guid}/money", web::post().to(money))
        .route("/orders/{guid}/{action}", web::post().to(act))
        .route("/documents/{guid}/{action}", web::post().to(document))
        .route("/exchange", web::post().to(exchange))
        .route("/switches", web::post().to(switches));
}

/// A new order of two goods; whose and of what goes round.
async fn create(onec: web::Data<Onec>, form: Form) -> HttpResponse {
    let nth = onec.counts().orders;
    let company = form.get("kind").is_some_and(|kind| kind == "company");
    let lines = [seed::good(nth, Quantity::new(2_000)), seed::good(nth + 5, Quantity::ONE)];
    let guid = onec.add_order(NewOrder {
        buyer: if company { seed::company(nth) } else { seed::person(nth) },
        lines: lines.into_iter().flatten().collect(),
        delivery: Delivery::Pickup,
        pay_until: onec.today().checked_add_days(chrono::Days::new(3)),
        allow_parts: None,
        to_pay: false,
    });
    see(&format!("/orders/{guid}"))
}

/// Quantities of lines (`quantity_0`, …) and the last day to pay.
async fn lines(onec: web::Data<Onec>, guid: web::Path<Uuid>, form: Form) -> HttpResponse {
    onec.change_order(*guid, |order| {
        for (at, line) in order.lines.iter_mut().enumerate() {
            let given = form.get(&format!("quantity_{at}")).map(|text| text.trim().replace(',', "."));
            if let Some(quantity) = given.and_then(|text| Quantity::parse(&text).ok()).filter(|all| all.get() >= 0) {
                line.set_quantity(quantity);
            }
        }
        terms(order, &form);
    });
    see(&format!("/orders/{guid}"))
}

fn terms(order: &mut Order, form: &HashMap<String, String>) {
    if let Some(text) = form.get("pay_until") {
        order.pay_until = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    }
    match form.get("allow_parts").map(String::as_str) {
        Some("yes") => order.allow_parts = Some(true),
        Some("no") => order.allow_parts = Some(false),
        _ => order.allow_parts = None,
    }
}

/// Sends at once what a person has just asked to send; troubles are in the log.
async fn act(onec: web::Data<Onec>, wanted: web::Path<(Uuid, String)>) -> HttpResponse {
    let (guid, action) = wanted.into_inner();
    match action.as_str() {
        "send" => onec.send_to_pay(guid),
        "cancel" => onec.cancel_order(guid),
        "close" => onec.close_order(guid),
        "refresh" => {
            let _ = onec.refresh(BTreeSet::from([guid])).await;
            return see(&format!("/orders/{guid}"));
        }
        _ => return HttpResponse::NotFound().finish(),
    };
    let _ = onec.send_changed().await;
    see(&format!("/orders/{guid}"))
}

async fn money(onec: web::Data<Onec>, guid: web::Path<Uuid>, form: Form) -> HttpResponse {
    let cash = form.get("kind").is_some_and(|kind| kind == "cash");
    let kind = if cash { MoneyKind::Cash } else { MoneyKind::Bank };
    let amount = form.get("amount").and_then(|text| Kopecks::parse_lenient(text).ok());
    if let Some(amount) = amount.filter(|sum| sum.is_positive()) {
        onec.book_money(*guid, kind, amount);
        let _ = onec.send_changed().await;
    }
    see(&format!("/orders/{guid}"))
}

async fn document(onec: web::Data<Onec>, wanted: web::Path<(Uuid, String)>) -> HttpResponse {
    let (guid, action) = wanted.into_inner();
    match action.as_str() {
        "post" => onec.change_document(guid, |document| (document.posted, document.deleted) = (true, false)),
        "unpost" => onec.change_document(guid, |document| document.posted = false),
        "delete" => onec.change_document(guid, |document| (document.posted, document.deleted) = (false, true)),
        _ => return HttpResponse::NotFound().finish(),
    };
    let _ = onec.send_changed().await;
    see("/documents")
}

async fn exchange(onec: web::Data<Onec>) -> HttpResponse {
    let _ = onec.exchange().await;
    see("/exchange")
}

async fn switches(onec: web::Data<Onec>, form: Form) -> HttpResponse {
    let times = |name| form.get(name).and_then(|text| text.trim().parse().ok()).unwrap_or(0_u32).min(1_000);
    onec.set_switches(Switches {
        closed_period: form.contains_key("closed_period"),
        unposted: form.contains_key("unposted"),
        unavailable: times("unavailable"),
        crash_before_ack: times("crash_before_ack"),
    });
    see("/exchange")
}
