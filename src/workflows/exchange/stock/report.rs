//! What became of a file, in words for 1C's user.

use diesel::prelude::*;

use crate::base::text_enum;
use crate::base::texts::plural;
use crate::db::schema::exchange_files;

text_enum! {
    /// How far a file is.
    pub enum FileState {
        /// Parts are coming.
        Receiving => "receiving",
        /// Whole, to be read.
        Ready => "ready",
        /// Being read.
        Running => "running",
        /// Read; bad documents are listed.
        Done => "done",
        /// Refused whole.
        Failed => "failed",
    }
}

/// A file and how far it is.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = exchange_files)]
pub struct Report {
    /// Its row.
    pub id: String,
    /// Whose session.
    pub session_id: String,
    /// Its name.
    pub name: String,
    /// How far.
    pub state: FileState,
    /// Bytes received.
    pub size: i64,
    /// Documents in it.
    pub documents: i64,
    /// Documents seen to.
    pub handled: i64,
    /// Documents not taken in.
    pub bad: i64,
    /// Why it was refused, or which documents were.
    pub message: String,
}

impl Report {
    /// The body of the answer to `import`, and to the `file` that made the file whole.
    #[must_use]
    pub fn answer(&self) -> String {
        match self.state {
            FileState::Failed => format!("failure\n{}", self.message),
            FileState::Done => format!("success\n{}", self.summary()),
            _ => format!("progress\nОбработано {} из {}", self.handled, self.documents),
        }
    }

    /// How many went in, and what did not.
    #[must_use]
    pub fn summary(&self) -> String {
        let good = self.handled - self.bad;
        let word = plural(u64::try_from(good).unwrap_or_default(), "документ", "документа", "документов");
        let mut text = format!("Принято: {good} {word}");
        if self.bad > 0 {
            text = format!("{text}. Не принято: {}. {}", self.bad, self.message);
        }
        text
    }
}
