//! «Моя учётная запись»: own sessions, password.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::answers::{Answer, page_with, redirect};
use super::desk::Desk;
use super::frame::Frame;
use super::guard::{self, Guarded};
use super::login::Bare;
use super::view::{AccountPage, Room, SessionRow};
use crate::base::ids::SessionId;
use crate::base::{Error, Result, Secret, texts};
use crate::domain::staff::sessions::{self, OpenSession};
use crate::domain::staff::{accounts, login, passwords, recovery};

/// The form of a new password.
#[derive(Debug, Deserialize)]
pub struct PasswordForm {
    csrf: String,
    current: Secret,
    fresh: Secret,
}

/// `GET /staff/account`.
pub async fn show(request: HttpRequest, desk: web::Data<Desk>) -> Answer {
    let guarded = guard::entered(&request, &desk).await?;
    render(&desk, &guarded, StatusCode::OK, None).await
}

/// `POST /staff/account/sessions/{id}/end`.
pub async fn end_one(
    request: HttpRequest,
    desk: web::Data<Desk>,
    id: web::Path<String>,
    form: web::Form<Bare>,
) -> Answer {
    let guarded = guard::entered(&request, &desk).await?;
    guard::check_form(&request, &desk, &guarded, &form.csrf)?;
    let (staff, now, session) = (guarded.visit.staff, guarded.now, SessionId::parse(&id)?);
    desk.db.write(move |c| sessions::end(c, &staff, &session, now)).await?;
    Ok(redirect("/staff/account"))
}

/// `POST /staff/account/sessions/end`: every session but this one.
pub async fn end_others(request: HttpRequest, desk: web::Data<Desk>, form: web::Form<Bare>) -> Answer {
    let guarded = guard::entered(&request, &desk).await?;
    guard::check_form(&request, &desk, &guarded, &form.csrf)?;
    let (visit, now) = (guarded.visit, guarded.now);
    desk.db.write(move |c| sessions::end_all(c, &visit.staff, Some(&visit.session), now)).await?;
    Ok(redirect("/staff/account"))
}

/// `POST /staff/account/password`.
pub async fn change_password(request: HttpRequest, desk: web::Data<Desk>, form: web::Form<PasswordForm>) -> Answer {
    let guarded = guard::entered(&request, &desk).await?;
    guard::check_form(&request, &desk, &guarded, &form.csrf)?;
    match set_password(&desk, &guarded, &form).await {
        Ok(()) => Ok(redirect("/staff/account")),
        Err(error) if error.is_refusal() => {
            let status = super::answers::status_of(&error);
            render(&desk, &guarded, status, Some(error.to_string())).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Guesses of the present password count as guesses at the door.
async fn set_password(desk: &Desk, guarded: &Guarded, form: &PasswordForm) -> Result<()> {
    let (email, address, now) = (guarded.visit.email.clone(), guarded.origin.address.clone(), guarded.now);
    let tried = desk.db.write(move |c| login::begin(c, &email, &address, now)).await?;
    let (verified, _) = desk.verify(form.current.reveal().to_owned(), tried.hash.clone()).await?;
    if !verified.matches {
        return Err(Error::invalid("current", "Нынешний пароль не подошёл."));
    }
    let (visit, by) = (guarded.visit.clone(), guarded.actor());
    let hash = desk.hash_new(form.fresh.reveal().to_owned(), visit.role, &visit.email).await?;
    let from = guarded.origin.clone();
    desk.db
        .write(move |c| {
            login::forgive(c, &tried, &from, now)?;
            accounts::set_password(c, &visit.staff, &hash, Some(&visit.session), &by, now)
        })
        .await
}

async fn render(desk: &Desk, guarded: &Guarded, status: StatusCode, error: Option<String>) -> Answer {
    let (staff, now, patience) = (guarded.visit.staff.clone(), guarded.now, desk.patience);
    let (frame, person, open) = desk
        .db
        .read(move |c| {
            let frame = Frame::read(c, patience, now)?;
            Ok((frame, accounts::find(c, &staff)?, sessions::list_open(c, &staff, now)?))
        })
        .await?;
    let mut rows: Vec<SessionRow> = open.iter().map(|session| row(desk, guarded, session)).collect();
    rows.sort_by_key(|row| !row.current);
    let page = AccountPage {
        shell: frame.shell(desk, guarded, Room::Account),
        email: person.email,
        sessions: rows,
        totp: person.totp_secret.is_some(),
        codes_left: recovery::left(&person.recovery_codes),
        min_length: passwords::min_length(person.role),
        error,
    };
    page_with(status, &page)
}

fn row(desk: &Desk, guarded: &Guarded, session: &OpenSession) -> SessionRow {
    let current = session.id == guarded.visit.session;
    let shown = |at| texts::date_time(desk.zone.local(at));
    SessionRow {
        id: session.id.to_string(),
        device: device(&session.agent),
        address: session.address.clone(),
        since: shown(session.created_at),
        seen: if current { "сейчас".to_owned() } else { shown(session.last_seen_at) },
        current,
    }
}

/// «Chrome, Windows» of a browser's own words; more would be a guess.
fn device(agent: &str) -> String {
    let first =
        |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    let browser = first(&[
        ("YaBrowser", "Яндекс Браузер"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(known), None) | (None, Some(known)) => known.to_owned(),
        (None, None) => "Неизвестный браузер".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn browsers_are_named_in_two_words() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36";
        assert_eq!(device(chrome), "Chrome, Windows");
        assert_eq!(device(&format!("{chrome} YaBrowser/26")), "Яндекс Браузер, Windows");
        assert_eq!(device("curl/8"), "Неизвестный браузер");
    }
}
