//! The look shared by the emulators' pages: the tokens of the product and a few rules of their own.

use actix_web::HttpResponse;
use askama::Template;

const SHEET: &str = concat!(include_str!("../../static/tokens.css"), include_str!("../../static/emulators.css"));

/// `GET /emulators.css`.
pub(super) async fn css() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").insert_header(("Cache-Control", "no-cache")).body(SHEET)
}

/// A page, or 500 with the template's complaint. Only our own sheet and forms; pictures may come inside the page.
pub(super) fn page(template: &impl Template) -> HttpResponse {
    const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; form-action 'self'; \
                          base-uri 'none'; frame-ancestors 'none'";
    match template.render() {
        Ok(html) => HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .insert_header(("Content-Security-Policy", POLICY))
            .insert_header(("Cache-Control", "no-store"))
            .insert_header(("X-Content-Type-Options", "nosniff"))
            .body(html),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}

/// Back to a page after a form.
pub(super) fn see(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header(("Location", path.to_owned())).finish()
}
