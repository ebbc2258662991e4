//! Money documents to be delivered to 1C, each as a whole picture, by revision.
//!
//! Done only when 1C has accepted the current revision **and** posted it. 1C's number is kept for good.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::base::ids::{DocumentId, OrderId};
use crate::base::{Direction, Error, Instant, Kopecks, Mode, MoneyKind, Result, text_enum};
use crate::db::Connection;
use crate::db::schema::{allocations, attempts, exports, money_documents, onec_documents, refunds, sellers};
use crate::domain::alerts::{self, NewAlert, Severity};
use crate::domain::{journal, orders};

text_enum! {
    /// The road by which a document travels.
    #[derive(Default)]
    pub enum Road {
        /// The extension pulls, or we push to its service.
        #[default]
        Service => "service",
        /// 1C's standard OData interface.
        Odata => "odata",
        /// A clerk types it in («Внести в 1С»).
        Manual => "manual",
        /// CommerceML of an untouched УТ 11.
        Stock => "stock",
    }
}

text_enum! {
    /// How far a document is on its way.
    pub enum ExportState {
        /// Not told yet, or changed since.
        Waiting => "waiting",
        /// Told, no answer yet.
        Sent => "sent",
        /// In 1C, posted, at the current revision.
        Accepted => "accepted",
        /// In 1C, written but not posted.
        Unposted => "unposted",
        /// 1C refused it.
        Rejected => "rejected",
    }
}

/// One document's way to 1C.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = exports)]
pub struct Export {
    /// The document; its id is the GUID in 1C.
    pub document_id: DocumentId,
    /// Its road.
    pub road: Road,
    /// The current revision.
    pub revision: i64,
    /// The last revision 1C has accepted; 0 before the first.
    pub accepted_revision: i64,
    /// How far it is.
    pub state: ExportState,
    /// 1C's reference.
    pub onec_ref: Option<String>,
    /// 1C's number.
    pub onec_number: Option<String>,
    /// 1C's date.
    pub onec_date: Option<NaiveDate>,
    /// Posted in 1C.
    pub posted: bool,
    /// Why it was rejected or not posted.
    pub message: Option<String>,
    /// Since when it waits (UTC).
    pub created_at: Instant,
    /// Last change (UTC).
    pub updated_at: Instant,
    /// Last told (UTC).
    pub sent_at: Option<Instant>,
}

/// A part of a document bound to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The order.
    pub order_id: OrderId,
    /// Its GUID in 1C, or the name nearest to it.
    pub order_name: String,
    /// Its number for people.
    pub order_number: String,
    /// How much.
    pub amount: Kopecks,
}

/// A document as it is told to 1C.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// Its way.
    pub export: Export,
    /// To us or back.
    pub direction: Direction,
    /// Kind of money.
    pub kind: MoneyKind,
    /// Its sum.
    pub amount: Kopecks,
    /// Live or test.
    pub mode: Mode,
    /// When the money moved (UTC).
    pub received_at: Instant,
    /// The business day.
    pub paid_on: NaiveDate,
    /// ИНН of the seller.
    pub seller_inn: String,
    /// Current shares, zero ones left out; empty means: the client's advance.
    pub shares: Vec<Share>,
    /// The document whose money a refund gives back.
    pub refund_of: Option<DocumentId>,
    /// The provider account.
    pub account: Option<String>,
    /// The provider's id.
    pub provider_ref: Option<String>,
    /// JSON of what the provider told (card, rrn, bank), without personal data.
    pub details: Option<String>,
}

