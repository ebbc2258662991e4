//! The customer's link: send it, show it as a QR code, revoke it, make a new one.

use actix_web::{HttpRequest, web};
use serde::Deserialize;
use serde_json::json;

use super::answers::{Answer, page, redirect};
use super::desk::Desk;
use super::guard;
use super::login::Bare;
use super::order_show::order_id;
use super::view::{QrPage, QrShape};
use crate::base::Error;
use crate::base::texts::Lang;
use crate::context::Context;
use crate::domain::journal;
use crate::domain::orders::{links, store};
use crate::domain::payments::balance;
use crate::domain::staff::Permission;
use crate::workflows::letters;

/// The form of sending.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SendForm {
    csrf: String,
    /// Where to, when the order has no mail.
    email: String,
}

/// `POST /staff/orders/{id}/send`.
pub async fn send(
    request: HttpRequest,
    desk: web::Data<Desk>,
    context: web::Data<Context>,
    id: web::Path<String>,
    form: web::Form<SendForm>,
) -> Answer {
    let guarded = guard::posted(&request, &desk, Permission::SendLink, &form.csrf).await?;
    let id = order_id(&id)?;
    let to = Some(form.email.trim().to_owned()).filter(|email| !email.is_empty());
    letters::queue_link(&context, &id, to, Lang::Ru, &guarded.actor()).await?;
    context.memory.wake_worker();
    Ok(redirect(&format!("/staff/orders/{id}?done=sent")))
}

/// `POST /staff/orders/{id}/revoke`: whoever has the old link has nothing any more.
pub async fn revoke(
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
            store::lock(c, &wanted)?;
            if links::revoke(c, &wanted, now)? == 0 {
                return Err(Error::conflict("no_link", "Живой ссылки у заказа уже нет."));
            }
            journal::about_order(c, now, &actor, wanted.as_str(), "link_revoked", json!({}))
        })
        .await?;
    Ok(redirect(&format!("/staff/orders/{id}?done=revoked")))
}

/// `POST /staff/orders/{id}/link`: a new link after the old one was revoked; pressing twice makes one.
pub async fn make(
    request: HttpRequest,
    desk: web::Data<Desk>,
    context: web::Data<Context>,
    id: web::Path<String>,
    form: web::Form<Bare>,
) -> Answer {
    let guarded = guard::posted(&request, &desk, Permission::SendLink, &form.csrf).await?;
    let id = order_id(&id)?;
    let (wanted, actor, now, keys) = (id.clone(), guarded.actor(), guarded.now, context.link_keys.clone());
    desk.db
        .write(move |c| {
            store::lock(c, &wanted)?;
            if links::find_living(c, &wanted)?.is_some() {
                return Ok(());
            }
            links::ensure(c, &wanted, &keys, now)?;
            journal::about_order(c, now, &actor, wanted.as_str(), "link_made", json!({}))
        })
        .await?;
    Ok(redirect(&format!("/staff/orders/{id}?done=linked")))
}

/// `GET /staff/orders/{id}/qr`: the whole screen for a customer at the counter.
pub async fn qr(
    request: HttpRequest,
    desk: web::Data<Desk>,
    context: web::Data<Context>,
    id: web::Path<String>,
) -> Answer {
    guard::require(&request, &desk, Permission::SendLink).await?;
    let id = order_id(&id)?;
    let wanted = id.clone();
    let (order, due, link) = desk
        .db
        .read(move |c| {
            let order = store::get(c, &wanted)?;
            Ok((order, balance::get(c, &wanted)?.due, links::find_living(c, &wanted)?))
        })
        .await?;
    let link = link.ok_or_else(|| Error::conflict("no_link", "Ссылка отозвана. Создайте новую в карточке заказа."))?;
    let address = context.pay_url(&context.link_keys.token(link.key_id, &link.id)?);
    let qr = QrShape::of(&address).ok_or_else(|| Error::Internal("ссылка не помещается в QR".to_owned()))?;
    page(&QrPage { number: order.number, due: due.to_string(), qr, back: format!("/staff/orders/{id}") })
}
