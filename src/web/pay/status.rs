//! `/pay/{token}/status`: how the payment is doing, for the page's script.

use actix_web::{HttpRequest, HttpResponse, web};

use super::compose;
use super::facts::Facts;
use super::handlers::{Stop, nudge_in_background, open_at};
use super::stream::{self, Closing};
use super::visitor::Visitor;
use crate::context::Context;
use crate::web::{Site, failure};

/// `GET /pay/{token}/status`
pub async fn status(
    request: HttpRequest,
    context: web::Data<Context>,
    site: web::Data<Site>,
    closing: web::Data<Closing>,
    token: web::Path<String>,
) -> HttpResponse {
    let visitor = Visitor::of(&request, &token, None);
    match open_at(&request, &context, &site, &visitor.token, &site.rates.status).await {
        Ok(_) if stream::is_wanted(&request) => stream::answer(context, closing.get_ref().clone(), visitor),
        Ok(facts) => {
            nudge_in_background(&context, &facts);
            HttpResponse::Ok().json(body(&context, &facts, &visitor))
        }
        Err(Stop::Missing) => HttpResponse::NotFound().json(serde_json::json!({ "error": "not_found" })),
        Err(Stop::TooMany(wait)) => HttpResponse::TooManyRequests()
            .insert_header(("Retry-After", wait.to_string()))
            .json(serde_json::json!({ "error": "too_many_requests" })),
        Err(Stop::Fault(error)) => failure::for_onec(&error),
    }
}

/// What is told of the state.
pub(super) fn body(context: &Context, facts: &Facts, visitor: &Visitor) -> serde_json::Value {
    let page = compose::page(context, facts, visitor);
    let now = context.zone().local(context.now());
    let mut told = serde_json::json!({
        "payment_state": facts.balance.payment_state,
        "page_state": page.state.code(),
        "due": facts.balance.due.to_decimal_text(),
        "paid": facts.balance.paid.to_decimal_text(),
        "onec_number": compose::onec_number(facts),
        "version": page.live.version,
    });
    if page.state.is_moving()
        && let Some(fields) = told.as_object_mut()
    {
        fields.insert("checked".to_owned(), serde_json::json!(now.format("%H:%M:%S").to_string()));
    }
    told
}
