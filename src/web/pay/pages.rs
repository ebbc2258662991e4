//! The pages as HTML: each a template over plain data, all inside one frame.

use askama::Template;

use super::state::PageState;
use super::steps::StepState;
use super::verdict::{Action, Verdict};
use super::view::{MailAnswer, Notices, PayPage, Shop, Way, WebLink};
use super::words::Words;
use crate::base::qr::Qr;
use crate::base::texts::Lang;
use crate::base::{Error, Result, Zone};

/// Orders longer than this show their lines folded.
const LINES_SHOWN: usize = 4;

/// What every page has around its main part.
struct Frame<'a> {
    w: Words,
    title: String,
    shop: &'a Shop,
    notices: Notices,
    /// Where the other language is.
    switch: String,
}

#[derive(Template)]
#[template(path = "pay/page.html", whitespace = "minimize")]
struct PayTemplate<'a> {
    f: Frame<'a>,
    w: Words,
    p: &'a PayPage,
    verdict: Option<Verdict>,
    qr: Option<Qr>,
}

impl PayTemplate<'_> {
    fn payable(&self) -> bool {
        self.p.is_payable_here()
    }

    /// A verdict above the ways to pay is a plate; alone it is the page's headline.
    fn is_plate(&self) -> bool {
        self.p.state.offers_methods()
    }

    fn folds_lines(&self) -> bool {
        self.p.order.lines.len() > LINES_SHOWN
    }

    fn shows_deadline(&self) -> bool {
        self.payable()
    }

    /// From a million a narrow phone needs smaller figures.
    fn sum_is_long(&self) -> bool {
        self.p.headline_sum().get() >= 100_000_000
    }

    fn mailto(&self) -> String {
        let encode = |text: &str| -> String {
            url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
        };
        let subject = self.w.with1("pay-forward-subject", "shop", &self.p.shop.name);
        let body = format!("{}\r\n{}", self.w.say("pay-forward-text"), self.p.url);
        format!("mailto:?subject={}&body={}", encode(&subject), encode(&body))
    }
}

impl PayPage {
    /// The whole page as HTML.
    ///
    /// # Errors
    /// `Internal` when the template fails, which only a fault of ours can cause.
    pub fn render(&self) -> Result<String> {
        let w = Words { lang: self.lang, zone: self.zone };
        let title = if self.state.shows_order() {
            w.with("pay-title", [("number", (&self.order.number).into()), ("shop", (&self.shop.name).into())])
        } else {
            w.with1("pay-title-plain", "shop", &self.shop.name)
        };
        let switch = format!("{}?lang={}", self.self_path, self.lang.other().code());
        let f = Frame { w, title, shop: &self.shop, notices: self.notices, switch };
        let qr = self.state.offers_methods().then(|| Qr::of(&self.url)).flatten();
        html(&PayTemplate { f, w, p: self, verdict: Verdict::of(self, w), qr })
    }
}

/// A page that says one thing and knows no order.
#[derive(Debug, Clone)]
pub struct MessagePage {
    /// Language of the page.
    pub lang: Lang,
    /// Whose page it is.
    pub shop: Shop,
    /// What it says.
    pub kind: MessageKind,
    /// The page to open again and to switch languages on; `None` for a link that is not ours: its answer must be
    /// the same for every wrong address (LNK-2).
    pub self_path: Option<String>,
}

/// What a page without an order says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageKind {
    /// 404: unknown and revoked links alike.
    NotFound,
    /// 429.
    TooMany {
        /// Seconds of `Retry-After`.
        wait_seconds: u32,
    },
    /// 503 and 500.
    Trouble {
        /// Number of the request in our logs, to be read out on the phone.
        reference: Option<String>,
    },
}

#[derive(Template)]
#[template(path = "pay/message.html", whitespace = "minimize")]
struct MessageTemplate<'a> {
    f: Frame<'a>,
    w: Words,
    tone: &'static str,
    icon: &'static str,
    headline: String,
    text: String,
    note: Option<String>,
    again: Option<&'a str>,
}

impl MessagePage {
    /// The whole page as HTML.
    ///
    /// # Errors
    /// `Internal` when the template fails, which only a fault of ours can cause.
    pub fn render(&self) -> Result<String> {
        let w = Words { lang: self.lang, zone: Zone::default() };
        let (tone, icon) = match self.kind {
            MessageKind::NotFound => ("grey", "s-cross"),
            _ => ("amber", "s-look"),
        };
        let headline = w.say(self.headline_key());
        let title = format!("{headline} — {}", self.shop.name);
        let switch = format!("{}?lang={}", self.self_path.as_deref().unwrap_or_default(), self.lang.other().code());
        let f = Frame { w, title, shop: &self.shop, notices: Notices::default(), switch };
        let again = self.self_path.as_deref();
        html(&MessageTemplate { f, w, tone, icon, headline, text: self.text(w), note: self.note(w), again })
    }

    const fn headline_key(&self) -> &'static str {
        match self.kind {
            MessageKind::NotFound => "pay-missing-head",
            MessageKind::TooMany { .. } => "pay-busy-head",
            MessageKind::Trouble { .. } => "pay-trouble-head",
        }
    }

    fn text(&self, w: Words) -> String {
        match &self.kind {
            MessageKind::NotFound => w.say("pay-missing-text"),
            MessageKind::TooMany { wait_seconds } => w.with1("pay-busy-text", "count", *wait_seconds),
            MessageKind::Trouble { .. } => w.say("pay-trouble-text"),
        }
    }

    fn note(&self, w: Words) -> Option<String> {
        match &self.kind {
            MessageKind::Trouble { reference: Some(number) } => Some(w.with1("pay-trouble-number", "number", number)),
            _ => None,
        }
    }
}

/// `GET /pay/{token}/go`: sends the browser on to the provider by itself, with a link for the patient. A redirect
/// after the form's POST would be judged by `form-action`; a page of our own is not.
#[derive(Debug, Clone)]
pub struct GoPage {
    /// Language of the page.
    pub lang: Lang,
    /// Whose page it is.
    pub shop: Shop,
    /// The page to come back to.
    pub self_path: String,
    /// The provider's page, already judged by LNK-9.
    pub target: WebLink,
    /// Name of the provider.
    pub provider: Option<String>,
    /// What has to be said on top.
    pub notices: Notices,
}

#[derive(Template)]
#[template(path = "pay/go.html", whitespace = "minimize")]
struct GoTemplate<'a> {
    f: Frame<'a>,
    w: Words,
    p: &'a GoPage,
}

impl GoPage {
    /// The whole page as HTML.
    ///
    /// # Errors
    /// `Internal` when the template fails, which only a fault of ours can cause.
    pub fn render(&self) -> Result<String> {
        let w = Words { lang: self.lang, zone: Zone::default() };
        let title = w.with1("pay-title-plain", "shop", &self.shop.name);
        let switch = format!("{}?lang={}", self.self_path, self.lang.other().code());
        let f = Frame { w, title, shop: &self.shop, notices: self.notices, switch };
        html(&GoTemplate { f, w, p: self })
    }
}

fn html(template: &impl Template) -> Result<String> {
    template.render().map_err(|error| Error::Internal(format!("страница не собралась: {error}")))
}
