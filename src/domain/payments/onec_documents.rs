//! What 1C knows itself. Its GUID is ours: it confirms our document. Else it covers the one document of ours without a
//! 1C number (same order, kind, sum), in whichever order the two arrive; several possible: a clerk decides. Else it is
//! new money, never exported. Unposted or deleted: its bindings are undone, with an alert.
//!
//! Taking in is a settling: whatever came before, the outcome follows from what 1C says now, so old, doubled and late
//! messages do no harm.

use chrono::NaiveDate;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::model::{Document, MoneySource, NewDocument, Policy};
use super::{allocate, attempts, balance, record, store};
use crate::base::ids::{DocumentId, OrderId};
use crate::base::{Direction, Error, Instant, Kopecks, MoneyKind, Result, text_enum};
use crate::db::Connection;
use crate::db::schema::{exports as export_rows, money_documents, onec_document_rows, onec_documents};
use crate::domain::alerts::{self, NewAlert, Severity};
use crate::domain::exports::{self, Acceptance};
use crate::domain::orders::{self, Key, KeyKind};

text_enum! {
    /// What a document of 1C's own is to us.
    pub enum Role {
        /// Its GUID is ours.
        Confirms => "confirms",
        /// It is the document of ours that had no 1C number.
        Covers => "covers",
        /// New money.
        Own => "own",
        /// Several documents of ours could be meant.
        Undecided => "undecided",
        /// Unposted, deleted, or about nothing of ours.
        Void => "void",
    }
}

/// A document of 1C's own as 1C tells it: the whole picture.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its GUID.
    pub guid: String,
    /// Kind of money.
    pub kind: MoneyKind,
    /// To us or back.
    pub direction: Direction,
    /// Number in 1C.
    pub number: String,
    /// Date in 1C.
    pub dated_on: NaiveDate,
    /// Posted.
    pub posted: bool,
    /// Marked for deletion.
    pub deleted: bool,
    /// Sum.
    pub amount: Kopecks,
    /// Our bank account, for transfers.
    pub account: Option<String>,
    /// Number of the payer's payment order.
    pub incoming_number: Option<String>,
    /// ИНН of the payer.
    pub payer_inn: Option<String>,
    /// Orders (by their GUIDs in 1C) and sums.
    pub rows: Vec<(String, Kopecks)>,
}

/// A kept document of 1C's own.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = onec_documents)]
pub struct OnecDocument {
    /// Its GUID.
    pub guid: String,
    /// Kind of money.
    pub kind: MoneyKind,
    /// To us or back.
    pub direction: Direction,
    /// Number in 1C.
    pub number: String,
    /// Date in 1C.
    pub dated_on: NaiveDate,
    /// Posted.
    pub posted: bool,
    /// Marked for deletion.
    pub deleted: bool,
    /// Sum.
    pub amount: Kopecks,
    /// Hash of its content.
    pub content_hash: String,
    /// What it is to us.
    pub role: Role,
    /// Our document that it covers.
    pub covers_id: Option<String>,
    /// Version of its content.
    pub version: i64,
}

impl OnecDocument {
    fn counts(&self) -> bool {
        self.posted && !self.deleted
    }

    fn acceptance(&self, revision: i64) -> Acceptance {
        Acceptance {
            revision,
            onec_ref: Some(self.guid.clone()),
            number: self.number.clone(),
            date: Some(self.dated_on),
            posted: true,
            message: None,
        }
    }
}

/// Takes in a document of 1C's own; the same again changes nothing. Returns what it is to us.
///
/// # Errors
/// `Conflict` when the GUID is ours but tells of another direction.
pub fn receive(connection: &mut Connection, draft: &Draft, policy: &Policy, now: Instant) -> Result<Role> {
    let hash = content_hash(draft)?;
    let same_money = match lock(connection, &draft.guid, now)? {
        Some(known) if known.content_hash == hash => true,
        Some(known) => {
            let same = tells_same_money(connection, &known, draft)?;
            update(connection, draft, &hash, known.version + 1, now)?;
            same
        }
        None => {
            insert(connection, draft, &hash, now)?;
            false
        }
    };
    settle(connection, &draft.guid, same_money, policy, now)
}

