//! `oplata demo`: the portal and its whole outside world in one process, with orders in every state. Every state is
//! reached as in life: 1C sends, a buyer pays at the provider, 1C takes the money; nothing is written past the rules.

mod buyer;
mod folder;
mod guide;
mod people;
mod run;
mod settings;
mod stand;
mod stories;

pub use run::run;
