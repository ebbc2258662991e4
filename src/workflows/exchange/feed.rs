//! Money documents on their way to 1C: the feed 1C pulls, the push to its service, its answers.

use chrono::{Duration, NaiveDate};

use crate::base::ids::DocumentId;
use crate::base::{Error, Instant, Result, Zone};
use crate::context::Context;
use crate::domain::exports::{self, Acceptance, Parcel, Road};
use crate::domain::payments::Policy;
use crate::gateways::onec::push::PushOutcome;
use crate::gateways::onec::service::{Accepted, AckOut, FeedAllocation, FeedItem, FeedPage, ProviderRef};

/// `GET /1c/v1/payments?after=…`: a page of every document whose accepted revision is behind, oldest first. Short reads,
/// page by key; what is given is marked as sent, which decides nothing.
///
/// # Errors
/// `Invalid` for an `after` that we did not give.
pub async fn feed(context: &Context, after: Option<&str>) -> Result<FeedPage> {
    let after = after.map(read_mark).transpose()?;
    let now = context.now();
    let limit = i64::from(context.settings.limits.feed_page.max(1));
    let rejected_before = now - Duration::seconds(i64::from(context.settings.intervals.rejected_again));
    let road = context.policy().road;
    let (parcels, next) = context
        .db
        .read(move |connection| {
            let page = exports::feed(connection, road, after.as_ref(), rejected_before, limit)?;
            let full = i64::try_from(page.len()).is_ok_and(|length| length == limit);
            let next = page.last().filter(|_| full).map(|last| mark(last.created_at, &last.document_id));
            let parcels: Result<Vec<Parcel>> =
                page.into_iter().map(|export| exports::parcel(connection, export)).collect();
            Ok((parcels?, next))
        })
        .await?;
    let given: Vec<DocumentId> = parcels.iter().map(|parcel| parcel.export.document_id.clone()).collect();
    if !given.is_empty() {
        context
            .db
            .write(move |connection| given.iter().try_for_each(|id| exports::mark_sent(connection, id, now)))
            .await?;
    }
    let zone = context.zone();
    Ok(FeedPage { items: parcels.iter().map(|parcel| item(parcel, zone)).collect(), next })
}

fn mark(at: Instant, id: &DocumentId) -> String {
    format!("{}-{id}", at.and_utc().timestamp_micros())
}

fn read_mark(text: &str) -> Result<(Instant, DocumentId)> {
    let unknown = || Error::invalid("after", "Метка страницы не наша: начните обход сначала, без after");
    let (micros, id) = text.split_once('-').ok_or_else(unknown)?;
    let micros: i64 = micros.parse().map_err(|_| unknown())?;
    let at = chrono::DateTime::from_timestamp_micros(micros).ok_or_else(unknown)?;
    Ok((at.naive_utc(), DocumentId::parse(id).map_err(|_| unknown())?))
}

/// A document in the words of 1C's contract.
fn item(parcel: &Parcel, zone: Zone) -> FeedItem {
    let rrn = parcel.details.as_deref().and_then(|text| {
        let details: serde_json::Value = serde_json::from_str(text).ok()?;
        details.get("rrn")?.as_str().map(str::to_owned)
    });
    let provider = parcel.account.as_ref().map(|name| ProviderRef {
        name: name.clone(),
        reference: parcel.provider_ref.clone().unwrap_or_default(),
        rrn,
    });
    FeedItem {
        id: parcel.export.document_id.to_string(),
        revision: parcel.export.revision,
        direction: parcel.direction,
        kind: parcel.kind,
        amount: parcel.amount,
        mode: parcel.mode,
        paid_at: zone.rfc3339(parcel.received_at),
        seller_inn: parcel.seller_inn.clone(),
        allocations: parcel
            .shares
            .iter()
            .map(|share| FeedAllocation { order: share.order_name.clone(), amount: share.amount })
            .collect(),
        refund_of: parcel.refund_of.as_ref().map(ToString::to_string),
        // Money that is bound to nothing is the client's advance, not a document that never was: what a provider moved
        // stays moved. Only a bank line that the bank itself withdrew cancels its document.
        cancelled: false,
        provider,
        bank: None,
    }
}

