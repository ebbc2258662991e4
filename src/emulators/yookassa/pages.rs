//! The pay page: no scripts, every outcome is a button, the training stand says so in large letters.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::control::Control;
use super::model::{Payment, PaymentStatus};
use super::outcomes::{self, Outcome, REASONS};
use super::state::State;
use super::view;
use crate::base::qr::Qr;

/// The code that passes the training 3-D Secure.
const CODE: &str = "12345";

#[derive(Template)]
#[template(path = "emulators/yookassa/checkout.html")]
struct Checkout {
    head: Head,
    card: bool,
    sbp_code: Option<Qr>,
    sbp_text: String,
    reasons: &'static [(&'static str, &'static str)],
}

#[derive(Template)]
#[template(path = "emulators/yookassa/three_ds.html")]
struct ThreeDs {
    head: Head,
    code: &'static str,
}

#[derive(Template)]
#[template(path = "emulators/yookassa/result.html")]
struct ResultPage {
    head: Head,
    tone: &'static str,
    title: &'static str,
    text: String,
    back: Option<String>,
}

#[derive(Template)]
#[template(path = "emulators/yookassa/missing.html")]
struct Missing;

/// What every page says of the payment.
struct Head {
    id: String,
    shop: String,
    description: String,
    sum: String,
}

/// What the buyer pressed.
#[derive(Deserialize)]
pub(super) struct Pressed {
    outcome: String,
    reason: Option<String>,
    code: Option<String>,
    after: Option<i64>,
}

/// `GET /checkout/{id}`.
pub(super) async fn show(id: web::Path<String>, emulator: web::Data<Control>) -> HttpResponse {
    emulator.with(|state| match state.payment(&id) {
        Err(_) => html(StatusCode::NOT_FOUND, &Missing),
        Ok(payment) if payment.status == PaymentStatus::Pending => html(StatusCode::OK, &checkout(state, payment)),
        Ok(payment) => html(StatusCode::OK, &finished(state, payment)),
    })
}

/// `GET /checkout/{id}/3ds`.
pub(super) async fn three_ds(id: web::Path<String>, emulator: web::Data<Control>) -> HttpResponse {
    emulator.with(|state| match state.payment(&id) {
        Err(_) => html(StatusCode::NOT_FOUND, &Missing),
        Ok(payment) if payment.status == PaymentStatus::Pending => {
            html(StatusCode::OK, &ThreeDs { head: head(state, payment), code: CODE })
        }
        Ok(payment) => html(StatusCode::OK, &finished(state, payment)),
    })
}

/// `POST /checkout/{id}`: does what was pressed and sends the buyer back to the shop.
pub(super) async fn act(
    id: web::Path<String>,
    pressed: web::Form<Pressed>,
    emulator: web::Data<Control>,
) -> HttpResponse {
    emulator.with(|state| {
        let Ok(payment) = state.payment(&id) else { return html(StatusCode::NOT_FOUND, &Missing) };
        if payment.status != PaymentStatus::Pending {
            return html(StatusCode::CONFLICT, &finished(state, payment));
        }
        if pressed.outcome == "three_ds" {
            return see_other(&format!("{}/checkout/{}/3ds", state.base_url, payment.id));
        }
        match asked(&pressed) {
            Some(outcome) => done(state, &id, &outcome),
            None => HttpResponse::BadRequest().body("неизвестная кнопка"),
        }
    })
}

fn asked(pressed: &Pressed) -> Option<Outcome> {
    if pressed.outcome != "three_ds_code" {
        return Outcome::parse(&pressed.outcome, pressed.reason.as_deref(), pressed.after);
    }
    let passed = pressed.code.as_deref().map(str::trim) == Some(CODE);
    Some(if passed { Outcome::SuccessWith3ds } else { Outcome::Decline("3d_secure_failed".to_owned()) })
}

fn done(state: &mut State, id: &str, outcome: &Outcome) -> HttpResponse {
    state.note("page", format!("{outcome:?} {id}"), "pressed");
    let applied = outcomes::apply(state, id, outcome);
    let Ok(payment) = applied.and_then(|()| state.payment(id)) else {
        return HttpResponse::Conflict().finish();
    };
    match &payment.confirmation.return_url {
        Some(url) if *outcome != Outcome::Close => see_other(url),
        _ => html(StatusCode::OK, &finished(state, payment)),
    }
}

fn checkout(state: &State, payment: &Payment) -> Checkout {
    let by = payment.method.as_deref();
    let sbp_text = view::sbp_text(payment);
    Checkout {
        head: head(state, payment),
        card: by != Some("sbp"),
        sbp_code: matches!(by, None | Some("sbp")).then(|| Qr::of(&sbp_text)).flatten(),
        sbp_text,
        reasons: &REASONS,
    }
}

fn finished(state: &State, payment: &Payment) -> ResultPage {
    let (tone, title, text) = match payment.status {
        PaymentStatus::Succeeded => ("good", "Оплачено", "Деньги получены магазином.".to_owned()),
        PaymentStatus::WaitingForCapture => ("good", "Деньги удержаны", "Магазин ещё не списал их.".to_owned()),
        PaymentStatus::Pending => {
            ("calm", "Вы ушли, не заплатив", "Платёж ждёт: страницу можно открыть снова.".to_owned())
        }
        PaymentStatus::Canceled => ("bad", "Не оплачено", refusal(payment)),
    };
    ResultPage { head: head(state, payment), tone, title, text, back: payment.confirmation.return_url.clone() }
}

fn refusal(payment: &Payment) -> String {
    let reason = payment.decline.as_ref().map_or("", |(_, reason)| reason.as_str());
    let known = REASONS.iter().find(|(code, _)| *code == reason).map(|(_, text)| *text);
    match (known, reason) {
        (Some(text), _) => format!("Причина: {}.", text.to_lowercase()),
        (None, "expired_on_confirmation") => "Время на оплату вышло.".to_owned(),
        (None, "canceled_by_merchant") => "Магазин отменил платёж.".to_owned(),
        (None, other) => format!("Причина: {other}."),
    }
}

fn head(state: &State, payment: &Payment) -> Head {
    Head {
        id: payment.id.clone(),
        shop: state.shop_name.clone(),
        description: payment.description.clone().unwrap_or_else(|| "Оплата заказа".to_owned()),
        sum: payment.amount.to_string(),
    }
}

/// An SVG of the code, without the XML prologue.
fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header(("Location", address)).finish()
}

fn html(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(body) => HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .insert_header(("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'"))
            .insert_header(("Cache-Control", "no-store"))
            .insert_header(("Referrer-Policy", "no-referrer"))
            .insert_header(("X-Content-Type-Options", "nosniff"))
            .body(body),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}

/// `GET /stand.css`.
pub(super) async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header(("Cache-Control", "max-age=300"))
        .body(include_str!("../../../templates/emulators/yookassa/stand.css"))
}
