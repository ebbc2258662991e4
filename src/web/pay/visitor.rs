//! Who looks at the page: language, device, and the mark that tells one browser from another.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use base64::Engine as _;
use sha2::{Digest as _, Sha256};

use crate::base::texts::Lang;
use crate::web::Site;

const LANGUAGE: &str = "oplata_lang";
const BROWSER: &str = "oplata_browser";

/// Programs that open links by themselves: what they see is no "opened" (LNK-3).
const ROBOTS: [&str; 14] = [
    "bot",
    "crawl",
    "spider",
    "preview",
    "facebookexternalhit",
    "whatsapp",
    "telegram",
    "viber",
    "slack",
    "skype",
    "curl",
    "wget",
    "python",
    "scan",
];

/// Somebody with a link.
pub(super) struct Visitor {
    /// The link's token.
    pub token: String,
    /// Language of the page.
    pub lang: Lang,
    /// A telephone in the hand.
    pub is_phone: bool,
    /// A program, not a person.
    pub is_robot: bool,
    /// Hash of this browser's mark, if it has one.
    pub browser_hash: Option<String>,
}

impl Visitor {
    /// From a request; `chosen` is the language of the address, which wins over the remembered one.
    pub fn of(request: &HttpRequest, token: &str, chosen: Option<&str>) -> Self {
        let agent = header(request, "user-agent").to_lowercase();
        let remembered = request.cookie(LANGUAGE).and_then(|cookie| Lang::parse(cookie.value()));
        let lang = chosen.and_then(Lang::parse).or(remembered).unwrap_or_default();
        Self {
            token: token.to_owned(),
            lang,
            is_phone: ["android", "iphone", "mobile"].iter().any(|word| agent.contains(word)),
            is_robot: agent.is_empty() || ROBOTS.iter().any(|word| agent.contains(word)) || is_only_a_look(request),
            browser_hash: request.cookie(BROWSER).map(|cookie| hash(cookie.value())),
        }
    }
}

/// HEAD and loading ahead show the page to nobody.
fn is_only_a_look(request: &HttpRequest) -> bool {
    let ahead = ["sec-purpose", "purpose", "x-moz"].iter().any(|name| header(request, name).contains("prefetch"));
    ahead || request.method() == actix_web::http::Method::HEAD
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> &'a str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn hash(mark: &str) -> String {
    hex::encode(Sha256::digest(mark.as_bytes())).get(..32).unwrap_or_default().to_owned()
}

/// Remembers the language of the pages.
pub(super) fn language_cookie(lang: Lang, site: &Site) -> Cookie<'static> {
    cookie(LANGUAGE, lang.code().to_owned(), site)
}

/// A fresh mark for a browser, with its hash.
pub(super) fn fresh_mark(site: &Site) -> (Cookie<'static>, String) {
    let bytes: [u8; 16] = rand::random();
    let mark = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    let hashed = hash(&mark);
    (cookie(BROWSER, mark, site), hashed)
}

fn cookie(name: &'static str, value: String, site: &Site) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/pay")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(site.is_https())
        .max_age(actix_web::cookie::time::Duration::days(30))
        .finish()
}
