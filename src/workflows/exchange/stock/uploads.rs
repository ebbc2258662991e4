//! Files as they come in: parts appended under one name, whole when their end is there.

use bytes::Bytes;
use chrono::Duration;
use diesel::prelude::*;

use super::chunks;
use super::names::FileName;
use super::report::{FileState, Report};
use super::sessions::Session;
use crate::base::ids::new_id;
use crate::base::{Error, Instant, Result};
use crate::context::Context;
use crate::db::Connection;
use crate::db::schema::{exchange_chunks, exchange_files, exchange_given, exchange_sessions};

/// How long the bytes of read files are kept, in days.
const KEPT_DAYS: i64 = 14;
/// Pieces deleted in one transaction.
const PIECES: i64 = 16;
/// What must be looked at to know whether a file is whole.
const TAIL: usize = 1024;

/// `init`: a new upload; half-received files of this session, and only of this one, are dropped.
///
/// # Errors
/// Database errors.
pub async fn begin(context: &Context, session: &Session) -> Result<()> {
    let id = session.id.clone();
    let halves: Vec<String> = context
        .db
        .read(move |connection| {
            Ok(exchange_files::table
                .filter(exchange_files::session_id.eq(&id))
                .filter(exchange_files::state.eq(FileState::Receiving))
                .select(exchange_files::id)
                .load(connection)?)
        })
        .await?;
    for file_id in halves {
        drop_bytes(context, &file_id).await?;
        context.db.write(move |connection| delete_row(connection, &file_id)).await?;
    }
    Ok(())
}

fn delete_row(connection: &mut Connection, file_id: &str) -> Result<()> {
    diesel::delete(exchange_chunks::table.filter(exchange_chunks::file_id.eq(file_id))).execute(connection)?;
    diesel::delete(exchange_files::table.filter(exchange_files::id.eq(file_id))).execute(connection)?;
    Ok(())
}

/// Deletes a file's bytes in small steps.
async fn drop_bytes(context: &Context, file_id: &str) -> Result<()> {
    loop {
        let id = file_id.to_owned();
        let dropped = context
            .db
            .write(move |connection| {
                let starts: Vec<i64> = exchange_chunks::table
                    .filter(exchange_chunks::file_id.eq(&id))
                    .select(exchange_chunks::start)
                    .limit(PIECES)
                    .load(connection)?;
                let pieces = exchange_chunks::table
                    .filter(exchange_chunks::file_id.eq(&id))
                    .filter(exchange_chunks::start.eq_any(starts));
                Ok(diesel::delete(pieces).execute(connection)?)
            })
            .await?;
        if dropped == 0 {
            return Ok(());
        }
    }
}

/// `file`: a part of a file. Returns the file; it is ready when this part was its last.
///
/// # Errors
/// `Invalid` beyond the session's share of bytes.
pub async fn append(context: &Context, session: &Session, name: &FileName, part: Bytes) -> Result<Report> {
    let (session_id, name, now) = (session.id.clone(), name.clone(), context.now());
    let most = i64::from(context.settings.limits.exchange_session_bytes);
    context
        .db
        .write(move |connection| {
            let file = match open_file(connection, &session_id, &name, &part)? {
                Some(file) => file,
                None => create(connection, &session_id, &name, now)?,
            };
            if file.state != FileState::Receiving && part.iter().all(u8::is_ascii_whitespace) {
                return Ok(file);
            }
            let end = chunks::add(connection, &file.id, file.size, &part)?;
            if received(connection, &session_id)? + i64::try_from(part.len()).unwrap_or(most) > most {
                return Err(Error::invalid("file", "За сеанс загружено больше, чем принимает портал"));
            }
            let tail = chunks::tail(connection, &file.id, TAIL)?;
            let whole = if name.is_zip() { is_whole_zip(&tail, end) } else { is_whole_xml(&tail) };
            set_size(connection, &file.id, end, whole, now)?;
            get(connection, &file.id)
        })
        .await
}

fn received(connection: &mut Connection, session_id: &str) -> Result<i64> {
    let sizes: Vec<i64> = exchange_files::table
        .filter(exchange_files::session_id.eq(session_id))
        .filter(exchange_files::state.ne_all([FileState::Done, FileState::Failed]))
        .select(exchange_files::size)
        .load(connection)?;
    Ok(sizes.into_iter().sum())
}

