//! The writer: many closures in one commit, each in a savepoint; a refusal undoes itself, a fault undoes the batch.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;
use futures_util::FutureExt as _;
use oplata::base::{Error, Result};
use oplata::db::{Connection, Db};

use crate::common::db::TestDb;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn number(connection: &mut Connection, sql: &str) -> i64 {
    sql_query(sql).get_result::<Number>(connection).unwrap().number
}

fn shelf(test: &TestDb) -> Db {
    sql_query("CREATE TABLE shelf (id BIGINT NOT NULL PRIMARY KEY, filling TEXT)")
        .execute(&mut test.connect())
        .unwrap();
    test.open()
}

fn put(connection: &mut Connection, id: i64) -> Result<()> {
    sql_query("INSERT INTO shelf (id) VALUES ($1)").bind::<BigInt, _>(id).execute(connection)?;
    Ok(())
}

fn count(test: &TestDb) -> i64 {
    number(&mut test.connect(), "SELECT COUNT(*) AS number FROM shelf")
}

/// Holds the writer until the returned sender is used or dropped, so that what is sent meanwhile is one batch.
fn hold(db: &Db) -> mpsc::Sender<()> {
    let (release, held) = mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let (begun, wait) = mpsc::channel();
    let db = db.clone();
    std::thread::spawn(move || {
        db.write_now(move |_| {
            let _ = begun.send(());
            let _ = held.lock().unwrap().recv();
            Ok(())
        })
    });
    wait.recv().unwrap();
    release
}

type Work = Box<dyn Fn(&mut Connection) -> Result<()> + Send>;

/// Runs closures as one batch behind a held writer, in order; returns their answers.
fn batch(db: &Db, works: Vec<Work>) -> Vec<Result<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let release = hold(db);
        let mut answers: Vec<_> = works.into_iter().map(|work| Box::pin(db.write(move |c| work(c)))).collect();
        // The first poll puts each into the queue.
        for answer in &mut answers {
            assert!(answer.as_mut().now_or_never().is_none());
        }
        drop(release);
        futures_util::future::join_all(answers).await
    })
}

fn is_unavailable(answer: &Result<()>) -> bool {
    matches!(answer, Err(Error::Unavailable(_)))
}

#[test]
fn what_is_answered_is_there_for_everybody() {
    let test = TestDb::sqlite();
    let db = shelf(&test);
    let works = (0..100).map(|id| Box::new(move |c: &mut Connection| put(c, id)) as Box<_>).collect();
    let answers = batch(&db, works);
    assert!(answers.iter().all(Result::is_ok));
    // A second connection sees all of it at once.
    assert_eq!(count(&test), 100);
}

#[test]
fn a_batch_is_one_transaction() {
    let test = TestDb::sqlite();
    let db = shelf(&test);
    let seen = Arc::new(AtomicUsize::new(0));
    let works = (0..20)
        .map(|id| {
            let (seen, url) = (seen.clone(), test.url.clone());
            Box::new(move |c: &mut Connection| {
                put(c, id)?;
                let mut other = oplata::db::dialect::connect(&url)?;
                let visible = number(&mut other, "SELECT COUNT(*) AS number FROM shelf");
                seen.fetch_add(usize::try_from(visible).unwrap(), Ordering::SeqCst);
                Ok(())
            }) as Box<_>
        })
        .collect();
    assert!(batch(&db, works).iter().all(Result::is_ok));
    assert_eq!(seen.load(Ordering::SeqCst), 0, "nothing is visible before the one commit");
    assert_eq!(count(&test), 20);
}

#[test]
fn a_refusal_undoes_only_itself() {
    for test in TestDb::both("a_refusal_undoes_only_itself") {
        let db = shelf(&test);
        db.write_now(|c| put(c, 1)).unwrap();
        let refused = db.write_now(|c| {
            put(c, 2)?;
            Err::<(), _>(Error::conflict("no", "нет"))
        });
        assert_eq!(refused.unwrap_err().code(), Some("no"));
        db.write_now(|c| put(c, 3)).unwrap();
        assert_eq!(count(&test), 2);
    }
    let test = TestDb::sqlite();
    let db = shelf(&test);
    let answers = batch(
        &db,
        vec![
            Box::new(|c| put(c, 1)),
            Box::new(|c| {
                put(c, 2)?;
                Err(Error::conflict("no", "нет"))
            }),
            Box::new(|c| put(c, 3)),
        ],
    );
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert_eq!(answers[1].as_ref().unwrap_err().code(), Some("no"));
    assert_eq!(count(&test), 2);
}