/// Whether a new picture differs only in what is not money: number, date, marks.
fn tells_same_money(connection: &mut Connection, known: &OnecDocument, draft: &Draft) -> Result<bool> {
    let alike = (known.kind, known.direction, known.amount) == (draft.kind, draft.direction, draft.amount);
    Ok(alike && kept_rows(connection, known)? == draft.rows)
}

/// A new or renamed order: documents of 1C that came before it find it now.
///
/// # Errors
/// `Database` when a query fails.
pub fn order_arrived(connection: &mut Connection, order_id: &OrderId, policy: &Policy, now: Instant) -> Result<()> {
    let Some(guid) = orders::store::find_key(connection, order_id, KeyKind::OnecGuid)? else { return Ok(()) };
    let waiting: Vec<String> = onec_document_rows::table
        .filter(onec_document_rows::order_key.eq(guid))
        .select(onec_document_rows::guid)
        .distinct()
        .load(connection)?;
    for guid in waiting {
        lock(connection, &guid, now)?;
        settle(connection, &guid, true, policy, now)?;
    }
    Ok(())
}

fn lock(connection: &mut Connection, guid: &str, now: Instant) -> Result<Option<OnecDocument>> {
    diesel::update(onec_documents::table.filter(onec_documents::guid.eq(guid)))
        .set(onec_documents::updated_at.eq(now))
        .execute(connection)?;
    find(connection, guid)
}

/// The document with this GUID, if 1C has told of it.
///
/// # Errors
/// `Database` when the query fails.
pub fn find(connection: &mut Connection, guid: &str) -> Result<Option<OnecDocument>> {
    Ok(onec_documents::table
        .filter(onec_documents::guid.eq(guid))
        .select(OnecDocument::as_select())
        .first(connection)
        .optional()?)
}

fn content_hash(draft: &Draft) -> Result<String> {
    let whole = serde_json::json!([
        draft.kind,
        draft.direction,
        draft.number,
        draft.dated_on,
        draft.posted,
        draft.deleted,
        draft.amount,
        draft.account,
        draft.incoming_number,
        draft.payer_inn,
        draft.rows,
    ]);
    let text = serde_json::to_vec(&whole).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(hex::encode(Sha256::digest(text)))
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = onec_documents, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Content<'a> {
    kind: MoneyKind,
    direction: Direction,
    number: &'a str,
    dated_on: NaiveDate,
    posted: bool,
    deleted: bool,
    amount: Kopecks,
    account: Option<&'a str>,
    incoming_number: Option<&'a str>,
    payer_inn: Option<&'a str>,
    content_hash: &'a str,
    version: i64,
    updated_at: Instant,
}

fn content<'a>(draft: &'a Draft, content_hash: &'a str, version: i64, now: Instant) -> Content<'a> {
    Content {
        kind: draft.kind,
        direction: draft.direction,
        number: &draft.number,
        dated_on: draft.dated_on,
        posted: draft.posted,
        deleted: draft.deleted,
        amount: draft.amount,
        account: draft.account.as_deref(),
        incoming_number: draft.incoming_number.as_deref(),
        payer_inn: draft.payer_inn.as_deref(),
        content_hash,
        version,
        updated_at: now,
    }
}

fn insert(connection: &mut Connection, draft: &Draft, hash: &str, now: Instant) -> Result<()> {
    diesel::insert_into(onec_documents::table)
        .values((
            onec_documents::guid.eq(&draft.guid),
            onec_documents::role.eq(Role::Void),
            content(draft, hash, 1, now),
        ))
        .execute(connection)?;
    insert_rows(connection, draft, 1)
}

fn update(connection: &mut Connection, draft: &Draft, hash: &str, version: i64, now: Instant) -> Result<()> {
    diesel::update(onec_documents::table.filter(onec_documents::guid.eq(&draft.guid)))
        .set(content(draft, hash, version, now))
        .execute(connection)?;
    insert_rows(connection, draft, version)
}

