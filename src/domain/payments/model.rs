//! What money is made of here.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::base::ids::{AllocationId, AttemptId, DocumentId, OrderId, RefundId, RefundRequestId, SellerId};
use crate::base::{Direction, Instant, Kopecks, Method, Mode, MoneyKind, Zone, text_enum};
use crate::db::schema::{allocations, attempts, money_documents, refund_requests, refunds};
use crate::domain::exports::Road;

text_enum! {
    /// Who books bank transfers into 1C.
    #[derive(Default)]
    pub enum BookedBy {
        /// Accounting loads its own bank files; ours inform and wait to be covered.
        #[default]
        Onec => "onec",
        /// Ours are exported.
        Portal => "portal",
    }
}

text_enum! {
    /// How far an attempt to pay is.
    pub enum AttemptState {
        /// Written down; the provider has not answered yet.
        Created => "created",
        /// The customer is at the provider.
        Waiting => "waiting",
        /// Money is held, not taken.
        Authorized => "authorized",
        /// The provider's answer was lost; resolved only by asking.
        Unknown => "unknown",
        /// Replaced by another attempt; no longer offered, still asked about.
        Superseded => "superseded",
        /// Paid, but not as we asked: a person decides.
        Review => "review",
        /// Money came. Final.
        Succeeded => "succeeded",
        /// Refused.
        Failed => "failed",
        /// Cancelled.
        Cancelled => "cancelled",
        /// Ran out of time.
        Expired => "expired",
    }
}

impl AttemptState {
    /// Live attempts: at most one of an order.
    pub const LIVE: [Self; 4] = [Self::Created, Self::Waiting, Self::Authorized, Self::Unknown];

    /// Whether the customer may still be paying it.
    #[must_use]
    pub fn is_live(self) -> bool {
        Self::LIVE.contains(&self)
    }
}

text_enum! {
    /// How far one refund is.
    pub enum RefundState {
        /// Asked for; a second person must confirm.
        Asked => "asked",
        /// Confirmed, not begun.
        Approved => "approved",
        /// The provider is at it.
        Running => "running",
        /// The provider's answer was lost.
        Unknown => "unknown",
        /// Money went back.
        Done => "done",
        /// It did not work, or was declined.
        Failed => "failed",
    }
}

impl RefundState {
    /// States in which money is set aside or has gone.
    pub const RESERVING: [Self; 5] = [Self::Asked, Self::Approved, Self::Running, Self::Unknown, Self::Done];
    /// States in which money is set aside and has not gone yet.
    pub const PENDING: [Self; 4] = [Self::Asked, Self::Approved, Self::Running, Self::Unknown];
}

text_enum! {
    /// How far a request to give money back is.
    pub enum RequestState {
        /// Waits for a second person.
        Asked => "asked",
        /// Confirmed.
        Approved => "approved",
        /// Declined.
        Declined => "declined",
        /// Every refund of it is done.
        Done => "done",
        /// A refund of it failed.
        Failed => "failed",
    }
}

/// What the settings say about money, handed in by whoever owns the transaction.
#[derive(Debug, Clone, Copy, Default)]
pub struct Policy {
    /// The road to 1C.
    pub road: Road,
    /// Live or test 1C: documents pass only between equals.
    pub onec_mode: Mode,
    /// Who books bank transfers.
    pub booked_by: BookedBy,
    /// 1C has a service that we push to.
    pub push: bool,
    /// The shop's zone: days of reports.
    pub zone: Zone,
}

/// The one event behind a money document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MoneySource {
    /// An attempt that succeeded.
    Attempt(AttemptId),
    /// A refund that is done.
    Refund(RefundId),
    /// A line of a bank statement.
    BankLine(String),
    /// An entry by staff.
    StaffEntry(String),
    /// A version of a document of 1C's own.
    Onec {
        /// Its GUID.
        guid: String,
        /// The version of its content that this money is.
        version: i64,
    },
}

/// Money that came or went, to be recorded.
#[derive(Debug, Clone)]
pub struct NewDocument {
    /// To us or back.
    pub direction: Direction,
    /// Kind of money.
    pub kind: MoneyKind,
    /// How much.
    pub amount: Kopecks,
    /// Whose money.
    pub seller_id: SellerId,
    /// Live or test.
    pub mode: Mode,
    /// When it moved (UTC).
    pub received_at: Instant,
    /// What the provider keeps, if known.
    pub fee: Option<Kopecks>,
    /// The event.
    pub source: MoneySource,
}

