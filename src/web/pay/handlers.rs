//! `/pay/{token}`: the page, the start, the way on to the provider.

use std::net::IpAddr;

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::compose;
use super::facts::Facts;
use super::letters::email_error;
use super::pages::{GoPage, MessageKind, MessagePage};
use super::view::{FieldError, PartError, PayPage, Shop, WebLink};
use super::visitor::{self, Visitor};
use crate::base::texts::Lang;
use crate::base::{Error, Kopecks, Method};
use crate::context::Context;
use crate::domain::orders::links::Event;
use crate::web::client::Rate;
use crate::web::headers::RequestNumber;
use crate::web::{Site, failure};
use crate::workflows::checkout::{self, Wanted};

/// Fields of the start form.
#[derive(Debug, Default, Deserialize)]
pub struct StartForm {
    method: Option<String>,
    email: Option<String>,
    amount: Option<String>,
    again: Option<String>,
}

/// The answers a customer gets instead of a page.
pub(super) enum Stop {
    Missing,
    TooMany(u32),
    Fault(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

pub(super) type Answer = std::result::Result<HttpResponse, Stop>;

/// A form as it came. One that cannot be read counts as empty: the page then says what is missing.
pub(super) type Form<T> = std::result::Result<web::Form<T>, actix_web::Error>;

/// `?lang=en`; anything else in the address is nobody's.
fn chosen_language(request: &HttpRequest) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    pairs.find(|(name, _)| name == "lang").map(|(_, value)| value.into_owned())
}

/// `GET /pay/{token}`
pub async fn show(
    request: HttpRequest,
    context: web::Data<Context>,
    site: web::Data<Site>,
    token: web::Path<String>,
) -> HttpResponse {
    let chosen = chosen_language(&request);
    let visitor = Visitor::of(&request, &token, chosen.as_deref());
    let answer = shown(&request, &context, &site, &visitor, chosen.is_some()).await;
    answer.unwrap_or_else(|stop| stopped(&request, &context, &visitor, stop))
}

async fn shown(
    request: &HttpRequest,
    context: &web::Data<Context>,
    site: &Site,
    visitor: &Visitor,
    keep_language: bool,
) -> Answer {
    let facts = open(request, context, site, &visitor.token).await?;
    note_opened(context, &facts, visitor);
    nudge_in_background(context, &facts);
    let page = compose::page(context, &facts, visitor);
    let mut response = html(StatusCode::OK, page.render()?);
    if keep_language {
        let cookie = visitor::language_cookie(visitor.lang, site);
        response.add_cookie(&cookie).map_err(|error| Error::Internal(error.to_string()))?;
    }
    Ok(response)
}

/// Opens the order behind a token; counts misses and speed (LNK-8, DOS-4).
pub(super) async fn open(
    request: &HttpRequest,
    context: &Context,
    site: &Site,
    token: &str,
) -> std::result::Result<Facts, Stop> {
    open_at(request, context, site, token, &site.rates.pay).await
}

/// As [`open`], at a rate of its own: waiting pages ask for news far more often than people open pages, and several of
/// them may stand behind one address.
pub(super) async fn open_at(
    request: &HttpRequest,
    context: &Context,
    site: &Site,
    token: &str,
    rate: &Rate<IpAddr>,
) -> std::result::Result<Facts, Stop> {
    let client = site.proxies.client(request);
    let found = Facts::find(context, token).await?;
    match found {
        Some(facts) => {
            rate.count(&client).map_err(Stop::TooMany)?;
            Ok(facts)
        }
        None => {
            site.metrics.count_miss();
            site.rates.misses.count(&client).map_err(Stop::TooMany)?;
            Err(Stop::Missing)
        }
    }
}

fn note_opened(context: &Context, facts: &Facts, visitor: &Visitor) {
    if !visitor.is_robot {
        note(context, facts, "opened");
    }
}

fn note(context: &Context, facts: &Facts, kind: &'static str) {
    let now = context.now();
    context.memory.note_link(Event { link_id: facts.link.id.clone(), kind, first_at: now, last_at: now, count: 1 });
}

/// A waiting page has the provider asked now instead of at the next appointed time; the page itself does not wait.
pub(super) fn nudge_in_background(context: &web::Data<Context>, facts: &Facts) {
    let Some(live) = facts.live(context.now()).cloned() else { return };
    let context = context.clone();
    actix_web::rt::spawn(async move {
        if let Err(error) = checkout::nudge(&context, &live).await {
            tracing::warn!(%error, "nudge failed");
        }
    });
}

/// `POST /pay/{token}/start`
pub async fn start(
    request: HttpRequest,
    context: web::Data<Context>,
    site: web::Data<Site>,
    token: web::Path<String>,
    form: Form<StartForm>,
) -> HttpResponse {
    let visitor = Visitor::of(&request, &token, None);
    let form = form.map(web::Form::into_inner).unwrap_or_default();
    let answer = started(&request, &context, &site, &visitor, &form).await;
    answer.unwrap_or_else(|stop| stopped(&request, &context, &visitor, stop))
}

async fn started(
    request: &HttpRequest,
    context: &web::Data<Context>,
    site: &Site,
    visitor: &Visitor,
    form: &StartForm,
) -> Answer {
    let facts = open(request, context, site, &visitor.token).await?;
    site.rates.starts.count(&facts.order.id.to_string()).map_err(Stop::TooMany)?;
    let page = compose::page(context, &facts, visitor);
    let wanted = match read_form(context, &facts, visitor, form, page) {
        Ok(wanted) => wanted,
        Err(page) => return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render()?)),
    };
    note(context, &facts, "method_chosen");
    let (cookie, mark) = match &visitor.browser_hash {
        Some(known) => (None, known.clone()),
        None => {
            let (cookie, mark) = visitor::fresh_mark(site);
            (Some(cookie), mark)
        }
    };
    let outcome = checkout::start(context, Wanted { browser: Some(mark), ..wanted }).await;
    let mut response = match outcome {
        Ok(attempt) if attempt.confirmation_url.is_some() && attempt.state.is_live() => see_other(visitor, "/go"),
        Ok(_) => see_other(visitor, ""),
        Err(error) if error.is_refusal() => refused(context, site, request, visitor, &error).await?,
        Err(error) => return Err(error.into()),
    };
    context.memory.wake_worker();
    if let Some(cookie) = cookie {
        response.add_cookie(&cookie).map_err(|error| Error::Internal(error.to_string()))?;
    }
    Ok(response)
}

