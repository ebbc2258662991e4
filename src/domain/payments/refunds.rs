//! Giving money back: asked by one person, confirmed by another, set aside under the lock, carried out by the provider.
//!
//! Σ(asked, approved, running, unknown, done) ≤ what of the document is bound to the order, always.

use diesel::prelude::*;

use super::model::{Document, MoneySource, NewDocument, Policy, Refund, RefundRequest, RefundState, RequestState};
use super::{balance, record, store};
use crate::base::ids::{DocumentId, OrderId, RefundId, RefundRequestId, new_id};
use crate::base::{Direction, Error, Instant, Kopecks, Result};
use crate::db::Connection;
use crate::db::schema::{refund_requests, refunds};
use crate::domain::outbox::{self, Message};
use crate::domain::{alerts, journal, orders};

/// What of a document on an order is neither set aside nor given back.
///
/// # Errors
/// `Database` when a query fails.
pub fn free(connection: &mut Connection, document_id: &DocumentId, order_id: &OrderId) -> Result<Kopecks> {
    let reserved: Vec<Kopecks> = refunds::table
        .filter(refunds::document_id.eq(document_id))
        .filter(refunds::order_id.eq(order_id))
        .filter(refunds::state.eq_any(RefundState::RESERVING))
        .select(refunds::amount)
        .load(connection)?;
    let reserved: Kopecks = reserved.into_iter().sum();
    Ok((store::bound(connection, document_id, order_id)? - reserved).or_zero())
}

/// Asks to give `amount` of an order's money back; spread over its documents, newest first.
///
/// # Errors
/// `Invalid` when less can be given back through providers.
pub fn ask(
    connection: &mut Connection,
    order_id: &OrderId,
    amount: Kopecks,
    reason: &str,
    asked_by: &str,
    now: Instant,
) -> Result<RefundRequestId> {
    let plan = plan(connection, order_id, amount)?;
    let id = RefundRequestId::fresh();
    diesel::insert_into(refund_requests::table)
        .values((
            refund_requests::id.eq(&id),
            refund_requests::order_id.eq(order_id),
            refund_requests::amount.eq(amount),
            refund_requests::reason.eq(reason),
            refund_requests::state.eq(RequestState::Asked),
            refund_requests::asked_by.eq(asked_by),
            refund_requests::created_at.eq(now),
        ))
        .execute(connection)?;
    for (document, part) in plan {
        insert(connection, Some(&id), &document, order_id, part, RefundState::Asked, None, now)?;
    }
    balance::settle(connection, order_id, now)?;
    let details = serde_json::json!({ "request": id, "amount": amount });
    journal::about_order(connection, now, asked_by, order_id.as_str(), "refund_asked", details)?;
    Ok(id)
}

/// Which documents give how much; documents are locked first, then the order.
fn plan(connection: &mut Connection, order_id: &OrderId, amount: Kopecks) -> Result<Vec<(Document, Kopecks)>> {
    let mut documents = store::documents_of_order(connection, order_id)?;
    documents.retain(|document| document.direction == Direction::In && document.attempt_id.is_some());
    documents.sort_by(|one, other| one.id.cmp(&other.id));
    for document in &documents {
        store::lock_document(connection, &document.id)?;
    }
    orders::store::lock(connection, order_id)?;
    documents.reverse();
    let mut left = amount;
    let mut parts = Vec::new();
    for document in documents {
        let part = free(connection, &document.id, order_id)?.min(left);
        if part.is_positive() {
            left = left - part;
            parts.push((document, part));
        }
    }
    if !amount.is_positive() || left.is_positive() {
        let possible = (amount - left).or_zero();
        return Err(Error::invalid("amount", format!("Через провайдера по этому заказу можно вернуть {possible}")));
    }
    Ok(parts)
}

