//! Single cases of the money rules, each once found broken: told to the model and to the rules on both databases, then
//! looked at for what the model does not keep.

use std::sync::Arc;

use diesel::prelude::*;
use oplata::db::Db;
use oplata::db::schema::alerts;
use oplata::domain::payments::books;

use crate::common::db::TestDb;
use crate::histories::{World, tell};
use crate::model::event::Event::{self, *};
use crate::model::event::Kind::{Bank, Card};
use crate::model::event::OrderState::Open;
use crate::model::event::{OnecPicture, Step, Word};

const ALL: i64 = 100_000;

/// Tells one history on both databases; `look` sees what came of it.
fn story(test: &str, events: &[Event], look: impl Fn(&Db, &World)) {
    let steps: Vec<Step> = events.iter().map(|event| Step { event: event.clone(), crash: false }).collect();
    for database in TestDb::both(test) {
        let db = database.open();
        let world: Arc<World> = tell(&db, &steps, true).unwrap();
        assert_eq!(db.read_now(books::check).unwrap(), Vec::<String>::new());
        look(&db, &world);
    }
}

fn nothing_more(_: &Db, _: &World) {}

fn open_alerts(db: &Db, kind: &str) -> i64 {
    db.read_now(|connection| {
        let open = alerts::table.filter(alerts::kind.eq(kind)).filter(alerts::closed_at.is_null());
        Ok(open.count().get_result(connection)?)
    })
    .unwrap()
}

fn start(order: usize) -> Event {
    Start { order, kind: Card, permille: 1000, anew: false }
}

fn paid(attempt: usize) -> Event {
    Report { attempt, word: Word::Paid, more: 0, foreign_ref: None }
}

fn picture(order: usize, amount: i64) -> OnecPicture {
    OnecPicture {
        kind: Card,
        incoming: true,
        posted: true,
        deleted: false,
        amount,
        number: 0,
        rows: vec![(order, amount)],
    }
}

/// 1C's document about the whole of order 0, typed in by hand.
fn typed() -> Event {
    Onec { slot: 0, picture: picture(0, ALL) }
}

fn refund(amount: i64) -> Vec<Event> {
    vec![Ask { order: 0, amount, who: 0 }, Confirm { request: 0, who: 1 }, Begin { refund: 0 }]
}

#[test]
fn money_without_a_positive_sum_is_refused_not_a_fault() {
    story("money_without_a_positive_sum", &[Money { bank: true, source: 0, amount: 0, shares: vec![] }], nothing_more);
}

#[test]
fn any_money_takes_a_waiting_attempt_off_the_page() {
    let shares = vec![(0, 40_000)];
    let events = [start(0), Money { bank: true, source: 0, amount: 40_000, shares }, start(0)];
    story("any_money_takes_a_waiting_attempt_off", &events, nothing_more);
}

#[test]
fn a_refund_takes_a_waiting_attempt_off_the_page() {
    let mut events = vec![
        Revise { order: 0, total: ALL, state: Open, parts: true },
        Start { order: 0, kind: Card, permille: 600, anew: false },
        paid(0),
        start(0),
    ];
    events.extend(refund(40_000));
    events.push(Succeed { refund: 0, foreign_ref: None });
    story("a_refund_takes_a_waiting_attempt_off", &events, nothing_more);
}

#[test]
fn what_1c_takes_back_changes_what_is_due_and_the_attempt_over_it() {
    let mut unposted = picture(0, 40_000);
    unposted.posted = false;
    let events = [Onec { slot: 0, picture: picture(0, 40_000) }, start(0), Onec { slot: 0, picture: unposted }];
    story("what_1c_takes_back_changes_what_is_due", &events, nothing_more);
}

#[test]
fn one_payment_of_the_provider_is_money_once() {
    let again = Report { attempt: 1, word: Word::Paid, more: 0, foreign_ref: Some(0) };
    let events = [start(0), paid(0), start(1), again.clone(), Review { attempt: 1, order: 1 }];
    story("one_payment_of_the_provider_is_money_once", &events, |db, _| {
        assert_eq!(open_alerts(db, "attempt_review"), 1);
    });
}

#[test]
fn a_second_payment_under_one_attempt_is_seen() {
    let second = Report { attempt: 0, word: Word::Paid, more: 0, foreign_ref: Some(5) };
    story("a_second_payment_under_one_attempt", &[start(0), paid(0), second], |db, _| {
        assert_eq!(open_alerts(db, "second_payment"), 1);
    });
}

#[test]
fn a_payment_that_a_person_recorded_is_no_second_one_when_told_again() {
    let other_sum = Report { attempt: 0, word: Word::Paid, more: -40_000, foreign_ref: None };
    let events = [start(0), other_sum.clone(), Review { attempt: 0, order: 0 }, other_sum];
    story("a_payment_that_a_person_recorded", &events, |db, _| assert_eq!(open_alerts(db, "second_payment"), 0));
}

