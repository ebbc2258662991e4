//! The integration tests: one binary, a file a story.

mod yookassa;
mod yookassa_emulator;
mod yookassa_faults;
mod yookassa_sdk;
mod yookassa_stand;
