//! Hands for tests: methods of [`Onec`] and the same over `/_control/…`.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{Line, MoneyDoc, NewOrder, Order, Switches};
use super::seed;
use super::server::Onec;
use crate::base::{Kopecks, MoneyKind, Quantity, VatRate};
use crate::gateways::onec::service::{BuyerBody, Delivery, OrderState};

impl Onec {
    /// Adds an order of today.
    pub fn add_order(&self, new: NewOrder) -> Uuid {
        let today = self.today();
        self.lock().add_order(new, today)
    }

    /// Adds an order of one line for a person, marked for payment.
    pub fn add_simple_order(&self, total: Kopecks) -> Uuid {
        self.add_order(NewOrder {
            buyer: seed::person(0),
            lines: vec![Line::new("Набор товаров", "NT-1", "шт", Quantity::ONE, total, VatRate::TwentyTwo)],
            delivery: Delivery::Pickup,
            pay_until: None,
            allow_parts: None,
            to_pay: true,
        })
    }

    /// The order as 1C has it.
    pub fn order(&self, guid: Uuid) -> Option<Order> {
        self.lock().order(guid).cloned()
    }

    /// Every order.
    pub fn orders(&self) -> Vec<Order> {
        self.lock().orders.clone()
    }

    /// Changes an order by hand; registered for the next session. False: no such order, or a cancelled one.
    pub fn change_order(&self, guid: Uuid, change: impl FnOnce(&mut Order)) -> bool {
        self.lock().change_order(guid, change)
    }

    /// «Отправить на оплату».
    pub fn send_to_pay(&self, guid: Uuid) -> bool {
        self.change_order(guid, |order| order.to_pay = true)
    }

    /// Cancels an order.
    pub fn cancel_order(&self, guid: Uuid) -> bool {
        self.change_order(guid, |order| order.state = OrderState::Cancelled)
    }

    /// Ships an order.
    pub fn close_order(&self, guid: Uuid) -> bool {
        self.change_order(guid, |order| order.state = OrderState::Closed)
    }

    /// Books money by hand on an order; none: no such order.
    pub fn book_money(&self, order: Uuid, kind: MoneyKind, amount: Kopecks) -> Option<Uuid> {
        let today = self.today();
        self.lock().add_own_document(order, kind, amount, today)
    }

    /// Changes a document by hand (unpost, delete, post); registered for the next session.
    pub fn change_document(&self, guid: Uuid, change: impl FnOnce(&mut MoneyDoc)) -> bool {
        self.lock().change_document(guid, change)
    }

    /// The document as 1C has it.
    pub fn document(&self, guid: Uuid) -> Option<MoneyDoc> {
        self.lock().document(guid).cloned()
    }

    /// Every document.
    pub fn documents(&self) -> Vec<MoneyDoc> {
        self.lock().documents.clone()
    }

    /// Troubles on demand.
    pub fn set_switches(&self, switches: Switches) {
        self.lock().switches = switches;
    }

    /// Numbers a test asks about.
    pub fn counts(&self) -> Counts {
        let base = self.lock();
        Counts {
            orders: base.orders.len(),
            sent: base.orders.iter().filter(|order| order.portal.is_some()).count(),
            documents: base.documents.len(),
            created_most: base.documents.iter().map(|document| document.created).max().unwrap_or(0),
        }
    }
}

/// How much there is of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Orders in 1C.
    pub orders: usize,
    /// Orders the portal knows.
    pub sent: usize,
    /// Money documents.
    pub documents: usize,
    /// How many times the most repeated GUID was made: 1, or something is broken.
    pub created_most: u32,
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/_control")
            .route("/counts", web::get().to(counts))
            .route("/switches", web::get().to(switches))
            .route("/switches", web::post().to(set_switches))
            .route("/exchange", web::post().to(exchange))
            .route("/orders", web::get().to(orders))
            .route("/orders", web::post().to(new_order))
            .route("/orders/{guid}", web::get().to(order))
            .route("/orders/{guid}/{action}", web::post().to(act))
            .route("/documents", web::get().to(documents))
            .route("/documents/{guid}", web::get().to(document)),
    );
}

/// An order as JSON for scripts.
#[derive(Serialize)]
struct OrderView {
    guid: Uuid,
    number: String,
    state: OrderState,
    total: String,
    sent: bool,
    link: Option<String>,
    payment_state: Option<String>,
    paid: Option<String>,
    due: Option<String>,
    error: Option<String>,
}

