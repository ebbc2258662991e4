//! A YooKassa API v3 on loopback: the API, its pay page, its notifications, and a control for scripted scenarios.
//! State lives in memory. The portal is pointed here by settings only; the same adapter runs in production.

mod api;
mod behaviour;
mod control;
mod control_http;
mod delivery;
mod error;
mod faults;
mod idempotency;
mod lists;
mod model;
mod outcomes;
mod pages;
mod payments;
mod receipts;
mod refunds;
mod server;
mod state;
mod validate;
mod view;
mod webhooks;

pub use behaviour::Behaviour;
pub use control::Control;
pub use faults::FaultKind;
pub use outcomes::Outcome;
pub use server::{Config, Delivery, Running, start};