#[allow(clippy::too_many_arguments, reason = "one row, named whole")]
fn insert(
    connection: &mut Connection,
    request: Option<&RefundRequestId>,
    document: &Document,
    order_id: &OrderId,
    amount: Kopecks,
    state: RefundState,
    provider: Option<(&str, &str)>,
    now: Instant,
) -> Result<RefundId> {
    let id = RefundId::fresh();
    let account = match (provider, &document.attempt_id) {
        (Some((account, _)), _) => Some(account.to_owned()),
        (None, Some(attempt)) => Some(store::attempt(connection, attempt)?.account),
        (None, None) => None,
    };
    diesel::insert_into(refunds::table)
        .values((
            refunds::id.eq(&id),
            refunds::request_id.eq(request),
            refunds::document_id.eq(&document.id),
            refunds::order_id.eq(order_id),
            refunds::amount.eq(amount),
            refunds::state.eq(state),
            refunds::account.eq(account),
            refunds::provider_ref.eq(provider.map(|(_, reference)| reference)),
            refunds::created_at.eq(now),
        ))
        .execute(connection)?;
    Ok(id)
}

/// Locks a request through its order and reads it again; it must still wait for a decision.
fn open_request(connection: &mut Connection, id: &RefundRequestId) -> Result<RefundRequest> {
    let order_id = store::request(connection, id)?.order_id;
    orders::store::lock(connection, &order_id)?;
    let request = store::request(connection, id)?;
    if request.state == RequestState::Asked {
        Ok(request)
    } else {
        Err(Error::conflict("refund_decided", "По этой просьбе уже решили"))
    }
}

/// A second person confirms; the provider is asked soon.
///
/// # Errors
/// `Forbidden` for the one who asked; `Conflict` when it is decided already.
pub fn confirm(connection: &mut Connection, id: &RefundRequestId, decided_by: &str, now: Instant) -> Result<()> {
    let request = open_request(connection, id)?;
    if request.asked_by == decided_by {
        return Err(Error::forbidden("Возврат подтверждает не тот, кто о нём попросил"));
    }
    decide(connection, &request, RequestState::Approved, decided_by, now)?;
    for refund in refunds_of(connection, id)? {
        set_state(connection, &refund.id, RefundState::Approved)?;
        let message = Message::RunRefund { refund_id: refund.id, nonce: "first".to_owned() };
        outbox::enqueue(connection, &message, now)?;
    }
    note(connection, &request, "refund_approved", decided_by, now)
}

/// A second person declines; the money is free again.
///
/// # Errors
/// `Conflict` when it is decided already.
pub fn decline(connection: &mut Connection, id: &RefundRequestId, decided_by: &str, now: Instant) -> Result<()> {
    let request = open_request(connection, id)?;
    decide(connection, &request, RequestState::Declined, decided_by, now)?;
    for refund in refunds_of(connection, id)? {
        end(connection, &refund.id, RefundState::Failed, Some("Просьба отклонена"), now)?;
    }
    balance::settle(connection, &request.order_id, now)?;
    note(connection, &request, "refund_declined", decided_by, now)
}

