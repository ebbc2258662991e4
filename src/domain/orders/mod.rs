//! Orders: the intent to buy as 1C or the shop tells it, its revisions, its names, its link.

mod intake;
pub mod links;
mod model;
pub mod store;
pub mod words;

pub use intake::{Intake, Outcome, alert_key_conflict, receive};
pub use links::LinkKeys;
pub use model::{Buyer, BuyerKind, Delivery, Draft, Key, KeyKind, Line, Order, OrderState, Seller, Source, Store};
