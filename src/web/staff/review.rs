//! Money that came not as asked: recorded as it is, for its own order or another (`POST /staff/attempts/{id}/record`),
//! or settled outside (`POST /staff/attempts/{id}/dismiss`).

use actix_web::{HttpRequest, web};
use serde::Deserialize;
use serde_json::json;

use super::answers::{Answer, redirect, status_of};
use super::desk::Desk;
use super::guard;
use super::order_show::{Extra, Mistake, render};
use crate::base::ids::{AttemptId, OrderId};
use crate::base::{Error, Instant, Result};
use crate::context::Context;
use crate::db::Connection;
use crate::domain::journal;
use crate::domain::payments::{Policy, record, store};
use crate::domain::reports::search;
use crate::domain::staff::Permission;

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RecordForm {
    csrf: String,
    /// The number of the order that gets the money.
    order: String,
}

/// Records the money.
pub async fn submit(
    request: HttpRequest,
    desk: web::Data<Desk>,
    context: web::Data<Context>,
    id: web::Path<String>,
    form: web::Form<RecordForm>,
) -> Answer {
    let guarded = guard::posted(&request, &desk, Permission::ResolveReview, &form.csrf).await?;
    let id = AttemptId::parse(&id).map_err(|_| Error::not_found("Такой попытки оплаты нет"))?;
    let wanted = id.clone();
    let own = desk.db.read(move |c| store::attempt(c, &wanted)).await?.order_id;
    let (wanted, number, policy) = (id.clone(), form.order.clone(), context.policy());
    let (home, actor, now) = (own.clone(), guarded.actor(), guarded.now);
    match desk.db.write(move |c| give(c, &wanted, &home, &number, &policy, &actor, now)).await {
        Ok(order) => {
            context.memory.wake_worker();
            Ok(redirect(&format!("/staff/orders/{order}?done=recorded")))
        }
        Err(error) if error.is_refusal() => {
            let mistake = Mistake { typed: (form.order.clone(), String::new()), why: error.to_string() };
            let extra = Extra { review: Some((id.to_string(), mistake)), ..Extra::default() };
            render(&desk, &context, &guarded, &own, status_of(&error), extra).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The form of «Разобрано без записи».
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DismissForm {
    csrf: String,
    /// What became of the money, in words.
    reason: String,
}

/// Closes the question without recording: the money was given back in the provider's cabinet, or is not ours.
pub async fn dismiss(
    request: HttpRequest,
    desk: web::Data<Desk>,
    context: web::Data<Context>,
    id: web::Path<String>,
    form: web::Form<DismissForm>,
) -> Answer {
    let guarded = guard::posted(&request, &desk, Permission::ResolveReview, &form.csrf).await?;
    let id = AttemptId::parse(&id).map_err(|_| Error::not_found("Такой попытки оплаты нет"))?;
    let wanted = id.clone();
    let own = desk.db.read(move |c| store::attempt(c, &wanted)).await?.order_id;
    let (wanted, reason, actor, now) = (id.clone(), form.reason.clone(), guarded.actor(), guarded.now);
    match desk.db.write(move |c| record::dismiss_reviewed(c, &wanted, &reason, &actor, now)).await {
        Ok(()) => Ok(redirect(&format!("/staff/orders/{own}?done=dismissed"))),
        Err(error) if error.is_refusal() => {
            let mistake = Mistake { typed: (String::new(), form.reason.clone()), why: error.to_string() };
            let extra = Extra { review: Some((id.to_string(), mistake)), ..Extra::default() };
            render(&desk, &context, &guarded, &own, status_of(&error), extra).await
        }
        Err(error) => Err(error.into()),
    }
}

fn give(
    connection: &mut Connection,
    id: &AttemptId,
    own: &OrderId,
    number: &str,
    policy: &Policy,
    actor: &str,
    now: Instant,
) -> Result<OrderId> {
    let order = target(connection, own, number)?;
    record::record_reviewed(connection, id, &order, policy, actor, now)?;
    let details = json!({ "attempt": id, "order": order });
    journal::about_order(connection, now, actor, own.as_str(), "review_recorded", details)?;
    Ok(order)
}

/// The order of its own number needs no search: numbers may repeat over years.
fn target(connection: &mut Connection, own: &OrderId, number: &str) -> Result<OrderId> {
    let home = crate::domain::orders::store::get(connection, own)?;
    if home.number == number.trim() {
        return Ok(own.clone());
    }
    search::by_number(connection, number)?.ok_or_else(|| {
        let message = format!("Заказа «{}» нет, или таких несколько. Введите номер целиком, как в 1С.", number.trim());
        Error::invalid("order", message)
    })
}
