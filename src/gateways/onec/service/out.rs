//! What the portal answers 1C, and the feed of money documents.

use serde::{Deserialize, Serialize};

use super::reader::Problems;
use crate::base::{Direction, Kopecks, Mode, MoneyKind};

/// Money as decimal text: `20000.50`.
mod money_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::base::Kopecks;

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
    pub fn serialize<S: Serializer>(sum: &Kopecks, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&sum.to_decimal_text())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Kopecks, D::Error> {
        let text = String::deserialize(from)?;
        Kopecks::parse(&text).map_err(D::Error::custom)
    }
}

/// Answer to PUT and GET of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderOut {
    /// GUID of the order in 1C.
    pub guid: String,
    /// Its number.
    pub number: String,
    /// How many times its content changed here.
    pub revision: i64,
    /// What 1C said of it: open, cancelled, closed.
    pub state: String,
    /// What money says of it: unpaid, partly_paid, paid, overpaid.
    pub payment_state: String,
    /// What is owed in all.
    #[serde(with = "money_text")]
    pub total: Kopecks,
    /// What has been paid.
    #[serde(with = "money_text")]
    pub paid: Kopecks,
    /// What is still to be paid.
    #[serde(with = "money_text")]
    pub due: Kopecks,
    /// Whether the customer can pay right now.
    pub payable: bool,
    /// Why not, in Russian.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The customer's page.
    pub link: String,
    /// The link as a QR code: `data:image/png;base64,…` (1C 8.3 shows PNG on every platform).
    pub qr: String,
    /// Money documents on this order.
    pub documents: Vec<DocumentState>,
    /// Remarks about the body just taken.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// A money document as seen from one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentState {
    /// Its id here, which is its GUID in 1C; for 1C's own documents their GUID.
    pub id: String,
    /// What money it is.
    pub kind: MoneyKind,
    /// Which way it went.
    pub direction: Direction,
    /// How much of it belongs to this order.
    #[serde(with = "money_text")]
    pub amount: Kopecks,
    /// RFC 3339.
    pub paid_at: String,
    /// Where it stands on its way to 1C: waiting, sent, accepted, unposted, rejected; `own` for 1C's documents.
    pub state: String,
    /// 1C's number, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onec_number: Option<String>,
    /// Why 1C refused it or did not post it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Answer to PUT of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentOut {
    /// GUID of the document.
    pub guid: String,
    /// What it turned out to be: confirms, covers, own, undecided, void.
    pub role: String,
    /// The document of ours it confirms or covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covers: Option<String>,
    /// Remarks about the body just taken.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// Answer to `accepted` and `rejected`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AckOut {
    /// The money document.
    pub id: String,
    /// Its revision here; above the accepted one: it will be offered again.
    pub revision: i64,
    /// The revision 1C has.
    pub accepted_revision: i64,
    /// waiting, sent, accepted, unposted, rejected.
    pub state: String,
}

/// A page of the feed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedPage {
    /// Documents 1C has not accepted in their present revision, oldest first.
    pub items: Vec<FeedItem>,
    /// Page mark for `?after=`; none on the last page. It holds inside one walk and is never a memory.
    pub next: Option<String>,
}

/// A money document as a whole picture of its present revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedItem {
    /// GUID the document must have in 1C.
    pub id: String,
    /// Rises with every change; a higher one rewrites the rows.
    pub revision: i64,
    /// `in`: received, `out`: given back.
    pub direction: Direction,
    /// What money it is.
    pub kind: MoneyKind,
    /// Whole sum, positive both ways.
    #[serde(with = "money_text")]
    pub amount: Kopecks,
    /// `test` money belongs into a test base only.
    pub mode: Mode,
    /// RFC 3339 with the shop's offset.
    pub paid_at: String,
    /// The legal entity whose money it is.
    pub seller_inn: String,
    /// For which orders; less than the sum: the rest is an advance.
    pub allocations: Vec<FeedAllocation>,
    /// The received document that this one gives back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_of: Option<String>,
    /// Recorded by mistake: 1C unposts its document.
    #[serde(default)]
    pub cancelled: bool,
    /// The provider's view, for card and СБП.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<ProviderRef>,
    /// The bank's view, for transfers the portal books.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<BankRef>,
}

/// So much of a document for that order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedAllocation {
    /// GUID of the order in 1C.
    pub order: String,
    /// How much, positive.
    #[serde(with = "money_text")]
    pub amount: Kopecks,
}

/// Where to look a payment up at its provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderRef {
    /// Account of the provider as the portal's settings name it.
    pub name: String,
    /// The provider's id of the payment.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Bank reference number, if told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rrn: Option<String>,
}

/// Where to look a transfer up in a bank statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankRef {
    /// Our account, 20 digits.
    pub account: String,
    /// Number of the payer's payment order.
    pub number: String,
    /// Its day, `2026-11-24`.
    pub date: String,
    /// Who paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_inn: Option<String>,
}

/// Any answer of 400 and above.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// Stable machine name.
    pub error: String,
    /// Finished Russian sentence.
    pub message: String,
    /// Every fault of the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<super::reader::Problem>,
}

impl From<Problems> for ErrorBody {
    fn from(problems: Problems) -> Self {
        Self { error: "invalid".to_owned(), message: problems.to_string(), problems: problems.0 }
    }
}
