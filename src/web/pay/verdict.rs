//! What the page says about its state: a headline of few words, a sentence, what to do next.

use super::state::{Decline, NotPayable, PageState};
use super::steps::is_told_by_day;
use super::view::{PayPage, Way};
use super::words::Words;
use crate::base::{Instant, Kopecks};

/// Colour and shape of a verdict. Colour is information and never the only sign: each has its own shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Waits for somebody.
    Blue,
    /// The bank is being asked: three dots that breathe.
    Dots,
    /// Money is there.
    Green,
    /// Part of the money is there.
    Half,
    /// Asks to look.
    Amber,
    /// The time is over.
    Hourglass,
    /// Refused.
    Red,
    /// Goes back.
    Violet,
    /// More than needed.
    Plus,
    /// Nothing to do here.
    Grey,
}

impl Tone {
    /// CSS class of the colour.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Dots => "blue moving",
            Self::Green => "green",
            Self::Half | Self::Amber | Self::Hourglass => "amber",
            Self::Red => "red",
            Self::Violet | Self::Plus => "violet",
            Self::Grey => "grey",
        }
    }

    /// Name of the shape in the sprite.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Blue => "s-clock",
            Self::Dots => "s-dots",
            Self::Green => "s-tick",
            Self::Half => "s-half",
            Self::Amber => "s-look",
            Self::Hourglass => "s-hourglass",
            Self::Red | Self::Grey => "s-cross",
            Self::Violet => "s-back",
            Self::Plus => "s-plus",
        }
    }
}

/// Something to press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A submit button of the start form: field `method`.
    Start(Way, String),
    /// A link of the page.
    Go(String, String),
}

/// What is said about a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Colour and shape.
    pub tone: Tone,
    /// At most six words.
    pub headline: String,
    /// One or two sentences.
    pub sentences: Vec<String>,
    /// Bad news: the headline takes the focus.
    pub alert: bool,
    /// What to press; the first is the ink button when `ink` is set.
    pub actions: Vec<Action>,
    /// Whether the first action is the one we want pressed.
    pub ink: bool,
    /// Whether starting supersedes a live attempt: field `again=1`.
    pub again: bool,
    /// When the bank was asked last.
    pub checked: Option<Instant>,
}

impl Verdict {
    fn new(tone: Tone, headline: String, sentences: Vec<String>) -> Self {
        Self { tone, headline, sentences, alert: false, actions: vec![], ink: false, again: false, checked: None }
    }

    fn simple(words: Words, tone: Tone, headline: &str, sentence: &str) -> Self {
        Self::new(tone, words.say(headline), vec![words.say(sentence)])
    }

    /// Whether pressing something here starts a payment.
    #[must_use]
    pub fn starts_payment(&self) -> bool {
        self.actions.iter().any(|action| matches!(action, Action::Start(..)))
    }

    /// What to say about the page's state; `None` while there is nothing but to choose a way and pay.
    #[must_use]
    pub fn of(page: &PayPage, words: Words) -> Option<Self> {
        let verdict = match &page.state {
            PageState::Waiting => return None,
            PageState::PartlyPaid
            | PageState::Deferred { .. }
            | PageState::Changed { .. }
            | PageState::ChangedWhilePaying { .. }
            | PageState::ClosedWithDebt
            | PageState::ProviderDown { .. } => above_methods(page, words),
            PageState::Refused { reason, way, at } => refused(page, words, *reason, *way, *at),
            PageState::Checking { .. } | PageState::OtherWindow { .. } | PageState::Unknown { .. } => {
                moving(page, words)
            }
            PageState::Paid { .. } | PageState::Overpaid { .. } | PageState::SettledByShop => settled(page, words),
            PageState::CancelledWithMoney { .. } | PageState::RefundRunning { .. } | PageState::RefundDone { .. } => {
                going_back(page, words)
            }
            PageState::InvoiceIssued { .. } | PageState::TransferReceived { .. } => transfer(page, words),
            PageState::Expired { .. } | PageState::LinkAsked | PageState::Cancelled | PageState::NotPayable(_) => {
                over(page, words)
            }
        };
        Some(verdict)
    }
}

