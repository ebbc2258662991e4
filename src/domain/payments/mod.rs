//! Money: documents and what they are bound to, attempts to pay, refunds, 1C's own documents, balances.
//!
//! `record` is the one door through which money enters; balances are derived, never set by hand.

pub mod allocate;
pub mod attempts;
pub mod balance;
pub mod books;
mod model;
pub mod notifications;
pub mod onec_documents;
pub mod record;
pub mod refunds;
pub mod store;
pub mod transitions;

pub use balance::{Balance, PaymentState};
pub use model::{
    Allocation, Attempt, AttemptState, BookedBy, Document, MoneySource, NewDocument, Policy, Refund, RefundRequest,
    RefundState, RequestState,
};
pub use record::{Recorded, Report, ReportStatus};
