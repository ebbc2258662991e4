//! The money rules once more, in memory and from the specification, with histories to try them on.

pub mod books;
pub mod event;
mod onec;
mod rules;
mod speed;