/// Plates that stand above the ways to pay.
fn above_methods(page: &PayPage, words: Words) -> Verdict {
    let money = page.money;
    match &page.state {
        PageState::Deferred { until } => {
            let text = words.with1("pay-deferred-text", "date", words.day(*until));
            Verdict::new(Tone::Blue, words.say("pay-deferred-head"), vec![text])
        }
        PageState::Changed { was } => {
            let text = words.with("pay-changed-text", [("was", (*was).into()), ("now", money.total.into())]);
            Verdict::new(Tone::Amber, words.say("pay-changed-head"), vec![text])
        }
        PageState::ChangedWhilePaying { was } => {
            let text = words.with("pay-changed-live-text", [("was", (*was).into()), ("now", money.total.into())]);
            Verdict::new(Tone::Amber, words.say("pay-changed-live-head"), vec![text])
        }
        PageState::ClosedWithDebt => {
            let text = words.with1("pay-debt-text", "due", money.due);
            Verdict::new(Tone::Amber, words.say("pay-debt-head"), vec![text])
        }
        PageState::ProviderDown { way } => provider_down(page, words, *way),
        _ => Verdict::new(Tone::Half, words.say("pay-partly-head"), vec![paid_of(page, words)]),
    }
}

/// `Оплачено 5 000,00 ₽ из 12 480,00 ₽. Осталось 7 480,00 ₽`.
fn paid_of(page: &PayPage, words: Words) -> String {
    let money = page.money;
    words.with("pay-paid-of", [("paid", money.paid.into()), ("total", money.total.into()), ("due", money.due.into())])
}

fn provider_down(page: &PayPage, words: Words, way: Option<Way>) -> Verdict {
    let headline = match way {
        Some(Way::Card) => "pay-down-card-head",
        Some(Way::Sbp) => "pay-down-sbp-head",
        _ => "pay-down-all-head",
    };
    let some_way = page.open_ways().next().is_some();
    let text = if some_way { "pay-down-other-text" } else { "pay-down-none-text" };
    Verdict { alert: true, ..Verdict::simple(words, Tone::Amber, headline, text) }
}

fn refused(page: &PayPage, words: Words, reason: Decline, way: Way, at: Option<Instant>) -> Verdict {
    let (headline, own_text) = refusal_words(reason);
    let mut sentences: Vec<String> = own_text.map(|key| words.say(key)).into_iter().collect();
    sentences.push(match at {
        Some(at) if from_the_bank(reason) => words.with1("pay-refused-when", "time", words.time(at)),
        _ => words.say("pay-refused-not-charged"),
    });
    if let Some(deadline) = page.deadline {
        sentences.push(words.with1("pay-refused-waits", "date", words.moment(deadline)));
    }
    if page.money.paid.is_positive() {
        sentences.push(paid_of(page, words));
    }
    let actions = ways_out(page, words, reason, way);
    let ink = !actions.is_empty();
    Verdict { alert: true, actions, ink, ..Verdict::new(Tone::Red, words.say(headline), sentences) }
}

/// Whether it was the bank that said no, at a time worth naming.
const fn from_the_bank(reason: Decline) -> bool {
    !matches!(reason, Decline::Expired | Decline::ProviderFault)
}

const fn refusal_words(reason: Decline) -> (&'static str, Option<&'static str>) {
    match reason {
        Decline::InsufficientFunds => ("pay-refused-funds-head", None),
        Decline::LimitExceeded => ("pay-refused-limit-head", Some("pay-refused-limit-text")),
        Decline::ThreeDs => ("pay-refused-three-ds-head", Some("pay-refused-three-ds-text")),
        Decline::BankRefused => ("pay-refused-bank-head", Some("pay-refused-bank-text")),
        Decline::CardProblem => ("pay-refused-card-head", Some("pay-refused-card-text")),
        Decline::Expired => ("pay-refused-expired-head", Some("pay-refused-expired-text")),
        Decline::ProviderFault => ("pay-refused-fault-head", Some("pay-refused-fault-text")),
    }
}

