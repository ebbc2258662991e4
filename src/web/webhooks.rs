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
    let notice = match checkout::read(&context, &account, sender, &body).await {
        Ok(Some(notice)) => notice,
        Ok(None) => return HttpResponse::Ok().finish(),
        Err(error) => return refuse(&site, sender, &error),
    };
    // Each notification costs a question to the provider: invented ids are let in slowly (DOS-4). A real one that is
    // turned away comes again.
    if !notice.is_known
        && let Err(wait) = site.rates.unknown_notifications.count(&sender)
    {
        return later(wait);
    }
    match checkout::keep(&context, notice, sender, &body).await {
        Ok(Knock::Kept | Knock::Repeated) => {
            context.memory.wake_worker();
            HttpResponse::Ok().finish()
        }
        Err(error) => refuse(&site, sender, &error),
    }
}

fn later(wait: u32) -> HttpResponse {
    HttpResponse::ServiceUnavailable().insert_header(("Retry-After", wait.to_string())).finish()
}

fn refuse(site: &Site, sender: std::net::IpAddr, error: &Error) -> HttpResponse {
    failure::log(error);
    if let Err(wait) = site.rates.unknown_notifications.count(&sender) {
        return later(wait);
    }
    match error {
        Error::Refused(refusal) if refusal.kind == RefusalKind::Invalid => HttpResponse::BadRequest().finish(),
        other => HttpResponse::build(failure::status(other)).finish(),
    }
}
