//! Documents of 1C's own that fit several payments: a clerk says which one is meant, or that it is other money.

use actix_web::{HttpRequest, web};
use serde::Deserialize;
use serde_json::json;

use super::answers::{Answer, redirect};
use super::desk::Desk;
use super::guard;
use super::view::{Candidate, Undecided};
use super::words;
use crate::base::ids::DocumentId;
use crate::base::texts;
use crate::base::{Error, Result, Zone};
use crate::context::Context;
use crate::db::Connection;
use crate::domain::exports;
use crate::domain::journal::{self, Entry};
use crate::domain::payments::onec_documents::{self, OnecDocument};
use crate::domain::payments::{Document, store};
use crate::domain::staff::Permission;

/// More than a clerk decides at a sitting.
const LONGEST: i64 = 50;

/// A document of 1C's own with what it may be: our document and the number of its order.
pub type Choice = (OnecDocument, Vec<(Document, String)>);

/// Reads what waits for a clerk.
///
/// # Errors
/// `Database`.
pub fn read(connection: &mut Connection) -> Result<Vec<Choice>> {
    let waiting = onec_documents::list_undecided(connection, LONGEST)?;
    waiting
        .into_iter()
        .map(|document| {
            let mut choices = Vec::new();
            for id in onec_documents::candidates_of(connection, &document)? {
                let order = exports::shares(connection, &id)?.into_iter().next();
                let number = order.map(|share| share.order_number).unwrap_or_default();
                choices.push((store::document(connection, &id)?, number));
            }
            Ok((document, choices))
        })
        .collect()
}

/// The rows of the page.
#[must_use]
pub fn compose(waiting: &[Choice], zone: Zone) -> Vec<Undecided> {
    let row = |(document, choices): &Choice| Undecided {
        guid: document.guid.clone(),
        title: format!(
            "{} №\u{a0}{} от {}",
            words::onec_form(document.kind, document.direction),
            document.number,
            texts::date(document.dated_on)
        ),
        amount: document.amount,
        order: choices.first().map(|(_, number)| number.clone()).unwrap_or_default(),
        choices: choices.iter().map(|(ours, _)| candidate(ours, zone)).collect(),
    };
    waiting.iter().map(row).collect()
}

fn candidate(ours: &Document, zone: Zone) -> Candidate {
    let words = format!("{}, {}", words::money_kind(ours.kind), texts::date_time(zone.local(ours.received_at)));
    Candidate { id: ours.id.to_string(), words }
}

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DecideForm {
    csrf: String,
    /// Our document, or `new`.
    ours: String,
}

/// `POST /staff/onec/{guid}/decide`.
pub async fn decide(
    request: HttpRequest,
    desk: web::Data<Desk>,
    context: web::Data<Context>,
    guid: web::Path<String>,
    form: web::Form<DecideForm>,
) -> Answer {
    let guarded = guard::posted(&request, &desk, Permission::ResolveReview, &form.csrf).await?;
    let ours = match form.ours.as_str() {
        "new" => None,
        id => Some(
            DocumentId::parse(id).map_err(|_| Error::invalid("ours", "Выберите, какой это оплате соответствует."))?,
        ),
    };
    let (guid, actor, now, policy) = (guid.into_inner(), guarded.actor(), guarded.now, context.policy());
    desk.db
        .write(move |c| {
            onec_documents::decide(c, &guid, ours.as_ref(), &policy, now)?;
            let number = onec_documents::find(c, &guid)?.map(|document| document.number);
            let details = json!({ "ours": ours, "number": number });
            let orders = match &ours {
                Some(id) => exports::shares(c, id)?,
                None => Vec::new(),
            };
            for share in orders {
                let id = share.order_id;
                journal::about_order(c, now, &actor, id.as_str(), "onec_decided", details.clone())?;
            }
            let entry = Entry {
                at: now,
                actor: &actor,
                subject_kind: "onec_document",
                subject_id: &guid,
                action: "onec_decided",
                details,
            };
            journal::record(c, &entry)
        })
        .await?;
    context.memory.wake_worker();
    Ok(redirect("/staff/manual?done=decided"))
}
