//! What an order is.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::base::ids::{OrderId, SellerId};
use crate::base::{Instant, Kopecks, Mode, Quantity, VatRate, text_enum};
use crate::db::schema::{order_lines, orders, sellers, stores};

text_enum! {
    /// Where an order was born.
    pub enum Source {
        /// In 1C.
        Onec => "onec",
        /// In the shop.
        Shop => "shop",
    }
}

text_enum! {
    /// What 1C says of an order; whether it is paid is another question.
    pub enum OrderState {
        /// In work.
        Open => "open",
        /// Will not be.
        Cancelled => "cancelled",
        /// Shipped; payable while money is due.
        Closed => "closed",
    }
}

text_enum! {
    /// Who buys.
    pub enum BuyerKind {
        /// A person.
        Person => "person",
        /// An organisation or a sole trader.
        Company => "company",
    }
}

text_enum! {
    /// How the goods change hands.
    pub enum Delivery {
        /// Brought to the buyer.
        Delivery => "delivery",
        /// Fetched by the buyer.
        Pickup => "pickup",
    }
}

text_enum! {
    /// Names under which the neighbours know an order.
    pub enum KeyKind {
        /// The shop's own id.
        ShopId => "shop_id",
        /// The GUID in 1C.
        OnecGuid => "onec_guid",
        /// The number on the site.
        SiteNumber => "site_number",
        /// The number in 1C; numbers start anew each year.
        OnecNumber => "onec_number",
    }
}

/// One name of an order; `year` is 0 where names are not yearly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Whose name.
    pub kind: KeyKind,
    /// The name.
    pub value: String,
    /// Its year, or 0.
    pub year: i64,
}

impl Key {
    /// A name that is unique for ever.
    pub fn of(kind: KeyKind, value: impl Into<String>) -> Self {
        Self { kind, value: value.into(), year: 0 }
    }

    /// A number of a year.
    pub fn yearly(kind: KeyKind, value: impl Into<String>, year: i64) -> Self {
        Self { kind, value: value.into(), year }
    }
}

/// Who buys, as 1C or the shop says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buyer {
    /// Person or company.
    pub kind: BuyerKind,
    /// Full name.
    pub name: String,
    /// ИНН of a company.
    pub inn: Option<String>,
    /// КПП of a company.
    pub kpp: Option<String>,
    /// Phone as given.
    pub phone: Option<String>,
    /// E-mail as given.
    pub email: Option<String>,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = order_lines)]
pub struct Line {
    /// Name of the goods.
    pub name: String,
    /// Article, if any.
    pub article: Option<String>,
    /// Unit of measure.
    pub unit: String,
    /// How many, in thousandths.
    pub quantity: Quantity,
    /// Price of one unit, VAT included.
    pub price: Kopecks,
    /// Sum of the line, VAT included.
    pub amount: Kopecks,
    /// VAT rate as 1C states it.
    pub vat_rate: VatRate,
    /// VAT contained in the sum.
    pub vat_amount: Kopecks,
}

/// An order as a neighbour tells it; the whole picture, not a difference.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Where it was born.
    pub source: Source,
    /// Every name that the teller knows.
    pub keys: Vec<Key>,
    /// Number for people.
    pub number: String,
    /// Its date.
    pub ordered_on: NaiveDate,
    /// Live or test, by the road it came.
    pub mode: Mode,
    /// What 1C says of it.
    pub state: OrderState,
    /// ИНН of the selling legal entity; the default one when absent.
    pub seller_inn: Option<String>,
    /// The shop of the chain.
    pub store: Option<Store>,
    /// Who sells, as 1C names him.
    pub manager_key: Option<String>,
    /// Who buys.
    pub buyer: Buyer,
    /// How the goods change hands.
    pub delivery: Delivery,
    /// ISO currency; only RUB is payable.
    pub currency: String,
    /// Sum to pay by the document.
    pub total: Kopecks,
    /// May the customer pay in parts.
    pub allow_parts: bool,
    /// Paying ends (UTC).
    pub pay_until: Option<Instant>,
    /// Отсрочка: nothing is due before this day.
    pub deferred_until: Option<NaiveDate>,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A shop of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = stores)]
pub struct Store {
    /// Code in 1C.
    pub code: String,
    /// Name for people.
    pub name: String,
    /// Where it is.
    pub address: Option<String>,
    /// When it is open.
    pub hours: Option<String>,
    /// Its phone.
    pub phone: Option<String>,
}

/// A legal entity of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = sellers)]
pub struct Seller {
    /// Our id.
    pub id: SellerId,
    /// Full name.
    pub name: String,
    /// ИНН.
    pub inn: String,
    /// КПП of an organisation.
    pub kpp: Option<String>,
    /// ОГРН or ОГРНИП.
    pub ogrn: Option<String>,
    /// Legal address.
    pub address: Option<String>,
    /// Tax system for receipts (tag 1055 as YooKassa numbers it).
    pub tax_system: Option<i64>,
}

/// A kept order.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = orders)]
pub struct Order {
    /// Our id.
    pub id: OrderId,
    /// Where it was born.
    pub source: Source,
    /// Number for people.
    pub number: String,
    /// Its date.
    pub ordered_on: NaiveDate,
    /// Live or test.
    pub mode: Mode,
    /// What 1C says of it.
    pub state: OrderState,
    /// Revision of its content, from 1.
    pub revision: i64,
    /// Raised by everybody who locks the order.
    pub version: i64,
    /// Hash of the last draft.
    pub content_hash: String,
    /// Who sells.
    pub seller_id: SellerId,
    /// Which shop.
    pub store_code: Option<String>,
    /// Who sells, as 1C names him.
    pub manager_key: Option<String>,
    /// Person or company.
    pub buyer_kind: BuyerKind,
    /// Full name of the buyer.
    pub buyer_name: String,
    /// ИНН of a company.
    pub buyer_inn: Option<String>,
    /// КПП of a company.
    pub buyer_kpp: Option<String>,
    /// Phone of the buyer.
    pub buyer_phone: Option<String>,
    /// E-mail of the buyer.
    pub buyer_email: Option<String>,
    /// How the goods change hands.
    pub delivery: Delivery,
    /// ISO currency.
    pub currency: String,
    /// Sum to pay by the document.
    pub total: Kopecks,
    /// VAT contained in it.
    pub vat_total: Kopecks,
    /// The lines do not add up to the total.
    pub lines_differ: bool,
    /// May the customer pay in parts.
    pub allow_parts: bool,
    /// Paying ends (UTC).
    pub pay_until: Option<Instant>,
    /// Отсрочка.
    pub deferred_until: Option<NaiveDate>,
    /// Highest total at which 1C said "paid" by the stock pair.
    pub onec_settled_total: Kopecks,
    /// After a refund: money is asked for again.
    pub reopened: bool,
    /// Belongs to a pilot.
    pub pilot: bool,
    /// The total before the last change, if it changed.
    pub changed_from: Option<Kopecks>,
    /// First seen (UTC).
    pub created_at: Instant,
    /// Last changed (UTC).
    pub updated_at: Instant,
}

impl Order {
    /// What the order asks for as a whole: nothing once cancelled.
    #[must_use]
    pub fn asked(&self) -> Kopecks {
        if self.state == OrderState::Cancelled { Kopecks::ZERO } else { self.total }
    }

    /// Whether its currency can be paid here.
    #[must_use]
    pub fn is_in_rubles(&self) -> bool {
        self.currency == "RUB"
    }
}