fn decide(
    connection: &mut Connection,
    request: &RefundRequest,
    state: RequestState,
    decided_by: &str,
    now: Instant,
) -> Result<()> {
    diesel::update(refund_requests::table.filter(refund_requests::id.eq(&request.id)))
        .set((
            refund_requests::state.eq(state),
            refund_requests::decided_by.eq(decided_by),
            refund_requests::decided_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

fn note(connection: &mut Connection, request: &RefundRequest, action: &str, actor: &str, now: Instant) -> Result<()> {
    let details = serde_json::json!({ "request": request.id, "amount": request.amount });
    journal::about_order(connection, now, actor, request.order_id.as_str(), action, details)
}

fn refunds_of(connection: &mut Connection, id: &RefundRequestId) -> Result<Vec<Refund>> {
    Ok(refunds::table
        .filter(refunds::request_id.eq(id))
        .order(refunds::id)
        .select(Refund::as_select())
        .load(connection)?)
}

fn set_state(connection: &mut Connection, id: &RefundId, state: RefundState) -> Result<()> {
    diesel::update(refunds::table.filter(refunds::id.eq(id))).set(refunds::state.eq(state)).execute(connection)?;
    Ok(())
}

fn end(
    connection: &mut Connection,
    id: &RefundId,
    state: RefundState,
    message: Option<&str>,
    now: Instant,
) -> Result<()> {
    diesel::update(refunds::table.filter(refunds::id.eq(id)))
        .set((
            refunds::state.eq(state),
            refunds::message.eq(message),
            refunds::finished_at.eq(now),
            refunds::next_check_at.eq(None::<Instant>),
        ))
        .execute(connection)?;
    Ok(())
}

/// Marks that the provider is being asked. Returns false when there is nothing to ask any more.
///
/// # Errors
/// `NotFound` for an unknown refund.
pub fn begin(connection: &mut Connection, id: &RefundId, now: Instant) -> Result<bool> {
    let refund = locked(connection, id)?;
    if !matches!(refund.state, RefundState::Approved | RefundState::Running | RefundState::Unknown) {
        return Ok(false);
    }
    diesel::update(refunds::table.filter(refunds::id.eq(id)))
        .set((
            refunds::state.eq(RefundState::Running),
            refunds::checks.eq(refund.checks + 1),
            refunds::next_check_at.eq(now + chrono::Duration::minutes(1)),
        ))
        .execute(connection)?;
    Ok(true)
}

fn locked(connection: &mut Connection, id: &RefundId) -> Result<Refund> {
    let order_id = store::refund(connection, id)?.order_id;
    orders::store::lock(connection, &order_id)?;
    store::refund(connection, id)
}

/// The provider has it and is not done yet, or its answer was lost: ask again later.
///
/// # Errors
/// `NotFound` for an unknown refund.
pub fn still_running(
    connection: &mut Connection,
    id: &RefundId,
    provider_ref: Option<&str>,
    lost: bool,
    now: Instant,
) -> Result<()> {
    let refund = locked(connection, id)?;
    if !matches!(refund.state, RefundState::Running | RefundState::Unknown) {
        return Ok(());
    }
    let wait = chrono::Duration::minutes(refund.checks.clamp(1, 60));
    let provider_ref = match provider_ref {
        Some(told) if is_known_elsewhere(connection, &refund, told)? => None,
        told => told,
    };
    diesel::update(refunds::table.filter(refunds::id.eq(id)))
        .set((
            refunds::state.eq(if lost { RefundState::Unknown } else { RefundState::Running }),
            refunds::provider_ref.eq(provider_ref.or(refund.provider_ref.as_deref())),
            refunds::checks.eq(refund.checks + 1),
            refunds::next_check_at.eq(now + wait),
        ))
        .execute(connection)?;
    Ok(())
}

/// The provider gave the money back: recorded once.
///
/// # Errors
/// `NotFound` for an unknown refund.
pub fn succeed(
    connection: &mut Connection,
    id: &RefundId,
    provider_ref: &str,
    policy: &Policy,
    now: Instant,
) -> Result<()> {
    let document_id = store::refund(connection, id)?.document_id;
    store::lock_document(connection, &document_id)?;
    let refund = locked(connection, id)?;
    if refund.state == RefundState::Done {
        return keep_another(connection, &refund, provider_ref, policy, now);
    }
    if is_known_elsewhere(connection, &refund, provider_ref)? {
        return leave_to_the_other(connection, &refund, now);
    }
    diesel::update(refunds::table.filter(refunds::id.eq(id)))
        .set(refunds::provider_ref.eq(provider_ref))
        .execute(connection)?;
    // What it had set aside is free since the refusal and may be gone: the message keeps that in the books.
    let late = (refund.state == RefundState::Failed).then_some("Провайдер вернул деньги после отказа");
    end(connection, id, RefundState::Done, late, now)?;
    take_out(connection, &refund, policy, now)?;
    if late.is_some() {
        tell_late(connection, &refund, now)?;
    }
    alerts::close(connection, "refund_failed", id.as_str(), now)?;
    close_request(connection, refund.request_id.as_ref())
}

/// A refund made in the cabinet over the same sum may have answered for ours while our request was on its way: what the
/// provider then did for ours is money of its own.
fn keep_another(
    connection: &mut Connection,
    refund: &Refund,
    provider_ref: &str,
    policy: &Policy,
    now: Instant,
) -> Result<()> {
    let Some(account) = refund.account.as_deref() else { return Ok(()) };
    if refund.provider_ref.as_deref() == Some(provider_ref) {
        return Ok(());
    }
    record_foreign(connection, &refund.document_id, account, provider_ref, refund.amount, policy, now)
}

/// Whether another refund of ours is this one of the provider's: money goes back once.
fn is_known_elsewhere(connection: &mut Connection, refund: &Refund, provider_ref: &str) -> Result<bool> {
    let Some(account) = refund.account.as_deref() else { return Ok(false) };
    let owner = store::find_refund_by_ref(connection, account, provider_ref)?;
    Ok(owner.is_some_and(|owner| owner.id != refund.id))
}

/// While our answer was lost, the provider's list told of this refund and it was taken in as foreign: the money is in the
/// books, what we had set aside for it is free.
fn leave_to_the_other(connection: &mut Connection, refund: &Refund, now: Instant) -> Result<()> {
    let message = "Этот возврат уже учтён: провайдер сообщил о нём раньше, чем ответил нам";
    end(connection, &refund.id, RefundState::Failed, Some(message), now)?;
    close_request(connection, refund.request_id.as_ref())?;
    balance::settle(connection, &refund.order_id, now)?;
    Ok(())
}

fn tell_late(connection: &mut Connection, refund: &Refund, now: Instant) -> Result<()> {
    let message =
        format!("Возврат {} прошёл у провайдера после отказа. Он учтён; проверьте остаток заказа", refund.amount);
    let alert = alerts::NewAlert {
        kind: "late_refund",
        subject: refund.id.as_str(),
        severity: alerts::Severity::Critical,
        message: &message,
        order_id: Some(refund.order_id.as_str()),
    };
    alerts::open(connection, &alert, now)
}

fn take_out(connection: &mut Connection, refund: &Refund, policy: &Policy, now: Instant) -> Result<()> {
    let paid = store::document(connection, &refund.document_id)?;
    let money = NewDocument {
        direction: Direction::Out,
        kind: paid.kind,
        amount: refund.amount,
        seller_id: paid.seller_id,
        mode: paid.mode,
        received_at: now,
        fee: None,
        source: MoneySource::Refund(refund.id.clone()),
    };
    let share = [(refund.order_id.clone(), refund.amount)];
    record::record(connection, &money, &share, policy, "provider", now)?;
    Ok(())
}

fn close_request(connection: &mut Connection, id: Option<&RefundRequestId>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    let states: Vec<RefundState> = refunds_of(connection, id)?.into_iter().map(|refund| refund.state).collect();
    let state = if states.iter().all(|state| *state == RefundState::Done) {
        RequestState::Done
    } else if states.iter().any(|state| RefundState::PENDING.contains(state)) {
        RequestState::Approved
    } else {
        RequestState::Failed
    };
    diesel::update(refund_requests::table.filter(refund_requests::id.eq(id)))
        .set(refund_requests::state.eq(state))
        .execute(connection)?;
    Ok(())
}

/// The provider refused; the money is free again and people are told.
///
/// # Errors
/// `NotFound` for an unknown refund.
pub fn fail(connection: &mut Connection, id: &RefundId, reason: &str, now: Instant) -> Result<()> {
    let refund = locked(connection, id)?;
    if !matches!(refund.state, RefundState::Approved | RefundState::Running | RefundState::Unknown) {
        return Ok(());
    }
    end(connection, id, RefundState::Failed, Some(reason), now)?;
    close_request(connection, refund.request_id.as_ref())?;
    balance::settle(connection, &refund.order_id, now)?;
    let details = serde_json::json!({ "refund": id, "amount": refund.amount, "message": reason });
    journal::about_order(connection, now, "provider", refund.order_id.as_str(), "refund_failed", details)?;
    let message =
        format!("Возврат {} не прошёл: {reason}. Попросите о нём снова или верните деньги переводом", refund.amount);
    let alert = alerts::NewAlert {
        kind: "refund_failed",
        subject: id.as_str(),
        severity: alerts::Severity::Critical,
        message: &message,
        order_id: Some(refund.order_id.as_str()),
    };
    alerts::open(connection, &alert, now)
}

/// Money that a provider gave back without us (in its cabinet): taken in as it is, once.
///
/// # Errors
/// `Database` when a query fails.
#[allow(clippy::too_many_arguments, reason = "the facts of one foreign refund, named one by one")]
pub fn record_foreign(
    connection: &mut Connection,
    document_id: &DocumentId,
    account: &str,
    provider_ref: &str,
    amount: Kopecks,
    policy: &Policy,
    now: Instant,
) -> Result<()> {
    let document = store::lock_document(connection, document_id)?;
    let Some(order_id) = main_order(connection, document_id)? else {
        let message = format!("Провайдер вернул {amount} по оплате, которая не привязана ни к одному заказу");
        let alert = alerts::NewAlert {
            kind: "foreign_refund",
            subject: &format!("{account}:{provider_ref}"),
            severity: alerts::Severity::Critical,
            message: &message,
            order_id: None,
        };
        return alerts::open(connection, &alert, now);
    };
    orders::store::lock(connection, &order_id)?;
    if store::find_refund_by_ref(connection, account, provider_ref)?.is_some() {
        return Ok(());
    }
    let provider = Some((account, provider_ref));
    let id = insert(connection, None, &document, &order_id, amount, RefundState::Done, provider, now)?;
    let refund = store::refund(connection, &id)?;
    take_out(connection, &refund, policy, now)?;
    let message = format!("Деньги {amount} возвращены в кабинете провайдера, а не из портала. Возврат учтён");
    let alert = alerts::NewAlert {
        kind: "foreign_refund",
        subject: &new_id(),
        severity: alerts::Severity::Info,
        message: &message,
        order_id: Some(order_id.as_str()),
    };
    alerts::open(connection, &alert, now)
}

/// The order that holds most of a document's money now.
fn main_order(connection: &mut Connection, document_id: &DocumentId) -> Result<Option<OrderId>> {
    let mut sums: std::collections::BTreeMap<OrderId, Kopecks> = std::collections::BTreeMap::new();
    for row in store::allocations_of_document(connection, document_id)? {
        *sums.entry(row.order_id).or_default() += row.amount;
    }
    Ok(sums.into_iter().max_by_key(|(_, amount)| *amount).map(|(id, _)| id))
}

/// A refund of ours over this sum whose answer from the provider is missing.
///
/// # Errors
/// `Database` when the query fails.
pub fn find_unanswered(
    connection: &mut Connection,
    document_id: &DocumentId,
    amount: Kopecks,
) -> Result<Option<RefundId>> {
    Ok(refunds::table
        .filter(refunds::document_id.eq(document_id))
        .filter(refunds::amount.eq(amount))
        .filter(refunds::provider_ref.is_null())
        .filter(refunds::state.eq_any([RefundState::Running, RefundState::Unknown]))
        .order(refunds::id)
        .select(refunds::id)
        .first(connection)
        .optional()?)
}
