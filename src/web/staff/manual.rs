//! «Внести в 1С»: money that will not get into 1C without a person, closed by the number and date typed there.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::json;

use super::answers::{Answer, page_with, redirect, status_of};
use super::desk::Desk;
use super::frame::{self, Frame};
use super::guard::{self, Guarded};
use super::manual_rows::{self, Paper};
use super::onec_undecided;
use super::orders_address::day;
use super::view::{ManualPage, Room};
use crate::base::ids::DocumentId;
use crate::base::{Error, Instant, Result};
use crate::db::Connection;
use crate::domain::exports::{self, Acceptance};
use crate::domain::journal::{self, Entry};
use crate::domain::reports::unfinished;
use crate::domain::staff::Permission;

/// Rows of a page, and of the file at most.
const PAGE: i64 = 50;
const CSV_ROWS: i64 = 5000;

/// `?…` of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The place in the list: moment and id of the last document shown.
    after: String,
    done: String,
}

/// The form of closing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct EnterForm {
    csrf: String,
    /// The revision that was shown: a document that changed meanwhile is not closed with old figures.
    revision: String,
    number: String,
    date: String,
}

/// A row that comes back: document, number, date, why.
type Mistake = (String, (String, String, String));

/// `GET /staff/manual`.
pub async fn show(request: HttpRequest, desk: web::Data<Desk>, asked: web::Query<Asked>) -> Answer {
    let guarded = guard::require(&request, &desk, Permission::EnterIn1c).await?;
    render(&desk, &guarded, &asked, StatusCode::OK, None).await
}

async fn render(desk: &Desk, guarded: &Guarded, asked: &Asked, status: StatusCode, mistake: Option<Mistake>) -> Answer {
    let (now, patience, place) = (guarded.now, desk.patience, place(&asked.after));
    let only = mistake.as_ref().map(|(id, _)| id.clone());
    let (frame, papers, more, totals, undecided) = desk
        .db
        .read(move |c| {
            let late = now - patience;
            let (found, more) = unfinished::page(c, late, place.as_ref(), PAGE)?;
            let mut papers = found.into_iter().map(|export| Paper::read(c, export)).collect::<Result<Vec<_>>>()?;
            add_missing(c, &mut papers, only.as_deref())?;
            let undecided = onec_undecided::read(c)?;
            Ok((Frame::read(c, patience, now)?, papers, more, unfinished::totals(c, late)?, undecided))
        })
        .await?;
    let last = papers.last().map(|paper| &paper.parcel.export);
    let further = last.map(|export| further(export.created_at, &export.document_id));
    let rows = papers.iter().map(|paper| {
        let id = paper.parcel.export.document_id.as_str();
        let mine = mistake.as_ref().filter(|(wrong, _)| wrong == id).map(|(_, mistake)| mistake);
        manual_rows::row(paper, desk.zone, now, mine)
    });
    let mut shell = frame.shell(desk, guarded, Room::Manual);
    shell.notice = frame::notice(&asked.done);
    let page = ManualPage {
        shell,
        rows: rows.collect(),
        undecided: onec_undecided::compose(&undecided, desk.zone),
        count: u64::try_from(totals.0).unwrap_or(0),
        total: totals.1,
        csv: "/staff/manual.csv".to_owned(),
        more: further.filter(|_| more),
        can_enter: guarded.may(Permission::EnterIn1c),
        can_retry: guarded.may(Permission::RetryExports),
        can_decide: guarded.may(Permission::ResolveReview),
    };
    page_with(status, &page)
}

/// A row that comes back with a mistake is shown even when it is not on the first page.
fn add_missing(connection: &mut Connection, papers: &mut Vec<Paper>, only: Option<&str>) -> Result<()> {
    let Some(id) = only.and_then(|id| DocumentId::parse(id).ok()) else { return Ok(()) };
    if papers.iter().any(|paper| paper.parcel.export.document_id == id) {
        return Ok(());
    }
    if let Some(export) = exports::find(connection, &id)? {
        papers.insert(0, Paper::read(connection, export)?);
    }
    Ok(())
}