/// What to press after a refusal: the likeliest way to succeed first, nothing to type again.
fn ways_out(page: &PayPage, words: Words, reason: Decline, tried: Way) -> Vec<Action> {
    let mut ways: Vec<Way> = page.open_ways().filter(|way| *way != tried).collect();
    if reason == Decline::LimitExceeded {
        ways.sort_by_key(|way| *way != Way::Invoice);
    }
    let over_its_limit = reason == Decline::LimitExceeded && !ways.is_empty();
    if page.offers(tried) && !over_its_limit {
        let retry_helps = matches!(reason, Decline::BankRefused | Decline::ThreeDs | Decline::Expired);
        ways.insert(if retry_helps { 0 } else { ways.len().min(1) }, tried);
    }
    let label = |(place, way): (usize, &Way)| {
        let sum = (place == 0).then_some(page.money.due);
        let label = if *way == tried { retry_label(words, reason, tried, sum) } else { other_label(words, *way, sum) };
        Action::Start(*way, label)
    };
    let mut actions: Vec<Action> = ways.iter().enumerate().map(label).collect();
    if page.parts.is_some() && matches!(reason, Decline::InsufficientFunds | Decline::LimitExceeded) {
        actions.push(Action::Go("#parts".to_owned(), words.say("pay-part-link")));
    }
    actions
}

/// The label of the same way; with the sum when it is the button we want pressed.
fn retry_label(words: Words, reason: Decline, way: Way, sum: Option<Kopecks>) -> String {
    if let Some(sum) = sum {
        return words.with1("pay-retry-sum", "sum", sum);
    }
    words.say(match (reason, way) {
        (Decline::InsufficientFunds | Decline::CardProblem, Way::Card) => "pay-other-card",
        (Decline::ThreeDs | Decline::ProviderFault, _) => "pay-repeat",
        _ => "pay-retry",
    })
}

/// The label of another way; with the sum when it is the button we want pressed.
fn other_label(words: Words, way: Way, sum: Option<Kopecks>) -> String {
    match (way, sum) {
        (Way::Sbp, Some(sum)) => words.with1("pay-by-sbp-sum", "sum", sum),
        (Way::Card, Some(sum)) => words.with1("pay-by-card-sum", "sum", sum),
        (Way::Sbp, None) => words.say("pay-by-sbp"),
        (Way::Card, None) => words.say("pay-by-card"),
        (Way::Invoice, _) => words.say("pay-way-invoice"),
    }
}

/// States whose next word comes by itself.
fn moving(page: &PayPage, words: Words) -> Verdict {
    match &page.state {
        PageState::Checking { way, can_resume } => {
            let mut verdict = Verdict::simple(words, Tone::Dots, "pay-checking-head", "pay-checking-text");
            if *can_resume {
                verdict.sentences.push(words.say("pay-checking-resume"));
            }
            verdict.actions = resume_or_again(page, words, *way, *can_resume, true);
            Verdict { again: true, ..verdict }
        }
        PageState::OtherWindow { way, minutes, can_resume } => {
            let text = match minutes {
                Some(minutes) => words.with1("pay-window-minutes", "count", *minutes),
                None => words.say("pay-window-text"),
            };
            let actions = resume_or_again(page, words, *way, *can_resume, minutes.is_none());
            Verdict { again: true, actions, ..Verdict::new(Tone::Dots, words.say("pay-window-head"), vec![text]) }
        }
        state => {
            let checked = if let PageState::Unknown { checked } = state { *checked } else { None };
            let actions = vec![Action::Go(page.self_path.clone(), words.say("pay-check-now"))];
            Verdict { actions, checked, ..Verdict::simple(words, Tone::Dots, "pay-unknown-head", "pay-unknown-text") }
        }
    }
}

fn resume_or_again(page: &PayPage, words: Words, way: Way, can_resume: bool, can_restart: bool) -> Vec<Action> {
    let resume = can_resume.then(|| Action::Go(format!("{}/go", page.self_path), words.say("pay-resume")));
    let again = can_restart.then(|| Action::Start(way, words.say("pay-again")));
    resume.into_iter().chain(again).collect()
}

