//! A whole file: read once to know that it can be read at all, then taken in document by document, a few in one short
//! write. Runs on a blocking thread; what dies in the middle is begun again, and again changes nothing.

use std::io::Read;
use std::sync::Arc;

use chrono::Duration;
use diesel::prelude::*;

use super::chunks::ChunkReader;
use super::names;
use super::report::{FileState, Report};
use super::take::{self, Taking, Took};
use super::unpack::{self, Entry};
use super::uploads;
use crate::base::ids::new_id;
use crate::base::{Error, Instant, Result};
use crate::context::Context;
use crate::db::Connection;
use crate::db::schema::exchange_files;
use crate::domain::alerts::{self, NewAlert, Severity};
use crate::gateways::onec::commerceml_in::{DocumentIn, FileFault, Groups, Reading, Verdict};

/// Documents and lines of one write: far below 100 ms on a slow disk.
const WEIGHT: usize = 150;
/// A reader that has not been heard of for so long is dead.
const DEAD_AFTER: i64 = 600;
/// Bad documents named in an answer.
const NAMED: usize = 5;

/// Reads a file that is ready, unless somebody else does.
///
/// # Errors
/// Database errors; the file is tried again then.
pub async fn import_file(context: &Arc<Context>, file_id: &str) -> Result<()> {
    let (id, now) = (file_id.to_owned(), context.now());
    let Some(file) = context.db.write(move |connection| claim(connection, &id, now)).await? else { return Ok(()) };
    let worker = context.clone();
    let whole = file.clone();
    let outcome = tokio::task::spawn_blocking(move || run(&worker, &whole)).await;
    let outcome = outcome.unwrap_or_else(|error| Err(Error::Internal(format!("разбор файла прервался: {error}"))));
    context.memory.wake_worker();
    if outcome.is_err() {
        let now = context.now();
        context.db.write(move |connection| give_back(connection, &file.id, now)).await?;
    }
    outcome
}

/// Reads what is ready and nobody reads: files whose `import` was never asked for, or whose reader died.
///
/// # Errors
/// Database errors.
pub async fn work_off(context: &Arc<Context>) -> Result<usize> {
    let dead = context.now() - Duration::seconds(DEAD_AFTER);
    let waiting: Vec<String> = context
        .db
        .read(move |connection| {
            Ok(exchange_files::table
                .filter(exchange_files::parent_id.is_null())
                .filter(
                    exchange_files::state
                        .eq(FileState::Ready)
                        .or(exchange_files::state.eq(FileState::Running).and(exchange_files::touched_at.lt(dead))),
                )
                .order(exchange_files::touched_at)
                .select(exchange_files::id)
                .limit(20)
                .load(connection)?)
        })
        .await?;
    for file_id in &waiting {
        import_file(context, file_id).await?;
    }
    Ok(waiting.len())
}

fn claim(connection: &mut Connection, id: &str, now: Instant) -> Result<Option<Report>> {
    let dead = now - Duration::seconds(DEAD_AFTER);
    let free = exchange_files::state
        .eq(FileState::Ready)
        .or(exchange_files::state.eq(FileState::Running).and(exchange_files::touched_at.lt(dead)));
    let claimed = diesel::update(exchange_files::table.filter(exchange_files::id.eq(id)).filter(free))
        .set((exchange_files::state.eq(FileState::Running), exchange_files::touched_at.eq(now)))
        .execute(connection)?;
    if claimed == 1 { uploads::get(connection, id).map(Some) } else { Ok(None) }
}

fn give_back(connection: &mut Connection, id: &str, now: Instant) -> Result<()> {
    diesel::update(
        exchange_files::table.filter(exchange_files::id.eq(id)).filter(exchange_files::state.eq(FileState::Running)),
    )
    .set((exchange_files::state.eq(FileState::Ready), exchange_files::touched_at.eq(now)))
    .execute(connection)?;
    Ok(())
}

/// What can be read: the file itself, or files of an archive.
struct Part {
    file: Report,
    entry: Option<Entry>,
}