#[test]
fn money_in_review_is_not_recorded_for_another_seller() {
    let other_sum = Report { attempt: 0, word: Word::Paid, more: -40_000, foreign_ref: None };
    story("money_in_review_for_another_seller", &[start(0), other_sum, Review { attempt: 0, order: 2 }], nothing_more);
}

#[test]
fn a_move_is_not_undone_by_its_negative_half() {
    let events = [start(0), paid(0), Move { document: 0, from: 0, to: 1, amount: 40_000 }, Undo { allocation: 1 }];
    story("a_move_is_not_undone_by_its_negative_half", &events, nothing_more);
}

#[test]
fn money_that_1c_told_is_moved_in_1c() {
    let away = Move { document: 0, from: 0, to: 1, amount: 40_000 };
    story("money_that_1c_told_is_moved_in_1c", &[typed(), away, Undo { allocation: 0 }, typed()], nothing_more);
}

#[test]
fn moving_covered_money_makes_no_second_money_of_the_cover() {
    let away = Move { document: 0, from: 0, to: 1, amount: 40_000 };
    let mut renumbered = picture(0, ALL);
    renumbered.number = 1;
    let events = [start(0), paid(0), typed(), away, typed(), Onec { slot: 0, picture: renumbered }];
    story("moving_covered_money", &events, |db, _| assert_eq!(open_alerts(db, "onec_covered_changed"), 1));
}

#[test]
fn a_cover_follows_when_1c_moves_its_rows_too() {
    let away = Move { document: 0, from: 0, to: 1, amount: 40_000 };
    let mut split = picture(0, ALL);
    split.rows = vec![(0, 60_000), (1, 40_000)];
    let events = [start(0), paid(0), typed(), away, Onec { slot: 0, picture: split }];
    story("a_cover_follows", &events, |db, _| assert_eq!(open_alerts(db, "onec_covered_changed"), 0));
}

#[test]
fn a_transfer_for_two_orders_is_covered_whatever_the_order_of_its_shares() {
    let mut earlier = picture(0, 140_000);
    (earlier.kind, earlier.rows) = (Bank, vec![(0, ALL), (1, 40_000)]);
    let shares = vec![(1, 40_000), (0, ALL)];
    let events = [Onec { slot: 0, picture: earlier }, Money { bank: true, source: 0, amount: 140_000, shares }];
    story("a_transfer_for_two_orders_is_covered", &events, nothing_more);
}

#[test]
fn a_document_of_1c_whose_rows_exceed_it_is_taken_once() {
    let mut odd = picture(0, ALL);
    odd.rows = vec![(0, ALL), (1, 40_000)];
    let odd = Onec { slot: 0, picture: odd };
    story("a_document_of_1c_whose_rows_exceed_it", &[odd.clone(), odd.clone(), odd], nothing_more);
}

#[test]
fn a_doubled_older_acceptance_does_not_lift_a_rejection() {
    let events = [
        start(0),
        paid(0),
        Accept { document: 0, behind: 0, posted: true },
        Move { document: 0, from: 0, to: 1, amount: 40_000 },
        Reject { document: 0, behind: 0 },
        Accept { document: 0, behind: 1, posted: true },
    ];
    story("a_doubled_older_acceptance", &events, |db, _| assert_eq!(open_alerts(db, "onec_rejected"), 1));
}

#[test]
fn a_cover_that_goes_leaves_a_document_that_1c_has_under_our_guid() {
    let mut unposted = picture(0, ALL);
    unposted.posted = false;
    let events = [
        start(0),
        paid(0),
        typed(),
        Shown { document: 0, more: 0, posted: false, deleted: false },
        Shown { document: 0, more: 0, posted: true, deleted: false },
        Onec { slot: 0, picture: unposted },
    ];
    story("a_cover_that_goes", &events, nothing_more);
}

#[test]
fn a_refund_told_as_foreign_before_our_answer_is_money_once() {
    let mut events = vec![start(0), paid(0)];
    events.extend(refund(40_000));
    events.push(Running { refund: 0, lost: true });
    events.push(Foreign { document: 0, reference: 1, amount: 40_000 });
    events.push(Succeed { refund: 0, foreign_ref: Some(1) });
    story("a_refund_told_as_foreign", &events, nothing_more);
}

#[test]
fn a_refund_that_succeeds_after_its_refusal_is_recorded_and_told() {
    let mut events = vec![start(0), paid(0)];
    events.extend(refund(ALL));
    events.push(Fail { refund: 0 });
    events.push(Move { document: 0, from: 0, to: 1, amount: ALL });
    events.push(Succeed { refund: 0, foreign_ref: None });
    story("a_refund_that_succeeds_after_its_refusal", &events, |db, _| assert_eq!(open_alerts(db, "late_refund"), 1));
}
