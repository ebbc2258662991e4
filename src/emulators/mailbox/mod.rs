//! Caught letters, readable in a browser: the folder that the file transport writes into, as a mailbox.

mod folder;
mod mime;
mod server;

pub use mime::{Parsed, parse};
pub use server::{Running, start};
