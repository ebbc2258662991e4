//! Floor 4: use cases with an outside call between two transactions.

pub mod checkout;
pub mod exchange;
pub mod letters;