pub(super) fn see_other(visitor: &Visitor, tail: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, format!("/pay/{}{tail}", visitor.token))).finish()
}

/// What the form says; or the same page with what is wrong with it.
fn read_form(
    context: &Context,
    facts: &Facts,
    visitor: &Visitor,
    form: &StartForm,
    mut page: PayPage,
) -> std::result::Result<Wanted, Box<PayPage>> {
    let method = form.method.as_deref().and_then(Method::parse);
    let email = form.email.as_deref().map(str::trim).filter(|email| !email.is_empty());
    let email_error = match email {
        Some(email) => email_error(email),
        None if compose::asks_contact(context, facts) => Some(FieldError::Empty),
        _ => None,
    };
    let (amount, part_error) = read_amount(form.amount.as_deref(), &page);
    page.method_missing = method.is_none();
    if let (Some(contact), Some(error)) = (&mut page.contact, email_error) {
        email.unwrap_or_default().clone_into(&mut contact.value);
        contact.error = Some(error);
    }
    if let (Some(parts), Some(error)) = (&mut page.parts, part_error) {
        parts.typed.clone_from(&form.amount);
        parts.error = Some(error);
    }
    let (Some(method), None, None) = (method, email_error, part_error) else { return Err(Box::new(page)) };
    Ok(Wanted {
        order_id: facts.order.id.clone(),
        link: facts.link.clone(),
        method,
        email: email.map(str::to_owned),
        amount,
        browser: None,
        anew: form.again.as_deref() == Some("1"),
        lang: visitor.lang,
    })
}

