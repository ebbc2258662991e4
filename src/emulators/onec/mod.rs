//! A 1C that sends orders, fetches the feed and acknowledges: a pretend УТ with its own orders and money documents in
//! memory, pages for people and `/_control/…` for tests. It speaks `docs/1c-v1.md`, in both directions.

mod base;
mod book;
mod control;
mod exchange;
mod hs;
mod model;
mod page_forms;
mod pages;
mod seed;
mod server;
mod wire;

pub use exchange::{Report, Trouble};
pub use model::{Line, MoneyDoc, NewOrder, Order, Origin, Switches};
pub use seed::{MANAGERS, STORES, company, good, person};
pub use server::{Config, Onec, Running, start};
