//! One integration binary: a file a story.

// In a test a broken promise is a failed test, helpers included.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod pay_catalogue;
mod pay_gallery;
mod staff_door;
mod staff_gallery;
mod staff_http;
