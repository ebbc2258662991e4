//! Giving money back with four eyes: one person asks, another repeats the sum and confirms, or declines (STF-8).

use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::answers::{Answer, redirect, status_of};
use super::desk::Desk;
use super::guard::{self, Guarded};
use super::order_show::{Extra, Mistake, order_id, render};
use crate::base::ids::RefundRequestId;
use crate::base::{Error, Kopecks, Result};
use crate::context::Context;
use crate::domain::payments::{RefundRequest, refunds, store};
use crate::domain::staff::Permission;
use crate::domain::staff::second_step::{self, Proof};

/// The longest reason.
const REASON: usize = 200;

/// The form of asking.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AskForm {
    csrf: String,
    amount: String,
    reason: String,
}

/// The form of deciding.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DecideForm {
    csrf: String,
    /// The sum, repeated.
    amount: String,
    /// A code of the application.
    code: String,
}

/// `POST /staff/orders/{id}/refunds`.
pub async fn ask(
    request: HttpRequest,
    desk: web::Data<Desk>,
    context: web::Data<Context>,
    id: web::Path<String>,
    form: web::Form<AskForm>,
) -> Answer {
    let guarded = guard::posted(&request, &desk, Permission::AskRefund, &form.csrf).await?;
    let id = order_id(&id)?;
    let asked = match read(&form) {
        Ok((amount, reason)) => {
            let (wanted, actor, now) = (id.clone(), guarded.actor(), guarded.now);
            desk.db.write(move |c| refunds::ask(c, &wanted, amount, &reason, &actor, now)).await.map(drop)
        }
        Err(error) => Err(error),
    };
    match asked {
        Ok(()) => Ok(redirect(&format!("/staff/orders/{id}?done=asked"))),
        Err(error) if error.is_refusal() && error.code() != Some("not_found") => {
            let typed = (form.amount.clone(), form.reason.clone());
            let mistake = Mistake { typed, why: error.to_string() };
            let extra = Extra { refund: Some(mistake), ..Extra::default() };
            render(&desk, &context, &guarded, &id, status_of(&error), extra).await
        }
        Err(error) => Err(error.into()),
    }
}

fn read(form: &AskForm) -> Result<(Kopecks, String)> {
    let amount = sum(&form.amount)?;
    let reason = form.reason.trim();
    if reason.is_empty() {
        return Err(Error::invalid("reason", "Напишите, почему возвращаем: это увидит тот, кто подтверждает."));
    }
    Ok((amount, reason.chars().take(REASON).collect()))
}

fn sum(text: &str) -> Result<Kopecks> {
    let sum = Kopecks::parse_lenient(text.trim().trim_end_matches('₽')).ok().filter(|sum| sum.is_positive());
    sum.ok_or_else(|| Error::invalid("amount", "Сумма — это рубли и копейки больше нуля: 1 480,00"))
}

/// `POST /staff/refunds/{id}/confirm`.
pub async fn confirm(
    request: HttpRequest,
    desk: web::Data<Desk>,
    context: web::Data<Context>,
    id: web::Path<String>,
    form: web::Form<DecideForm>,
) -> Answer {
    let guarded = guard::posted(&request, &desk, Permission::ConfirmRefund, &form.csrf).await?;
    let kept = find(&desk, &id).await?;
    match try_confirm(&desk, &guarded, &kept, &form).await {
        Ok(()) => {
            context.memory.wake_worker();
            Ok(redirect(&format!("/staff/orders/{}?done=confirmed#refund", kept.order_id)))
        }
        Err(error) if error.is_refusal() => {
            let confirm = Some((kept.id.to_string(), error.to_string()));
            let extra = Extra { confirm, ..Extra::default() };
            render(&desk, &context, &guarded, &kept.order_id, status_of(&error), extra).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The cheap refusals come first, so that a code is not spent on a mistyped sum or on one's own request.
async fn try_confirm(desk: &Desk, guarded: &Guarded, kept: &RefundRequest, form: &DecideForm) -> Result<()> {
    if kept.asked_by == guarded.actor() {
        return Err(Error::forbidden("Возврат подтверждает не тот, кто о нём попросил."));
    }
    if sum(&form.amount)? != kept.amount {
        return Err(Error::invalid("amount", format!("Сумма не та: просят вернуть {}.", kept.amount)));
    }
    let now = guarded.now;
    if guarded.visit.has_second_step() {
        let (staff, code) = (guarded.visit.staff.clone(), form.code.clone());
        let proven = desk.db.write(move |c| second_step::prove(c, &staff, Proof::Code(&code), now)).await?;
        if !proven {
            return Err(Error::invalid("code", "Код не подошёл. Дождитесь следующего и повторите."));
        }
    }
    let (wanted, actor) = (kept.id.clone(), guarded.actor());
    desk.db.write(move |c| refunds::confirm(c, &wanted, &actor, now)).await
}

/// `POST /staff/refunds/{id}/decline`.
pub async fn decline(
    request: HttpRequest,
    desk: web::Data<Desk>,
    id: web::Path<String>,
    form: web::Form<DecideForm>,
) -> Answer {
    let guarded = guard::posted(&request, &desk, Permission::ConfirmRefund, &form.csrf).await?;
    let kept = find(&desk, &id).await?;
    let (wanted, actor, now) = (kept.id.clone(), guarded.actor(), guarded.now);
    desk.db.write(move |c| refunds::decline(c, &wanted, &actor, now)).await?;
    Ok(redirect(&format!("/staff/orders/{}?done=declined#refund", kept.order_id)))
}

async fn find(desk: &Desk, id: &str) -> Result<RefundRequest> {
    let id = RefundRequestId::parse(id).map_err(|_| Error::not_found("Такой просьбы о возврате нет"))?;
    desk.db.read(move |c| store::request(c, &id)).await
}
