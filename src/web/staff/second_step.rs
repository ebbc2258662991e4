//! The second step at the door, and setting it up.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::answers::{Answer, Stop, page, page_with, redirect, safe_next};
use super::cookies::Jar;
use super::desk::Desk;
use super::guard::{self, Guarded};
use super::login::{Next, admit, set};
use super::view::{CodePage, EnrolPage, QrShape, RecoveryPage};
use crate::base::Error;
use crate::domain::staff::login::Outcome;
use crate::domain::staff::second_step::{self, Enrolled, Proof};
use crate::domain::staff::{Stage, totp};

/// The form of the second step: one of the two fields.
#[derive(Debug, Deserialize)]
pub struct CodeForm {
    csrf: String,
    #[serde(default)]
    next: String,
    code: Option<String>,
    recovery: Option<String>,
}

/// The form of the set-up.
#[derive(Debug, Deserialize)]
pub struct EnrolForm {
    csrf: String,
    code: String,
    current: Option<String>,
}

const WRONG: &str = "Код не подошёл. Проверьте время на телефоне и введите следующий код.";

/// `GET /staff/code`.
pub async fn ask(request: HttpRequest, desk: web::Data<Desk>, query: web::Query<Next>) -> Answer {
    let guarded = guard::at_stage(&request, &desk).await?;
    if guarded.visit.stage != Stage::Code {
        return Ok(redirect(safe_next(&query.next)));
    }
    page(&code_page(&desk, &guarded, &query.next, false, None))
}

/// `POST /staff/code`.
pub async fn check(request: HttpRequest, desk: web::Data<Desk>, form: web::Form<CodeForm>) -> Answer {
    let guarded = guard::at_stage(&request, &desk).await?;
    guard::check_form(&request, &desk, &guarded, &form.csrf)?;
    if guarded.visit.stage != Stage::Code {
        return Ok(redirect(safe_next(&form.next)));
    }
    let (visit, origin, now) = (guarded.visit.clone(), guarded.origin.clone(), guarded.now);
    let (code, recovery) = (form.code.clone().unwrap_or_default(), form.recovery.clone());
    let outcome = desk.db.write(move |c| {
        let proof = recovery.as_deref().map_or(Proof::Code(&code), Proof::Recovery);
        second_step::pass(c, &visit, proof, &origin, now)
    });
    let again = |status, words: &str| {
        page_with(status, &code_page(&desk, &guarded, &form.next, form.recovery.is_some(), Some(words.to_owned())))
    };
    match outcome.await {
        Ok(Outcome::In(opened)) => Ok(admit(&desk, &opened, &form.next)),
        Ok(Outcome::Wrong) => again(StatusCode::UNAUTHORIZED, WRONG),
        Err(error) => throttled_or(error, |words| again(StatusCode::TOO_MANY_REQUESTS, words)),
    }
}

/// `GET /staff/enrol`.
pub async fn offer(request: HttpRequest, desk: web::Data<Desk>) -> Answer {
    let guarded = may_enrol(guard::at_stage(&request, &desk).await?)?;
    page(&enrol_page(&desk, &guarded, None)?)
}

/// `POST /staff/enrol`.
pub async fn enrol(request: HttpRequest, desk: web::Data<Desk>, form: web::Form<EnrolForm>) -> Answer {
    let guarded = may_enrol(guard::at_stage(&request, &desk).await?)?;
    guard::check_form(&request, &desk, &guarded, &form.csrf)?;
    let (visit, origin, now) = (guarded.visit.clone(), guarded.origin.clone(), guarded.now);
    let (token, code, current) = (guarded.token().to_owned(), form.code.clone(), form.current.clone());
    let done = desk
        .db
        .write(move |c| second_step::enrol(c, &visit, &token, &code, current.as_deref().map(proof_of), &origin, now));
    let again = |status, words: &str| page_with(status, &enrol_page(&desk, &guarded, Some(words.to_owned()))?);
    match done.await {
        Ok(Enrolled::Wrong) => again(StatusCode::UNAUTHORIZED, WRONG),
        Err(error) => throttled_or(error, |words| again(StatusCode::TOO_MANY_REQUESTS, words)),
        Ok(Enrolled::Done(opened, codes)) => {
            let next = "/staff/orders".to_owned();
            let mut response = page(&RecoveryPage { shop: desk.shop.clone(), codes, next, stand: desk.stand })?;
            set(&mut response, &Jar::Session.bake(opened.token.reveal(), &desk))?;
            Ok(response)
        }
    }
}

/// Whoever still owes a code of his old application does not set up a new one.
fn may_enrol(guarded: Guarded) -> Result<Guarded, Stop> {
    match guarded.visit.stage {
        Stage::Code => Err(Stop::Elsewhere("/staff/code".to_owned())),
        Stage::Enrol | Stage::Full => Ok(guarded),
    }
}

/// Six digits are a code of the application, anything else is a recovery code.
fn proof_of(text: &str) -> Proof<'_> {
    let digits = text.chars().filter(|c| !c.is_whitespace());
    if digits.clone().count() == 6 && digits.clone().all(|c| c.is_ascii_digit()) {
        Proof::Code(text)
    } else {
        Proof::Recovery(text)
    }
}

fn throttled_or(error: Error, again: impl FnOnce(&str) -> Answer) -> Answer {
    if error.code() == Some("throttled") { again(&error.to_string()) } else { Err(error.into()) }
}

fn code_page(desk: &Desk, guarded: &Guarded, next: &str, recovery: bool, error: Option<String>) -> CodePage {
    let (shop, next) = (desk.shop.clone(), safe_next(next).to_owned());
    CodePage { shop, csrf: guarded.csrf(), next, recovery, error, stand: desk.stand }
}

fn enrol_page(desk: &Desk, guarded: &Guarded, error: Option<String>) -> crate::base::Result<EnrolPage> {
    let secret = totp::offered(guarded.token());
    let shop = if desk.shop.is_empty() { "Oplata" } else { desk.shop.as_str() };
    let address = totp::address(&secret, shop, &guarded.visit.email)?;
    let letters: Vec<char> = secret.reveal().chars().collect();
    Ok(EnrolPage {
        shop: desk.shop.clone(),
        csrf: guarded.csrf(),
        qr: QrShape::of(&address).ok_or_else(|| Error::Internal("адрес второго шага не поместился в QR".to_owned()))?,
        secret: letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<String>>().join(" "),
        error,
        required: guarded.visit.stage == Stage::Enrol,
        asks_current: guarded.visit.has_second_step(),
        stand: desk.stand,
    })
}