fn settled(page: &PayPage, words: Words) -> Verdict {
    match &page.state {
        PageState::Overpaid { surplus, back_by } => {
            let headline = words.with1("pay-over-head", "sum", *surplus);
            let text = match back_by {
                Some(by) => words.with("pay-over-auto", [("sum", (*surplus).into()), ("date", words.day(*by).into())]),
                None => words.say("pay-over-text"),
            };
            let actions = if back_by.is_none() { call(page, words) } else { vec![] };
            Verdict { actions, ..Verdict::new(Tone::Plus, headline, vec![text]) }
        }
        PageState::Paid { at, kind } => {
            let headline = words.with1("pay-paid-head", "sum", page.money.paid);
            if is_told_by_day(*kind) {
                let when = [("date", words.day(*at).into()), ("kind", words.kind(*kind).into())];
                return Verdict::new(Tone::Green, headline, vec![words.with("pay-paid-day", when)]);
            }
            let when = [
                ("date", words.moment(*at).into()),
                ("zone", words.zone_name(*at).into()),
                ("kind", words.kind(*kind).into()),
            ];
            Verdict::new(Tone::Green, headline, vec![words.with("pay-paid-when", when)])
        }
        _ => Verdict::simple(words, Tone::Green, "pay-settled-head", "pay-settled-text"),
    }
}

/// Where the next word is the shop's: its phone, if it has one.
fn call(page: &PayPage, words: Words) -> Vec<Action> {
    let number =
        |phone: &String| Action::Go(format!("tel:{}", crate::base::texts::tel(phone)), words.say("pay-call-shop"));
    page.shop.phone.iter().map(number).collect()
}

fn going_back(page: &PayPage, words: Words) -> Verdict {
    match &page.state {
        PageState::CancelledWithMoney { amount } => {
            let text = words.with1("pay-cancelled-money-text", "sum", *amount);
            Verdict::new(Tone::Violet, words.say("pay-cancelled-money-head"), vec![text])
        }
        PageState::RefundDone { amount, at } => {
            let headline = words.with1("pay-refunded-head", "sum", *amount);
            Verdict::new(Tone::Violet, headline, vec![words.with1("pay-refunded-text", "date", words.day(*at))])
        }
        state => {
            let amount = if let PageState::RefundRunning { amount } = state { *amount } else { page.money.refunding };
            let text = words.with1("pay-refunding-text", "sum", amount);
            Verdict::new(Tone::Violet, words.say("pay-refunding-head"), vec![text])
        }
    }
}

fn transfer(page: &PayPage, words: Words) -> Verdict {
    match &page.state {
        PageState::TransferReceived { at } => {
            let text = words.with1("pay-transfer-text", "date", words.day(*at));
            Verdict::new(Tone::Dots, words.say("pay-transfer-head"), vec![text])
        }
        state => {
            let number = if let PageState::InvoiceIssued { number } = state { number.as_str() } else { "" };
            let text = words.with1("pay-invoice-text", "number", number);
            Verdict::new(Tone::Blue, words.say("pay-invoice-head"), vec![text])
        }
    }
}

fn over(page: &PayPage, words: Words) -> Verdict {
    match &page.state {
        PageState::Expired { until, .. } => {
            let text = words.with1("pay-expired-text", "date", words.moment(*until));
            let mut verdict = Verdict::new(Tone::Hourglass, words.say("pay-expired-head"), vec![text]);
            if page.money.paid.is_positive() {
                verdict.sentences.push(words.with1("pay-expired-paid", "paid", page.money.paid));
            }
            verdict
        }
        PageState::LinkAsked => Verdict::simple(words, Tone::Blue, "pay-asked-head", "pay-asked-text"),
        PageState::NotPayable(why) => {
            let actions = if *why == NotPayable::NothingDue { vec![] } else { call(page, words) };
            Verdict { actions, ..Verdict::simple(words, Tone::Grey, "pay-closed-head", not_payable_key(*why)) }
        }
        _ => Verdict::simple(words, Tone::Grey, "pay-cancelled-head", "pay-cancelled-text"),
    }
}

const fn not_payable_key(why: NotPayable) -> &'static str {
    match why {
        NotPayable::NothingDue => "pay-closed-nothing",
        NotPayable::OtherCurrency => "pay-closed-currency",
        NotPayable::ReceiptUnclear => "pay-closed-receipt",
        NotPayable::RefundedBefore => "pay-closed-refund",
    }
}
