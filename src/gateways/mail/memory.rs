//! Keeps letters in memory, for tests.

use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use super::address::Addressee;
use super::letter::Letter;
use super::mailer::{MailError, Mailer, Sender};

/// A mailer that keeps what it is given, and can be told to fail.
pub struct MemoryMailer {
    sender: Sender,
    kept: Mutex<Vec<Letter>>,
    fails: Mutex<Vec<MailError>>,
}

impl MemoryMailer {
    /// A mailer that sends as `from`.
    #[must_use]
    pub fn new(from: Addressee) -> Self {
        let sender = Sender { from, reply_to: None };
        Self { sender, kept: Mutex::default(), fails: Mutex::default() }
    }

    /// Every letter so far, oldest first.
    #[must_use]
    pub fn letters(&self) -> Vec<Letter> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The next letter fails so.
    pub fn fail_next(&self, error: MailError) {
        self.fails.lock().unwrap_or_else(PoisonError::into_inner).push(error);
    }

    fn keep(&self, letter: Letter) -> Result<(), MailError> {
        // The same checks as on a real wire.
        letter.to_message(&self.sender)?;
        if let Some(error) = self.fails.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Err(error);
        }
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(letter);
        Ok(())
    }
}

impl Mailer for MemoryMailer {
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<(), MailError>> {
        ready(self.keep(letter)).boxed()
    }
}
