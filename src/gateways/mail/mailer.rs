//! The one way letters leave.

use futures_util::future::BoxFuture;

use super::address::Addressee;
use super::letter::Letter;

/// Why a letter did not leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// It never will: a wrong address, a broken letter, the server's final no.
    #[error("письмо не принято: {0}")]
    Refused(String),
    /// It may later: the server is away or busy.
    #[error("почта недоступна: {0}")]
    Unavailable(String),
    /// The transport is set up wrongly.
    #[error("настройка почты: {0}")]
    Setup(String),
}

/// Who letters come from.
#[derive(Debug, Clone)]
pub struct Sender {
    /// An address that can be answered (ui.md §2.7).
    pub from: Addressee,
    /// Where answers go, if elsewhere.
    pub reply_to: Option<Addressee>,
}

/// Sends letters. Sending again after an error may make a second copy; losing one is worse.
pub trait Mailer: Send + Sync {
    /// Hands one letter over; `Ok` means that the next station has taken it.
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<(), MailError>>;
}
