//! `POST /webhooks/{account}`: kept before it is answered; believed only after asking back.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{Site, failure};
use crate::base::Error;
use crate::base::error::RefusalKind;
use crate::context::Context;
use crate::workflows::checkout::{self, Knock};

/// Takes a notification in.
pub async fn receive(
    request: HttpRequest,
    context: web::Data<Context>,
    site: web::Data<Site>,
    account: web::Path<String>,
    body: web::Bytes,
) -> HttpResponse {
    let sender = site.proxies.client(&request);
    match checkout::receive(&context, &account, sender, &body).await {
        Ok(Knock::Kept | Knock::Repeated) => {
            context.memory.wake_worker();
            HttpResponse::Ok().finish()
        }
        Ok(Knock::Foreign) => HttpResponse::Ok().finish(),
        Err(error) => refuse(&site, sender, &error),
    }
}

fn refuse(site: &Site, sender: std::net::IpAddr, error: &Error) -> HttpResponse {
    failure::log(error);
    if let Err(wait) = site.rates.unknown_notifications.count(&sender) {
        return HttpResponse::ServiceUnavailable().insert_header(("Retry-After", wait.to_string())).finish();
    }
    match error {
        Error::Refused(refusal) if refusal.kind == RefusalKind::Invalid => HttpResponse::BadRequest().finish(),
        other => HttpResponse::build(failure::status(other)).finish(),
    }
}
