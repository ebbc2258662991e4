//! Floor 4: use cases with an outside call between two transactions.
