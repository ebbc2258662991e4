//! What a document of 1C's own is.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::base::{Direction, Kopecks, MoneyKind, text_enum};
use crate::db::schema::onec_documents;
use crate::domain::exports::Acceptance;

text_enum! {
    /// What a document of 1C's own is to us.
    pub enum Role {
        /// Its GUID is ours.
        Confirms => "confirms",
        /// It is the document of ours that had no 1C number.
        Covers => "covers",
        /// New money.
        Own => "own",
        /// Several documents of ours could be meant.
        Undecided => "undecided",
        /// Unposted, deleted, or about nothing of ours.
        Void => "void",
    }
}

/// A document of 1C's own as 1C tells it: the whole picture.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its GUID.
    pub guid: String,
    /// Kind of money.
    pub kind: MoneyKind,
    /// To us or back.
    pub direction: Direction,
    /// Number in 1C.
    pub number: String,
    /// Date in 1C.
    pub dated_on: NaiveDate,
    /// Posted.
    pub posted: bool,
    /// Marked for deletion.
    pub deleted: bool,
    /// Sum.
    pub amount: Kopecks,
    /// Our bank account, for transfers.
    pub account: Option<String>,
    /// Number of the payer's payment order.
    pub incoming_number: Option<String>,
    /// ИНН of the payer.
    pub payer_inn: Option<String>,
    /// Orders (by their GUIDs in 1C) and sums.
    pub rows: Vec<(String, Kopecks)>,
}

/// A kept document of 1C's own.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = onec_documents)]
pub struct OnecDocument {
    /// Its GUID.
    pub guid: String,
    /// Kind of money.
    pub kind: MoneyKind,
    /// To us or back.
    pub direction: Direction,
    /// Number in 1C.
    pub number: String,
    /// Date in 1C.
    pub dated_on: NaiveDate,
    /// Posted.
    pub posted: bool,
    /// Marked for deletion.
    pub deleted: bool,
    /// Sum.
    pub amount: Kopecks,
    /// Hash of its content.
    pub content_hash: String,
    /// What it is to us.
    pub role: Role,
    /// Our document that it covers.
    pub covers_id: Option<String>,
    /// Version of its content.
    pub version: i64,
}

impl OnecDocument {
    pub(super) fn counts(&self) -> bool {
        self.posted && !self.deleted
    }

    pub(super) fn acceptance(&self, revision: i64) -> Acceptance {
        Acceptance {
            revision,
            onec_ref: Some(self.guid.clone()),
            number: self.number.clone(),
            date: Some(self.dated_on),
            posted: true,
            message: None,
        }
    }
}
