//! `POST /staff/orders/{id}/contacts`: phone and mail in full, and who looked is in the journal.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde_json::json;

use super::answers::Answer;
use super::desk::Desk;
use super::guard;
use super::login::Bare;
use super::order_show::{Extra, order_id, render};
use crate::context::Context;
use crate::domain::journal;
use crate::domain::orders::store;
use crate::domain::staff::Permission;

/// Opens the contacts of one order. The card itself answers: what was opened must not stay in an address.
pub async fn open(
    request: HttpRequest,
    desk: web::Data<Desk>,
    context: web::Data<Context>,
    id: web::Path<String>,
    form: web::Form<Bare>,
) -> Answer {
    let guarded = guard::posted(&request, &desk, Permission::SeePersonalData, &form.csrf).await?;
    let id = order_id(&id)?;
    let (wanted, actor, now) = (id.clone(), guarded.actor(), guarded.now);
    desk.db
        .write(move |c| {
            store::get(c, &wanted)?;
            journal::about_order(c, now, &actor, wanted.as_str(), "contacts_opened", json!({}))
        })
        .await?;
    let extra = Extra { contacts: true, ..Extra::default() };
    render(&desk, &context, &guarded, &id, StatusCode::OK, extra).await
}
