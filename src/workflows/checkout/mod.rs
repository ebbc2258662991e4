//! Paying through a provider: start an attempt, ask how it stands, understand notifications, give money back.

mod notify;
mod reconcile;
mod refund;
mod report;
mod settle;
mod start;

pub use notify::{Knock, Notice, handle, keep, read};
pub use reconcile::reconcile;
pub use refund::{check_refund, run_refund};
pub use settle::{cancel_superseded, check_attempt, nudge};
pub use start::{Wanted, receipt_is_possible, start};
