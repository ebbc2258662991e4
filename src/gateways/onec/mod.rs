//! 1C's side of the exchange: our own contract with the extension, and CommerceML of an untouched 1C.

pub mod commerceml_in;
pub mod commerceml_out;
pub mod push;
pub mod service;