fn insert_rows(connection: &mut Connection, draft: &Draft, version: i64) -> Result<()> {
    for (line, (order_key, amount)) in (1i64..).zip(&draft.rows) {
        diesel::insert_into(onec_document_rows::table)
            .values((
                onec_document_rows::guid.eq(&draft.guid),
                onec_document_rows::version.eq(version),
                onec_document_rows::line.eq(line),
                onec_document_rows::order_key.eq(order_key),
                onec_document_rows::order_id.eq(find_order(connection, order_key)?),
                onec_document_rows::amount.eq(*amount),
            ))
            .execute(connection)?;
    }
    Ok(())
}

fn find_order(connection: &mut Connection, order_key: &str) -> Result<Option<OrderId>> {
    orders::store::find_by_key(connection, &Key::of(KeyKind::OnecGuid, order_key))
}

fn kept_rows(connection: &mut Connection, document: &OnecDocument) -> Result<Vec<(String, Kopecks)>> {
    Ok(onec_document_rows::table
        .filter(onec_document_rows::guid.eq(&document.guid))
        .filter(onec_document_rows::version.eq(document.version))
        .order(onec_document_rows::line)
        .select((onec_document_rows::order_key, onec_document_rows::amount))
        .load(connection)?)
}

/// The document's rows that speak of our orders, one per order, positive sums.
fn shares(connection: &mut Connection, document: &OnecDocument) -> Result<Vec<(OrderId, Kopecks)>> {
    let rows = kept_rows(connection, document)?;
    let mut shares: std::collections::BTreeMap<OrderId, Kopecks> = std::collections::BTreeMap::new();
    for (order_key, amount) in rows {
        if let Some(order_id) = find_order(connection, &order_key)? {
            *shares.entry(order_id).or_default() += amount;
        }
    }
    Ok(shares.into_iter().filter(|(_, amount)| amount.is_positive()).collect())
}

/// Brings our side to what 1C says of the document now. `same_money`: since the last time only other things changed.
fn settle(connection: &mut Connection, guid: &str, same_money: bool, policy: &Policy, now: Instant) -> Result<Role> {
    let Some(document) = find(connection, guid)? else {
        return Err(Error::not_found("Такого документа 1С нет"));
    };
    let shares = shares(connection, &document)?;
    lock_orders(connection, guid, &shares)?;
    for (order_id, _) in &shares {
        orders::words::add_paper(connection, order_id, &document.number)?;
    }
    let id = DocumentId::parse(guid)?;
    let role = if let Some(ours) = store::find_document(connection, &id)? {
        confirm(connection, &document, &ours, &shares, now)?
    } else if !document.counts() {
        withdraw(connection, &document, now)?
    } else if let Some(role) = cover(connection, &document, &shares, same_money, now)? {
        role
    } else {
        take_as_own(connection, &document, &shares, policy, now)?
    };
    if role != Role::Undecided {
        alerts::close(connection, "onec_undecided", guid, now)?;
    }
    diesel::update(onec_documents::table.filter(onec_documents::guid.eq(guid)))
        .set(onec_documents::role.eq(role))
        .execute(connection)?;
    Ok(role)
}

/// Locks the orders that a document of 1C speaks of and those that its money stands on, by id. Money of 1C's own needs no
/// lock of its document: nobody moves it but who holds these.
fn lock_orders(connection: &mut Connection, guid: &str, shares: &[(OrderId, Kopecks)]) -> Result<()> {
    let mut ids: Vec<OrderId> = shares.iter().map(|(id, _)| id.clone()).collect();
    for own in own_documents(connection, guid)? {
        ids.extend(bound_now(connection, &own)?.into_iter().map(|(id, _)| id));
    }
    ids.sort();
    ids.dedup();
    for id in &ids {
        orders::store::lock(connection, id)?;
    }
    Ok(())
}

