//! The back office.

pub mod account;
pub mod answers;
mod cookies;
pub mod desk;
pub mod guard;
pub mod login;
pub mod origin;
pub mod routes;
pub mod second_step;
pub mod view;

pub use desk::Desk;
pub use guard::{Guarded, check_form, entered, require};
pub use routes::configure;
