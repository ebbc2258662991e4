//! The exchange as an untouched УТ 11 does it: files in, the protocol, answers out.

mod files;
mod hostile;
