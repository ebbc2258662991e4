//! Floor 5: HTTP in.

pub mod assets;
pub mod client;
pub mod exchange;
pub mod failure;
pub mod headers;
pub mod health;
pub mod metrics;
pub mod onec;
pub mod pay;
pub mod routes;
mod site;
mod slow;
pub mod staff;
pub mod webhooks;

pub use site::Site;
