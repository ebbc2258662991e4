//! What a 1C keeps: orders and money documents.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::base::{Direction, Instant, Kopecks, MoneyKind, Quantity, VatRate};
use crate::gateways::onec::service::{BuyerBody, Delivery, OrderOut, OrderState};

/// An order of a customer.
#[derive(Debug, Clone)]
pub struct Order {
    /// Its GUID.
    pub guid: Uuid,
    /// `УТ00-000417`.
    pub number: String,
    /// Day of the order.
    pub date: NaiveDate,
    /// Open, cancelled, closed.
    pub state: OrderState,
    /// Code of the store.
    pub store: String,
    /// Key of the manager.
    pub manager: String,
    /// Who buys.
    pub buyer: BuyerBody,
    /// How the goods travel.
    pub delivery: Delivery,
    /// Last day to pay.
    pub pay_until: Option<NaiveDate>,
    /// Whether parts may be paid; none: as the portal's settings say.
    pub allow_parts: Option<bool>,
    /// What is sold.
    pub lines: Vec<Line>,
    /// The manager has pressed «Отправить на оплату»: from then on the exchange sends every change.
    pub to_pay: bool,
    /// Registration for the exchange: above the mark means "not sent yet".
    pub change: u64,
    /// The portal's last answer.
    pub portal: Option<OrderOut>,
    /// The portal's last refusal.
    pub error: Option<String>,
}

impl Order {
    /// Σ lines; a cancelled order is worth nothing.
    pub fn total(&self) -> Kopecks {
        match self.state {
            OrderState::Cancelled => Kopecks::ZERO,
            _ => self.lines.iter().map(|line| line.amount).sum(),
        }
    }
}

/// A line of an order.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it is.
    pub name: String,
    /// Article number.
    pub article: String,
    /// Unit as text.
    pub unit: String,
    /// How much.
    pub quantity: Quantity,
    /// Price of one with VAT.
    pub price: Kopecks,
    /// Sum of the line with VAT.
    pub amount: Kopecks,
    /// Rate.
    pub vat_rate: VatRate,
}

impl Line {
    /// A line whose sum is price × quantity, half up.
    pub fn new(name: &str, article: &str, unit: &str, quantity: Quantity, price: Kopecks, vat_rate: VatRate) -> Self {
        let (name, article, unit) = (name.to_owned(), article.to_owned(), unit.to_owned());
        Self { name, article, unit, quantity, price, amount: amount(quantity, price), vat_rate }
    }

    /// Another quantity, the sum follows.
    pub fn set_quantity(&mut self, quantity: Quantity) {
        self.quantity = quantity;
        self.amount = amount(quantity, self.price);
    }
}

fn amount(quantity: Quantity, price: Kopecks) -> Kopecks {
    let thousandths = i128::from(quantity.get()) * i128::from(price.get());
    Kopecks::new(i64::try_from((thousandths + 500) / 1000).unwrap_or(i64::MAX))
}

/// A new order, as a test or a form asks for it.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// Who buys.
    pub buyer: BuyerBody,
    /// What.
    pub lines: Vec<Line>,
    /// How the goods travel.
    pub delivery: Delivery,
    /// Last day to pay.
    pub pay_until: Option<NaiveDate>,
    /// Whether parts may be paid.
    pub allow_parts: Option<bool>,
    /// Send it with the next exchange.
    pub to_pay: bool,
}

/// Who made a money document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The exchange, from the portal's feed or push.
    Portal,
    /// A person in 1C.
    Own,
}

/// A money document.
#[derive(Debug, Clone)]
pub struct MoneyDoc {
    /// Its GUID; the portal's id, if the portal had it made.
    pub guid: Uuid,
    /// `ДПУТ-000812`.
    pub number: String,
    /// Its day.
    pub date: NaiveDate,
    /// Who made it.
    pub origin: Origin,
    /// What money.
    pub kind: MoneyKind,
    /// Which way.
    pub direction: Direction,
    /// Whole sum.
    pub amount: Kopecks,
    /// For which orders.
    pub rows: Vec<(Uuid, Kopecks)>,
    /// Posted.
    pub posted: bool,
    /// Marked for deletion.
    pub deleted: bool,
    /// The portal's revision it shows; 0 for own ones.
    pub revision: i64,
    /// How many times a document with this GUID was made: more than one would be money counted twice.
    pub created: u32,
    /// Number of the payer's payment order.
    pub incoming_number: Option<String>,
    /// Who paid.
    pub payer_inn: Option<String>,
    /// Registration for the exchange; 0: made by the exchange, nothing to tell.
    pub change: u64,
}

impl MoneyDoc {
    /// «Операция по платежной карте № ДПУТ-000812»: the kind as УТ names it.
    pub fn title(&self) -> &'static str {
        match (self.kind, self.direction) {
            (MoneyKind::Card | MoneyKind::Sbp, Direction::In) => "Операция по платёжной карте",
            (MoneyKind::Card | MoneyKind::Sbp, Direction::Out) => "Возврат по платёжной карте",
            (MoneyKind::Cash, Direction::In) => "Приходный кассовый ордер",
            (MoneyKind::Cash, Direction::Out) => "Расходный кассовый ордер",
            (_, Direction::In) => "Поступление безналичных ДС",
            (_, Direction::Out) => "Списание безналичных ДС",
        }
    }
}

/// Troubles on demand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Switches {
    /// The period is closed: every new or changed document is refused.
    pub closed_period: bool,
    /// Documents are written but cannot be posted.
    pub unposted: bool,
    /// So many calls (pushes, exchanges) find 1C away.
    pub unavailable: u32,
    /// So many times 1C falls over after writing a document and before saying so.
    pub crash_before_ack: u32,
}

/// A line of the exchange's log.
#[derive(Debug, Clone)]
pub struct LogLine {
    /// UTC.
    pub at: Instant,
    /// What happened.
    pub text: String,
    /// Whether a person should look.
    pub bad: bool,
}
