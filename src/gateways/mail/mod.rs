//! Letters to customers and staff.

mod address;
mod file;
mod letter;
pub mod letters;
mod mailer;
mod memory;
mod smtp;

pub use address::Addressee;
pub use file::FileMailer;
pub use letter::{Attachment, Letter};
pub use mailer::{MailError, Mailer, Sender};
pub use memory::MemoryMailer;
pub use smtp::SmtpMailer;
