//! Floor 3: outside worlds, formats and calls. A gateway may use domain types, never writes money.

pub mod mail;
pub mod onec;
pub mod providers;