/// A part, where parts are offered; an amount nobody asked for is not a part.
fn read_amount(text: Option<&str>, page: &PayPage) -> (Option<Kopecks>, Option<PartError>) {
    let text = text.map(str::trim).unwrap_or_default();
    let (false, Some(parts)) = (text.is_empty(), &page.parts) else { return (None, None) };
    match Kopecks::parse_lenient(text) {
        Err(_) => (None, Some(PartError::NotANumber)),
        Ok(amount) if amount < parts.min => (None, Some(PartError::TooSmall)),
        Ok(amount) if amount > parts.max => (None, Some(PartError::TooLarge)),
        Ok(amount) => (Some(amount), None),
    }
}

/// A rule said no while starting: the page as it is now says why, since its state is read anew.
async fn refused(
    context: &Context,
    site: &Site,
    request: &HttpRequest,
    visitor: &Visitor,
    error: &Error,
) -> std::result::Result<HttpResponse, Stop> {
    tracing::info!(code = error.code(), "start refused");
    let facts = open(request, context, site, &visitor.token).await?;
    let page = compose::page(context, &facts, visitor);
    Ok(html(failure::status(error), page.render()?))
}

/// `GET /pay/{token}/go`: on to the provider, by a page of ours (a redirect after the form would be blocked by
/// `form-action`).
pub async fn go(
    request: HttpRequest,
    context: web::Data<Context>,
    site: web::Data<Site>,
    token: web::Path<String>,
) -> HttpResponse {
    let visitor = Visitor::of(&request, &token, None);
    let answer = going(&request, &context, &site, &visitor).await;
    answer.unwrap_or_else(|stop| stopped(&request, &context, &visitor, stop))
}

async fn going(request: &HttpRequest, context: &Context, site: &Site, visitor: &Visitor) -> Answer {
    let facts = open(request, context, site, &visitor.token).await?;
    let target = facts.live(context.now()).and_then(|live| live.confirmation_url.as_deref()).and_then(WebLink::parse);
    let Some(target) = target else { return Ok(see_other(visitor, "")) };
    let page = compose::page(context, &facts, visitor);
    let page = GoPage {
        lang: visitor.lang,
        shop: page.shop,
        self_path: page.self_path,
        target,
        provider: page.provider,
        notices: page.notices,
    };
    Ok(html(StatusCode::OK, page.render()?))
}

pub(super) fn html(status: StatusCode, body: String) -> HttpResponse {
    HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body)
}

pub(super) fn stopped(request: &HttpRequest, context: &Context, visitor: &Visitor, stop: Stop) -> HttpResponse {
    let own = Some(format!("/pay/{}", visitor.token));
    let (status, kind, self_path) = match stop {
        Stop::Missing => (StatusCode::NOT_FOUND, MessageKind::NotFound, None),
        Stop::TooMany(wait) => (StatusCode::TOO_MANY_REQUESTS, MessageKind::TooMany { wait_seconds: wait }, own),
        Stop::Fault(error) => {
            failure::log(&error);
            let reference = request.extensions().get::<RequestNumber>().map(|number| number.0.clone());
            (failure::status(&error), MessageKind::Trouble { reference }, own)
        }
    };
    let wait = match &kind {
        MessageKind::TooMany { wait_seconds } => Some(*wait_seconds),
        MessageKind::Trouble { .. } => Some(10),
        MessageKind::NotFound => None,
    };
    let mut response = message(context, visitor.lang, status, kind, self_path);
    if let Some(wait) = wait
        && let Ok(value) = wait.to_string().parse()
    {
        response.headers_mut().insert(actix_web::http::header::RETRY_AFTER, value);
    }
    response
}

fn message(
    context: &Context,
    lang: Lang,
    status: StatusCode,
    kind: MessageKind,
    self_path: Option<String>,
) -> HttpResponse {
    let settings = &context.settings.shop;
    let phone = Some(settings.phone.clone()).filter(|phone| !phone.is_empty());
    let page = MessagePage { lang, shop: Shop { name: settings.name.clone(), phone, logo: None }, kind, self_path };
    match page.render() {
        Ok(body) => html(status, body),
        Err(error) => {
            failure::log(&error);
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// Every address that is not one of ours.
pub async fn missing(request: HttpRequest, context: web::Data<Context>) -> HttpResponse {
    let visitor = Visitor::of(&request, "", None);
    stopped(&request, &context, &visitor, Stop::Missing)
}
