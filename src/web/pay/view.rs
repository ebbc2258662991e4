//! The view model of the customer's page: plain data, filled by the handler, without a database behind it.

use chrono::NaiveDate;

use super::state::PageState;
use super::steps::Step;
use crate::base::texts::Lang;
use crate::base::{Instant, Kopecks, Method, Quantity, VatRate, Zone};

/// The customer's page of one order. Moments are UTC; the page shows them in `zone`.
#[derive(Debug, Clone)]
pub struct PayPage {
    /// Language of the page.
    pub lang: Lang,
    /// The shop's business zone.
    pub zone: Zone,
    /// The page's own path without a query: `/pay/{token}`.
    pub self_path: String,
    /// The page's whole address, for the QR and for forwarding.
    pub url: String,
    /// Whose page it is.
    pub shop: Shop,
    /// Who sells.
    pub seller: Seller,
    /// What is sold.
    pub order: OrderView,
    /// What is due and what came.
    pub money: MoneyView,
    /// What the page tells.
    pub state: PageState,
    /// Until when it can be paid.
    pub deadline: Option<Instant>,
    /// Ways to pay, the recommended first.
    pub methods: Vec<MethodCard>,
    /// The form came without a way to pay: say so beside the cards.
    pub method_missing: bool,
    /// Name of the provider whose page takes the payment («ЮKassa»).
    pub provider: Option<String>,
    /// Asked when the order has no contact and a receipt is due.
    pub contact: Option<ContactForm>,
    /// Offered when parts are allowed and more than the smallest part is due.
    pub parts: Option<PartOffer>,
    /// «Прислать ссылку мне»; nothing where the shop sends no mail or there is nothing to pay.
    pub mail: Option<MailOffer>,
    /// «Где мои деньги», oldest first, up to 1C's number.
    pub money_line: Vec<Step>,
    /// Where and how the goods are handed over.
    pub handover: Option<Handover>,
    /// Documents and pages of the shop.
    pub links: Links,
    /// What has to be said on top.
    pub notices: Notices,
    /// How the page keeps itself fresh.
    pub live: Live,
}

/// The shop as the customer knows it.
#[derive(Debug, Clone, Default)]
pub struct Shop {
    /// `ДомПлюс`.
    pub name: String,
    /// Any usual spelling; shown as `+7 812 445-10-20`.
    pub phone: Option<String>,
    /// Address of the logo on this server (CSP: own images only).
    pub logo: Option<String>,
}

/// Requisites of the selling company.
#[derive(Debug, Clone, Default)]
pub struct Seller {
    /// `ООО «ДомПлюс Северо-Запад»`.
    pub name: String,
    /// ИНН without spaces.
    pub inn: String,
    /// ОГРН.
    pub ogrn: Option<String>,
    /// Postal address.
    pub address: Option<String>,
    /// `Ежедневно 9:00–22:00`.
    pub hours: Option<String>,
}

/// The order.
#[derive(Debug, Clone)]
pub struct OrderView {
    /// As in 1C, unchanged.
    pub number: String,
    /// Its day.
    pub date: NaiveDate,
    /// Lines of the current revision.
    pub lines: Vec<LineView>,
    /// VAT inside the total; `None` when it is not known.
    pub vat: Option<VatView>,
    /// The buyer, already shortened (LNK-7): `Ирина С.`.
    pub buyer: Option<String>,
}

/// One line of the order.
#[derive(Debug, Clone)]
pub struct LineView {
    /// Name of the goods.
    pub name: String,
    /// How many.
    pub quantity: Quantity,
    /// Unit: `шт.`.
    pub unit: String,
    /// Price of a unit.
    pub price: Kopecks,
    /// Sum of the line.
    pub amount: Kopecks,
}

/// VAT inside a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VatView {
    /// The rate, if all lines share it.
    pub rate: Option<VatRate>,
    /// The tax.
    pub amount: Kopecks,
}

/// The order's money, as in `order_balances`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MoneyView {
    /// The order's total.
    pub total: Kopecks,
    /// What came.
    pub paid: Kopecks,
    /// What is still asked for.
    pub due: Kopecks,
    /// What is on its way back.
    pub refunding: Kopecks,
}

/// A way to pay: the value of the form's field `method`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Bank card.
    Card,
    /// СБП.
    Sbp,
    /// Invoice for a company.
    Invoice,
}

impl From<Method> for Way {
    fn from(method: Method) -> Self {
        match method {
            Method::Card => Self::Card,
            Method::Sbp => Self::Sbp,
        }
    }
}

impl Way {
    /// `card`, `sbp`, `invoice`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Sbp => "sbp",
            Self::Invoice => "invoice",
        }
    }

    /// Name of its icon in the sprite.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Sbp => "qr",
            Self::Invoice => "file",
        }
    }
}

