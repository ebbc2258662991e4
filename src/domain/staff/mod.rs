//! The people of the back office: who they are, what their role lets them do, how they prove that it is they.
//!
//! Signing in is three calls, because a password is hashed outside every transaction: [`login::begin`] (counts the try
//! and hands out the hash to compare with), [`passwords::verify`] off the async threads, [`login::finish`].

pub mod accounts;
mod common_passwords;
pub mod login;
pub mod misses;
pub mod passwords;
pub mod permissions;
pub mod recovery;
pub mod second_step;
pub mod sessions;
mod tokens;
pub mod totp;

pub use accounts::{NewStaff, Staff};
pub use permissions::{Permission, Role, TotpRule};
pub use sessions::{Opened, Origin, Stage, Visit};
