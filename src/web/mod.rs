//! Floor 5: HTTP in.

pub mod assets;
pub mod pay;
pub mod staff;
