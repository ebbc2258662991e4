//! What 1C knows itself. Its GUID is ours: it confirms our document. Else it covers the one document of ours without a
//! 1C number (same order, kind, sum), in whichever order the two arrive; several possible: a clerk decides. Else it is
//! new money, never exported. Unposted or deleted: its bindings are undone, with an alert.
//!
//! Taking in is a settling: whatever came before, the outcome follows from what 1C says now, so old, doubled and late
//! messages do no harm.

mod cover;
mod model;
mod own;
mod settle;
mod store;

pub(super) use cover::cover_by_earlier;
pub use cover::{candidates_of, decide};
pub use model::{Draft, OnecDocument, Role};
pub use settle::{order_arrived, receive};
pub use store::{find, list_undecided, number_of};
