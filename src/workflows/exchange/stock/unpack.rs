//! Archives: nothing is written anywhere, entries are read as streams with every bound counted while reading (EXC-5).

use std::io::{self, Read, Seek};

use zip::{CompressionMethod, ZipArchive};

use super::names::FileName;
use crate::gateways::onec::commerceml_in::FileFault;

const ENTRIES: usize = 1_000;
const UNPACKED: u64 = 256 * 1024 * 1024;
/// How much more may come out than went in, beyond a first megabyte that no bomb needs.
const RATIO: u64 = 100;
const FREE: u64 = 1024 * 1024;

/// An XML file of an archive.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) index: usize,
    pub(super) name: FileName,
}

/// The XML files of an archive whose every entry is acceptable.
pub(super) fn entries<R: Read + Seek>(source: R) -> Result<Vec<Entry>, FileFault> {
    let mut archive = open(source)?;
    if archive.len() > ENTRIES {
        return Err(FileFault::Limit(format!("в архиве больше {ENTRIES} файлов")));
    }
    archive.validate_header_consistency().map_err(|error| broken(&error))?;
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|error| broken(&error))?;
        let refuse = |why: &str| FileFault::Source(format!("архив не принят: {why}"));
        if entry.encrypted() {
            return Err(refuse("в нём зашифрованный файл"));
        }
        if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(refuse("сжатие не deflate"));
        }
        if !entry.is_file() || entry.is_symlink() {
            return Err(refuse("в нём папка или ссылка"));
        }
        let name = std::str::from_utf8(entry.name_raw()).map_err(|_| refuse("имя файла не латиницей"))?;
        let name = FileName::read(name).map_err(|_| refuse("имя файла ведёт наружу или не подходит"))?;
        if name.is_zip() {
            return Err(refuse("архив в архиве"));
        }
        found.push(Entry { index, name });
    }
    if found.is_empty() {
        return Err(FileFault::Source("архив пуст".to_owned()));
    }
    Ok(found)
}

fn open<R: Read + Seek>(source: R) -> Result<ZipArchive<R>, FileFault> {
    ZipArchive::new(source).map_err(|error| broken(&error))
}

fn broken(error: &zip::result::ZipError) -> FileFault {
    FileFault::Source(format!("архив не читается: {error}"))
}

/// Runs `work` over the content of one entry; `left` is what the whole archive may still give.
pub(super) fn read_entry<R: Read + Seek, T>(
    source: R,
    entry: &Entry,
    left: &mut u64,
    work: impl FnOnce(&mut dyn Read) -> T,
) -> Result<T, FileFault> {
    let mut archive = open(source)?;
    let inner = archive.by_index(entry.index).map_err(|error| broken(&error))?;
    let allowed = inner.compressed_size().saturating_mul(RATIO).saturating_add(FREE).min(*left);
    let mut counted = Counted { inner, given: 0, allowed };
    let result = work(&mut counted);
    *left = left.saturating_sub(counted.given);
    Ok(result)
}

/// What an archive may give at all.
pub(super) const ALLOWANCE: u64 = UNPACKED;

struct Counted<R> {
    inner: R,
    given: u64,
    allowed: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.given += u64::try_from(count).unwrap_or(u64::MAX);
        if self.given > self.allowed {
            return Err(FileFault::Limit("архив разворачивается больше дозволенного".to_owned()).into_io());
        }
        Ok(count)
    }
}
