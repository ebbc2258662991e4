//! «Счёт № …»: the link to an order.

use chrono::NaiveDate;

use super::render::{day, letter, parts};
use super::shop::Shop;
use crate::base::texts::Lang;
use crate::base::{Kopecks, Quantity, Result};
use crate::gateways::mail::address::Addressee;
use crate::gateways::mail::letter::{Attachment, Letter};

/// A letter shows so many lines of an order; the page shows all.
const SHOWN_LINES: usize = 12;
/// A larger file is left to the page (ui.md §2.7).
const ATTACHED_BYTES: usize = 300 * 1024;

/// The link to an order, for its buyer.
#[derive(Debug, Clone)]
pub struct LinkLetter {
    /// Who sells.
    pub shop: Shop,
    /// Number as 1C prints it.
    pub number: String,
    /// Day of the order.
    pub ordered_on: NaiveDate,
    /// What is to be paid now.
    pub due: Kopecks,
    /// Last day to pay.
    pub pay_until: Option<NaiveDate>,
    /// What was ordered.
    pub lines: Vec<LetterLine>,
    /// The customer's page.
    pub link: String,
    /// The invoice as a file.
    pub invoice: Option<Attachment>,
}

/// One line of an order as a letter shows it.
#[derive(Debug, Clone)]
pub struct LetterLine {
    /// What it is.
    pub name: String,
    /// How much.
    pub quantity: Quantity,
    /// Unit as text.
    pub unit: String,
    /// Sum of the line.
    pub amount: Kopecks,
}

parts!(ru, LinkLetter, "letters/link/ru/subject.txt", "letters/link/ru/body.txt", "letters/link/ru/body.html");
parts!(en, LinkLetter, "letters/link/en/subject.txt", "letters/link/en/body.txt", "letters/link/en/body.html");

impl LinkLetter {
    /// The letter in a language.
    ///
    /// # Errors
    /// `Internal` when a template fails.
    pub fn render(&self, lang: Lang, to: Addressee) -> Result<Letter> {
        let parts = match lang {
            Lang::Ru => ru(self),
            Lang::En => en(self),
        };
        let attachments = self.invoice.iter().filter(|file| file.bytes.len() <= ATTACHED_BYTES).cloned().collect();
        Ok(Letter { attachments, ..letter(parts, to)? })
    }

    fn shown(&self) -> &[LetterLine] {
        self.lines.get(..SHOWN_LINES).unwrap_or(&self.lines)
    }

    fn more(&self) -> usize {
        self.lines.len().saturating_sub(SHOWN_LINES)
    }

    fn ordered_ru(&self) -> String {
        day(Lang::Ru, self.ordered_on)
    }

    fn ordered_en(&self) -> String {
        day(Lang::En, self.ordered_on)
    }

    fn until_ru(&self) -> Option<String> {
        self.pay_until.map(|until| day(Lang::Ru, until))
    }

    fn until_en(&self) -> Option<String> {
        self.pay_until.map(|until| day(Lang::En, until))
    }
}
