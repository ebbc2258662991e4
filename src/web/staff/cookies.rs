//! Cookies of the back office: the session's token, and a token of the visit for the forms before there is a session.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};

use super::desk::Desk;

/// Which cookie.
#[derive(Clone, Copy)]
pub(super) enum Jar {
    /// The session.
    Session,
    /// The visit before the session.
    Door,
}

impl Jar {
    /// `__Host-` binds the cookie to our very host; browsers take it over TLS only, so a loopback stand does without.
    const fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-oplata",
            (Self::Session, false) => "oplata",
            (Self::Door, true) => "__Host-oplata-door",
            (Self::Door, false) => "oplata-door",
        }
    }

    /// The token the browser sent.
    pub(super) fn read(self, request: &HttpRequest, desk: &Desk) -> Option<String> {
        let cookie = request.cookie(self.name(desk.is_secure()))?;
        Some(cookie.value().to_owned()).filter(|token| token.len() == 64)
    }

    /// A cookie that lives as long as the browser's window; the server knows when it is over.
    pub(super) fn bake(self, token: &str, desk: &Desk) -> Cookie<'static> {
        let secure = desk.is_secure();
        Cookie::build(self.name(secure), token.to_owned())
            .path("/")
            .secure(secure)
            .http_only(true)
            .same_site(SameSite::Lax)
            .finish()
    }

    /// The cookie that removes it.
    pub(super) fn clear(self, desk: &Desk) -> Cookie<'static> {
        let mut cookie = self.bake("", desk);
        cookie.make_removal();
        cookie
    }
}
