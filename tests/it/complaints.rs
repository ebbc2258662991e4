//! complaints
