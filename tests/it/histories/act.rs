//! An event as calls of the real rules, in one transaction.

use std::sync::Arc;

use chrono::Duration;
use diesel::prelude::*;
use oplata::base::ids::{AttemptId, DocumentId};
use oplata::base::{Direction, Error, Instant, Kopecks, Method, Mode, MoneyKind, Result};
use oplata::db::schema::order_balances;
use oplata::db::{Connection, Db};
use oplata::domain::exports::{self, Acceptance};
use oplata::domain::payments::attempts::{self, Wish};
use oplata::domain::payments::onec_documents::{self, Draft};
use oplata::domain::payments::record::{self, Report, ReportStatus};
use oplata::domain::payments::{Balance, MoneySource, NewDocument, allocate, balance, refunds, store};
use oplata::domain::{orders, payments};

use super::World;
use super::world::instant;
use crate::model::event::{Event, Kind, OnecPicture, Step, Word};

/// Performs a step; the orders' balances after it. A crash rolls everything back.
pub fn perform(db: &Db, world: &Arc<World>, step: &Step, minutes: i64) -> Result<Vec<Balance>> {
    let (world, step, now) = (Arc::clone(world), step.clone(), instant(minutes));
    db.write_now(move |connection| {
        let done = act(connection, &world, &step.event, now);
        if step.crash {
            return Err(Error::conflict("crash", "сбой"));
        }
        done?;
        let mine = order_balances::table.filter(order_balances::order_id.eq_any(&world.orders));
        Ok(mine.order(order_balances::order_id).select(Balance::as_select()).load(connection)?)
    })
}

fn nth<T: Clone>(things: &[T], at: usize) -> Result<T> {
    things.get(at).cloned().ok_or_else(|| Error::not_found("нет такого"))
}

fn kind(kind: Kind) -> MoneyKind {
    match kind {
        Kind::Card => MoneyKind::Card,
        Kind::Sbp => MoneyKind::Sbp,
        Kind::Bank => MoneyKind::Bank,
        Kind::Cash => MoneyKind::Cash,
    }
}

fn who(place: usize) -> &'static str {
    ["staff:a", "staff:b"][place]
}

fn act(connection: &mut Connection, world: &World, event: &Event, now: Instant) -> Result<()> {
    let c = connection;
    let policy = &world.policy;
    match event.clone() {
        Event::Tick(_) => Ok(()),
        Event::Revise { order, total, state, parts } => {
            let order = orders::receive(c, &world.draft(order, total, state, parts), "onec", now)?.order.id;
            see_to(c, &order, now)
        }
        Event::Reopen { order } => {
            orders::store::lock(c, &world.orders[order])?;
            orders::store::reopen(c, &world.orders[order], true)?;
            see_to(c, &world.orders[order], now)
        }
        Event::Start { order, kind, permille, anew } => start(c, world, order, kind, permille, anew, now),
        Event::Report { attempt, word, more, foreign_ref } => {
            let id = nth(&world.attempts(c), attempt)?;
            let report = report(c, world, &id, word, more, foreign_ref.unwrap_or(attempt))?;
            record::apply_report(c, &id, &report, policy, "provider", now).map(drop)
        }
        Event::Lost { attempt } => {
            let id = nth(&world.attempts(c), attempt)?;
            attempts::mark_lost(c, &id, now)
        }
        Event::Refused { attempt } => {
            let id = nth(&world.attempts(c), attempt)?;
            attempts::mark_refused(c, &id, "no", now)
        }
        Event::Absent { attempt } => {
            let id = nth(&world.attempts(c), attempt)?;
            attempts::mark_absent(c, &id, now)
        }
        Event::Review { attempt, order } => {
            let id = nth(&world.attempts(c), attempt)?;
            record::record_reviewed(c, &id, &world.orders[order], policy, who(0), now)
        }
        Event::Money { bank, source, amount, shares } => {
            let name = format!("{}-{source}", world.mark);
            let money = NewDocument {
                direction: Direction::In,
                kind: if bank { MoneyKind::Bank } else { MoneyKind::Cash },
                amount: Kopecks::new(amount),
                seller_id: world.sellers[0].clone(),
                mode: Mode::Live,
                received_at: now,
                fee: None,
                source: if bank { MoneySource::BankLine(name) } else { MoneySource::StaffEntry(name) },
            };
            let shares: Vec<_> =
                shares.iter().map(|(order, sum)| (world.orders[*order].clone(), Kopecks::new(*sum))).collect();
            record::record(c, &money, &shares, policy, who(0), now).map(drop)
        }
        Event::Allocate { document, order, amount } => {
            let id = nth(&world.documents(c), document)?;
            allocate::allocate(c, &id, &world.orders[order], Kopecks::new(amount), policy, who(0), now).map(drop)
        }
        Event::Move { document, from, to, amount } => {
            let id = nth(&world.documents(c), document)?;
            let (from, to) = (&world.orders[from], &world.orders[to]);
            allocate::move_money(c, &id, from, to, Kopecks::new(amount), policy, who(0), now)
        }
        Event::Undo { allocation } => {
            let id = nth(&world.allocations(c), allocation)?;
            allocate::undo(c, &id, policy, who(0), now)
        }
        Event::Onec { slot, picture } => {
            onec_documents::receive(c, &own_draft(world, slot, &picture), policy, now).map(drop)
        }
        Event::Decide { slot, document } => {
            let ours = document.map(|at| nth(&world.documents(c), at)).transpose()?;
            onec_documents::decide(c, &world.slots[slot], ours.as_ref(), policy, now)
        }
        other => act_on_refund(c, world, &other, now).unwrap_or_else(|| act_on_export(c, world, &other, now)),
    }
}