/// A kept money document. A fact: never changed.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = money_documents)]
pub struct Document {
    /// Our id and the GUID of the document in 1C.
    pub id: DocumentId,
    /// To us or back.
    pub direction: Direction,
    /// Kind of money.
    pub kind: MoneyKind,
    /// How much.
    pub amount: Kopecks,
    /// Whose money.
    pub seller_id: SellerId,
    /// Live or test.
    pub mode: Mode,
    /// When it moved (UTC).
    pub received_at: Instant,
    /// The business day.
    pub paid_on: NaiveDate,
    /// What the provider keeps.
    pub fee: Option<Kopecks>,
    /// Source: an attempt.
    pub attempt_id: Option<AttemptId>,
    /// Source: a refund.
    pub refund_id: Option<RefundId>,
    /// Source: a bank line.
    pub bank_line_id: Option<String>,
    /// Source: staff.
    pub staff_entry_id: Option<String>,
    /// Source: a document of 1C's own.
    pub onec_guid: Option<String>,
    /// Its version.
    pub onec_version: Option<i64>,
}

/// A kept binding of money to an order; negative rows undo or move. A fact.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = allocations)]
pub struct Allocation {
    /// Our id.
    pub id: AllocationId,
    /// The money.
    pub document_id: DocumentId,
    /// The order.
    pub order_id: OrderId,
    /// How much, signed.
    pub amount: Kopecks,
    /// Stable name of the reason.
    pub reason: String,
    /// The row that this one undoes.
    pub undoes_id: Option<AllocationId>,
    /// Who.
    pub recorded_by: String,
    /// When (UTC).
    pub recorded_at: Instant,
}

/// A kept attempt to pay through a provider.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = attempts)]
pub struct Attempt {
    /// Our id; the provider's idempotence key derives from it.
    pub id: AttemptId,
    /// The order.
    pub order_id: OrderId,
    /// Its revision when the attempt began.
    pub order_revision: i64,
    /// The provider account.
    pub account: String,
    /// Card or СБП.
    pub method: Method,
    /// The frozen sum.
    pub amount: Kopecks,
    /// Live or test.
    pub mode: Mode,
    /// How far it is.
    pub state: AttemptState,
    /// JSON of the frozen request, so that a repeated call is the same call.
    pub request: String,
    /// The provider's id.
    pub provider_ref: Option<String>,
    /// Where the customer pays.
    pub confirmation_url: Option<String>,
    /// Neutral code of a refusal.
    pub decline: Option<String>,
    /// What differs, for a person.
    pub review_reason: Option<String>,
    /// JSON of what the provider reported, when it differs.
    pub reported: Option<String>,
    /// JSON of card or СБП details without personal data.
    pub details: Option<String>,
    /// Hash of the browser's mark, to tell a second window.
    pub browser: Option<String>,
    /// Began (UTC).
    pub created_at: Instant,
    /// The customer's time at the provider ends (UTC).
    pub expires_at: Instant,
    /// To be asked about (UTC).
    pub next_check_at: Option<Instant>,
    /// How often it was asked about.
    pub checks: i64,
    /// Ended (UTC).
    pub finished_at: Option<Instant>,
}

/// A kept request to give money back.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = refund_requests)]
pub struct RefundRequest {
    /// Our id.
    pub id: RefundRequestId,
    /// The order.
    pub order_id: OrderId,
    /// How much.
    pub amount: Kopecks,
    /// Why, in the asker's words.
    pub reason: String,
    /// How far it is.
    pub state: RequestState,
    /// Who asked.
    pub asked_by: String,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When asked (UTC).
    pub created_at: Instant,
    /// When decided (UTC).
    pub decided_at: Option<Instant>,
}

/// A kept refund of one document.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = refunds)]
pub struct Refund {
    /// Our id; the provider's idempotence key derives from it.
    pub id: RefundId,
    /// The request; none for a refund made in the provider's cabinet.
    pub request_id: Option<RefundRequestId>,
    /// The document whose money goes back.
    pub document_id: DocumentId,
    /// The order.
    pub order_id: OrderId,
    /// How much.
    pub amount: Kopecks,
    /// How far it is.
    pub state: RefundState,
    /// The provider account.
    pub account: Option<String>,
    /// The provider's id.
    pub provider_ref: Option<String>,
    /// Why it failed.
    pub message: Option<String>,
    /// Asked (UTC).
    pub created_at: Instant,
    /// To be asked about (UTC).
    pub next_check_at: Option<Instant>,
    /// How often it was asked about.
    pub checks: i64,
    /// Ended (UTC).
    pub finished_at: Option<Instant>,
}