/// (a) The GUID is ours: 1C shows how our own document stands there.
fn confirm(
    connection: &mut Connection,
    document: &OnecDocument,
    ours: &Document,
    shares: &[(OrderId, Kopecks)],
    now: Instant,
) -> Result<Role> {
    if ours.direction != document.direction {
        return Err(Error::conflict("direction", format!("Документ {} у нас другого направления", document.guid)));
    }
    let Some(export) = exports::find(connection, &ours.id)? else { return Ok(Role::Confirms) };
    if !document.counts() {
        let what = if document.deleted { "помечен на удаление" } else { "не проведён" };
        let reason = format!("Документ 1С № {} {what}. Проведите его или разберитесь с оплатой", document.number);
        exports::withdraw(connection, &ours.id, &reason, now)?;
        return Ok(Role::Confirms);
    }
    if ours.amount == document.amount && bound_now(connection, &ours.id)? == shares {
        exports::accept(connection, &ours.id, &document.acceptance(export.revision), "onec", now)?;
        alerts::close(connection, "onec_differs", &document.guid, now)?;
    } else {
        let message = format!(
            "Документ 1С № {} изменён в 1С: сумма {} или заказы не те, что в портале ({})",
            document.number, document.amount, ours.amount
        );
        tell(connection, "onec_differs", &document.guid, shares, &message, now)?;
    }
    Ok(Role::Confirms)
}

/// Unposted, deleted: whatever it did is taken back.
fn withdraw(connection: &mut Connection, document: &OnecDocument, now: Instant) -> Result<Role> {
    release_cover(connection, document, now)?;
    let touched = undo_own(connection, document, "onec_unposted", now)?;
    see_to_attempts(connection, &touched, now)?;
    if !touched.is_empty() {
        let message = format!(
            "Документ 1С № {} на {} больше не проведён: оплата снята с заказа",
            document.number, document.amount
        );
        let touched: Vec<(OrderId, Kopecks)> = touched.into_iter().map(|id| (id, Kopecks::ZERO)).collect();
        tell(connection, "onec_void", &document.guid, &touched, &message, now)?;
    }
    Ok(Role::Void)
}

/// What is due has changed: attempts over other sums are no longer offered.
fn see_to_attempts(connection: &mut Connection, order_ids: &[OrderId], now: Instant) -> Result<()> {
    for order_id in order_ids {
        attempts::supersede_if_due_changed(connection, order_id, now)?;
    }
    Ok(())
}

/// The document of ours that this one covered stands alone again.
fn release_cover(connection: &mut Connection, document: &OnecDocument, now: Instant) -> Result<()> {
    let Some(covered) = document.covers_id.as_deref() else { return Ok(()) };
    set_cover(connection, &document.guid, None)?;
    let covered = DocumentId::parse(covered)?;
    exports::uncover(connection, &covered, &document.guid, now)?;
    let message = format!("Документ 1С № {}, закрывавший нашу оплату, отменён: она выгрузится заново", document.number);
    tell(connection, "onec_uncovered", covered.as_str(), &[], &message, now)
}

fn set_cover(connection: &mut Connection, guid: &str, covered: Option<&DocumentId>) -> Result<()> {
    diesel::update(onec_documents::table.filter(onec_documents::guid.eq(guid)))
        .set(onec_documents::covers_id.eq(covered.map(DocumentId::as_str)))
        .execute(connection)?;
    Ok(())
}

