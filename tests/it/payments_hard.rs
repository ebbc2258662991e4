//! payments_hard
