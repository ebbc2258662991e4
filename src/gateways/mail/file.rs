//! Writes letters into a folder as `.eml` files: the demo and the training stand.

use std::path::{Path, PathBuf};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::letter::Letter;
use super::mailer::{MailError, Mailer, Sender};

/// A mailer whose letters are files, `<UUIDv7>.eml`: names sort by time.
pub struct FileMailer {
    dir: PathBuf,
    sender: Sender,
}

impl FileMailer {
    /// Makes the folder if it is not there.
    ///
    /// # Errors
    /// `Setup` when the folder cannot be made.
    pub fn new(dir: impl Into<PathBuf>, sender: Sender) -> Result<Self, MailError> {
        let dir = dir.into();
        std::fs::create_dir_all(&dir).map_err(|error| MailError::Setup(format!("{}: {error}", dir.display())))?;
        Ok(Self { dir, sender })
    }
}

impl Mailer for FileMailer {
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<(), MailError>> {
        async move {
            let bytes = letter.to_message(&self.sender)?.formatted();
            let dir = self.dir.clone();
            let written = tokio::task::spawn_blocking(move || write_whole(&dir, &bytes)).await;
            written
                .map_err(|error| MailError::Unavailable(error.to_string()))?
                .map_err(|error| MailError::Unavailable(error.to_string()))
        }
        .boxed()
    }
}

/// A reader of the folder sees a whole letter or none.
fn write_whole(dir: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let id = uuid::Uuid::now_v7();
    let part = dir.join(format!("{id}.part"));
    std::fs::write(&part, bytes)?;
    std::fs::rename(&part, dir.join(format!("{id}.eml")))
}