/// Begins the way of a new document.
///
/// # Errors
/// `Database` when the insert fails.
pub fn begin(connection: &mut Connection, id: &DocumentId, road: Road, now: Instant) -> Result<()> {
    diesel::insert_into(exports::table)
        .values((
            exports::document_id.eq(id),
            exports::road.eq(road),
            exports::revision.eq(1),
            exports::state.eq(ExportState::Waiting),
            exports::created_at.eq(now),
            exports::updated_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// The document changed: 1C must be told again. Returns the new revision to be told, nothing for a document that is not
/// exported or that a document of 1C's own covers: a second one beside it would double the money there, so people are
/// told to change that one in 1C.
///
/// # Errors
/// `Database` when a query fails.
pub fn raise(connection: &mut Connection, id: &DocumentId, now: Instant) -> Result<Option<i64>> {
    diesel::update(exports::table.filter(exports::document_id.eq(id)))
        .set((
            exports::revision.eq(exports::revision + 1),
            exports::state.eq(ExportState::Waiting),
            exports::updated_at.eq(now),
        ))
        .execute(connection)?;
    let Some(export) = find(connection, id)? else { return Ok(None) };
    let Some(number) = covering_number(connection, id)? else { return Ok(Some(export.revision)) };
    let message =
        format!("Оплату закрывает документ 1С № {number}, а разнесена она теперь иначе. Исправьте его строки в 1С");
    alert(connection, "onec_covered_changed", id, &message, now)?;
    Ok(None)
}

/// The number of the document of 1C's own that covers one of ours.
fn covering_number(connection: &mut Connection, id: &DocumentId) -> Result<Option<String>> {
    Ok(onec_documents::table
        .filter(onec_documents::covers_id.eq(id.as_str()))
        .select(onec_documents::number)
        .first(connection)
        .optional()?)
}

/// The way of one document.
///
/// # Errors
/// `Database` when the query fails.
pub fn find(connection: &mut Connection, id: &DocumentId) -> Result<Option<Export>> {
    Ok(exports::table.filter(exports::document_id.eq(id)).select(Export::as_select()).first(connection).optional()?)
}

/// Locks the way of a document for the rest of the transaction and reads it: an answer of 1C is judged by the revision that
/// is there, not by one that a concurrent move is raising.
fn lock(connection: &mut Connection, id: &DocumentId) -> Result<Export> {
    diesel::update(exports::table.filter(exports::document_id.eq(id)))
        .set(exports::revision.eq(exports::revision))
        .execute(connection)?;
    find(connection, id)?.ok_or_else(|| Error::not_found(format!("Документа {id} в выгрузке нет")))
}

/// A page of the feed: every document whose accepted revision is behind, oldest first, but for those that a document of
/// 1C's own covers. `after` is a place inside one walk, never a memory. A rejected one is offered again once
/// `rejected_before` (UTC) has passed it.
///
/// # Errors
/// `Database` when a query fails.
pub fn feed(
    connection: &mut Connection,
    road: Road,
    after: Option<&(Instant, DocumentId)>,
    rejected_before: Instant,
    limit: i64,
) -> Result<Vec<Export>> {
    let mut query = exports::table
        .filter(exports::road.eq(road))
        .filter(exports::accepted_revision.lt(exports::revision))
        .filter(diesel::dsl::not(diesel::dsl::exists(
            onec_documents::table.filter(onec_documents::covers_id.eq(exports::document_id.nullable())),
        )))
        .filter(exports::state.ne(ExportState::Rejected).or(exports::updated_at.lt(rejected_before)))
        .order((exports::created_at, exports::document_id))
        .limit(limit)
        .select(Export::as_select())
        .into_boxed();
    if let Some((at, id)) = after {
        let (at, id) = (*at, id.clone());
        query =
            query.filter(exports::created_at.gt(at).or(exports::created_at.eq(at).and(exports::document_id.gt(id))));
    }
    Ok(query.load(connection)?)
}

/// Documents that are not done, whatever the reason, oldest first.
///
/// # Errors
/// `Database` when the query fails.
pub fn list_unfinished(connection: &mut Connection, limit: i64) -> Result<Vec<Export>> {
    Ok(exports::table
        .filter(exports::state.ne(ExportState::Accepted))
        .order((exports::created_at, exports::document_id))
        .limit(limit)
        .select(Export::as_select())
        .load(connection)?)
}

/// Documents that 1C rejected before `before` (UTC), the longest ago first.
///
/// # Errors
/// `Database` when the query fails.
pub fn list_rejected(connection: &mut Connection, before: Instant, limit: i64) -> Result<Vec<DocumentId>> {
    Ok(exports::table
        .filter(exports::state.eq(ExportState::Rejected))
        .filter(exports::updated_at.lt(before))
        .order(exports::updated_at)
        .limit(limit)
        .select(exports::document_id)
        .load(connection)?)
}

/// Everything that 1C must know of a document.
///
/// # Errors
/// `NotFound` when the document is not there.
pub fn parcel(connection: &mut Connection, export: Export) -> Result<Parcel> {
    let id = export.document_id.clone();
    let (direction, kind, amount, mode, received_at, paid_on, seller_inn) = money_documents::table
        .inner_join(sellers::table)
        .filter(money_documents::id.eq(&id))
        .select((
            money_documents::direction,
            money_documents::kind,
            money_documents::amount,
            money_documents::mode,
            money_documents::received_at,
            money_documents::paid_on,
            sellers::inn,
        ))
        .first(connection)?;
    let (account, provider_ref, details, refund_of) = origin(connection, &id)?;
    let shares = shares(connection, &id)?;
    Ok(Parcel {
        export,
        direction,
        kind,
        amount,
        mode,
        received_at,
        paid_on,
        seller_inn,
        shares,
        refund_of,
        account,
        provider_ref,
        details,
    })
}

type Origin = (Option<String>, Option<String>, Option<String>, Option<DocumentId>);

fn origin(connection: &mut Connection, id: &DocumentId) -> Result<Origin> {
    let paid: Option<(String, Option<String>, Option<String>)> = attempts::table
        .inner_join(money_documents::table.on(money_documents::attempt_id.eq(attempts::id.nullable())))
        .filter(money_documents::id.eq(id))
        .select((attempts::account, attempts::provider_ref, attempts::details))
        .first(connection)
        .optional()?;
    if let Some((account, provider_ref, details)) = paid {
        return Ok((Some(account), provider_ref, details, None));
    }
    let refunded: Option<(Option<String>, Option<String>, DocumentId)> = refunds::table
        .inner_join(money_documents::table.on(money_documents::refund_id.eq(refunds::id.nullable())))
        .filter(money_documents::id.eq(id))
        .select((refunds::account, refunds::provider_ref, refunds::document_id))
        .first(connection)
        .optional()?;
    Ok(refunded.map_or((None, None, None, None), |(account, provider_ref, of)| (account, provider_ref, None, Some(of))))
}

/// What a document is bound to now.
///
/// # Errors
/// `Database` when a query fails.
pub fn shares(connection: &mut Connection, id: &DocumentId) -> Result<Vec<Share>> {
    let rows: Vec<(OrderId, Kopecks)> = allocations::table
        .filter(allocations::document_id.eq(id))
        .order((allocations::order_id, allocations::id))
        .select((allocations::order_id, allocations::amount))
        .load(connection)?;
    let mut sums: Vec<(OrderId, Kopecks)> = Vec::new();
    for (order_id, amount) in rows {
        match sums.last_mut().filter(|(last, _)| *last == order_id) {
            Some((_, sum)) => *sum += amount,
            None => sums.push((order_id, amount)),
        }
    }
    sums.into_iter()
        .filter(|(_, amount)| !amount.is_zero())
        .map(|(order_id, amount)| {
            let order_name = orders::store::onec_name(connection, &order_id)?;
            let order_number = orders::store::get(connection, &order_id)?.number;
            Ok(Share { order_id, order_name, order_number, amount })
        })
        .collect()
}

/// Notes that a document was told to 1C; an answer decides.
///
/// # Errors
/// `Database` when the update fails.
pub fn mark_sent(connection: &mut Connection, id: &DocumentId, now: Instant) -> Result<()> {
    diesel::update(exports::table.filter(exports::document_id.eq(id)))
        .set(exports::sent_at.eq(now))
        .execute(connection)?;
    diesel::update(exports::table.filter(exports::document_id.eq(id)).filter(exports::state.eq(ExportState::Waiting)))
        .set((exports::state.eq(ExportState::Sent), exports::updated_at.eq(now)))
        .execute(connection)?;
    Ok(())
}

/// 1C's "it is in".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The revision 1C has written.
    pub revision: i64,
    /// 1C's reference.
    pub onec_ref: Option<String>,
    /// 1C's number.
    pub number: String,
    /// 1C's date.
    pub date: Option<NaiveDate>,
    /// Posted, not only written.
    pub posted: bool,
    /// Why it is not posted, if 1C says.
    pub message: Option<String>,
}

/// Takes 1C's acceptance. Doubled and older answers change nothing; a revision that does not exist is refused.
///
/// # Errors
/// `NotFound` for an unknown document, `Invalid` for a revision from the future or an empty number.
pub fn accept(
    connection: &mut Connection,
    id: &DocumentId,
    answer: &Acceptance,
    actor: &str,
    now: Instant,
) -> Result<()> {
    let export = lock(connection, id)?;
    if answer.revision > export.revision || answer.revision < 1 {
        let message = format!("Редакции {} у документа {id} нет, последняя — {}", answer.revision, export.revision);
        return Err(Error::invalid("revision", message));
    }
    if answer.number.trim().is_empty() {
        return Err(Error::invalid("number", "Номер документа 1С не указан"));
    }
    if answer.revision < export.accepted_revision || is_repetition(&export, answer) {
        return Ok(());
    }
    let state = match (answer.revision == export.revision, answer.posted) {
        (false, _) => ExportState::Waiting,
        (true, true) => ExportState::Accepted,
        (true, false) => ExportState::Unposted,
    };
    diesel::update(exports::table.filter(exports::document_id.eq(id)))
        .set((
            exports::accepted_revision.eq(answer.revision),
            exports::state.eq(state),
            exports::onec_ref.eq(answer.onec_ref.clone().or(export.onec_ref)),
            exports::onec_number.eq(answer.number.trim()),
            exports::onec_date.eq(answer.date.or(export.onec_date)),
            exports::posted.eq(answer.posted),
            exports::message.eq(answer.message.as_deref()),
            exports::updated_at.eq(now),
        ))
        .execute(connection)?;
    tell(connection, id, state, answer, actor, now)
}

fn is_repetition(export: &Export, answer: &Acceptance) -> bool {
    export.accepted_revision == answer.revision
        && export.onec_number.as_deref() == Some(answer.number.trim())
        && export.posted == answer.posted
        && (answer.revision < export.revision || matches!(export.state, ExportState::Accepted | ExportState::Unposted))
}

fn tell(
    connection: &mut Connection,
    id: &DocumentId,
    state: ExportState,
    answer: &Acceptance,
    actor: &str,
    now: Instant,
) -> Result<()> {
    let action = if answer.posted { "onec_accepted" } else { "onec_unposted" };
    let details = serde_json::json!({ "document": id, "number": answer.number.trim(), "revision": answer.revision });
    journal_orders(connection, id, actor, action, &details, now)?;
    for share in shares(connection, id)? {
        orders::words::add_paper(connection, &share.order_id, answer.number.trim())?;
    }
    alerts::close(connection, "onec_rejected", id.as_str(), now)?;
    if state == ExportState::Accepted {
        alerts::close(connection, "onec_covered_changed", id.as_str(), now)?;
    }
    if state == ExportState::Unposted {
        let message = format!(
            "Документ 1С № {} записан, но не проведён. Проведите его в 1С: {}",
            answer.number.trim(),
            answer.message.as_deref().unwrap_or("причина не названа")
        );
        return alert(connection, "onec_unposted", id, &message, now);
    }
    alerts::close(connection, "onec_unposted", id.as_str(), now)
}

/// Takes 1C's refusal of a revision; it stays on the list and is offered again.
///
/// # Errors
/// `NotFound` for an unknown document, `Invalid` for a revision from the future.
pub fn reject(
    connection: &mut Connection,
    id: &DocumentId,
    revision: i64,
    reason: &str,
    actor: &str,
    now: Instant,
) -> Result<()> {
    let export = lock(connection, id)?;
    if revision > export.revision {
        return Err(Error::invalid("revision", format!("Редакции {revision} у документа {id} нет")));
    }
    if revision <= export.accepted_revision || revision < export.revision {
        return Ok(());
    }
    diesel::update(exports::table.filter(exports::document_id.eq(id)))
        .set((exports::state.eq(ExportState::Rejected), exports::message.eq(reason), exports::updated_at.eq(now)))
        .execute(connection)?;
    let details = serde_json::json!({ "document": id, "revision": revision, "message": reason });
    journal_orders(connection, id, actor, "onec_rejected", &details, now)?;
    alert(connection, "onec_rejected", id, &format!("1С отклонила документ: {reason}"), now)
}

/// Offers a rejected document again at once («Повторить»).
///
/// # Errors
/// `NotFound` when it is not in the list.
pub fn offer_again(connection: &mut Connection, id: &DocumentId, now: Instant) -> Result<()> {
    let export = lock(connection, id)?;
    if export.state == ExportState::Rejected {
        diesel::update(exports::table.filter(exports::document_id.eq(id)))
            .set((exports::state.eq(ExportState::Waiting), exports::updated_at.eq(now)))
            .execute(connection)?;
    }
    Ok(())
}

/// What 1C had is gone or no longer posted there: the document is on its way again.
///
/// # Errors
/// `Database` when a query fails.
pub fn withdraw(connection: &mut Connection, id: &DocumentId, reason: &str, now: Instant) -> Result<()> {
    let Some(export) = find(connection, id)? else { return Ok(()) };
    if export.state == ExportState::Unposted && !export.posted && export.message.as_deref() == Some(reason) {
        return Ok(());
    }
    diesel::update(exports::table.filter(exports::document_id.eq(id)))
        .set((
            exports::state.eq(ExportState::Unposted),
            exports::posted.eq(false),
            exports::message.eq(reason),
            exports::updated_at.eq(now),
        ))
        .execute(connection)?;
    let details = serde_json::json!({ "document": id, "number": export.onec_number, "message": reason });
    journal_orders(connection, id, "onec", "onec_unposted", &details, now)?;
    alert(connection, "onec_unposted", id, reason, now)
}

/// Forgets a cover that is gone: the document must be delivered anew, as a revision of its own. One that 1C has under
/// another reference meanwhile stays as it is there.
///
/// # Errors
/// `Database` when a query fails.
pub fn uncover(connection: &mut Connection, id: &DocumentId, guid: &str, now: Instant) -> Result<()> {
    let Some(export) = find(connection, id)? else { return Ok(()) };
    if export.onec_ref.as_deref().is_some_and(|reference| reference != guid) {
        return Ok(());
    }
    diesel::update(exports::table.filter(exports::document_id.eq(id)))
        .set((
            exports::onec_ref.eq(None::<String>),
            exports::onec_number.eq(None::<String>),
            exports::onec_date.eq(None::<NaiveDate>),
            exports::posted.eq(false),
        ))
        .execute(connection)?;
    raise(connection, id, now)?;
    Ok(())
}

fn alert(connection: &mut Connection, kind: &str, id: &DocumentId, message: &str, now: Instant) -> Result<()> {
    let order = shares(connection, id)?.into_iter().next().map(|share| share.order_id);
    let alert = NewAlert {
        kind,
        subject: id.as_str(),
        severity: Severity::Warning,
        message,
        order_id: order.as_ref().map(OrderId::as_str),
    };
    alerts::open(connection, &alert, now)
}

fn journal_orders(
    connection: &mut Connection,
    id: &DocumentId,
    actor: &str,
    action: &str,
    details: &serde_json::Value,
    now: Instant,
) -> Result<()> {
    let orders: Vec<OrderId> = allocations::table
        .filter(allocations::document_id.eq(id))
        .select(allocations::order_id)
        .distinct()
        .load(connection)?;
    for order in orders {
        journal::about_order(connection, now, actor, order.as_str(), action, details.clone())?;
    }
    Ok(())
}
