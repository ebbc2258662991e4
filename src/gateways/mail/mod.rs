//! Letters to customers and staff.
