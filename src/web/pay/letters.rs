//! What customers ask to be sent: the link to their own mail, a new link after the deadline.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::compose;
use super::facts::Facts;
use super::handlers::{Answer, Form, Stop, html, open, see_other, stopped};
use super::state::{ContactAnswer, PageState};
use super::view::{FieldError, MailAnswer};
use super::visitor::Visitor;
use crate::base::ids::new_id;
use crate::base::texts::masked_email;
use crate::base::{Error, Result};
use crate::context::Context;
use crate::domain::alerts::{self, NewAlert, Severity};
use crate::domain::outbox::{self, Message};
use crate::gateways::mail::Addressee;
use crate::web::Site;
use crate::workflows::letters;

/// Field of the request of a new link.
#[derive(Debug, Default, Deserialize)]
pub struct AskForm {
    #[serde(default)]
    contact: String,
}

/// Field of «Прислать ссылку мне».
#[derive(Debug, Default, Deserialize)]
pub struct MailForm {
    #[serde(default)]
    email: String,
}

/// `POST /pay/{token}/mail`: the link to an address of the customer's own.
pub async fn mail(
    request: HttpRequest,
    context: web::Data<Context>,
    site: web::Data<Site>,
    token: web::Path<String>,
    form: Form<MailForm>,
) -> HttpResponse {
    let visitor = Visitor::of(&request, &token, None);
    let form = form.map(web::Form::into_inner).unwrap_or_default();
    let answer = mailed(&request, &context, &site, &visitor, form.email.trim()).await;
    answer.unwrap_or_else(|stop| stopped(&request, &context, &visitor, stop))
}

/// The answer names the typed address masked and never says whether the shop knew it.
async fn mailed(request: &HttpRequest, context: &Context, site: &Site, visitor: &Visitor, email: &str) -> Answer {
    let facts = open(request, context, site, &visitor.token).await?;
    let mut page = compose::page(context, &facts, visitor);
    let Some(offer) = &mut page.mail else { return Ok(see_other(visitor, "")) };
    email.clone_into(&mut offer.value);
    let (status, answer) = match email_error(email) {
        Some(error) => (StatusCode::UNPROCESSABLE_ENTITY, MailAnswer::Wrong(error)),
        None => queued(context, &facts, visitor, email).await?,
    };
    offer.answer = Some(answer);
    Ok(html(status, page.render()?))
}

async fn queued(
    context: &Context,
    facts: &Facts,
    visitor: &Visitor,
    email: &str,
) -> std::result::Result<(StatusCode, MailAnswer), Stop> {
    let asked = letters::queue_link(context, &facts.order.id, Some(email.to_owned()), visitor.lang, "customer").await;
    match asked {
        Ok(()) => {
            context.memory.wake_worker();
            Ok((StatusCode::OK, MailAnswer::Sent(masked_email(email))))
        }
        Err(Error::Refused(refusal)) if refusal.code == "too_many_letters" => {
            Ok((StatusCode::TOO_MANY_REQUESTS, MailAnswer::TooSoon))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /pay/{token}/ask-link`: the deadline is over and the customer still wants to pay.
pub async fn ask_link(
    request: HttpRequest,
    context: web::Data<Context>,
    site: web::Data<Site>,
    token: web::Path<String>,
    form: Form<AskForm>,
) -> HttpResponse {
    let visitor = Visitor::of(&request, &token, None);
    let form = form.map(web::Form::into_inner).unwrap_or_default();
    let answer = asked(&request, &context, &site, &visitor, form.contact.trim()).await;
    answer.unwrap_or_else(|stop| stopped(&request, &context, &visitor, stop))
}

async fn asked(request: &HttpRequest, context: &Context, site: &Site, visitor: &Visitor, contact: &str) -> Answer {
    let facts = open(request, context, site, &visitor.token).await?;
    site.rates.starts.count(&facts.order.id.to_string()).map_err(Stop::TooMany)?;
    let mut page = compose::page(context, &facts, visitor);
    let PageState::Expired { until, .. } = page.state else { return Ok(see_other(visitor, "")) };
    let error = contact_error(contact);
    if error.is_some() {
        page.state = PageState::Expired { until, contact: ContactAnswer { value: contact.to_owned(), error } };
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render()?));
    }
    keep_request(context, &facts, contact).await?;
    Ok(see_other(visitor, ""))
}

/// What is wrong with a typed address or phone.
fn contact_error(text: &str) -> Option<FieldError> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let phone = (10..=15).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || "+-() ".contains(c));
    if phone { None } else { email_error(text) }
}

/// What is wrong with a typed address.
pub(super) fn email_error(text: &str) -> Option<FieldError> {
    if text.is_empty() {
        return Some(FieldError::Empty);
    }
    let Some((name, host)) = text.split_once('@') else { return Some(FieldError::Malformed) };
    let unfinished = !name.is_empty() && !host.is_empty() && !host.contains('.');
    if unfinished && Addressee::new(&format!("{text}.ru")).is_ok() {
        return Some(FieldError::Unfinished);
    }
    Addressee::new(text).is_err().then_some(FieldError::Malformed)
}

async fn keep_request(context: &Context, facts: &Facts, contact: &str) -> Result<()> {
    let (order, now, contact) = (facts.order.clone(), context.now(), contact.to_owned());
    context
        .db
        .write(move |connection| {
            let message = format!("Клиент просит новую ссылку на заказ {}: срок оплаты закончился", order.number);
            let alert = NewAlert {
                kind: "link_request",
                subject: order.id.as_str(),
                severity: Severity::Info,
                message: &message,
                order_id: Some(order.id.as_str()),
            };
            alerts::open(connection, &alert, now)?;
            let letter =
                Message::LetterLinkRequest { order_id: order.id.clone(), contact: contact.clone(), nonce: new_id() };
            outbox::enqueue(connection, &letter, now)
        })
        .await
}
