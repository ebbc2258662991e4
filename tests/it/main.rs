//! One integration binary: a file a story.

mod pay_catalogue;
mod pay_gallery;
mod staff_gallery;
