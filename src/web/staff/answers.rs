//! Answers of the back office: pages that are never cached, redirects within our own addresses, errors in our look.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use askama::Template;

use super::view::FailurePage;
use crate::base::Error;
use crate::base::error::RefusalKind;

/// Why a handler did not answer with a page.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// Go somewhere else first: to the door, to the second step.
    #[error("303 {0}")]
    Elsewhere(String),
    /// A rule said no, or something is broken.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// What handlers of the back office answer.
pub type Answer = Result<HttpResponse, Stop>;

impl ResponseError for Stop {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Elsewhere(_) => StatusCode::SEE_OTHER,
            Self::Failed(error) => status_of(error),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Elsewhere(to) => redirect(to),
            Self::Failed(error) => failure(error),
        }
    }
}

/// The HTTP status of an error.
#[must_use]
pub fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::Refused(refusal) if refusal.code == "throttled" => StatusCode::TOO_MANY_REQUESTS,
        Error::Refused(refusal) => match refusal.kind {
            RefusalKind::NotFound => StatusCode::NOT_FOUND,
            RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            RefusalKind::Conflict => StatusCode::CONFLICT,
            RefusalKind::Forbidden => StatusCode::FORBIDDEN,
        },
        Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Database(_) | Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A page.
///
/// # Errors
/// `Internal` when the template fails.
pub fn page(template: &impl Template) -> Answer {
    page_with(StatusCode::OK, template)
}

/// A page with a status of its own.
///
/// # Errors
/// `Internal` when the template fails.
pub fn page_with(status: StatusCode, template: &impl Template) -> Answer {
    let body = template.render().map_err(|error| Error::Internal(format!("шаблон: {error}")))?;
    Ok(uncached(status).content_type("text/html; charset=utf-8").body(body))
}

/// 303 to an address of ours.
#[must_use]
pub fn redirect(to: &str) -> HttpResponse {
    uncached(StatusCode::SEE_OTHER).insert_header((header::LOCATION, to)).finish()
}

/// `next` of a form when it is a page of the back office, else the list of orders: never a way out to another site.
#[must_use]
pub fn safe_next(next: &str) -> &str {
    let inside = next.starts_with("/staff/") && !next.contains(['\\', '\n', '\r', '\t']) && !next.contains("//");
    let at_the_door = ["/staff/login", "/staff/logout", "/staff/code", "/staff/enrol"];
    if inside && !at_the_door.iter().any(|door| next.starts_with(door)) { next } else { "/staff/orders" }
}

/// The page of an error: a refusal explains itself, a fault does not show its insides (WEB-5).
fn failure(error: &Error) -> HttpResponse {
    let status = status_of(error);
    let (reason, number) = match error {
        Error::Refused(refusal) => (Some(refusal.message.clone()), None),
        _ => (None, Some(logged(error))),
    };
    let page = FailurePage { number, ..FailurePage::of(status.as_u16(), "", reason, None) };
    page_with(status, &page).unwrap_or_else(|_| uncached(status).finish())
}

/// Logs a fault and returns the number it is found by.
fn logged(error: &Error) -> String {
    let number: String = crate::base::ids::new_id().chars().rev().take(8).collect();
    tracing::error!(number, %error, "страница бэк-офиса не получилась");
    number
}

fn uncached(status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::safe_next;

    #[test]
    fn nobody_is_led_out_of_the_house() {
        assert_eq!(safe_next("/staff/orders/1?x=2"), "/staff/orders/1?x=2");
        let elsewhere = [
            "",
            "/",
            "https://evil.example",
            "//evil.example",
            "/staff//evil.example",
            "/staff/\\evil",
            "/pay/x",
            "/staff/logout",
            "/staff/login?next=/staff/login",
            "/staff/a\r\nSet-Cookie: x",
            "javascript:alert(1)",
        ];
        for next in elsewhere {
            assert_eq!(safe_next(next), "/staff/orders", "{next}");
        }
    }
}
