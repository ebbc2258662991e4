//! The customer's pages.