/// (b) One document of ours without a 1C number is meant.
fn cover(
    connection: &mut Connection,
    document: &OnecDocument,
    shares: &[(OrderId, Kopecks)],
    same_money: bool,
    now: Instant,
) -> Result<Option<Role>> {
    if let Some(covered) = &document.covers_id {
        let covered = DocumentId::parse(covered)?;
        if candidate_fits(connection, &covered, document, shares)? {
            cover_with(connection, document, &covered, now)?;
            return Ok(Some(Role::Covers));
        }
        // Ours was moved here since; 1C's document has not become other money by that.
        if same_money {
            return Ok(Some(Role::Covers));
        }
        release_cover(connection, document, now)?;
    }
    // Money that already stands in our books as 1C's own stays so; it must not cover a second payment by chance.
    if !own_documents(connection, &document.guid)?.is_empty() {
        return Ok(None);
    }
    let candidates = candidates(connection, document, shares)?;
    match candidates.as_slice() {
        [] => Ok(None),
        [one] => {
            cover_with(connection, document, one, now)?;
            Ok(Some(Role::Covers))
        }
        _ => {
            let message = format!(
                "Документ 1С № {} на {} подходит к нескольким нашим оплатам. Укажите, к какой он относится",
                document.number, document.amount
            );
            tell(connection, "onec_undecided", &document.guid, shares, &message, now)?;
            Ok(Some(Role::Undecided))
        }
    }
}

fn cover_with(connection: &mut Connection, document: &OnecDocument, ours: &DocumentId, now: Instant) -> Result<()> {
    set_cover(connection, &document.guid, Some(ours))?;
    if let Some(export) = exports::find(connection, ours)? {
        exports::accept(connection, ours, &document.acceptance(export.revision), "onec", now)?;
    }
    Ok(())
}

/// A clerk says which document of ours is meant, or that it is new money.
///
/// # Errors
/// `Conflict` when the document is decided already or the choice does not fit.
pub fn decide(
    connection: &mut Connection,
    guid: &str,
    ours: Option<&DocumentId>,
    policy: &Policy,
    now: Instant,
) -> Result<()> {
    let Some(document) = lock(connection, guid, now)?.filter(|document| document.role == Role::Undecided) else {
        return Err(Error::conflict("onec_decided", "По этому документу уже решили"));
    };
    let shares = shares(connection, &document)?;
    lock_orders(connection, guid, &shares)?;
    let role = match ours {
        Some(ours) if candidates(connection, &document, &shares)?.contains(ours) => {
            cover_with(connection, &document, ours, now)?;
            Role::Covers
        }
        Some(_) => return Err(Error::conflict("onec_choice", "Эта оплата не подходит к документу")),
        None => take_as_own(connection, &document, &shares, policy, now)?,
    };
    alerts::close(connection, "onec_undecided", guid, now)?;
    diesel::update(onec_documents::table.filter(onec_documents::guid.eq(guid)))
        .set(onec_documents::role.eq(role))
        .execute(connection)?;
    Ok(())
}

/// Documents of ours that this one may be: same orders with the same sums, same kind and direction, without a 1C number,
/// covered by nothing.
///
/// # Errors
/// `Database` when a query fails.
pub fn candidates_of(connection: &mut Connection, document: &OnecDocument) -> Result<Vec<DocumentId>> {
    let shares = shares(connection, document)?;
    candidates(connection, document, &shares)
}

fn candidates(
    connection: &mut Connection,
    document: &OnecDocument,
    shares: &[(OrderId, Kopecks)],
) -> Result<Vec<DocumentId>> {
    let Some((order_id, _)) = shares.first() else { return Ok(Vec::new()) };
    let mut fitting = Vec::new();
    for ours in store::documents_of_order(connection, order_id)? {
        if !is_covered(connection, &ours.id)? && candidate_fits(connection, &ours.id, document, shares)? {
            fitting.push(ours.id);
        }
    }
    Ok(fitting)
}

fn candidate_fits(
    connection: &mut Connection,
    ours: &DocumentId,
    document: &OnecDocument,
    shares: &[(OrderId, Kopecks)],
) -> Result<bool> {
    let ours = store::document(connection, ours)?;
    let foreign = ours.onec_guid.is_some();
    let alike = same_group(ours.kind, document.kind) && ours.direction == document.direction;
    if foreign || !alike || ours.amount != document.amount {
        return Ok(false);
    }
    let numbered = exports::find(connection, &ours.id)?.is_some_and(|export| {
        export.onec_number.is_some() && export.onec_ref.as_deref() != Some(document.guid.as_str())
    });
    Ok(!numbered && bound_now(connection, &ours.id)? == shares)
}

