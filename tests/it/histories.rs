//! Random histories told to the model and to the real rules at once: after each step both show the same balances, at the
//! end the same documents, exports, attempts, refunds; and `check --books` finds nothing.
//!
//! `OPLATA_HISTORIES_SQLITE`, `OPLATA_HISTORIES_PG`: how many; `OPLATA_SEED`: where to begin.

mod act;
mod compare;
mod world;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use oplata::base::Error;
use oplata::db::Db;
use oplata::domain::payments::books;

use crate::common::db::TestDb;
use crate::model::books::Books;
use crate::model::event::{Dice, Step, history};
pub use world::World;

/// Histories of one database.
const A_DATABASE: u64 = 100;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
fn histories_on_sqlite() {
    tell_all(number("OPLATA_HISTORIES_SQLITE", 2000), &|| Some(TestDb::sqlite()));
}

#[test]
fn histories_on_postgres() {
    tell_all(number("OPLATA_HISTORIES_PG", 200), &|| TestDb::postgres("histories_on_postgres"));
}

/// Many hands at one world's money: no model can tell the outcome, but the books must be in order.
#[test]
fn a_crowd_leaves_the_books_in_order() {
    for test in TestDb::both("a_crowd_leaves_the_books_in_order") {
        let db = test.open();
        for round in 0..3 {
            let world = World::found(&db, true);
            let busy = std::sync::atomic::AtomicUsize::new(0);
            std::thread::scope(|scope| {
                for hand in 0..6 {
                    let (db, world, busy) = (&db, &world, &busy);
                    scope.spawn(move || {
                        for (at, step) in
                            history(number("OPLATA_SEED", 1) + round * 100 + hand, 120, true).iter().enumerate()
                        {
                            match act::perform(db, world, step, i64::try_from(at).unwrap()) {
                                Ok(_) | Err(Error::Refused(_)) => {}
                                Err(Error::Unavailable(_)) => drop(busy.fetch_add(1, Ordering::Relaxed)),
                                Err(other) => panic!("{step:?}: {other}"),
                            }
                        }
                    });
                }
            });
            let problems = db.read_now(books::check).unwrap();
            assert!(problems.is_empty(), "{problems:#?}");
            assert!(busy.into_inner() < 7, "too many gave up");
        }
    }
}

/// Tells histories on as many threads as there are cores, a database for each hundred.
fn tell_all(histories: u64, database: &(dyn Fn() -> Option<TestDb> + Sync)) {
    let first = number("OPLATA_SEED", 1);
    let next = std::sync::atomic::AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let from = next.fetch_add(A_DATABASE, std::sync::atomic::Ordering::Relaxed);
                    if from >= histories {
                        return;
                    }
                    let Some(test) = database() else { return };
                    let seeds = first + from..first + histories.min(from + A_DATABASE);
                    tell_some(&test.open(), seeds);
                }
            });
        }
    });
}

fn tell_some(db: &Db, seeds: std::ops::Range<u64>) {
    for seed in seeds.clone() {
        // Short ones are quick to try and to read; now and then a long one goes deeper.
        let length = if seed % 50 == 0 { 60 } else { 8 + Dice::new(seed).below(8) };
        let steps = history(seed, length, seed % 2 == 0);
        if let Err(why) = tell(db, &steps, seed % 2 == 0) {
            let (steps, why) = shrunk(db, steps, seed % 2 == 0, why);
            let listed: Vec<String> = steps.iter().map(|step| format!("  {step:?}")).collect();
            panic!("seed {seed}: {why}\n{}", listed.join("\n"));
        }
    }
    let problems = db.read_now(books::check).unwrap();
    assert!(problems.is_empty(), "seeds {seeds:?}: {problems:#?}");
}

/// Leaves out what is not needed for the disagreement.
fn shrunk(db: &Db, mut steps: Vec<Step>, portal_books: bool, mut why: String) -> (Vec<Step>, String) {
    for at in (0..steps.len()).rev() {
        let mut fewer = steps.clone();
        fewer.remove(at);
        if let Err(still) = tell(db, &fewer, portal_books) {
            (steps, why) = (fewer, still);
        }
    }
    (steps, why)
}

/// Tells one history to both; the first disagreement in words.
pub fn tell(db: &Db, steps: &[Step], portal_books: bool) -> Result<Arc<World>, String> {
    let world = World::found(db, portal_books);
    let mut books = Books::new(portal_books);
    for step in steps {
        if !books.is_sensible(&step.event) {
            continue;
        }
        let real = act::perform(db, &world, step, books.now);
        if step.crash {
            match real {
                Err(error) if error.is_refusal() => continue,
                other => return Err(format!("{step:?}: a crash ended as {other:?}")),
            }
        }
        let answer = books.apply(&step.event);
        match (&real, answer) {
            (Ok(balances), Ok(())) => compare::balances(balances, &books).map_err(|why| format!("{step:?}: {why}"))?,
            (Err(Error::Refused(_)), Err(_)) => {}
            _ => return Err(format!("{step:?}: the model says {answer:?}, the rules {real:?}")),
        }
    }
    books.check();
    db.read_now(|connection| Ok(compare::everything(connection, &world, &books))).map_err(|e| e.to_string())??;
    Ok(world)
}
