//! The exchange as an untouched УТ 11 does it: sessions, files in parts, documents of files, orders out.
//!
//! Everything lives in the database, bytes of files too: any process can answer the next request of a session, and no
//! name that a client invents ever reaches a file system.

mod chunks;
mod give;
mod import;
mod money;
mod names;
mod report;
mod sessions;
mod take;
mod unpack;
mod uploads;

pub use give::{hold, query, success};
pub use import::{import_file, work_off};
pub use names::FileName;
pub use report::{FileState, Report};
pub use sessions::{Sessid, Session, admit, checkauth, issue_sessid};
pub use uploads::{append, begin, find_report, ready, tidy};
