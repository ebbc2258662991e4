//! «Просят новую ссылку»: to the shop, from a page whose deadline is over.

use chrono::NaiveDateTime;

use super::render::{letter, parts};
use crate::base::texts::date_time;
use crate::base::{Kopecks, Result};
use crate::gateways::mail::address::Addressee;
use crate::gateways::mail::letter::Letter;

/// A customer asks for a new link.
#[derive(Debug, Clone)]
pub struct LinkRequestLetter {
    /// Number of the order.
    pub number: String,
    /// What is still due.
    pub due: Kopecks,
    /// Who buys, as the order says.
    pub buyer: String,
    /// Local time of the request.
    pub asked_at: NaiveDateTime,
    /// Words of the customer.
    pub comment: Option<String>,
    /// Card of the order in the back office.
    pub card: String,
}

parts!(
    ru,
    LinkRequestLetter,
    "letters/link_request/ru/subject.txt",
    "letters/link_request/ru/body.txt",
    "letters/link_request/ru/body.html"
);

impl LinkRequestLetter {
    /// The letter; staff read Russian.
    ///
    /// # Errors
    /// `Internal` when a template fails.
    pub fn render(&self, to: Addressee) -> Result<Letter> {
        letter(ru(self), to)
    }

    fn asked(&self) -> String {
        date_time(self.asked_at)
    }
}
