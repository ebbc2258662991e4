//! The letters we write. Each is a view of plain values and renders itself in a language; the words are in
//! `templates/letters/<letter>/<language>/{subject.txt,body.txt,body.html}`.

mod link;
mod link_request;
mod part_received;
mod payment_received;
mod render;
mod shop;

pub use link::{LetterLine, LinkLetter};
pub use link_request::LinkRequestLetter;
pub use part_received::PartReceivedLetter;
pub use payment_received::PaymentReceivedLetter;
pub use shop::Shop;
