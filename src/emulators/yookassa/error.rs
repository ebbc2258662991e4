//! Errors as the API tells them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::{Value, json};

/// A refusal of the API.
#[derive(Debug, Clone)]
pub(super) struct ApiError {
    pub status: u16,
    pub code: &'static str,
    pub description: String,
    pub parameter: Option<String>,
}

pub(super) type ApiResult = Result<Value, ApiError>;

impl ApiError {
    /// 400 about one parameter.
    pub fn invalid(parameter: &str, description: impl Into<String>) -> Self {
        let description = description.into();
        Self { status: 400, code: "invalid_request", description, parameter: Some(parameter.to_owned()) }
    }

    pub fn of(status: u16, code: &'static str, description: &str) -> Self {
        Self { status, code, description: description.to_owned(), parameter: None }
    }

    pub fn not_found() -> Self {
        Self::of(404, "not_found", "Incorrect id or path")
    }

    pub fn unauthorized() -> Self {
        Self::of(401, "invalid_credentials", "Basic authentication failed. Check the shop id and the secret key")
    }

    pub fn response(&self) -> HttpResponse {
        let mut body = json!({
            "type": "error", "id": uuid::Uuid::new_v4().to_string(), "code": self.code, "description": self.description,
        });
        if let (Some(fields), Some(parameter)) = (body.as_object_mut(), &self.parameter) {
            fields.insert("parameter".to_owned(), json!(parameter));
        }
        HttpResponse::build(StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST)).json(body)
    }
}
