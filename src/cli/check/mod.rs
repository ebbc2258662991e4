//! `oplata check`: what is set, what answers, what is wrong; about every trouble, what to do.

mod disk;
mod finding;
mod listing;
mod mail;
mod onec;
mod providers;
mod public;
mod run;
mod store;

pub use run::run;
