//! Room beneath an embedded database.

use std::path::Path;
use std::process::Command;

use super::finding::Findings;
use crate::base::config::Settings;

/// Below this, writes are near their end.
const LEAST_MEGABYTES: u64 = 512;

/// Whether the folder can be written and has room.
pub fn look(settings: &Settings, findings: &mut Findings) {
    let Some(path) = settings.database.url.reveal().strip_prefix("sqlite://") else { return };
    let folder = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Err(error) = write_something(folder) {
        return findings.wrong(&format!(
            "В папку базы {} нельзя писать ({error}). Отдайте её пользователю, под которым работает портал.",
            folder.display()
        ));
    }
    match megabytes_free(folder) {
        Some(free) if free < LEAST_MEGABYTES => findings.wrong(&format!(
            "На диске базы осталось {free} МБ. Освободите место: при полном диске портал не примет ни одной оплаты."
        )),
        Some(free) => findings.fine(&format!("На диске базы свободно {free} МБ.")),
        None => findings.note("Сколько места на диске базы, узнать не удалось; проверьте сами."),
    }
}

fn write_something(folder: &Path) -> std::io::Result<()> {
    let probe = folder.join(format!(".oplata-check-{}", std::process::id()));
    std::fs::write(&probe, b"check")?;
    std::fs::remove_file(&probe)
}

/// As `df` sees it: the standard library does not ask.
fn megabytes_free(folder: &Path) -> Option<u64> {
    let answer = Command::new("df").arg("-Pk").arg(folder).output().ok().filter(|answer| answer.status.success())?;
    let text = String::from_utf8(answer.stdout).ok()?;
    let kilobytes: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kilobytes / 1024)
}
