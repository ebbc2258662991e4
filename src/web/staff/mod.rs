//! The back office.

pub mod view;
