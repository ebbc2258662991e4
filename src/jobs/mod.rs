//! Floor 5: time in: the worker loop, handlers of outbox messages, periodic jobs.

mod deliver;
mod periodic;
mod watch;
mod worker;

pub use deliver::drain;
pub use periodic::Periodic;
pub use worker::{run, tick};