/// The file that a part belongs to; none when the part begins a file anew.
fn open_file(connection: &mut Connection, session_id: &str, name: &FileName, part: &[u8]) -> Result<Option<Report>> {
    let Some(file) = latest(connection, session_id, name.as_str())? else { return Ok(None) };
    let begins_xml = part.starts_with(b"<?xml") || part.starts_with(b"\xef\xbb\xbf");
    let begins_zip = part.starts_with(b"PK\x03\x04");
    let finished = file.state != FileState::Receiving;
    match () {
        // The first entry's mark is met inside archives too, so there only a finished file is begun anew.
        () if name.is_zip() && begins_zip && finished => Ok(None),
        () if !name.is_zip() && begins_xml && finished => Ok(None),
        () if !name.is_zip() && begins_xml => {
            delete_row(connection, &file.id)?;
            Ok(None)
        }
        () => Ok(Some(file)),
    }
}

fn create(connection: &mut Connection, session_id: &str, name: &FileName, now: Instant) -> Result<Report> {
    let id = new_id();
    insert(connection, &id, session_id, None, name.as_str(), FileState::Receiving, now)?;
    get(connection, &id)
}

/// Writes down a file.
pub(super) fn insert(
    connection: &mut Connection,
    id: &str,
    session_id: &str,
    parent_id: Option<&str>,
    name: &str,
    state: FileState,
    now: Instant,
) -> Result<()> {
    diesel::insert_into(exchange_files::table)
        .values((
            exchange_files::id.eq(id),
            exchange_files::session_id.eq(session_id),
            exchange_files::parent_id.eq(parent_id),
            exchange_files::name.eq(name),
            exchange_files::size.eq(0),
            exchange_files::state.eq(state),
            exchange_files::received_at.eq(now),
            exchange_files::touched_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

fn set_size(connection: &mut Connection, id: &str, size: i64, whole: bool, now: Instant) -> Result<()> {
    let state = if whole { FileState::Ready } else { FileState::Receiving };
    diesel::update(exchange_files::table.filter(exchange_files::id.eq(id)))
        .set((exchange_files::size.eq(size), exchange_files::state.eq(state), exchange_files::touched_at.eq(now)))
        .execute(connection)?;
    Ok(())
}

/// Whether the end of the document is there: its closing tag, or an empty root.
fn is_whole_xml(tail: &[u8]) -> bool {
    let name = "КоммерческаяИнформация";
    let (in_1251, ..) = encoding_rs::WINDOWS_1251.encode(name);
    let trimmed = tail.trim_ascii_end();
    let Some(inner) = trimmed.strip_suffix(b">") else { return false };
    let closes = |name: &[u8]| inner.trim_ascii_end().strip_suffix(name).is_some_and(|before| before.ends_with(b"</"));
    let empty_root = inner.ends_with(b"/") && {
        let opens =
            |name: &[u8]| tail.windows(name.len() + 1).rposition(|w| w.first() == Some(&b'<') && w.ends_with(name));
        // Nothing but the root's own attributes between its name and the end.
        let root = opens(name.as_bytes()).or_else(|| opens(&in_1251));
        root.and_then(|at| inner.get(at + 1..)).is_some_and(|attributes| !attributes.contains(&b'<'))
    };
    closes(name.as_bytes()) || closes(&in_1251) || empty_root
}

/// Whether the record that ends an archive is there and speaks of this place.
fn is_whole_zip(tail: &[u8], size: i64) -> bool {
    let number = |bytes: &[u8], at: usize, length: usize| -> Option<u64> {
        let field = bytes.get(at..at + length)?;
        Some(field.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    };
    let Some(at) = tail.windows(4).rposition(|window| window == b"PK\x05\x06") else { return false };
    let record = tail.get(at..).unwrap_or_default();
    let directory = (|| Some((number(record, 12, 4)?, number(record, 16, 4)?, number(record, 20, 2)?)))();
    let Some((length, offset, comment)) = directory else { return false };
    let record_at = u64::try_from(size).unwrap_or(0).saturating_sub(record.len() as u64);
    record.len() as u64 == 22 + comment && length + offset == record_at
}

/// The file with this id.
pub(super) fn get(connection: &mut Connection, id: &str) -> Result<Report> {
    let file = exchange_files::table
        .filter(exchange_files::id.eq(id))
        .select(Report::as_select())
        .first(connection)
        .optional()?;
    file.ok_or_else(|| Error::not_found("Такого файла нет"))
}

fn latest(connection: &mut Connection, session_id: &str, name: &str) -> Result<Option<Report>> {
    Ok(exchange_files::table
        .filter(exchange_files::session_id.eq(session_id))
        .filter(exchange_files::name.eq(name))
        .order(exchange_files::id.desc())
        .select(Report::as_select())
        .first(connection)
        .optional()?)
}

/// How far a file of the session is; files of archives are found by their own names.
///
/// # Errors
/// `NotFound` when no such file came in this session.
pub async fn find_report(context: &Context, session: &Session, name: &FileName) -> Result<Report> {
    let (session_id, name) = (session.id.clone(), name.clone());
    context
        .db
        .read(move |connection| match latest(connection, &session_id, name.as_str())? {
            Some(file) => Ok(file),
            None => archive_of(connection, &session_id)?
                .ok_or_else(|| Error::not_found(format!("Файл {} в этом сеансе не загружался", name.as_str()))),
        })
        .await
}

/// An archive that is not unpacked yet may hold the file that is asked for.
fn archive_of(connection: &mut Connection, session_id: &str) -> Result<Option<Report>> {
    Ok(exchange_files::table
        .filter(exchange_files::session_id.eq(session_id))
        .filter(exchange_files::name.like("%.zip"))
        .filter(exchange_files::state.ne(FileState::Done))
        .order(exchange_files::id.desc())
        .select(Report::as_select())
        .first(connection)
        .optional()?)
}

/// `import` of a file whose end we did not recognise: it is read as it is.
///
/// # Errors
/// Database errors.
pub async fn ready(context: &Context, file_id: &str) -> Result<()> {
    let (id, now) = (file_id.to_owned(), context.now());
    context
        .db
        .write(move |connection| {
            diesel::update(
                exchange_files::table
                    .filter(exchange_files::id.eq(&id))
                    .filter(exchange_files::state.eq(FileState::Receiving)),
            )
            .set((exchange_files::state.eq(FileState::Ready), exchange_files::touched_at.eq(now)))
            .execute(connection)?;
            Ok(())
        })
        .await
}

/// Drops what is not needed any more: half files and sessions of yesterday, bytes of files read long ago.
///
/// # Errors
/// Database errors.
pub async fn tidy(context: &Context) -> Result<()> {
    let now = context.now();
    let (yesterday, long_ago) = (now - Duration::days(1), now - Duration::days(KEPT_DAYS));
    let (halves, old): (Vec<String>, Vec<String>) = context
        .db
        .read(move |connection| {
            let halves = exchange_files::table
                .filter(exchange_files::state.eq(FileState::Receiving))
                .filter(exchange_files::touched_at.lt(yesterday))
                .select(exchange_files::id)
                .load(connection)?;
            let old = exchange_files::table
                .inner_join(exchange_chunks::table.on(exchange_chunks::file_id.eq(exchange_files::id)))
                .filter(exchange_files::state.eq_any([FileState::Done, FileState::Failed]))
                .filter(exchange_files::touched_at.lt(long_ago))
                .select(exchange_files::id)
                .distinct()
                .load(connection)?;
            Ok((halves, old))
        })
        .await?;
    for file_id in halves.iter().chain(&old) {
        drop_bytes(context, file_id).await?;
    }
    context
        .db
        .write(move |connection| {
            for file_id in &halves {
                delete_row(connection, file_id)?;
            }
            diesel::delete(exchange_given::table.filter(exchange_given::given_at.lt(yesterday))).execute(connection)?;
            diesel::delete(exchange_sessions::table.filter(exchange_sessions::last_seen_at.lt(yesterday)))
                .execute(connection)?;
            Ok(())
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_file_is_seen() {
        let whole = [
            "<КоммерческаяИнформация></КоммерческаяИнформация>",
            "<КоммерческаяИнформация a=\"1\"/>\r\n",
            "…</КоммерческаяИнформация \n> \n",
        ];
        for text in whole {
            assert!(is_whole_xml(text.as_bytes()), "{text}");
            let (bytes, ..) = encoding_rs::WINDOWS_1251.encode(text);
            assert!(is_whole_xml(&bytes), "{text}");
        }
        for text in ["", "<КоммерческаяИнформация>", "</КоммерческаяИнформация", "<КоммерческаяИнформация><Документ/>"]
        {
            assert!(!is_whole_xml(text.as_bytes()), "{text}");
        }
    }
}
