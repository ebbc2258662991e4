//! One binary for all stories told against the whole program.

mod common;
mod db_write;
mod floors;
mod histories;
mod model;
mod money_cases;
mod schema;
