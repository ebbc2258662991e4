//! What a document of a file says, typed.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::{BuyerIn, LineIn};
use crate::base::{Kopecks, MoneyKind};

/// What kind of document it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentKind {
    /// «Заказ товара».
    Order,
    /// Money of the buyer to the shop.
    Payment(MoneyKind),
    /// Money back to the buyer.
    Refund(MoneyKind),
    /// «Отпуск товара».
    Shipment,
    /// Anything else: passed over.
    Other(String),
}

/// When a file was made, in 1C's local time; many modules give the day alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generated {
    /// The moment; midnight when only the day is known.
    pub at: NaiveDateTime,
    /// Only the day is known.
    pub day_only: bool,
}

impl Generated {
    /// Whether a file made now is older than what was accepted at `accepted`.
    #[must_use]
    pub fn is_before(self, accepted: NaiveDateTime) -> bool {
        if self.day_only { self.at.date() < accepted.date() } else { self.at < accepted }
    }
}

/// Where the goods are fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pickup {
    /// Ид of the warehouse or point.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: Option<String>,
}

/// What the properties say; absent ones are nothing, malformed ones too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// «Номер по 1С».
    pub onec_number: Option<String>,
    /// The day of «Дата по 1С».
    pub onec_day: Option<NaiveDate>,
    /// «Проведен».
    pub posted: Option<bool>,
    /// «ПометкаУдаления».
    pub deleted: Option<bool>,
    /// «Отменен».
    pub cancelled: Option<bool>,
    /// «Оплачено», «Оплачен»: of a payment: false is an empty template; of an order: 1C counts it as paid.
    pub paid: Option<bool>,
    /// «Номер оплаты по 1С»: 1C counts the order as paid; on a payment, its number.
    pub paid_number: Option<String>,
    /// «Номер отгрузки по 1С» or «Отгружен».
    pub shipped: bool,
    /// «Метод оплаты ИД», else «Метод оплаты».
    pub method: Option<String>,
}

/// A document, read and typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentIn {
    /// Its place in the file, from 1.
    pub position: u64,
    /// What it is.
    pub kind: DocumentKind,
    /// Ид: the GUID in 1C, as a rule.
    pub id: String,
    /// Номер: of an order, the number on the site.
    pub number: String,
    /// Дата.
    pub date: NaiveDate,
    /// Время.
    pub time: Option<NaiveTime>,
    /// `RUB`, or what is written there.
    pub currency: String,
    /// Сумма: what is owed or moved.
    pub sum: Kopecks,
    /// Who buys.
    pub buyer: Option<BuyerIn>,
    /// Lines.
    pub lines: Vec<LineIn>,
    /// Основание: Ид of the order a payment is for.
    pub base: Option<String>,
    /// Where the goods are fetched.
    pub pickup: Option<Pickup>,
    /// Whether the properties speak of delivery (true), of pickup (false), or of neither.
    pub delivered: Option<bool>,
    /// What the properties say.
    pub said: Said,
    /// Remarks that refuse nothing.
    pub warnings: Vec<String>,
}

impl DocumentIn {
    /// Why an order is not to be paid any more, if it is so (pitfalls 9 and 17 of the exchange).
    #[must_use]
    pub fn cancelled_because(&self) -> Option<&'static str> {
        match &self.said {
            said if said.deleted == Some(true) => Some("помечен на удаление"),
            said if said.posted == Some(false) => Some("не проведён"),
            said if said.cancelled == Some(true) => Some("отменён"),
            _ if self.sum.is_zero() => Some("сумма 0"),
            _ => None,
        }
    }

    /// Whether 1C says that nothing is owed any more.
    #[must_use]
    pub fn is_settled_in_onec(&self) -> bool {
        self.sum.is_positive() && (self.said.paid_number.is_some() || self.said.paid == Some(true))
    }

    /// The number for people: 1C's own, else the one on the site.
    #[must_use]
    pub fn printed_number(&self) -> &str {
        self.said.onec_number.as_deref().unwrap_or(&self.number)
    }
}

/// A document that cannot be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// Its place in the file, from 1.
    pub position: u64,
    /// Ид, if it has one.
    pub id: String,
    /// Номер, if it has one.
    pub number: String,
    /// Why, in Russian.
    pub reason: String,
}

/// A document, or why it is none.
pub type Verdict = Result<DocumentIn, Bad>;