/// `POST /1c/v1/payments/{id}/accepted`.
///
/// # Errors
/// The refusals of [`exports::accept`].
pub async fn accepted(context: &Context, id: &DocumentId, answer: &Accepted) -> Result<AckOut> {
    let (wanted, acceptance, now) = (id.clone(), acceptance(answer, context.zone()), context.now());
    context
        .db
        .write(move |connection| {
            exports::accept(connection, &wanted, &acceptance, "onec", now)?;
            acknowledgement(exports::find(connection, &wanted)?)
        })
        .await
}

/// `POST /1c/v1/payments/{id}/rejected`.
///
/// # Errors
/// The refusals of [`exports::reject`].
pub async fn rejected(context: &Context, id: &DocumentId, revision: i64, reason: &str) -> Result<AckOut> {
    let (wanted, reason, now) = (id.clone(), reason.to_owned(), context.now());
    context
        .db
        .write(move |connection| {
            exports::reject(connection, &wanted, revision, &reason, "onec", now)?;
            acknowledgement(exports::find(connection, &wanted)?)
        })
        .await
}

fn acknowledgement(export: Option<exports::Export>) -> Result<AckOut> {
    let export = export.ok_or_else(|| Error::not_found("Такого документа в выгрузке нет"))?;
    Ok(AckOut {
        id: export.document_id.to_string(),
        revision: export.revision,
        accepted_revision: export.accepted_revision,
        state: export.state.to_string(),
    })
}

fn acceptance(answer: &Accepted, zone: Zone) -> Acceptance {
    let day = NaiveDate::parse_from_str(&answer.date, "%Y-%m-%d").ok();
    let date = day.or_else(|| zone.parse_moment(&answer.date).ok().map(|at| zone.day(at)));
    Acceptance {
        revision: answer.revision,
        onec_ref: Some(answer.onec_ref.clone()),
        number: answer.number.clone(),
        date,
        posted: answer.posted,
        message: answer.message.clone(),
    }
}

/// Pushes a document's current revision to 1C's own service and keeps the answer.
///
/// # Errors
/// `Unavailable` when 1C cannot be reached or its answer was lost: the message is to be tried again, under the same GUID.
pub async fn deliver(context: &Context, id: &DocumentId) -> Result<()> {
    let Some(client) = context.onec.clone() else { return Ok(()) };
    let (wanted, policy, now) = (id.clone(), context.policy(), context.now());
    let Some(parcel) = context.db.write(move |connection| take_out(connection, &wanted, policy, now)).await? else {
        return Ok(());
    };
    match client.push(&item(&parcel, context.zone())).await {
        PushOutcome::Accepted(answer) | PushOutcome::Unposted(answer) => accepted(context, id, &answer).await.map(drop),
        PushOutcome::Rejected(reason) => rejected(context, id, parcel.export.revision, &reason).await.map(drop),
        PushOutcome::Unavailable(reason) | PushOutcome::OutcomeUnknown(reason) => Err(Error::Unavailable(reason)),
    }
}

/// The document as it is now, unless 1C has it already.
fn take_out(
    connection: &mut crate::db::Connection,
    id: &DocumentId,
    policy: Policy,
    now: Instant,
) -> Result<Option<Parcel>> {
    let Some(export) = exports::find(connection, id)? else { return Ok(None) };
    if export.accepted_revision >= export.revision || policy.road != Road::Service {
        return Ok(None);
    }
    exports::mark_sent(connection, id, now)?;
    exports::parcel(connection, export).map(Some)
}

/// Pushes documents that 1C rejected long enough ago once more: what stood in the way (a closed period, a missing order)
/// may be gone. On the pulling road the feed does this by itself.
///
/// # Errors
/// Database errors; a 1C that is away is asked again at the next round.
pub async fn offer_rejected_again(context: &Context) -> Result<()> {
    if context.onec.is_none() {
        return Ok(());
    }
    let before = context.now() - Duration::seconds(i64::from(context.settings.intervals.rejected_again));
    let rejected = context.db.read(move |connection| exports::list_rejected(connection, before, 100)).await?;
    for id in rejected {
        match deliver(context, &id).await {
            Err(error @ Error::Database(_)) => return Err(error),
            Err(error) => tracing::warn!(document = %id, %error, "rejected document not offered again"),
            Ok(()) => {}
        }
    }
    Ok(())
}
