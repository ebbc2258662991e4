//! Floor 6: the command line. One command a file; what a command prints is for people and Russian, its name is English.

mod address;
mod args;
mod audit;
mod backup;
mod check;
mod demo;
mod emulate;
mod log;
mod migrate;
mod outbox;
mod run;
mod say;
mod serve;
mod signals;
mod staff;
mod worker;

pub use log::one_line;
pub use run::run;
