//! Who asks, and may he: the one place where sessions, forms and permissions are checked (STF-5, STF-6, STF-7).

use actix_web::HttpRequest;
use actix_web::http::Method;

use super::answers::Stop;
use super::cookies::Jar;
use super::desk::Desk;
use super::origin;
use crate::base::{Error, Instant, Result};
use crate::domain::staff::{Origin, Permission, Stage, Visit, sessions};

/// A request of a known person.
#[derive(Clone)]
pub struct Guarded {
    /// Session and person.
    pub visit: Visit,
    /// Where the request came from.
    pub origin: Origin,
    /// When it came (UTC).
    pub now: Instant,
    token: String,
}

/// The token is never printed.
impl std::fmt::Debug for Guarded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guarded").field("visit", &self.visit).finish_non_exhaustive()
    }
}

impl Guarded {
    /// The token for the forms of this session's pages.
    #[must_use]
    pub fn csrf(&self) -> String {
        sessions::csrf_of(&self.token)
    }

    /// The session's own token: for setting the second step up, never for a page.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// The name the journal knows the person by.
    #[must_use]
    pub fn actor(&self) -> String {
        crate::domain::staff::accounts::actor(&self.visit.staff)
    }

    /// Whether the person may.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        permission.allows(self.visit.role)
    }
}

/// The person of a request, if he is in and may do this. For a request that changes something, call [`check_form`] too.
///
/// # Errors
/// `Elsewhere` to the door or to the second step; `Forbidden`.
pub async fn require(request: &HttpRequest, desk: &Desk, permission: Permission) -> Result<Guarded, Stop> {
    let guarded = entered(request, desk).await?;
    permission.demand(guarded.visit.role)?;
    Ok(guarded)
}

/// The person who sent a form that changes something: he is in, may do this, and a page of his session sent it.
///
/// # Errors
/// `Elsewhere` to the door or to the second step; `Forbidden`.
pub async fn posted(request: &HttpRequest, desk: &Desk, permission: Permission, csrf: &str) -> Result<Guarded, Stop> {
    let guarded = require(request, desk, permission).await?;
    check_form(request, desk, &guarded, csrf)?;
    Ok(guarded)
}

/// The person of a request, all the way in: for pages that everybody has (his own account).
///
/// # Errors
/// `Elsewhere` to the door or to the second step.
pub async fn entered(request: &HttpRequest, desk: &Desk) -> Result<Guarded, Stop> {
    let guarded = at_stage(request, desk).await?;
    match guarded.visit.stage {
        Stage::Full => Ok(guarded),
        Stage::Code => Err(Stop::Elsewhere("/staff/code".to_owned())),
        Stage::Enrol => Err(Stop::Elsewhere("/staff/enrol".to_owned())),
    }
}

/// The person of a request, however far he is.
///
/// # Errors
/// `Elsewhere` to the door.
pub(super) async fn at_stage(request: &HttpRequest, desk: &Desk) -> Result<Guarded, Stop> {
    let token = Jar::Session.read(request, desk).ok_or_else(|| to_the_door(request))?;
    let (now, wanted) = (desk.now(), token.clone());
    let visit = desk.db.read(move |c| sessions::visit(c, &wanted, now)).await?;
    let visit = visit.ok_or_else(|| to_the_door(request))?;
    if visit.is_touch_due(now) {
        let session = visit.session.clone();
        desk.db.write(move |c| sessions::touch(c, &session, now)).await?;
    }
    Ok(Guarded { visit, origin: origin::of(request, &desk.proxies), now, token })
}

/// Refuses a form that no page of this session sent.
///
/// # Errors
/// `Forbidden`.
pub fn check_form(request: &HttpRequest, desk: &Desk, guarded: &Guarded, csrf: &str) -> Result<()> {
    check_token(request, desk, &guarded.token, csrf)
}

/// Refuses a form of the door that no page of this browser sent.
///
/// # Errors
/// `Forbidden`.
pub(super) fn check_door(request: &HttpRequest, desk: &Desk, csrf: &str) -> Result<()> {
    let token = Jar::Door.read(request, desk).unwrap_or_default();
    check_token(request, desk, &token, csrf)
}

fn check_token(request: &HttpRequest, desk: &Desk, token: &str, csrf: &str) -> Result<()> {
    let ours = !origin::is_foreign(request.headers(), &desk.public_url);
    if ours && !token.is_empty() && sessions::csrf_holds(token, csrf) {
        return Ok(());
    }
    Err(Error::forbidden("Форма устарела или отправлена не с нашей страницы. Откройте страницу заново и повторите."))
}

/// To the door, and back to the page that was asked for.
fn to_the_door(request: &HttpRequest) -> Stop {
    let asked = request.uri().path_and_query().map_or("/staff/orders", |asked| asked.as_str());
    let next = if request.method() == Method::GET { asked } else { "/staff/orders" };
    let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    Stop::Elsewhere(format!("/staff/login?{query}"))
}
