//! Pages for people: orders, one order, documents. Plain HTML, no script.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::model::{MoneyDoc, Order, Origin, Switches};
use super::server::Onec;
use super::wire::local_time;
use crate::base::texts::{date, plural};
use crate::base::{Direction, Kopecks};
use crate::emulators::sheet;
use crate::gateways::onec::service::{OrderOut, OrderState};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(orders))
        .route("/orders/{guid}", web::get().to(order))
        .route("/documents", web::get().to(documents))
        .route("/exchange", web::get().to(exchange))
        .route("/emulators.css", web::get().to(sheet::css));
}

/// What every page shows around its own.
struct Frame {
    here: &'static str,
    auto: bool,
    portal: String,
    trouble: bool,
}

impl Frame {
    fn of(onec: &Onec, here: &'static str) -> Self {
        let trouble = onec.lock().switches != Switches::default();
        Self { here, auto: onec.auto, portal: onec.portal().to_string(), trouble }
    }
}

#[derive(Template)]
#[template(path = "emulators/onec/orders.html")]
struct OrdersPage {
    frame: Frame,
    rows: Vec<OrderRow>,
    count: String,
}

struct OrderRow {
    guid: Uuid,
    number: String,
    date: String,
    buyer: String,
    total: String,
    paid: String,
    status: Status,
    link: Option<String>,
    error: Option<String>,
}

/// A word and its colour.
struct Status {
    word: &'static str,
    tone: &'static str,
}

fn status(order: &Order) -> Status {
    let of = |word, tone| Status { word, tone };
    let money = order.portal.as_ref().map(|out| out.payment_state.as_str());
    match (order.state, money) {
        _ if order.error.is_some() => of("Портал не принял", "red"),
        (OrderState::Cancelled, _) => of("Отменён", "grey"),
        (_, Some("paid")) => of("Оплачен", "green"),
        (_, Some("partly_paid")) => of("Оплачен частично", "amber"),
        (_, Some("overpaid")) => of("Переплата", "violet"),
        (_, Some(_)) => of("Ждёт оплаты", "blue"),
        (_, None) if order.to_pay => of("Ждёт обмена", "grey"),
        (_, None) => of("Не отправлен", "grey"),
    }
}

fn order_row(order: &Order) -> OrderRow {
    let paid = order.portal.as_ref().map(|out| out.paid).filter(|paid| !paid.is_zero());
    OrderRow {
        guid: order.guid,
        number: order.number.clone(),
        date: date(order.date),
        buyer: order.buyer.name.clone(),
        total: order.total().grouped(),
        paid: paid.map_or_else(|| "—".to_owned(), Kopecks::grouped),
        status: status(order),
        link: order.portal.as_ref().map(|out| out.link.clone()),
        error: order.error.clone(),
    }
}

async fn orders(onec: web::Data<Onec>) -> HttpResponse {
    let rows: Vec<OrderRow> = onec.lock().orders.iter().rev().map(order_row).collect();
    let count = format!("{} {}", rows.len(), plural(rows.len() as u64, "заказ", "заказа", "заказов"));
    sheet::page(&OrdersPage { frame: Frame::of(&onec, "orders"), rows, count })
}

#[derive(Template)]
#[template(path = "emulators/onec/order.html")]
struct OrderPage {
    frame: Frame,
    order: Order,
    status: Status,
    total: String,
    due: Option<Kopecks>,
    documents: Vec<DocumentRow>,
}

impl OrderPage {
    fn portal(&self) -> Option<&OrderOut> {
        self.order.portal.as_ref()
    }

    fn open(&self) -> bool {
        self.order.state != OrderState::Cancelled
    }

    fn day(&self) -> String {
        date(self.order.date)
    }
}

async fn order(onec: web::Data<Onec>, guid: web::Path<Uuid>) -> HttpResponse {
    let Some(order) = onec.order(*guid) else { return HttpResponse::NotFound().body("Заказ не найден") };
    let documents = rows_of(&onec, |document| document.rows.iter().any(|(of, _)| *of == order.guid));
    let due = order.portal.as_ref().map(|out| out.due).filter(|due| due.is_positive());
    let (status, total) = (status(&order), order.total().to_string());
    sheet::page(&OrderPage { frame: Frame::of(&onec, "order"), order, status, total, due, documents })
}

#[derive(Template)]
#[template(path = "emulators/onec/documents.html")]
struct DocumentsPage {
    frame: Frame,
    rows: Vec<DocumentRow>,
}

struct DocumentRow {
    guid: Uuid,
    number: String,
    date: String,
    title: &'static str,
    amount: String,
    origin: String,
    state: Status,
    posted: bool,
    deleted: bool,
    rows: Vec<(Uuid, String, String)>,
}

fn document_status(document: &MoneyDoc) -> Status {
    match (document.deleted, document.posted) {
        (true, _) => Status { word: "Помечен на удаление", tone: "grey" },
        (false, true) => Status { word: "Проведён", tone: "green" },
        (false, false) => Status { word: "Записан, не проведён", tone: "amber" },
    }
}

async fn documents(onec: web::Data<Onec>) -> HttpResponse {
    sheet::page(&DocumentsPage { frame: Frame::of(&onec, "documents"), rows: rows_of(&onec, |_| true) })
}

fn rows_of(onec: &Onec, wanted: impl Fn(&MoneyDoc) -> bool) -> Vec<DocumentRow> {
    let base = onec.lock();
    let number = |guid| base.order(guid).map(|order| order.number.clone()).unwrap_or_default();
    let row = |document: &MoneyDoc| DocumentRow {
        guid: document.guid,
        number: document.number.clone(),
        date: date(document.date),
        title: document.title(),
        amount: match document.direction {
            Direction::In => document.amount.grouped(),
            Direction::Out => (-document.amount).grouped(),
        },
        origin: match document.origin {
            Origin::Own => "введён в 1С".to_owned(),
            Origin::Portal => format!("из портала, редакция {}", document.revision),
        },
        state: document_status(document),
        posted: document.posted,
        deleted: document.deleted,
        rows: document.rows.iter().map(|(order, sum)| (*order, number(*order), sum.grouped())).collect(),
    };
    base.documents.iter().rev().filter(|document| wanted(document)).map(row).collect()
}

#[derive(Template)]
#[template(path = "emulators/onec/exchange.html")]
struct ExchangePage {
    frame: Frame,
    switches: Switches,
    log: Vec<(String, String, bool)>,
}

async fn exchange(onec: web::Data<Onec>) -> HttpResponse {
    let frame = Frame::of(&onec, "exchange");
    let base = onec.lock();
    let log = base.log.iter().map(|line| (local_time(onec.zone, line.at), line.text.clone(), line.bad)).collect();
    let switches = base.switches;
    drop(base);
    sheet::page(&ExchangePage { frame, switches, log })
}
