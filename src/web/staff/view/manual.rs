//! «Внести в 1С»: documents that a clerk types into 1C, with everything there is to type.

use askama::Template;

use super::shell::Shell;
use crate::base::Kopecks;

/// The whole page.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/manual.html")]
pub struct ManualPage {
    /// The frame.
    pub shell: Shell,
    /// Documents of 1C's own that fit several payments.
    pub undecided: Vec<Undecided>,
    /// Documents that wait, oldest first.
    pub rows: Vec<ManualRow>,
    /// How many wait in all.
    pub count: u64,
    /// Their sum.
    pub total: Kopecks,
    /// Address of the file for a spreadsheet.
    pub csv: String,
    /// Address of the next fifty.
    pub more: Option<String>,
    /// Whether this person may close rows.
    pub can_enter: bool,
    /// Whether this person may offer a refused document again.
    pub can_retry: bool,
    /// Whether this person may say which payment a document of 1C's own is.
    pub can_decide: bool,
}

/// A document of 1C's own that fits several payments.
#[derive(Debug, Clone)]
pub struct Undecided {
    /// Its GUID.
    pub guid: String,
    /// «Поступление безналичных ДС № 000812 от 23.11.2026».
    pub title: String,
    /// Its sum.
    pub amount: Kopecks,
    /// Number of the order.
    pub order: String,
    /// What it may be.
    pub choices: Vec<Candidate>,
}

/// A payment that a document of 1C's own may be.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The document's id.
    pub id: String,
    /// «СБП, 23.11.2026, 14:05».
    pub words: String,
}

/// A document that waits.
#[derive(Debug, Clone)]
pub struct ManualRow {
    /// The document's id.
    pub id: String,
    /// Its revision: a row whose document changed meanwhile is not closed with old figures.
    pub revision: i64,
    /// The document in 1C's words: «Эквайринговая операция», «Поступление безналичных ДС».
    pub kind: String,
    /// The sum.
    pub amount: Kopecks,
    /// «ждёт 2 ч».
    pub age: String,
    /// Everything to type, in the order of 1C's form.
    pub fields: Vec<ToType>,
    /// The order's number.
    pub order_number: String,
    /// Address of the order's card.
    pub order_href: String,
    /// What 1C said of it so far, in a sentence.
    pub state: Option<String>,
    /// 1C refused it, and it may be offered again.
    pub rejected: bool,
    /// What was typed, when the row comes back with an error: number and date.
    pub typed: (String, String),
    /// Why the row came back.
    pub error: Option<String>,
}

/// One field of 1C's form.
#[derive(Debug, Clone)]
pub struct ToType {
    /// «Организация».
    pub name: String,
    /// As shown: grouped for the eye.
    pub shown: String,
    /// As copied: without spaces where 1C wants none.
    pub copied: String,
}