fn further(at: Instant, id: &DocumentId) -> String {
    format!("/staff/manual?after={}_{id}", at.and_utc().timestamp_micros())
}

fn place(after: &str) -> Option<(Instant, DocumentId)> {
    let (micros, id) = after.split_once('_')?;
    let at = chrono::DateTime::from_timestamp_micros(micros.parse().ok()?)?.naive_utc();
    Some((at, DocumentId::parse(id).ok()?))
}

/// `POST /staff/manual/{id}`: entered; 1C's number and date close the row.
pub async fn enter(
    request: HttpRequest,
    desk: web::Data<Desk>,
    id: web::Path<String>,
    form: web::Form<EnterForm>,
) -> Answer {
    let guarded = guard::posted(&request, &desk, Permission::EnterIn1c, &form.csrf).await?;
    let id = DocumentId::parse(&id).map_err(|_| Error::not_found("Такого документа нет"))?;
    match close(&desk, &guarded, &id, &form).await {
        Ok(()) => Ok(redirect("/staff/manual?done=entered")),
        Err(error) if error.is_refusal() && error.code() != Some("not_found") => {
            let mistake = (form.number.clone(), form.date.clone(), error.to_string());
            let back = Some((id.to_string(), mistake));
            render(&desk, &guarded, &Asked::default(), status_of(&error), back).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn close(desk: &Desk, guarded: &Guarded, id: &DocumentId, form: &EnterForm) -> Result<()> {
    let (number, date) = read(form, desk.zone.day(guarded.now))?;
    let shown: i64 = form.revision.parse().unwrap_or(0);
    let (id, actor, now) = (id.clone(), guarded.actor(), guarded.now);
    desk.db
        .write(move |c| {
            let known = exports::find(c, &id)?.ok_or_else(|| Error::not_found("Такого документа в выгрузке нет"))?;
            if known.revision != shown {
                let message =
                    "Пока вы вводили, документ изменился. Сверьте строки с карточкой и введите номер ещё раз.";
                return Err(Error::conflict("revision_changed", message));
            }
            let answer = Acceptance {
                revision: known.revision,
                onec_ref: None,
                number: number.clone(),
                date: Some(date),
                posted: true,
                message: None,
            };
            exports::accept(c, &id, &answer, &actor, now)
        })
        .await
}

fn read(form: &EnterForm, today: NaiveDate) -> Result<(String, NaiveDate)> {
    let number = form.number.trim();
    if number.is_empty() || number.chars().count() > 30 {
        return Err(Error::invalid("number", "Номер документа 1С — от 1 до 30 знаков, как он написан в 1С."));
    }
    let date = day(&form.date).filter(|date| *date <= today);
    let date = date.ok_or_else(|| Error::invalid("date", "Дата документа 1С — день не позже сегодняшнего."))?;
    Ok((number.to_owned(), date))
}

/// `GET /staff/manual.csv`; who took the file is in the journal.
pub async fn csv(request: HttpRequest, desk: web::Data<Desk>) -> Answer {
    let guarded = guard::require(&request, &desk, Permission::EnterIn1c).await?;
    let (now, late, actor) = (guarded.now, guarded.now - desk.patience, guarded.actor());
    let papers = desk
        .db
        .read(move |c| {
            let (found, _) = unfinished::page(c, late, None, CSV_ROWS)?;
            found.into_iter().map(|export| Paper::read(c, export)).collect::<Result<Vec<_>>>()
        })
        .await?;
    let details = json!({ "rows": papers.len() });
    desk.db
        .write(move |c| {
            let details = details.clone();
            let entry = Entry {
                at: now,
                actor: &actor,
                subject_kind: "report",
                subject_id: "manual.csv",
                action: "taken",
                details,
            };
            journal::record(c, &entry)
        })
        .await?;
    let name = format!("attachment; filename=\"vnesti-v-1c-{}.csv\"", desk.zone.day(now));
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(manual_rows::csv(&papers, desk.zone)))
}
