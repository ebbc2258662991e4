//! Errors as answers: one mapping from the house's errors to HTTP; pages in the reader's look, 1C in JSON.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use crate::base::Error;
use crate::base::error::RefusalKind;
use crate::gateways::onec::service::ErrorBody;

/// The status an error answers with.
#[must_use]
pub fn status(error: &Error) -> StatusCode {
    match error {
        Error::Refused(refusal) => match refusal.kind {
            RefusalKind::NotFound => StatusCode::NOT_FOUND,
            RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            RefusalKind::Conflict => StatusCode::CONFLICT,
            RefusalKind::Forbidden => StatusCode::FORBIDDEN,
        },
        Error::Database(_) | Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What a machine or a member of staff may read of an error: a rule's sentence whole, a fault only as such.
#[must_use]
pub fn message(error: &Error) -> String {
    match error {
        Error::Refused(refusal) => refusal.message.clone(),
        Error::Database(_) | Error::Unavailable(_) => "Портал сейчас не может это записать. Повторите позже".to_owned(),
        Error::Internal(_) => "Внутренняя ошибка портала. Она записана в журнал работы".to_owned(),
    }
}

/// Logs a fault once, at the border where it becomes an answer.
pub fn log(error: &Error) {
    if !error.is_refusal() {
        tracing::error!(%error, "request failed");
    }
}

/// The error as 1C reads it.
#[must_use]
pub fn for_onec(error: &Error) -> HttpResponse {
    log(error);
    let code = error.code().unwrap_or(if matches!(error, Error::Internal(_)) { "internal" } else { "unavailable" });
    let body = ErrorBody { error: code.to_owned(), message: message(error), problems: Vec::new() };
    let mut builder = HttpResponse::build(status(error));
    if status(error) == StatusCode::SERVICE_UNAVAILABLE {
        builder.insert_header(("Retry-After", "10"));
    }
    builder.json(body)
}