impl From<&Order> for OrderView {
    fn from(order: &Order) -> Self {
        let portal = order.portal.as_ref();
        Self {
            guid: order.guid,
            number: order.number.clone(),
            state: order.state,
            total: order.total().to_decimal_text(),
            sent: portal.is_some(),
            link: portal.map(|out| out.link.clone()),
            payment_state: portal.map(|out| out.payment_state.clone()),
            paid: portal.map(|out| out.paid.to_decimal_text()),
            due: portal.map(|out| out.due.to_decimal_text()),
            error: order.error.clone(),
        }
    }
}

/// A document as JSON for scripts.
#[derive(Serialize)]
struct DocumentView {
    guid: Uuid,
    number: String,
    date: String,
    kind: MoneyKind,
    direction: crate::base::Direction,
    amount: String,
    posted: bool,
    deleted: bool,
    revision: i64,
    created: u32,
    own: bool,
    rows: Vec<(Uuid, String)>,
}

impl From<&MoneyDoc> for DocumentView {
    fn from(document: &MoneyDoc) -> Self {
        Self {
            guid: document.guid,
            number: document.number.clone(),
            date: document.date.to_string(),
            kind: document.kind,
            direction: document.direction,
            amount: document.amount.to_decimal_text(),
            posted: document.posted,
            deleted: document.deleted,
            revision: document.revision,
            created: document.created,
            own: document.origin == super::model::Origin::Own,
            rows: document.rows.iter().map(|(order, sum)| (*order, sum.to_decimal_text())).collect(),
        }
    }
}

async fn counts(onec: web::Data<Onec>) -> HttpResponse {
    HttpResponse::Ok().json(onec.counts())
}

async fn switches(onec: web::Data<Onec>) -> HttpResponse {
    HttpResponse::Ok().json(onec.lock().switches)
}

async fn set_switches(onec: web::Data<Onec>, wanted: web::Json<Switches>) -> HttpResponse {
    onec.set_switches(*wanted);
    HttpResponse::Ok().json(*wanted)
}

async fn exchange(onec: web::Data<Onec>) -> HttpResponse {
    match onec.exchange().await {
        Ok(report) => HttpResponse::Ok().json(report),
        Err(trouble) => HttpResponse::BadGateway().json(serde_json::json!({ "error": trouble.to_string() })),
    }
}

async fn orders(onec: web::Data<Onec>) -> HttpResponse {
    HttpResponse::Ok().json(onec.lock().orders.iter().map(OrderView::from).collect::<Vec<_>>())
}

async fn order(onec: web::Data<Onec>, guid: web::Path<Uuid>) -> HttpResponse {
    match onec.order(*guid) {
        Some(order) => HttpResponse::Ok().json(OrderView::from(&order)),
        None => HttpResponse::NotFound().finish(),
    }
}

/// `{total, buyer?, to_pay?}`: an order of one line.
#[derive(Deserialize)]
struct Wanted {
    total: String,
    buyer: Option<BuyerBody>,
    #[serde(default = "yes")]
    to_pay: bool,
    allow_parts: Option<bool>,
}

fn yes() -> bool {
    true
}

async fn new_order(onec: web::Data<Onec>, wanted: web::Json<Wanted>) -> HttpResponse {
    let wanted = wanted.into_inner();
    let total = match Kopecks::parse(&wanted.total) {
        Ok(total) => total,
        Err(error) => return HttpResponse::BadRequest().json(serde_json::json!({ "error": error.to_string() })),
    };
    let guid = onec.add_order(NewOrder {
        buyer: wanted.buyer.unwrap_or_else(|| seed::person(0)),
        lines: vec![Line::new("Набор товаров", "NT-1", "шт", Quantity::ONE, total, VatRate::TwentyTwo)],
        delivery: Delivery::Pickup,
        pay_until: None,
        allow_parts: wanted.allow_parts,
        to_pay: wanted.to_pay,
    });
    HttpResponse::Created().json(serde_json::json!({ "guid": guid }))
}

async fn act(onec: web::Data<Onec>, wanted: web::Path<(Uuid, String)>) -> HttpResponse {
    let (guid, action) = wanted.into_inner();
    let done = match action.as_str() {
        "send" => onec.send_to_pay(guid),
        "cancel" => onec.cancel_order(guid),
        "close" => onec.close_order(guid),
        _ => return HttpResponse::NotFound().finish(),
    };
    if done { HttpResponse::NoContent().finish() } else { HttpResponse::Conflict().finish() }
}

async fn documents(onec: web::Data<Onec>) -> HttpResponse {
    HttpResponse::Ok().json(onec.lock().documents.iter().map(DocumentView::from).collect::<Vec<_>>())
}

async fn document(onec: web::Data<Onec>, guid: web::Path<Uuid>) -> HttpResponse {
    match onec.document(*guid) {
        Some(document) => HttpResponse::Ok().json(DocumentView::from(&document)),
        None => HttpResponse::NotFound().finish(),
    }
}
