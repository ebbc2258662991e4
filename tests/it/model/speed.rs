//! The model alone, at length.

use std::time::Instant;

use super::books::{Attempt, Books, Refund, Role, Source, Way};
use super::event::history;

/// `OPLATA_HISTORIES` names how many (the full measure is 10,000, release, within two minutes).
#[test]
fn model_ten_thousand() {
    let histories = std::env::var("OPLATA_HISTORIES").ok().and_then(|text| text.parse().ok()).unwrap_or(100);
    let begun = Instant::now();
    let mut refused = 0_usize;
    for seed in 0..histories {
        let mut books = Books::new(seed % 2 == 0);
        for step in history(seed, 200, seed % 2 == 0) {
            if books.is_sensible(&step.event) && !step.crash {
                refused += usize::from(books.apply(&step.event).is_err());
            }
        }
        books.check();
    }
    eprintln!("{histories} histories of 200 steps in {:?}, {refused} steps refused", begun.elapsed());
}

/// Histories that never come to the rare things would prove nothing about them.
#[test]
fn histories_come_to_everything() {
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for seed in 0..4000 {
        let mut books = Books::new(seed % 2 == 0);
        for step in history(seed, if seed % 20 == 0 { 60 } else { 12 }, seed % 2 == 0) {
            if books.is_sensible(&step.event) && books.apply(&step.event).is_ok() {
                let event = format!("{:?}", step.event);
                *seen.entry(event.split([' ', '(']).next().unwrap().to_owned()).or_default() += 1;
            }
        }
        for reached in reached(&books) {
            *seen.entry(reached).or_default() += 1;
        }
    }
    let wanted = [
        "Tick",
        "Revise",
        "Reopen",
        "Start",
        "Report",
        "Lost",
        "Refused",
        "Absent",
        "Review",
        "Money",
        "Allocate",
        "Move",
        "Undo",
        "Ask",
        "Confirm",
        "Decline",
        "Begin",
        "Running",
        "Succeed",
        "Fail",
        "Foreign",
        "Sent",
        "Accept",
        "Reject",
        "OfferAgain",
        "Onec",
        "Shown",
        "Decide",
        "own money",
        "covered",
        "undecided",
        "paid late",
        "refunded",
        "below zero",
        "accepted",
        "unposted",
        "rejected",
    ];
    for thing in wanted {
        assert!(seen.get(thing).is_some_and(|times| *times >= 2), "{thing}: {seen:#?}");
    }
    eprintln!("{seen:?}");
}

/// Names of the rarer places that a history has come to.
fn reached(books: &Books) -> Vec<String> {
    let role = |role: Role| books.onec.iter().flatten().any(|known| known.role == role);
    let way = |way: Way| books.documents.iter().filter_map(|d| d.export.as_ref()).any(|export| export.way == way);
    let late = books
        .attempts
        .iter()
        .any(|attempt| attempt.state == Attempt::Succeeded && attempt.revision < books.orders[attempt.order].revision);
    let places = [
        ("own money", books.documents.iter().any(|document| matches!(document.source, Source::Onec(_)))),
        ("covered", role(Role::Covers)),
        ("undecided", role(Role::Undecided)),
        ("paid late", late),
        ("refunded", books.refunds.iter().any(|refund| refund.state == Refund::Done && refund.request.is_some())),
        ("below zero", (0..books.orders.len()).any(|order| books.balance(order).paid < 0)),
        ("accepted", way(Way::Accepted)),
        ("unposted", way(Way::Unposted)),
        ("rejected", way(Way::Rejected)),
    ];
    places.into_iter().filter(|(_, there)| *there).map(|(name, _)| name.to_owned()).collect()
}
