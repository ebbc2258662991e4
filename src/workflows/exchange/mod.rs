//! The exchange with 1C: orders and 1C's own documents in, money documents out, acknowledgements kept.

mod documents;
mod feed;
mod log;
mod orders;
pub mod stock;

pub use documents::receive_document;
pub use feed::{accepted, deliver, feed, offer_rejected_again, rejected};
pub use log::{Exchange, keep};
pub use orders::{answer, receive_order};