fn run(context: &Context, file: &Report) -> Result<()> {
    match check(context, file)? {
        Err(fault) => refuse(context, file, &fault),
        Ok(parts) => {
            let (mut handled, mut bad, mut named) = (0, 0, Vec::new());
            for part in &parts {
                let sums = take_part(context, file, part)?;
                handled += sums.handled;
                bad += sums.bad;
                named.extend(sums.named);
            }
            let message = naming(&named, bad);
            finish(context, &file.id, (handled, bad), &message, FileState::Done)
        }
    }
}

/// Reads everything once without keeping anything: broken XML, archives and encodings refuse the file whole.
fn check(context: &Context, file: &Report) -> Result<std::result::Result<Vec<Part>, FileFault>> {
    let zip = names::is_zip(&file.name);
    let entries = match zip.then(|| unpack::entries(reader(context, file))).transpose() {
        Err(fault) => return Ok(Err(fault)),
        Ok(entries) => entries.unwrap_or_default(),
    };
    let mut left = unpack::ALLOWANCE;
    let mut parts = Vec::new();
    if !zip {
        parts.push((None, count(&mut reader(context, file))));
    }
    for entry in entries {
        let counted = unpack::read_entry(reader(context, file), &entry, &mut left, |source| count(source));
        parts.push((Some(entry), counted.and_then(|count| count)));
    }
    let mut ready = Vec::new();
    for (entry, counted) in parts {
        match counted {
            Err(fault) => return Ok(Err(fault)),
            Ok(documents) => ready.push(Part { file: begin_part(context, file, entry.as_ref(), documents)?, entry }),
        }
    }
    Ok(Ok(ready))
}

fn reader(context: &Context, file: &Report) -> ChunkReader {
    ChunkReader::new(context.db.clone(), &file.id, file.size)
}

fn count(source: &mut dyn Read) -> std::result::Result<i64, FileFault> {
    let mut documents = 0;
    for group in Groups::open(source, Reading::default())? {
        documents += i64::try_from(group?.documents.len()).unwrap_or(0);
    }
    Ok(documents)
}

/// Writes down how many documents there are; a file of an archive gets a row of its own, found by its own name.
fn begin_part(context: &Context, file: &Report, entry: Option<&Entry>, documents: i64) -> Result<Report> {
    let (file, entry, now, fresh) = (file.clone(), entry.cloned(), context.now(), new_id());
    context.db.write_now(move |connection| {
        let id = match &entry {
            None => file.id.clone(),
            Some(entry) => {
                let (parent, name) = (Some(file.id.as_str()), entry.name.as_str());
                uploads::insert(connection, &fresh, &file.session_id, parent, name, FileState::Running, now)?;
                fresh.clone()
            }
        };
        let counts = (
            exchange_files::documents.eq(documents),
            exchange_files::handled.eq(0),
            exchange_files::bad.eq(0),
            exchange_files::touched_at.eq(now),
        );
        diesel::update(exchange_files::table.filter(exchange_files::id.eq(&id))).set(counts).execute(connection)?;
        uploads::get(connection, &id)
    })
}

#[derive(Default)]
struct Sums {
    handled: i64,
    bad: i64,
    named: Vec<String>,
}

fn take_part(context: &Context, file: &Report, part: &Part) -> Result<Sums> {
    let mut sums = Sums::default();
    let outcome = match &part.entry {
        None => take_all(context, &mut reader(context, file), &part.file, &mut sums),
        Some(entry) => {
            let mut left = unpack::ALLOWANCE;
            let taken = unpack::read_entry(reader(context, file), entry, &mut left, |source| {
                take_all(context, source, &part.file, &mut sums)
            });
            taken.unwrap_or_else(|fault| Err(Error::Internal(fault.to_string())))
        }
    };
    outcome?;
    if part.entry.is_some() {
        let message = naming(&sums.named, sums.bad);
        finish(context, &part.file.id, (sums.handled, sums.bad), &message, FileState::Done)?;
    }
    Ok(sums)
}

