//! «Оповещения»: what is wrong, since when, what to do; silence one until tomorrow, or close it when it is seen to.

use actix_web::{HttpRequest, web};
use chrono::{Days, NaiveTime};
use serde::Deserialize;
use serde_json::json;

use super::answers::{Answer, page, redirect};
use super::desk::Desk;
use super::frame::{self, Frame};
use super::guard::{self, Guarded};
use super::login::Bare;
use super::view::{AlertRow, AlertsPage, Room, Severity};
use super::words;
use crate::base::ids::{AlertId, OrderId};
use crate::base::{Error, Instant, Result, Zone};
use crate::db::Connection;
use crate::domain::alerts::{self, Alert};
use crate::domain::journal::{self, Entry};
use crate::domain::orders::store;
use crate::domain::staff::Permission;

/// Rows of a page.
const PAGE: i64 = 50;
/// The longest list.
const LONGEST: i64 = 1000;

/// `?…` of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    closed: String,
    /// How many rows.
    limit: String,
    done: String,
}

/// `GET /staff/alerts`.
pub async fn show(request: HttpRequest, desk: web::Data<Desk>, asked: web::Query<Asked>) -> Answer {
    let guarded = guard::require(&request, &desk, Permission::SeeAlerts).await?;
    let closed = asked.closed == "1";
    let limit = asked.limit.parse().unwrap_or(PAGE).clamp(PAGE, LONGEST);
    let (now, patience) = (guarded.now, desk.patience);
    let (frame, mut found, open_count) = desk
        .db
        .read(move |c| {
            let list = if closed { alerts::list_closed(c, limit + 1)? } else { alerts::list_open(c, limit + 1)? };
            Ok((Frame::read(c, patience, now)?, numbered(c, list)?, alerts::count_open(c)?))
        })
        .await?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let further = format!("/staff/alerts?limit={}{}", limit + PAGE, if closed { "&closed=1" } else { "" });
    let more = (found.len() > wanted && limit < LONGEST).then_some(further);
    found.truncate(wanted);
    let mut shell = frame.shell(&desk, &guarded, Room::Alerts);
    shell.notice = frame::notice(&asked.done);
    page(&AlertsPage {
        shell,
        closed,
        open_count: u64::try_from(open_count).unwrap_or(0),
        rows: found.into_iter().map(|(alert, number)| row(&desk, &guarded, alert, number)).collect(),
        more,
        can_mute: guarded.may(Permission::MuteAlerts),
    })
}

/// Alerts with the numbers of their orders.
fn numbered(connection: &mut Connection, list: Vec<Alert>) -> Result<Vec<(Alert, Option<String>)>> {
    list.into_iter()
        .map(|alert| {
            let id = alert.order_id.as_deref().and_then(|id| OrderId::parse(id).ok());
            let number = id.map(|id| store::get(connection, &id)).transpose()?.map(|order| order.number);
            Ok((alert, number))
        })
        .collect()
}

fn row(desk: &Desk, guarded: &Guarded, alert: Alert, number: Option<String>) -> AlertRow {
    let (zone, now) = (desk.zone, guarded.now);
    let shown = |at: Instant| words::short_moment(at, zone);
    let order = number.zip(alert.order_id).map(|(number, id)| (number, format!("/staff/orders/{id}")));
    AlertRow {
        id: alert.id.to_string(),
        severity: severity(alert.severity),
        advice: if alert.closed_at.is_some() { String::new() } else { words::advice(&alert.kind).to_owned() },
        message: alert.message,
        order,
        since: format!("с {}, {}", shown(alert.opened_at), words::age(alert.opened_at, alert.closed_at.unwrap_or(now))),
        closed: alert.closed_at.map(|at| format!("закрыто {}", shown(at))),
        muted: alert.muted_until.filter(|until| *until > now).map(|until| format!("до {}", shown(until))),
    }
}

const fn severity(severity: alerts::Severity) -> Severity {
    match severity {
        alerts::Severity::Info => Severity::Info,
        alerts::Severity::Warning => Severity::Warning,
        alerts::Severity::Critical => Severity::Critical,
    }
}

/// `POST /staff/alerts/{id}/mute`: silent until nine tomorrow.
pub async fn mute(request: HttpRequest, desk: web::Data<Desk>, id: web::Path<String>, form: web::Form<Bare>) -> Answer {
    let until = tomorrow_morning(desk.zone, desk.now());
    change(request, desk, id, form, "alert_muted", "muted", move |c, id, _| alerts::mute(c, id, until)).await
}

/// `POST /staff/alerts/{id}/unmute`.
pub async fn unmute(
    request: HttpRequest,
    desk: web::Data<Desk>,
    id: web::Path<String>,
    form: web::Form<Bare>,
) -> Answer {
    change(request, desk, id, form, "alert_unmuted", "unmuted", alerts::mute).await
}

/// `POST /staff/alerts/{id}/close`: seen to. What is still wrong opens its alert anew.
pub async fn close(
    request: HttpRequest,
    desk: web::Data<Desk>,
    id: web::Path<String>,
    form: web::Form<Bare>,
) -> Answer {
    change(request, desk, id, form, "alert_closed", "closed", alerts::close_by_id).await
}

async fn change(
    request: HttpRequest,
    desk: web::Data<Desk>,
    id: web::Path<String>,
    form: web::Form<Bare>,
    action: &'static str,
    done: &str,
    work: impl Fn(&mut Connection, &AlertId, Instant) -> Result<()> + Send + 'static,
) -> Answer {
    let guarded = guard::posted(&request, &desk, Permission::MuteAlerts, &form.csrf).await?;
    let id = AlertId::parse(&id).map_err(|_| Error::not_found("Такого оповещения нет"))?;
    let (actor, now) = (guarded.actor(), guarded.now);
    desk.db
        .write(move |c| {
            work(c, &id, now)?;
            let entry = Entry {
                at: now,
                actor: &actor,
                subject_kind: "alert",
                subject_id: id.as_str(),
                action,
                details: json!({}),
            };
            journal::record(c, &entry)
        })
        .await?;
    Ok(redirect(&format!("/staff/alerts?done={done}")))
}

fn tomorrow_morning(zone: Zone, now: Instant) -> Instant {
    let tomorrow = zone.day(now).checked_add_days(Days::new(1)).unwrap_or_else(|| zone.day(now));
    let nine = NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default();
    zone.to_utc(tomorrow.and_time(nine))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_ends_at_nine_tomorrow_by_the_shops_clock() {
        let late = chrono::NaiveDate::from_ymd_opt(2026, 11, 24).unwrap().and_hms_opt(22, 30, 0).unwrap();
        assert_eq!(
            tomorrow_morning(Zone::default(), late).to_string(),
            "2026-11-26 06:00:00",
            "it is the 25th in Moscow"
        );
    }
}
