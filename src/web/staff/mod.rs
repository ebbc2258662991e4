//! The back office: the door (login, second step, one's own account) and the rooms (orders, «Внести в 1С», alerts,
//! state). Every handler begins with the guard; every page is a plain struct of [`view`].

pub mod account;
pub mod alerts;
pub mod answers;
mod cookies;
pub mod desk;
pub mod frame;
pub mod guard;
pub mod login;
pub mod manual;
mod manual_rows;
pub mod onec_undecided;
pub mod order_acts;
mod order_banner;
mod order_facts;
mod order_lines;
pub mod order_link;
mod order_money;
pub mod order_show;
mod orders_address;
pub mod orders_list;
pub mod origin;
pub mod personal;
pub mod refunds;
pub mod review;
pub mod routes;
pub mod second_step;
pub mod state;
mod state_lamps;
mod story;
pub mod view;
mod words;

pub use desk::Desk;
pub use guard::{Guarded, check_form, entered, require};
pub use routes::configure;
