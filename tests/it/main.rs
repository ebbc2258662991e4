//! One integration binary: a file a story.

// Helpers of tests may fail loudly too, not only functions marked as tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod pay_catalogue;
mod pay_gallery;
mod staff_gallery;
mod yookassa;
mod yookassa_emulator;
mod yookassa_faults;
mod yookassa_sdk;
mod yookassa_stand;
