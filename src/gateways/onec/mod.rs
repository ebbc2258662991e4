//! 1C's side of the exchange: our own contract with the extension.

pub mod push;
pub mod service;