/// How a document is bound now, by order.
fn bound_now(connection: &mut Connection, id: &DocumentId) -> Result<Vec<(OrderId, Kopecks)>> {
    Ok(exports::shares(connection, id)?.into_iter().map(|share| (share.order_id, share.amount)).collect())
}

/// 1C has one document for card and СБП («Операция по платежной карте»).
fn same_group(one: MoneyKind, other: MoneyKind) -> bool {
    let electronic = |kind| matches!(kind, MoneyKind::Card | MoneyKind::Sbp);
    one == other || (electronic(one) && electronic(other))
}

fn is_covered(connection: &mut Connection, ours: &DocumentId) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(onec_documents::table.filter(onec_documents::covers_id.eq(ours.as_str()))))
        .get_result(connection)?)
}

/// (c) New money: one document of ours a version of its sum, bound as 1C says.
fn take_as_own(
    connection: &mut Connection,
    document: &OnecDocument,
    shares: &[(OrderId, Kopecks)],
    policy: &Policy,
    now: Instant,
) -> Result<Role> {
    let standing = standing(connection, document)?;
    if standing.as_deref() == Some(shares) {
        return Ok(Role::Own);
    }
    let touched = undo_own(connection, document, "onec_changed", now)?;
    let Some((first, _)) = shares.first() else {
        see_to_attempts(connection, &touched, now)?;
        return Ok(Role::Void);
    };
    let order = orders::store::get(connection, first)?;
    let bound: Kopecks = shares.iter().map(|(_, amount)| *amount).sum();
    let money = NewDocument {
        direction: document.direction,
        kind: document.kind,
        amount: document.amount.max(bound),
        seller_id: order.seller_id,
        mode: order.mode,
        received_at: policy.zone.to_utc(document.dated_on.and_time(chrono::NaiveTime::MIN)),
        fee: None,
        source: MoneySource::Onec { guid: document.guid.clone(), version: next_version(connection, document)? },
    };
    record::record(connection, &money, shares, policy, "onec", now)?;
    see_to_attempts(connection, &touched, now)?;
    alerts::close(connection, "onec_void", &document.guid, now)?;
    Ok(Role::Own)
}

/// A version that has no money yet: a document posted again after an undoing is new money under the same content.
fn next_version(connection: &mut Connection, document: &OnecDocument) -> Result<i64> {
    let used: Option<i64> = money_documents::table
        .filter(money_documents::onec_guid.eq(&document.guid))
        .order(money_documents::onec_version.desc())
        .select(money_documents::onec_version)
        .first(connection)
        .optional()?
        .flatten();
    Ok(used.unwrap_or(0) + 1)
}

fn own_documents(connection: &mut Connection, guid: &str) -> Result<Vec<DocumentId>> {
    let all: Vec<DocumentId> = money_documents::table
        .filter(money_documents::onec_guid.eq(guid))
        .order(money_documents::id)
        .select(money_documents::id)
        .load(connection)?;
    let mut standing = Vec::new();
    for id in all {
        if !exports::shares(connection, &id)?.is_empty() {
            standing.push(id);
        }
    }
    Ok(standing)
}

/// How the document's money is bound now; nothing when its sum changed or nothing stands.
fn standing(connection: &mut Connection, document: &OnecDocument) -> Result<Option<Vec<(OrderId, Kopecks)>>> {
    let own = own_documents(connection, &document.guid)?;
    let [one] = own.as_slice() else { return Ok(None) };
    let shares = bound_now(connection, one)?;
    let bound: Kopecks = shares.iter().map(|(_, amount)| *amount).sum();
    let same_sum = store::document(connection, one)?.amount == document.amount.max(bound);
    Ok(same_sum.then_some(shares))
}

