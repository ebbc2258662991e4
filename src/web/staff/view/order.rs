//! The card of one order.

use askama::Template;

use super::parts::{OnecMark, Status, Tone};
use super::shell::Shell;
use crate::base::Kopecks;

/// The whole card.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/order.html")]
pub struct OrderPage {
    /// The frame.
    pub shell: Shell,
    /// The order's id.
    pub id: String,
    /// Number as in 1C.
    pub number: String,
    /// `23.11.2026`.
    pub ordered_on: String,
    /// Status.
    pub status: Status,
    /// Play money among live orders.
    pub test: bool,
    /// Buyer's name, masked by role beforehand.
    pub buyer: String,
    /// ИНН of a company, grouped.
    pub inn: Option<String>,
    /// Phone and mail.
    pub contacts: Contacts,
    /// Store's name.
    pub store: Option<String>,
    /// «до 25.11.2026, 18:00».
    pub deadline: Option<String>,
    /// The gravest unusual thing, if any.
    pub banner: Option<Banner>,
    /// Four sums.
    pub sums: Sums,
    /// Goods.
    pub lines: Lines,
    /// Payments and attempts, newest first, refusals included.
    pub money: Vec<MoneyRow>,
    /// Money of unclear standing that waits for a decision.
    pub reviews: Vec<ReviewBox>,
    /// The customer's link.
    pub link: LinkBox,
    /// Invoices and receipts.
    pub documents: Vec<OtherDocument>,
    /// Refund: requests and the form.
    pub refund: RefundBox,
    /// The story, newest first.
    pub story: Vec<DayOfStory>,
    /// Name of the zone of all times here: «время московское».
    pub zone_note: String,
}

/// Phone and mail of the buyer.
#[derive(Debug, Clone, Default)]
pub struct Contacts {
    /// Phone, masked or whole.
    pub phone: Option<String>,
    /// Mail, masked or whole.
    pub email: Option<String>,
    /// Whether they may be opened now: masked and the role allows it.
    pub can_open: bool,
}

/// A tinted plate: what, whom it touches, what to press.
#[derive(Debug, Clone)]
pub struct Banner {
    /// Amber, red, blue or violet.
    pub tone: Tone,
    /// What.
    pub title: String,
    /// One sentence.
    pub text: String,
    /// At most two.
    pub actions: Vec<Action>,
}

/// A button of a banner: a link, or a form that posts.
#[derive(Debug, Clone)]
pub struct Action {
    /// Words on the button.
    pub words: String,
    /// Its address.
    pub href: String,
    /// Whether it changes something and so is posted.
    pub post: bool,
}

/// The four sums of the card.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sums {
    /// The order's total.
    pub total: Kopecks,
    /// What came.
    pub paid: Kopecks,
    /// What is still due.
    pub due: Kopecks,
    /// What went back.
    pub refunded: Kopecks,
    /// What is on its way back.
    pub refunding: Kopecks,
}

/// Goods of the order.
#[derive(Debug, Clone)]
pub struct Lines {
    /// «версия 2 от 23.11, 14:40».
    pub note: String,
    /// Address of the version before, if there is one.
    pub previous: Option<String>,
    /// The lines.
    pub rows: Vec<LineRow>,
    /// «в том числе НДС 22 % — 2 517,38» or «Без НДС».
    pub vat: String,
    /// The total.
    pub total: Kopecks,
}

/// How a line differs from the version before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineChange {
    /// It does not.
    Same,
    /// It is new.
    Added,
    /// It is gone (shown struck through).
    Removed,
    /// What changed: «было 3 шт.».
    Changed(String),
}

/// A line of goods.
#[derive(Debug, Clone)]
pub struct LineRow {
    /// Name.
    pub name: String,
    /// Article or empty.
    pub article: String,
    /// `4 уп.`.
    pub quantity: String,
    /// Price of one.
    pub price: Kopecks,
    /// Sum of the line.
    pub amount: Kopecks,
    /// Against the version before.
    pub change: LineChange,
}

/// A payment, a refund or an attempt.
#[derive(Debug, Clone)]
pub struct MoneyRow {
    /// `23.11.2026, 14:05`.
    pub when: String,
    /// «СБП, ЮKassa».
    pub how: String,
    /// What became of it, when it brought no money: «банк отказал: не хватает денег».
    pub outcome: Option<(Tone, &'static str, String)>,
    /// The road to 1C, when it brought money.
    pub onec: OnecMark,
    /// State of the receipt: «пробит», «—».
    pub receipt: String,
    /// The sum; negative for money that went back; `None` when nothing moved.
    pub amount: Option<Kopecks>,
}

/// Money whose standing is unclear: an accountant records it, here or on another order.
#[derive(Debug, Clone)]
pub struct ReviewBox {
    /// The attempt's id.
    pub id: String,
    /// What differs, in a sentence.
    pub reason: String,
    /// What the provider reports.
    pub amount: Kopecks,
    /// Whether this person may decide.
    pub can_decide: bool,
    /// The number in the field: the order's own, or what was typed.
    pub typed: String,
    /// Why the form came back.
    pub error: Option<String>,
}

/// The customer's link.
#[derive(Debug, Clone, Default)]
pub struct LinkBox {
    /// The address; `None` when there is none or it was revoked.
    pub address: Option<String>,
    /// Where a letter would go, masked; `None` when the order has no mail.
    pub to: Option<String>,
    /// Whether this person may send and revoke.
    pub can_send: bool,
    /// Whether anything is left to pay.
    pub payable: bool,
    /// Whether there is a living link, shown to this person or not.
    pub alive: bool,
}

/// An invoice or a receipt.
#[derive(Debug, Clone)]
pub struct OtherDocument {
    /// «Счёт № УТ-417 от 23.11.2026».
    pub title: String,
    /// «PDF, 84 КБ».
    pub note: String,
    /// Its address.
    pub href: String,
}

/// Refunds of the order.
#[derive(Debug, Clone, Default)]
pub struct RefundBox {
    /// Requests so far.
    pub requests: Vec<RefundRow>,
    /// How much may be asked back; zero hides the form.
    pub available: Kopecks,
    /// Whether this person may ask.
    pub can_ask: bool,
    /// What was typed, when the form comes back with an error: sum and reason.
    pub typed: (String, String),
    /// Why the form came back.
    pub error: Option<String>,
}

/// A request to give money back.
#[derive(Debug, Clone)]
pub struct RefundRow {
    /// Its id.
    pub id: String,
    /// How much.
    pub amount: Kopecks,
    /// Why.
    pub reason: String,
    /// «просит Алексей Петров, 23.11.2026, 15:10».
    pub asked: String,
    /// Colour of the state.
    pub tone: Tone,
    /// Shape of the state.
    pub shape: &'static str,
    /// «ждёт подтверждения», «деньги вернулись 24.11».
    pub state: String,
    /// Whether this person may confirm or decline: the role allows it and somebody else asked.
    pub can_confirm: bool,
    /// Whether confirming asks for a code of the application as well.
    pub asks_code: bool,
    /// Why the form came back.
    pub error: Option<String>,
}

/// A day of the story.
#[derive(Debug, Clone)]
pub struct DayOfStory {
    /// «23 ноября 2026».
    pub title: String,
    /// What happened, newest first.
    pub items: Vec<StoryItem>,
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct StoryItem {
    /// Colour of the disc.
    pub tone: Tone,
    /// Icon of the sprite.
    pub icon: &'static str,
    /// The fact.
    pub fact: String,
    /// Details; may be empty.
    pub note: String,
    /// `14:05`.
    pub time: String,
}