/// What a caller owes an order after its content changed.
fn see_to(c: &mut Connection, order: &oplata::base::ids::OrderId, now: Instant) -> Result<()> {
    balance::settle(c, order, now)?;
    attempts::supersede_if_due_changed(c, order, now)
}

fn start(
    c: &mut Connection,
    world: &World,
    order: usize,
    kind: Kind,
    permille: i64,
    anew: bool,
    now: Instant,
) -> Result<()> {
    let due = balance::get(c, &world.orders[order])?.due;
    let account = world.account(order);
    let wish = Wish {
        order_id: &world.orders[order],
        method: if kind == Kind::Sbp { Method::Sbp } else { Method::Card },
        account: &account,
        mode: Mode::Live,
        amount: Some(Kopecks::new(due.get() * permille / 1000)),
        browser: None,
        anew,
        life: Duration::minutes(30),
    };
    attempts::start(c, &wish, &|_, _, _, _| Ok("{}".to_owned()), now).map(drop)
}

fn report(
    c: &mut Connection,
    world: &World,
    id: &AttemptId,
    said: Word,
    more: i64,
    reference: usize,
) -> Result<Report> {
    let attempt = store::attempt(c, id)?;
    Ok(Report {
        status: match said {
            Word::Pending => ReportStatus::Pending,
            Word::Held => ReportStatus::Authorized,
            Word::Paid => ReportStatus::Paid,
            Word::Failed => ReportStatus::Failed,
            Word::Cancelled => ReportStatus::Cancelled,
            Word::Expired => ReportStatus::Expired,
            Word::Unclear => ReportStatus::Unclear,
        },
        provider_ref: format!("p{}-{reference}", world.mark),
        attempt_ref: None,
        amount: attempt.amount + Kopecks::new(more),
        currency: "RUB".to_owned(),
        account_matches: true,
        mode: Mode::Live,
        fee: None,
        paid_at: None,
        decline: None,
        details: None,
        confirmation_url: None,
    })
}