fn take_all(context: &Context, source: &mut dyn Read, file: &Report, sums: &mut Sums) -> Result<()> {
    // The file was read to its end before: a fault now is ours.
    let ours = |fault: FileFault| Error::Internal(fault.to_string());
    let zero_is_none = context.settings.onec.zero_vat.as_deref() == Some("none");
    let groups = Groups::open(source, Reading { zero_is_none }).map_err(ours)?;
    let taking = Taking {
        file_id: file.id.clone(),
        policy: context.policy(),
        mode: context.onec_mode(),
        keys: context.link_keys.clone(),
        generated: groups.generated(),
        now: context.now(),
    };
    let mut waiting: Vec<Verdict> = Vec::new();
    for group in groups {
        for verdict in group.map_err(ours)?.documents {
            waiting.push(verdict);
            if waiting.iter().map(weight).sum::<usize>() >= WEIGHT {
                write(context, &mut waiting, &taking, sums)?;
            }
        }
    }
    write(context, &mut waiting, &taking, sums)
}

fn weight(verdict: &Verdict) -> usize {
    10 + verdict.as_ref().map_or(0, |document: &DocumentIn| document.lines.len())
}

fn write(context: &Context, waiting: &mut Vec<Verdict>, taking: &Taking, sums: &mut Sums) -> Result<()> {
    if waiting.is_empty() {
        return Ok(());
    }
    let taking = Taking { now: context.now(), ..taking.clone() };
    let verdicts = Arc::new(std::mem::take(waiting));
    let (shared, before) = (verdicts.clone(), (sums.handled, sums.bad));
    let taken = context.db.write_now(move |connection| {
        let mut bad = Vec::new();
        for verdict in shared.iter() {
            let done = take::take(connection, verdict, &taking)?;
            if done.took == Took::Bad {
                bad.push(format!("№ {}: {}", number(verdict), done.message));
            }
        }
        let counts = (before.0 + count_of(shared.len()), before.1 + count_of(bad.len()));
        progress(connection, &taking.file_id, counts, taking.now)?;
        Ok(bad)
    })?;
    sums.handled += count_of(verdicts.len());
    sums.bad += count_of(taken.len());
    let room = NAMED.saturating_sub(sums.named.len());
    sums.named.extend(taken.into_iter().take(room));
    Ok(())
}

fn count_of(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn number(verdict: &Verdict) -> &str {
    match verdict {
        Ok(document) => document.printed_number(),
        Err(bad) if bad.number.is_empty() => "без номера",
        Err(bad) => &bad.number,
    }
}

fn naming(named: &[String], bad: i64) -> String {
    let more = bad - count_of(named.len().min(NAMED));
    let list = named.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
    if more > 0 { format!("{list}; и ещё {more}") } else { list }
}

fn progress(connection: &mut Connection, id: &str, (handled, bad): (i64, i64), now: Instant) -> Result<()> {
    diesel::update(exchange_files::table.filter(exchange_files::id.eq(id)))
        .set((exchange_files::handled.eq(handled), exchange_files::bad.eq(bad), exchange_files::touched_at.eq(now)))
        .execute(connection)?;
    Ok(())
}

/// A file is over, unless more of it has come meanwhile.
fn finish(context: &Context, id: &str, counts: (i64, i64), message: &str, state: FileState) -> Result<()> {
    let (id, message, now) = (id.to_owned(), message.to_owned(), context.now());
    context.db.write_now(move |connection| {
        progress(connection, &id, counts, now)?;
        let running = exchange_files::table
            .filter(exchange_files::id.eq(&id))
            .filter(exchange_files::state.eq(FileState::Running));
        diesel::update(running)
            .set((exchange_files::state.eq(state), exchange_files::message.eq(&message)))
            .execute(connection)?;
        if state == FileState::Done { alerts::close(connection, "exchange_failed", "stock", now) } else { Ok(()) }
    })
}

fn refuse(context: &Context, file: &Report, fault: &FileFault) -> Result<()> {
    let (message, now) = (fault.to_string(), context.now());
    let told = format!("Файл обмена от 1С отклонён целиком: {message}");
    context.db.write_now(move |connection| {
        let alert = NewAlert {
            kind: "exchange_failed",
            subject: "stock",
            severity: Severity::Warning,
            message: &told,
            order_id: None,
        };
        alerts::open(connection, &alert, now)
    })?;
    finish(context, &file.id, (0, 0), &message, FileState::Failed)
}
