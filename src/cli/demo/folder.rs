//! The folder of the demo: fresh each time, used by one demo at a time, never somebody else's files.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

/// Says that a folder is a demo's own and may be thrown away; its lock keeps a second demo out.
const MARK: &str = ".oplata-demo";

/// A folder that is ours while this lives.
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes a fresh folder; an earlier demo's is removed, or put aside with `keep`.
    ///
    /// # Errors
    /// When the folder holds something else, is in use, or cannot be written.
    pub fn fresh(path: &Path, keep: bool) -> anyhow::Result<Self> {
        if is_filled(path) {
            clear(path, keep)?;
        }
        fs::create_dir_all(path).with_context(|| format!("не создать папку {}", path.display()))?;
        let lock = File::create(path.join(MARK)).with_context(|| format!("папка {}", path.display()))?;
        lock.try_lock().with_context(|| in_use(path))?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// The address of the database.
    #[must_use]
    pub fn database(&self) -> String {
        format!("sqlite://{}", self.path.join("oplata.sqlite3").display())
    }

    /// Where letters are caught.
    #[must_use]
    pub fn mail(&self) -> PathBuf {
        self.path.join("mail")
    }

    /// Where the log goes.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.path.join("oplata.log")
    }
}

fn is_filled(path: &Path) -> bool {
    fs::read_dir(path).is_ok_and(|mut inside| inside.next().is_some())
}

fn clear(path: &Path, keep: bool) -> anyhow::Result<()> {
    let Ok(lock) = File::open(path.join(MARK)) else {
        bail!("в папке {} лежит что-то чужое; выберите другую: --dir ПАПКА", path.display());
    };
    lock.try_lock().with_context(|| in_use(path))?;
    if keep {
        let aside = path.with_extension(chrono::Local::now().format("%Y%m%d-%H%M%S").to_string());
        return fs::rename(path, &aside).with_context(|| format!("не отложить папку в {}", aside.display()));
    }
    fs::remove_dir_all(path).with_context(|| format!("не очистить папку {}", path.display()))
}

fn in_use(path: &Path) -> String {
    format!("в папке {} уже идёт демонстрация; для второй выберите другую: --dir ПАПКА", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_peoples_files_are_left_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("demo");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("диплом.txt"), "три года").unwrap();
        assert!(Folder::fresh(&path, false).is_err());
        assert!(path.join("диплом.txt").exists());
    }

    #[test]
    fn one_demo_at_a_time_and_the_next_begins_anew() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("demo");
        let first = Folder::fresh(&path, false).unwrap();
        fs::write(path.join("oplata.sqlite3"), "x").unwrap();
        assert!(Folder::fresh(&path, false).is_err(), "in use");
        drop(first);
        let second = Folder::fresh(&path, true).unwrap();
        assert!(!path.join("oplata.sqlite3").exists());
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2, "the first one was put aside");
        drop(second);
    }
}
