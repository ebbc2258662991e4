//! Floor 5: pretend outside worlds, real HTTP servers that speak the real protocols. Only app and cli start them.

pub mod mailbox;
pub mod onec;
mod sheet;
pub mod yookassa;
