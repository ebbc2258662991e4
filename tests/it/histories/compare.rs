//! The real books beside the model's.

use oplata::base::{Direction, Kopecks};
use oplata::db::Connection;
use oplata::domain::exports::{self, Road};
use oplata::domain::payments::{Balance, PaymentState, onec_documents, store};

use super::World;
use super::world::instant;
use crate::model::books::Books;
use crate::model::event::ORDERS;

type Verdict = Result<(), String>;

#[allow(clippy::needless_pass_by_value, reason = "callers hand over what they have just put together")]
fn same<T: PartialEq + std::fmt::Debug>(what: &str, real: T, model: T) -> Verdict {
    if real == model { Ok(()) } else { Err(format!("{what}: the rules say {real:?}, the model {model:?}")) }
}

pub fn balances(real: &[Balance], books: &Books) -> Verdict {
    for (order, real) in real.iter().enumerate() {
        let model = books.balance(order);
        let state = match model.paid {
            paid if paid > model.total => PaymentState::Overpaid,
            paid if paid <= 0 => PaymentState::Unpaid,
            paid if paid < model.total => PaymentState::PartlyPaid,
            _ => PaymentState::Paid,
        };
        let [total, paid, refunding, due] = [model.total, model.paid, model.refunding, model.due].map(Kopecks::new);
        let model = Balance { total, paid, refunding, due, payment_state: state };
        same(&format!("balance of order {order}"), *real, model)?;
    }
    same("orders", real.len(), ORDERS)
}

pub fn everything(c: &mut Connection, world: &World, books: &Books) -> Verdict {
    documents(c, world, books)?;
    attempts(c, world, books)?;
    refunds(c, world, books)?;
    for (slot, guid) in world.slots.iter().enumerate() {
        let real = onec_documents::find(c, guid).unwrap().map(|document| document.role.as_str().to_owned());
        let model = books.onec[slot].as_ref().map(|document| format!("{:?}", document.role).to_lowercase());
        same(&format!("1C's document {slot}"), real, model)?;
    }
    feed(c, world, books)
}

fn documents(c: &mut Connection, world: &World, books: &Books) -> Verdict {
    let ids = world.documents(c);
    same("documents", ids.len(), books.documents.len())?;
    for (at, id) in ids.iter().enumerate() {
        let (real, model) = (store::document(c, id).unwrap(), &books.documents[at]);
        let told = (real.direction == Direction::In, real.kind.as_str().to_owned(), real.amount.get());
        // 1C's own money keeps the kind that 1C gave it.
        let kind = format!("{:?}", model.kind).to_lowercase();
        same(&format!("document {at}"), told, (model.incoming, kind, model.amount))?;
        let shares = exports::shares(c, id).unwrap();
        let shares: Vec<_> = shares.iter().map(|share| (world.place_of(&share.order_id), share.amount.get())).collect();
        same(&format!("shares of document {at}"), shares, books.shares(at))?;
        let export = exports::find(c, id).unwrap().map(|export| {
            let state = export.state.as_str().to_owned();
            (export.revision, export.accepted_revision, state, export.onec_number, export.posted)
        });
        let model = model.export.as_ref().map(|export| {
            let state = format!("{:?}", export.way).to_lowercase();
            (export.revision, export.accepted, state, export.number.clone(), export.posted)
        });
        same(&format!("export of document {at}"), export, model)?;
    }
    Ok(())
}

fn attempts(c: &mut Connection, world: &World, books: &Books) -> Verdict {
    let ids = world.attempts(c);
    same("attempts", ids.len(), books.attempts.len())?;
    for (at, id) in ids.iter().enumerate() {
        let real = store::attempt(c, id).unwrap();
        let model = &books.attempts[at];
        let told = (real.state.as_str().to_owned(), real.amount.get(), real.checks);
        same(
            &format!("attempt {at}"),
            told,
            (format!("{:?}", model.state).to_lowercase(), model.amount, model.checks),
        )?;
    }
    Ok(())
}

fn refunds(c: &mut Connection, world: &World, books: &Books) -> Verdict {
    let ids = world.refunds(c);
    same("refunds", ids.len(), books.refunds.len())?;
    for (at, id) in ids.iter().enumerate() {
        let (real, model) = (store::refund(c, id).unwrap(), &books.refunds[at]);
        let told = (real.state.as_str().to_owned(), real.amount.get(), world.place_of(&real.order_id));
        same(&format!("refund {at}"), told, (format!("{:?}", model.state).to_lowercase(), model.amount, model.order))?;
    }
    for (at, id) in world.requests(c).iter().enumerate() {
        let real = store::request(c, id).unwrap().state.as_str().to_owned();
        same(&format!("request {at}"), real, format!("{:?}", books.requests[at].state).to_lowercase())?;
    }
    Ok(())
}

fn feed(c: &mut Connection, world: &World, books: &Books) -> Verdict {
    let ids = world.documents(c);
    let late = instant(1_000_000);
    let offered = exports::feed(c, Road::Service, None, late, 100_000).unwrap();
    let mut offered: Vec<usize> =
        offered.iter().filter_map(|export| ids.iter().position(|id| *id == export.document_id)).collect();
    offered.sort_unstable();
    same("feed", offered, books.pending())
}
