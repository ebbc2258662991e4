//! SQLite's one writer: takes what is queued, runs each closure in a savepoint of its own, commits once, then answers all.
//!
//! A refusal by a rule undoes only its own closure. Anything else (another database error, a failing savepoint, a panic)
//! drops the whole batch: SQLITE_FULL, for one, silently ends the transaction, and what followed would commit by itself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use diesel::connection::SimpleConnection as _;
use tokio::sync::oneshot;

use super::{Connection, dialect};
use crate::base::{Error, Result};

/// How many closures one commit may carry.
const BATCH: usize = 256;

/// How many closures may wait; more are told to come back (503).
const QUEUE: usize = 4096;

/// Handle to the thread; the thread ends when the last handle is dropped.
#[derive(Clone)]
pub(super) struct WriterThread(mpsc::SyncSender<Box<dyn Job>>);

/// What became of one closure inside the batch.
enum Verdict {
    Kept,
    Refused,
    Broken(String),
}

trait Job: Send {
    fn run(&mut self, connection: &mut Connection) -> Verdict;
    /// Answers after the commit (`Ok`) or after the batch was dropped (`Err` with the reason).
    fn answer(self: Box<Self>, fate: std::result::Result<(), String>);
}

struct Task<T, F> {
    work: F,
    result: Option<Result<T>>,
    answer: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: Fn(&mut Connection) -> Result<T> + Send> Job for Task<T, F> {
    fn run(&mut self, connection: &mut Connection) -> Verdict {
        match catch_unwind(AssertUnwindSafe(|| (self.work)(connection))) {
            Err(_) => Verdict::Broken("сбой внутри записи".to_owned()),
            Ok(Err(error)) if !error.is_refusal() => Verdict::Broken(error.to_string()),
            Ok(result) => {
                let verdict = if result.is_ok() { Verdict::Kept } else { Verdict::Refused };
                self.result = Some(result);
                verdict
            }
        }
    }

    fn answer(self: Box<Self>, fate: std::result::Result<(), String>) {
        let result = match (fate, self.result) {
            (Ok(()), Some(result)) => result,
            (Err(reason), _) => Err(Error::Unavailable(reason)),
            (Ok(()), None) => Err(Error::Internal("запись не выполнялась".to_owned())),
        };
        // The caller may have gone away (a dropped request); the commit stands all the same.
        drop(self.answer.send(result));
    }
}

impl WriterThread {
    pub(super) fn start(url: &str) -> Result<Self> {
        let connection = dialect::connect(url)?;
        let (sender, receiver) = mpsc::sync_channel(QUEUE);
        let url = url.to_owned();
        std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || serve(&url, Some(connection), &receiver))
            .map_err(|error| Error::Unavailable(format!("поток записи не запустился: {error}")))?;
        Ok(Self(sender))
    }

    pub(super) async fn submit<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Connection) -> Result<T> + Send + 'static,
    {
        self.enqueue(work)?.await.unwrap_or_else(|_| Err(gone()))
    }

    pub(super) fn submit_blocking<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Connection) -> Result<T> + Send + 'static,
    {
        self.enqueue(work)?.blocking_recv().unwrap_or_else(|_| Err(gone()))
    }

    fn enqueue<T, F>(&self, work: F) -> Result<oneshot::Receiver<Result<T>>>
    where
        T: Send + 'static,
        F: Fn(&mut Connection) -> Result<T> + Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        self.0
            .try_send(Box::new(Task { work, result: None, answer }))
            .map_err(|_| Error::Unavailable("очередь записи переполнена".to_owned()))?;
        Ok(receiver)
    }
}

fn gone() -> Error {
    Error::Unavailable("поток записи остановлен".to_owned())
}

fn serve(url: &str, mut connection: Option<Connection>, queue: &mpsc::Receiver<Box<dyn Job>>) {
    while let Ok(first) = queue.recv() {
        let mut batch = vec![first];
        batch.extend(queue.try_iter().take(BATCH - 1));
        let fate = run(url, &mut connection, &mut batch);
        if let Err(reason) = &fate {
            tracing::error!(reason, closures = batch.len(), "write batch dropped");
            // Whatever state the connection is in, nobody inherits it.
            connection = None;
        }
        for job in batch {
            job.answer(fate.clone());
        }
    }
}

fn run(url: &str, slot: &mut Option<Connection>, batch: &mut [Box<dyn Job>]) -> std::result::Result<(), String> {
    let connection = match slot {
        Some(connection) => connection,
        None => slot.insert(dialect::connect(url).map_err(|error| error.to_string())?),
    };
    execute(connection, "BEGIN IMMEDIATE")?;
    for job in batch {
        execute(connection, "SAVEPOINT closure")?;
        match job.run(connection) {
            Verdict::Kept => execute(connection, "RELEASE closure")?,
            Verdict::Refused => execute(connection, "ROLLBACK TO closure; RELEASE closure")?,
            Verdict::Broken(reason) => return Err(reason),
        }
    }
    execute(connection, "COMMIT")
}

fn execute(connection: &mut Connection, sql: &str) -> std::result::Result<(), String> {
    connection.batch_execute(sql).map_err(|error| error.to_string())
}
