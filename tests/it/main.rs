//! One integration binary: a file a story.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that fails panics, helpers of tests included"
)]

mod common;
mod first_order;
mod fake_portal;
mod mail;
mod onec_contract;
mod onec_emulator;
mod onec_push;
mod pay_catalogue;
mod pay_gallery;
mod staff_door;
mod staff_gallery;
mod staff_http;
mod yookassa;
mod yookassa_emulator;
mod yookassa_faults;
mod yookassa_sdk;
mod yookassa_stand;
