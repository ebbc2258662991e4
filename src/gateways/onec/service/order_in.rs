//! `PUT /1c/v1/orders/{guid}`: an order as 1C sees it now.

use chrono::NaiveDate;

use super::document_in::DocumentIn;
use super::reader::{Fields, Problems, Read, read_body};
use crate::base::{Instant, Kopecks, Quantity, VatRate, Zone};
use crate::domain::orders::{BuyerKind, Delivery, OrderState};

const MAX_LINES: usize = 2_000;
const MAX_DOCUMENTS: usize = 200;

/// An order, read and typed. Whether its lines add up is for the domain to say: 1C's total is what is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderIn {
    /// Number as 1C prints it: `УТ00-000417`.
    pub number: String,
    /// Day of the order in the shop's zone.
    pub date: NaiveDate,
    /// What 1C says of it.
    pub state: OrderState,
    /// Which legal entity sells; none: the default one.
    pub seller_inn: Option<String>,
    /// Code of the store.
    pub store: Option<String>,
    /// Key of the manager, as in the list of staff.
    pub manager: Option<String>,
    /// Who buys.
    pub buyer: BuyerIn,
    /// How the goods travel.
    pub delivery: Delivery,
    /// Last moment to pay.
    pub pay_until: Option<Instant>,
    /// Отсрочка: nothing is due before this day.
    pub deferred_until: Option<NaiveDate>,
    /// Whether it may be paid in parts; none: as the shop's settings say.
    pub allow_parts: Option<bool>,
    /// Three capital letters; all but `RUB` are taken but not payable.
    pub currency: String,
    /// What is owed for the whole order, VAT included.
    pub total: Kopecks,
    /// VAT inside the total, if 1C states it.
    pub vat_total: Option<Kopecks>,
    /// What is sold.
    pub lines: Vec<LineIn>,
    /// Money documents of 1C's own on this order.
    pub documents: Vec<DocumentIn>,
}

/// The buyer of an order. Contacts are only what passed a look at their shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuyerIn {
    /// Person or company.
    pub kind: BuyerKind,
    /// Full name.
    pub name: String,
    /// 10 or 12 digits.
    pub inn: Option<String>,
    /// 9 characters.
    pub kpp: Option<String>,
    /// As 1C writes it.
    pub phone: Option<String>,
    /// One address.
    pub email: Option<String>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIn {
    /// What it is.
    pub name: String,
    /// Article number.
    pub article: Option<String>,
    /// Unit as text: шт, м².
    pub unit: String,
    /// How much of it.
    pub quantity: Quantity,
    /// Price of one, VAT included (added here if 1C's prices go without).
    pub price: Kopecks,
    /// Sum of the line with discounts, VAT included always.
    pub amount: Kopecks,
    /// Rate of the line.
    pub vat_rate: VatRate,
}

impl OrderIn {
    /// Reads the body of a PUT; local times are of `zone`.
    ///
    /// # Errors
    /// Every fault of the body at once, each with its path.
    pub fn read(body: &[u8], zone: Zone) -> Result<Read<Self>, Problems> {
        read_body(body, zone, order)
    }
}

fn order(fields: &Fields<'_>) -> OrderIn {
    let (vat_included, vat_total) = fields.flag_or_money("vat_included");
    let prices_with_vat = vat_included.unwrap_or(true);
    let total = fields.money("total");
    if vat_total.is_some_and(|vat| vat > total) {
        fields.fault("vat_included", "НДС больше суммы заказа");
    }
    OrderIn {
        number: fields.required_text("number", 64),
        date: fields.day("date"),
        state: fields.choice("state", OrderState::ALL, OrderState::as_str, None).unwrap_or(OrderState::Open),
        seller_inn: seller_inn(fields),
        store: fields.text("store", 64),
        manager: fields.text("manager", 128),
        buyer: fields.object("buyer", buyer).unwrap_or_else(nobody),
        delivery: fields.choice("delivery", Delivery::ALL, Delivery::as_str, None).unwrap_or(Delivery::Delivery),
        pay_until: fields.deadline("pay_until"),
        deferred_until: fields.optional_day("deferred_until"),
        allow_parts: fields.flag("allow_parts"),
        currency: currency(fields),
        total,
        vat_total,
        lines: fields.list("lines", MAX_LINES, |line| self::line(line, prices_with_vat)),
        documents: fields.list("documents", MAX_DOCUMENTS, DocumentIn::embedded),
    }
}

