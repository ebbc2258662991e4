//! Small decisions about an order: accept payment again, a customer's request is answered, offer a payment to 1C again.

use actix_web::{HttpRequest, web};
use serde_json::json;

use super::answers::{Answer, redirect};
use super::desk::Desk;
use super::guard;
use super::login::Bare;
use super::order_show::order_id;
use crate::base::ids::DocumentId;
use crate::base::{Error, Instant, Result};
use crate::context::Context;
use crate::db::Connection;
use crate::domain::exports::{self, ExportState};
use crate::domain::orders::store;
use crate::domain::outbox::{self, Message};
use crate::domain::payments::{Policy, balance};
use crate::domain::staff::Permission;
use crate::domain::{alerts, journal};

/// `POST /staff/orders/{id}/reopen`: «Снова принимать оплату».
pub async fn reopen(
    request: HttpRequest,
    desk: web::Data<Desk>,
    id: web::Path<String>,
    form: web::Form<Bare>,
) -> Answer {
    let guarded = guard::posted(&request, &desk, Permission::SendLink, &form.csrf).await?;
    let id = order_id(&id)?;
    let (wanted, actor, now) = (id.clone(), guarded.actor(), guarded.now);
    desk.db
        .write(move |c| {
            if store::lock(c, &wanted)?.reopened {
                return Ok(());
            }
            store::reopen(c, &wanted, true)?;
            balance::settle(c, &wanted, now)?;
            journal::about_order(c, now, &actor, wanted.as_str(), "order_reopened", json!({}))
        })
        .await?;
    Ok(redirect(&format!("/staff/orders/{id}?done=reopened")))
}

/// `POST /staff/orders/{id}/answer`: the customer's request for a new link is seen to.
pub async fn answer(
    request: HttpRequest,
    desk: web::Data<Desk>,
    id: web::Path<String>,
    form: web::Form<Bare>,
) -> Answer {
    let guarded = guard::posted(&request, &desk, Permission::SendLink, &form.csrf).await?;
    let id = order_id(&id)?;
    let (wanted, actor, now) = (id.clone(), guarded.actor(), guarded.now);
    desk.db
        .write(move |c| {
            store::get(c, &wanted)?;
            if !alerts::is_open(c, "link_request", wanted.as_str())? {
                return Ok(());
            }
            alerts::close(c, "link_request", wanted.as_str(), now)?;
            journal::about_order(c, now, &actor, wanted.as_str(), "link_request_answered", json!({}))
        })
        .await?;
    Ok(redirect(&format!("/staff/orders/{id}?done=answered")))
}

/// `POST /staff/documents/{id}/retry`: a rejected payment is offered to 1C again at once.
pub async fn retry(
    request: HttpRequest,
    desk: web::Data<Desk>,
    context: web::Data<Context>,
    id: web::Path<String>,
    form: web::Form<Bare>,
) -> Answer {
    let guarded = guard::posted(&request, &desk, Permission::RetryExports, &form.csrf).await?;
    let id = DocumentId::parse(&id).map_err(|_| Error::not_found("Такого документа нет"))?;
    let (actor, now, policy) = (guarded.actor(), guarded.now, context.policy());
    let order = desk.db.write(move |c| offer(c, &id, &policy, &actor, now)).await?;
    context.memory.wake_worker();
    Ok(redirect(&match order {
        Some(order) => format!("/staff/orders/{order}?done=retried"),
        None => "/staff/orders?done=retried".to_owned(),
    }))
}

/// Offers it and tells 1C's service, if one listens; returns the order to go back to.
fn offer(
    connection: &mut Connection,
    id: &DocumentId,
    policy: &Policy,
    actor: &str,
    now: Instant,
) -> Result<Option<String>> {
    let known = exports::find(connection, id)?.ok_or_else(|| Error::not_found("Такого документа в выгрузке нет"))?;
    let orders: Vec<_> = exports::shares(connection, id)?.into_iter().map(|share| share.order_id).collect();
    if known.state == ExportState::Rejected {
        exports::offer_again(connection, id, now)?;
        for order in &orders {
            let details = json!({ "document": id, "revision": known.revision });
            journal::about_order(connection, now, actor, order.as_str(), "onec_retried", details)?;
        }
        if policy.push && known.road == exports::Road::Service {
            let message = Message::PushDocument { document_id: id.clone(), revision: known.revision };
            outbox::enqueue_again(connection, &message, now)?;
        }
    }
    Ok(orders.first().map(ToString::to_string))
}
