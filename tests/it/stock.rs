//! The exchange as an untouched УТ 11 does it: files in, the protocol, answers out.

mod archives;
mod content;
mod files;
mod given;
mod hostile;
mod protocol;
