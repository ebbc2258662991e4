//! One integration binary: a file a story.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that fails panics, helpers of tests included"
)]

mod browser_gallery;
mod browser_story;
mod browser_ways;
mod cli;
mod cli_demo;
mod common;
mod complaints;
mod db_write;
mod fake_portal;
mod first_order;
mod floors;
mod histories;
mod letters_flow;
mod links;
mod mail;
mod model;
mod money_cases;
mod network;
mod notifications;
mod onec_contract;
mod onec_emulator;
mod onec_flow;
mod onec_push;
mod pages;
mod pay_catalogue;
mod pay_gallery;
mod pay_letters;
mod pay_stream;
mod payments_hard;
mod receipts_flow;
mod refunds_flow;
mod rooms;
mod schema;
mod secrets;
mod staff_door;
mod staff_gallery;
mod staff_http;
mod stock;
mod yookassa;
mod yookassa_emulator;
mod yookassa_faults;
mod yookassa_sdk;
mod yookassa_stand;
