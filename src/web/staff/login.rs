//! The door: name and password, and the way out.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::answers::{Answer, page_with, redirect, safe_next};
use super::cookies::Jar;
use super::desk::Desk;
use super::guard;
use super::origin;
use super::view::LoginPage;
use crate::base::{Error, Result, Secret};
use crate::domain::staff::login::{self, Outcome};
use crate::domain::staff::{Opened, Stage, sessions};

/// `?next=`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Next {
    /// Where to go afterwards.
    pub next: String,
}

/// The form.
#[derive(Debug, Deserialize)]
pub struct LoginForm {
    csrf: String,
    email: String,
    password: Secret,
    #[serde(default)]
    next: String,
}

/// A form of nothing but its token.
#[derive(Debug, Deserialize)]
pub struct Bare {
    /// The token; a form without one is refused by the guard, in words.
    #[serde(default)]
    pub csrf: String,
}

/// `GET /staff/login`.
pub async fn show(request: HttpRequest, desk: web::Data<Desk>, query: web::Query<Next>) -> Answer {
    if guard::entered(&request, &desk).await.is_ok() {
        return Ok(redirect(safe_next(&query.next)));
    }
    let note = Jar::Session.read(&request, &desk).map(|_| "Сеанс закончился. Войдите ещё раз.".to_owned());
    render(&request, &desk, StatusCode::OK, Draft { email: "", next: &query.next, error: None, note })
}

/// `POST /staff/login`.
pub async fn submit(request: HttpRequest, desk: web::Data<Desk>, form: web::Form<LoginForm>) -> Answer {
    guard::check_door(&request, &desk, &form.csrf)?;
    let draft = |error: &str| Draft { email: &form.email, next: &form.next, error: Some(error.to_owned()), note: None };
    match try_password(&request, &desk, &form).await {
        Ok(Outcome::In(opened)) => Ok(admit(&desk, &opened, &form.next)),
        Ok(Outcome::Wrong) => render(&request, &desk, StatusCode::UNAUTHORIZED, draft("Почта или пароль не подошли.")),
        Err(error) if error.code() == Some("throttled") => {
            render(&request, &desk, StatusCode::TOO_MANY_REQUESTS, draft(&error.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /staff/logout`.
pub async fn leave(request: HttpRequest, desk: web::Data<Desk>, form: web::Form<Bare>) -> Answer {
    let guarded = guard::at_stage(&request, &desk).await?;
    guard::check_form(&request, &desk, &guarded, &form.csrf)?;
    let (visit, now) = (guarded.visit, guarded.now);
    desk.db.write(move |c| sessions::end(c, &visit.staff, &visit.session, now)).await?;
    let mut response = redirect("/staff/login");
    set(&mut response, &Jar::Session.clear(&desk))?;
    Ok(response)
}

async fn try_password(request: &HttpRequest, desk: &Desk, form: &LoginForm) -> Result<Outcome> {
    let from = origin::of(request, &desk.proxies);
    let (email, address, now) = (form.email.clone(), from.address.clone(), desk.now());
    let tried = desk.db.write(move |c| login::begin(c, &email, &address, now)).await?;
    let (verified, fresh) = desk.verify(form.password.reveal().to_owned(), tried.hash.clone()).await?;
    let (rule, now) = (desk.totp, desk.now());
    desk.db.write(move |c| login::finish(c, &tried, verified, fresh.as_deref(), &from, rule, now)).await
}

/// On to where the session's stage leads, with its cookie.
pub(super) fn admit(desk: &Desk, opened: &Opened, next: &str) -> actix_web::HttpResponse {
    let next = safe_next(next);
    let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    let mut response = match opened.stage {
        Stage::Full => redirect(next),
        Stage::Code => redirect(&format!("/staff/code?{query}")),
        Stage::Enrol => redirect("/staff/enrol"),
    };
    let cookies = [Jar::Session.bake(opened.token.reveal(), desk), Jar::Door.clear(desk)];
    for cookie in &cookies {
        let _ = response.add_cookie(cookie);
    }
    response
}

struct Draft<'a> {
    email: &'a str,
    next: &'a str,
    error: Option<String>,
    note: Option<String>,
}

fn render(request: &HttpRequest, desk: &Desk, status: StatusCode, draft: Draft<'_>) -> Answer {
    let known = Jar::Door.read(request, desk);
    let visit = known.clone().unwrap_or_else(|| hex::encode(rand::random::<[u8; 32]>()));
    let page = LoginPage {
        shop: desk.shop.clone(),
        csrf: sessions::csrf_of(&visit),
        email: draft.email.chars().take(254).collect(),
        next: safe_next(draft.next).to_owned(),
        error: draft.error,
        note: draft.note,
        stand: desk.stand,
    };
    let mut response = page_with(status, &page)?;
    if known.is_none() {
        set(&mut response, &Jar::Door.bake(&visit, desk))?;
    }
    Ok(response)
}

pub(super) fn set(response: &mut actix_web::HttpResponse, cookie: &actix_web::cookie::Cookie<'_>) -> Result<()> {
    response.add_cookie(cookie).map_err(|error| Error::Internal(format!("cookie: {error}")))
}