#[test]
fn a_fault_drops_the_whole_batch_and_the_next_one_works() {
    let faults: Vec<Work> = vec![
        Box::new(|_| panic!("a closure that falls over (expected by this test)")),
        Box::new(|c| put(c, 1)),
        Box::new(|c| {
            sql_query("INSERT INTO nowhere VALUES (1)").execute(c)?;
            Ok(())
        }),
        Box::new(|c| {
            sql_query("ROLLBACK").execute(c)?;
            put(c, 77)
        }),
    ];
    for fault in faults {
        let test = TestDb::sqlite();
        let db = shelf(&test);
        let answers = batch(&db, vec![Box::new(|c| put(c, 1)), fault, Box::new(|c| put(c, 2))]);
        assert!(answers.iter().all(is_unavailable), "{answers:?}");
        db.write_now(|c| put(c, 9)).unwrap();
        let mut look = test.connect();
        assert_eq!(number(&mut look, "SELECT COUNT(*) AS number FROM shelf WHERE id IN (1, 2)"), 0);
    }
}

#[test]
fn a_full_disk_drops_the_whole_batch() {
    let test = TestDb::sqlite();
    let db = shelf(&test);
    let limit = |c: &mut Connection| {
        sql_query("PRAGMA max_page_count = 200").execute(c).unwrap();
        Ok(())
    };
    let fill = |c: &mut Connection| {
        sql_query("INSERT INTO shelf (id, filling) VALUES (2, hex(zeroblob(4000000)))").execute(c)?;
        Ok(())
    };
    let answers = batch(&db, vec![Box::new(limit), Box::new(|c| put(c, 1)), Box::new(fill), Box::new(|c| put(c, 3))]);
    assert!(answers.iter().all(is_unavailable), "{answers:?}");
    assert_eq!(count(&test), 0, "nothing was committed by itself");
    db.write_now(|c| put(c, 4)).unwrap();
    assert_eq!(count(&test), 1);
}

#[test]
fn a_reader_cannot_write() {
    for test in TestDb::both("a_reader_cannot_write") {
        let db = shelf(&test);
        assert!(db.read_now(|c| put(c, 1)).is_err());
        assert_eq!(count(&test), 0);
    }
}

/// Two transactions look, find nothing and insert: the loser runs again and finds the row.
#[test]
fn a_lost_race_is_run_again() {
    let Some(test) = TestDb::postgres("a_lost_race_is_run_again") else { return };
    let db = shelf(&test);
    let (barrier, runs) = (Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
    let racers: Vec<_> = (0..2)
        .map(|_| {
            let (db, barrier, runs) = (db.clone(), barrier.clone(), runs.clone());
            std::thread::spawn(move || {
                let first = AtomicUsize::new(0);
                db.write_now(move |c| {
                    runs.fetch_add(1, Ordering::SeqCst);
                    let there = number(c, "SELECT COUNT(*) AS number FROM shelf") > 0;
                    if first.fetch_add(1, Ordering::SeqCst) == 0 {
                        barrier.wait();
                    }
                    if there { Ok(false) } else { put(c, 1).map(|()| true) }
                })
            })
        })
        .collect();
    let inserted: Vec<bool> = racers.into_iter().map(|racer| racer.join().unwrap().unwrap()).collect();
    assert_eq!(inserted.iter().filter(|inserted| **inserted).count(), 1);
    assert_eq!(runs.load(Ordering::SeqCst), 3);
    assert_eq!(count(&test), 1);
}

/// Two transactions that lock two rows crosswise: one is told "deadlock", runs again, and both end well.
#[test]
fn a_deadlock_is_run_again() {
    let Some(test) = TestDb::postgres("a_deadlock_is_run_again") else { return };
    let db = shelf(&test);
    for id in [1, 2] {
        db.write_now(move |c| put(c, id)).unwrap();
    }
    let barrier = Arc::new(Barrier::new(2));
    let racers: Vec<_> = [(1, 2), (2, 1)]
        .into_iter()
        .map(|(one, other)| {
            let (db, barrier) = (db.clone(), barrier.clone());
            std::thread::spawn(move || {
                let first = AtomicUsize::new(0);
                db.write_now(move |c| {
                    let lock = |c: &mut Connection, id: i64| {
                        sql_query("UPDATE shelf SET filling = 'x' WHERE id = $1").bind::<BigInt, _>(id).execute(c)
                    };
                    lock(c, one)?;
                    if first.fetch_add(1, Ordering::SeqCst) == 0 {
                        barrier.wait();
                    }
                    lock(c, other)?;
                    Ok(())
                })
            })
        })
        .collect();
    for racer in racers {
        racer.join().unwrap().unwrap();
    }
}
