//! `POST /1c/v1/payments/{id}/accepted` and `/rejected`: what 1C made of a feed item.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::reader::{Fields, Problems, Read, read_body};
use crate::base::Zone;

/// 1C wrote the document of this revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// Which revision 1C's document shows now.
    pub revision: i64,
    /// GUID of 1C's document; ours, if all is well.
    #[serde(rename = "ref")]
    pub onec_ref: String,
    /// Its number.
    pub number: String,
    /// Its day, `2026-11-24`.
    pub date: String,
    /// Whether it is posted; an unposted one is offered again.
    pub posted: bool,
    /// Why it is not posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// 1C could not write the document of this revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Which revision was offered.
    pub revision: i64,
    /// Why, for a person.
    pub message: String,
}

impl Accepted {
    /// Reads the body of a POST.
    ///
    /// # Errors
    /// Every fault of the body at once.
    pub fn read(body: &[u8], zone: Zone) -> Result<Read<Self>, Problems> {
        read_body(body, zone, accepted)
    }

    /// The day of 1C's document, whether 1C wrote a day or a moment.
    #[must_use]
    pub fn day(&self) -> Option<NaiveDate> {
        NaiveDate::parse_from_str(self.date.get(..10)?, "%Y-%m-%d").ok()
    }
}

impl Rejected {
    /// Reads the body of a POST.
    ///
    /// # Errors
    /// Every fault of the body at once.
    pub fn read(body: &[u8], zone: Zone) -> Result<Read<Self>, Problems> {
        read_body(body, zone, |fields| Self {
            revision: fields.revision("revision"),
            message: fields.required_text("message", 4_000),
        })
    }
}

fn accepted(fields: &Fields<'_>) -> Accepted {
    Accepted {
        revision: fields.revision("revision"),
        onec_ref: fields.guid("ref").to_string(),
        number: fields.required_text("number", 64),
        date: fields.day("date").to_string(),
        posted: fields.required_flag("posted"),
        message: fields.text("message", 4_000),
    }
}
