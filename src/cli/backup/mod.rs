//! `oplata backup` and `restore`: a consistent copy made while the portal works, a manifest that proves it, and a restored
//! copy that sends nothing until it is told to (SEC-6).

mod counts;
mod create;
mod manifest;
mod postgres;
mod restore;

pub use create::create;
pub use restore::{check, restore};