/// One way to pay, as a card with a radio button.
#[derive(Debug, Clone)]
pub struct MethodCard {
    /// Which way.
    pub way: Way,
    /// Chosen when the page opens; exactly one available card should be.
    pub selected: bool,
    /// The shop's or provider's own hint instead of ours.
    pub hint: Option<String>,
    /// Why it cannot be chosen now.
    pub unavailable: Option<Unavailable>,
}

/// Why a way to pay cannot be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// The provider does not answer.
    Down,
    /// The sum is over the way's limit.
    OverLimit(Kopecks),
    /// Not for this order (receipt, mode, kind of buyer).
    NotForThisOrder,
}

/// What is wrong with what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldError {
    /// Nothing was typed.
    Empty,
    /// `имя@почта` without the end.
    Unfinished,
    /// Not an address (or neither address nor phone).
    Malformed,
}

/// The question for an address to send the receipt to.
#[derive(Debug, Clone, Default)]
pub struct ContactForm {
    /// As typed before.
    pub value: String,
    /// What was wrong with it.
    pub error: Option<FieldError>,
}

/// The offer to send the link to an address of the customer's own.
#[derive(Debug, Clone, Default)]
pub struct MailOffer {
    /// As typed before.
    pub value: String,
    /// What became of it.
    pub answer: Option<MailAnswer>,
}

/// What became of a request to send the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailAnswer {
    /// On its way to this masked address.
    Sent(String),
    /// The link was sent a moment ago.
    TooSoon,
    /// The address cannot be right.
    Wrong(FieldError),
}

/// What is wrong with the typed part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartError {
    /// Not a number.
    NotANumber,
    /// Below the smallest part.
    TooSmall,
    /// Over what is due.
    TooLarge,
}

/// The offer to pay a part.
#[derive(Debug, Clone)]
pub struct PartOffer {
    /// The smallest part taken.
    pub min: Kopecks,
    /// What is due.
    pub max: Kopecks,
    /// What stands in the field at first.
    pub suggested: Kopecks,
    /// What was typed before, when it was refused.
    pub typed: Option<String>,
    /// Why it was refused.
    pub error: Option<PartError>,
}

/// Where the goods are handed over.
#[derive(Debug, Clone)]
pub struct Handover {
    /// Shop of the pickup; `None` = delivery.
    pub pickup_at: Option<String>,
    /// Address, hours, terms: finished lines.
    pub lines: Vec<String>,
}

/// Addresses this page may point to.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// The fiscal receipt at the ОФД.
    pub receipt: Option<WebLink>,
    /// The invoice.
    pub invoice_pdf: Option<WebLink>,
    /// Terms of return.
    pub terms: Option<WebLink>,
    /// How personal data is kept.
    pub privacy: Option<WebLink>,
}

/// An address that is safe in `href`: a path of this server or an http(s) URL, never `javascript:` or `data:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebLink(String);

impl WebLink {
    /// Accepts `/path` and `http(s)://…`; nothing else is a link.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let own_path = text.starts_with('/') && !text.starts_with("//") && !text.starts_with("/\\");
        let web = || url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        (own_path || web()).then(|| Self(text.to_owned()))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What has to be said on top of the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Notices {
    /// The order is a test one.
    pub test: bool,
    /// The whole database is a training stand or demo.
    pub stand: bool,
    /// 1C does not answer; paying works.
    pub onec_down: bool,
}

/// How the page keeps itself fresh.
#[derive(Debug, Clone, Default)]
pub struct Live {
    /// Changes whenever the page should be drawn anew; the status answer carries the same.
    pub version: String,
    /// Seconds between questions; 0 = the page does not ask.
    pub poll_seconds: u32,
}

impl PayPage {
    /// Whether the ways to pay are shown, with one that works.
    #[must_use]
    pub fn is_payable_here(&self) -> bool {
        self.state.offers_methods() && self.money.due.is_positive() && self.open_ways().next().is_some()
    }

    /// The ways that work now, in the page's order.
    pub fn open_ways(&self) -> impl Iterator<Item = Way> + '_ {
        self.methods.iter().filter(|card| card.unavailable.is_none()).map(|card| card.way)
    }

    /// Whether the line of money tells of a refund alone.
    #[must_use]
    pub fn tells_refund(&self) -> bool {
        self.state.is_refund() && !matches!(self.state, PageState::CancelledWithMoney { .. })
    }

    /// Whether the page is a proof worth printing: money came or went back.
    #[must_use]
    pub const fn prints(&self) -> bool {
        self.state.is_settled() || matches!(self.state, PageState::RefundDone { .. })
    }

    /// Whether `way` works now.
    #[must_use]
    pub fn offers(&self, way: Way) -> bool {
        self.open_ways().any(|open| open == way)
    }

    /// The largest sum on the page: what is due while something is asked for, else the total.
    #[must_use]
    pub fn headline_sum(&self) -> Kopecks {
        let asks = self.money.due.is_positive() && !self.state.is_settled() && !self.state.is_refund();
        if asks { self.money.due } else { self.money.total }
    }
}