/// `None`: the event is about something else.
fn act_on_refund(c: &mut Connection, world: &World, event: &Event, now: Instant) -> Option<Result<()>> {
    let policy = &world.policy;
    let done = match event {
        Event::Ask { order, amount, who: by } => {
            refunds::ask(c, &world.orders[*order], Kopecks::new(*amount), "лишнее", who(*by), now).map(drop)
        }
        Event::Confirm { request, who: by } => {
            nth(&world.requests(c), *request).and_then(|id| refunds::confirm(c, &id, who(*by), now))
        }
        Event::Decline { request } => {
            nth(&world.requests(c), *request).and_then(|id| refunds::decline(c, &id, who(0), now))
        }
        Event::Begin { refund } => nth(&world.refunds(c), *refund).and_then(|id| refunds::begin(c, &id, now).map(drop)),
        Event::Running { refund, lost } => nth(&world.refunds(c), *refund).and_then(|id| {
            let reference = (!lost).then(|| format!("r{}-{refund}", world.mark));
            refunds::still_running(c, &id, reference.as_deref(), *lost, now)
        }),
        Event::Succeed { refund, foreign_ref } => nth(&world.refunds(c), *refund).and_then(|id| {
            let own = || format!("r{}-{refund}", world.mark);
            let reference = foreign_ref.map_or_else(own, |at| format!("f{}-{at}", world.mark));
            refunds::succeed(c, &id, &reference, policy, now)
        }),
        Event::Fail { refund } => {
            nth(&world.refunds(c), *refund).and_then(|id| refunds::fail(c, &id, "нет денег", now))
        }
        Event::Foreign { document, reference, amount } => nth(&world.documents(c), *document).and_then(|id| {
            let attempt = store::document(c, &id)?.attempt_id.ok_or_else(|| Error::not_found("не от провайдера"))?;
            let account = store::attempt(c, &attempt)?.account;
            let reference = format!("f{}-{reference}", world.mark);
            refunds::record_foreign(c, &id, &account, &reference, Kopecks::new(*amount), policy, now)
        }),
        _ => return None,
    };
    Some(done)
}

fn act_on_export(c: &mut Connection, world: &World, event: &Event, now: Instant) -> Result<()> {
    let (Event::Sent { document }
    | Event::Accept { document, .. }
    | Event::Reject { document, .. }
    | Event::OfferAgain { document }
    | Event::Shown { document, .. }) = event
    else {
        unreachable!("{event:?}")
    };
    let id = nth(&world.documents(c), *document)?;
    let revision = exports::find(c, &id)?.map(|export| export.revision);
    let known = || revision.ok_or_else(|| Error::not_found("не выгружается"));
    match event {
        Event::Sent { .. } => exports::mark_sent(c, &id, now),
        Event::Accept { behind, posted, .. } => {
            let answer = Acceptance {
                revision: known()? - behind,
                onec_ref: Some(id.to_string()),
                number: format!("N{document}"),
                date: Some(now.date()),
                posted: *posted,
                message: None,
            };
            exports::accept(c, &id, &answer, "onec", now)
        }
        Event::Reject { behind, .. } => exports::reject(c, &id, known()? - behind, "закрытый период", "onec", now),
        Event::Shown { more, posted, deleted, .. } => {
            let draft = our_draft(c, world, &id, *document, *more, *posted, *deleted)?;
            onec_documents::receive(c, &draft, &world.policy, now).map(drop)
        }
        _ => exports::offer_again(c, &id, now),
    }
}

fn own_draft(world: &World, slot: usize, picture: &OnecPicture) -> Draft {
    let row = |(order, amount): &(usize, i64)| (world.order_guids[*order].clone(), Kopecks::new(*amount));
    Draft {
        guid: world.slots[slot].clone(),
        kind: kind(picture.kind),
        direction: if picture.incoming { Direction::In } else { Direction::Out },
        number: format!("G{slot}-{}", picture.number),
        dated_on: instant(0).date(),
        posted: picture.posted,
        deleted: picture.deleted,
        amount: Kopecks::new(picture.amount),
        account: None,
        incoming_number: None,
        payer_inn: None,
        rows: picture.rows.iter().map(row).collect(),
    }
}

/// Our own document as 1C shows it.
fn our_draft(
    c: &mut Connection,
    world: &World,
    id: &DocumentId,
    place: usize,
    more: i64,
    posted: bool,
    deleted: bool,
) -> Result<Draft> {
    let payments::Document { kind, direction, amount, .. } = store::document(c, id)?;
    let shares = exports::shares(c, id)?;
    Ok(Draft {
        guid: id.to_string(),
        kind,
        direction,
        number: format!("S{place}"),
        dated_on: instant(0).date(),
        posted,
        deleted,
        amount: amount + Kopecks::new(more),
        account: None,
        incoming_number: None,
        payer_inn: None,
        rows: shares
            .iter()
            .map(|share| (world.order_guids[world.place_of(&share.order_id)].clone(), share.amount))
            .collect(),
    })
}
