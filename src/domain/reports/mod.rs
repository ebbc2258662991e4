//! Read models of the back office: how orders stand in one word, lists with filters, the story of an order, what waits
//! for a person. Nothing here writes.

pub mod filter;
pub mod orders;
pub mod search;
pub mod standing;
pub mod state;
pub mod timeline;
pub mod unfinished;

pub use filter::{Filter, OnecFilter};
pub use standing::{Signs, Standing};