fn nobody() -> BuyerIn {
    BuyerIn { kind: BuyerKind::Person, name: String::new(), inn: None, kpp: None, phone: None, email: None }
}

/// Which company the money goes to is no matter for guessing: a wrong ИНН here stops the order.
fn seller_inn(fields: &Fields<'_>) -> Option<String> {
    let inn = fields.text("seller_inn", 20)?;
    if !is_inn(&inn) {
        fields.fault("seller_inn", "ИНН — это 10 или 12 цифр");
    }
    Some(inn)
}

fn currency(fields: &Fields<'_>) -> String {
    let Some(code) = fields.text("currency", 10) else { return "RUB".to_owned() };
    match code.to_uppercase().as_str() {
        "RUB" | "РУБ" | "РУБ." | "643" => return "RUB".to_owned(),
        other if other.len() == 3 && other.bytes().all(|byte| byte.is_ascii_uppercase()) => return other.to_owned(),
        _ => fields.fault("currency", "ожидался код валюты из трёх букв: RUB"),
    }
    code
}

/// A contact of a wrong shape is left out with a remark: the order is worth more than a typing error in a phone.
fn buyer(fields: &Fields<'_>) -> BuyerIn {
    let soft = |name, fits: fn(&str) -> bool, what: &str| {
        let value = fields.text(name, 254)?;
        let good = fits(&value);
        if !good {
            fields.remark(name, format_args!("{what}; значение не сохранено"));
        }
        good.then_some(value)
    };
    BuyerIn {
        kind: fields.choice("kind", BuyerKind::ALL, BuyerKind::as_str, None).unwrap_or(BuyerKind::Person),
        name: fields.required_text("name", 500),
        inn: soft("inn", is_inn, "ИНН — это 10 или 12 цифр"),
        kpp: soft("kpp", is_kpp, "КПП — это 9 знаков"),
        phone: soft("phone", is_phone, "не похоже на номер телефона"),
        email: soft("email", is_email, "не похоже на адрес почты"),
    }
}

fn line(fields: &Fields<'_>, price_with_vat: bool) -> LineIn {
    let vat_rate = vat_rate(fields);
    let price = fields.money("price");
    LineIn {
        name: fields.required_text("name", 1_000),
        article: fields.text("article", 100),
        unit: fields.text("unit", 50).unwrap_or_else(|| "шт".to_owned()),
        quantity: fields.quantity("quantity"),
        price: if price_with_vat { price } else { with_vat(price, vat_rate) },
        amount: fields.money("amount"),
        vat_rate,
    }
}

fn vat_rate(fields: &Fields<'_>) -> VatRate {
    let text = fields.required_text("vat_rate", 30);
    let rate = VatRate::parse_loose(&text);
    if rate.is_none() {
        fields.fault("vat_rate", format!("«{text}» — неизвестная ставка; знаем 22, 20, 10, 7, 5, 0 и none"));
    }
    rate.unwrap_or(VatRate::None)
}

/// The price with VAT on top, half up.
fn with_vat(price: Kopecks, rate: VatRate) -> Kopecks {
    let vat = (i128::from(price.get()) * i128::from(rate.percent()) + 50) / 100;
    price + Kopecks::new(i64::try_from(vat).unwrap_or(i64::MAX))
}

pub(super) fn is_inn(text: &str) -> bool {
    matches!(text.len(), 10 | 12) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Positions 5 and 6 may hold Latin letters (приказ ФНС ММВ-7-6/435@).
fn is_kpp(text: &str) -> bool {
    text.len() == 9 && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (10..=15).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || "+-() .".contains(c))
}

fn is_email(text: &str) -> bool {
    text.parse::<lettre::Address>().is_ok() && text.contains('.')
}
