//! YooKassa API v3. Its notifications carry no signature: every one is asked back.

mod adapter;
mod client;
mod failure;
mod read;
mod resolver;
mod settings;
mod vat;
mod webhook;
mod wire;
mod write;

pub use adapter::Yookassa;
pub use client::basic_auth;
pub use settings::{API_URL, YookassaSettings, default_webhook_networks};
pub use vat::vat_code;
pub use webhook::sender_in;
