//! One integration binary: a file a story.

mod pay_catalogue;
mod pay_gallery;
mod staff_gallery;
mod yookassa;
mod yookassa_emulator;
mod yookassa_faults;
mod yookassa_sdk;
mod yookassa_stand;