/// Takes back the money that 1C's document has made here; its orders are locked. Returns them.
fn undo_own(connection: &mut Connection, document: &OnecDocument, reason: &str, now: Instant) -> Result<Vec<OrderId>> {
    let mut touched = Vec::new();
    for id in own_documents(connection, &document.guid)? {
        touched.extend(allocate::undo_all(connection, &id, reason, now)?);
    }
    touched.sort();
    touched.dedup();
    for order_id in &touched {
        balance::settle(connection, order_id, now)?;
    }
    Ok(touched)
}

/// Our own money has come after 1C's document about it: the earlier document of 1C gives up its money and covers ours.
pub(super) fn cover_by_earlier(
    connection: &mut Connection,
    ours: &DocumentId,
    shares: &[(OrderId, Kopecks)],
    _policy: &Policy,
    now: Instant,
) -> Result<()> {
    let Some((order_id, _)) = shares.first() else { return Ok(()) };
    if store::document(connection, ours)?.onec_guid.is_some() {
        return Ok(());
    }
    let shares: &[(OrderId, Kopecks)] = &bound_now(connection, ours)?;
    let mut fitting = Vec::new();
    for earlier in store::documents_of_order(connection, order_id)? {
        let Some(guid) = earlier.onec_guid else { continue };
        let Some(document) = find(connection, &guid)?.filter(|document| document.role == Role::Own) else { continue };
        let stands = standing(connection, &document)?.as_deref() == Some(shares);
        if stands && candidate_fits(connection, ours, &document, shares)? {
            fitting.push(document);
        }
    }
    fitting.dedup_by(|one, other| one.guid == other.guid);
    match fitting.as_slice() {
        [] => Ok(()),
        [document] => {
            undo_own(connection, document, "onec_covers", now)?;
            diesel::update(onec_documents::table.filter(onec_documents::guid.eq(&document.guid)))
                .set(onec_documents::role.eq(Role::Covers))
                .execute(connection)?;
            cover_with(connection, document, ours, now)
        }
        several => {
            let numbers: Vec<&str> = several.iter().map(|document| document.number.as_str()).collect();
            let message = format!(
                "Пришла оплата, которая может быть уже внесена в 1С документами № {}. Проверьте, не учтена ли она дважды",
                numbers.join(", ")
            );
            tell(connection, "onec_maybe_double", ours.as_str(), shares, &message, now)
        }
    }
}

fn tell(
    connection: &mut Connection,
    kind: &str,
    subject: &str,
    shares: &[(OrderId, Kopecks)],
    message: &str,
    now: Instant,
) -> Result<()> {
    let order_id = shares.first().map(|(id, _)| id.as_str());
    alerts::open(connection, &NewAlert { kind, subject, severity: Severity::Warning, message, order_id }, now)
}

/// Documents of 1C's own that wait for a clerk.
///
/// # Errors
/// `Database` when the query fails.
pub fn list_undecided(connection: &mut Connection, limit: i64) -> Result<Vec<OnecDocument>> {
    Ok(onec_documents::table
        .filter(onec_documents::role.eq(Role::Undecided))
        .order(onec_documents::updated_at)
        .limit(limit)
        .select(OnecDocument::as_select())
        .load(connection)?)
}

/// The number under which 1C has a document of ours: by its own answer or by a document of 1C's own that covers it.
///
/// # Errors
/// `Database` when a query fails.
pub fn number_of(connection: &mut Connection, id: &DocumentId) -> Result<Option<String>> {
    let exported: Option<Option<String>> = export_rows::table
        .filter(export_rows::document_id.eq(id))
        .filter(export_rows::posted.eq(true))
        .select(export_rows::onec_number)
        .first(connection)
        .optional()?;
    if let Some(number) = exported.flatten() {
        return Ok(Some(number));
    }
    Ok(onec_documents::table
        .left_join(money_documents::table.on(money_documents::onec_guid.eq(onec_documents::guid.nullable())))
        .filter(onec_documents::covers_id.eq(id.as_str()).or(money_documents::id.eq(id).assume_not_null()))
        .select(onec_documents::number)
        .first(connection)
        .optional()?)
}
