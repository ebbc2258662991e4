//! 54-ФЗ receipts: what a receipt says for which payment, refund or shipment. Pure: no database, no provider.
//!
//! A draft is frozen with the attempt that carries it, so that a repeated call and a later refund say the same.

mod lines;
mod model;
mod refund;
mod sale;
mod store;

pub use model::{Contact, NAME_MAX, PaymentMode, PrepaymentVat, ReceiptDraft, ReceiptItem, SoldLine, Subject};
pub use refund::refund_draft;
pub use sale::{Sale, closing_draft, sale_draft};
pub use store::{Receipt, ReceiptState, keep_sale, list_unanswered, of_order};
