//! The bytes of a file, read back from its pieces one at a time.

use std::io::{self, Read, Seek, SeekFrom};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;

use crate::base::{Error, Result};
use crate::db::schema::exchange_chunks;
use crate::db::{Connection, Db};

/// Bytes of one row.
const PIECE: usize = 512 * 1024;

/// Adds bytes at the end of a file.
pub(super) fn add(connection: &mut Connection, file_id: &str, start: i64, bytes: &[u8]) -> Result<i64> {
    let mut at = start;
    for piece in bytes.chunks(PIECE) {
        let size = i64::try_from(piece.len()).unwrap_or(0);
        diesel::insert_into(exchange_chunks::table)
            .values((
                exchange_chunks::file_id.eq(file_id),
                exchange_chunks::start.eq(at),
                exchange_chunks::size.eq(size),
                exchange_chunks::bytes.eq(STANDARD.encode(piece)),
            ))
            .execute(connection)?;
        at += size;
    }
    Ok(at)
}

/// The last bytes of a file, at least `count` where it has so many.
pub(super) fn tail(connection: &mut Connection, file_id: &str, count: usize) -> Result<Vec<u8>> {
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    let mut before = i64::MAX;
    while pieces.iter().map(Vec::len).sum::<usize>() < count {
        let piece: Option<(i64, String)> = exchange_chunks::table
            .filter(exchange_chunks::file_id.eq(file_id))
            .filter(exchange_chunks::start.lt(before))
            .order(exchange_chunks::start.desc())
            .select((exchange_chunks::start, exchange_chunks::bytes))
            .first(connection)
            .optional()?;
        let Some((start, text)) = piece else { break };
        before = start;
        pieces.push(decode(&text)?);
    }
    pieces.reverse();
    Ok(pieces.concat())
}

fn decode(text: &str) -> Result<Vec<u8>> {
    STANDARD.decode(text).map_err(|error| Error::Internal(format!("кусок файла испорчен: {error}")))
}

/// Reads a file on a blocking thread; one piece is in memory.
pub(super) struct ChunkReader {
    db: Db,
    file_id: String,
    size: u64,
    at: u64,
    piece_start: u64,
    piece: Vec<u8>,
}

impl ChunkReader {
    pub(super) fn new(db: Db, file_id: &str, size: i64) -> Self {
        let size = u64::try_from(size).unwrap_or(0);
        Self { db, file_id: file_id.to_owned(), size, at: 0, piece_start: 0, piece: Vec::new() }
    }

    fn rest(&self) -> &[u8] {
        let inside = self.at.checked_sub(self.piece_start).and_then(|inside| usize::try_from(inside).ok());
        inside.and_then(|inside| self.piece.get(inside..)).unwrap_or_default()
    }

    fn fetch(&mut self) -> Result<()> {
        let (id, at) = (self.file_id.clone(), i64::try_from(self.at).unwrap_or(i64::MAX));
        let (start, text): (i64, String) = self.db.read_now(move |connection| {
            Ok(exchange_chunks::table
                .filter(exchange_chunks::file_id.eq(&id))
                .filter(exchange_chunks::start.le(at))
                .order(exchange_chunks::start.desc())
                .select((exchange_chunks::start, exchange_chunks::bytes))
                .first(connection)?)
        })?;
        self.piece_start = u64::try_from(start).unwrap_or(0);
        self.piece = decode(&text)?;
        Ok(())
    }
}

impl Read for ChunkReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.size {
            return Ok(0);
        }
        if self.rest().is_empty() {
            self.fetch().map_err(io::Error::other)?;
        }
        let rest = self.rest();
        let count = rest.len().min(out.len());
        for (to, from) in out.iter_mut().zip(rest) {
            *to = *from;
        }
        if count == 0 && !out.is_empty() {
            return Err(io::Error::other("в загруженном файле недостаёт куска"));
        }
        self.at += u64::try_from(count).unwrap_or(0);
        Ok(count)
    }
}

impl Seek for ChunkReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (base, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::End(by) => (self.size, by),
            SeekFrom::Current(by) => (self.at, by),
        };
        let outside = || io::Error::new(io::ErrorKind::InvalidInput, "место вне файла");
        self.at = base.checked_add_signed(by).ok_or_else(outside)?;
        Ok(self.at)
    }
}
