//! The folder of caught letters. Names are UUIDs that sort by time; nothing else in the folder is looked at.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::mime::{Parsed, parse};

/// The list shows so many of the newest.
const SHOWN: usize = 200;

/// Letters as files.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub fn new(dir: &Path) -> Self {
        Self(dir.to_owned())
    }

    /// The newest letters first; one that vanishes meanwhile is left out.
    pub fn newest(&self) -> Vec<(Uuid, Parsed)> {
        let names = std::fs::read_dir(&self.0).into_iter().flatten().filter_map(Result::ok);
        let mut ids: Vec<Uuid> = names.filter_map(|entry| id_of(&entry.path())).collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids.into_iter().take(SHOWN).filter_map(|id| Some((id, self.letter(id)?))).collect()
    }

    /// One letter.
    pub fn letter(&self, id: Uuid) -> Option<Parsed> {
        std::fs::read(self.0.join(format!("{id}.eml"))).ok().map(|raw| parse(&raw))
    }
}

fn id_of(path: &Path) -> Option<Uuid> {
    let eml = path.extension().is_some_and(|extension| extension == "eml");
    Uuid::parse_str(path.file_stem().filter(|_| eml)?.to_str()?).ok()
}
