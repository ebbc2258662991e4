//! The rooms of the back office over HTTP, as a person at the desk sees them.

mod access;
mod lists;
mod money;
mod people;
mod tasks;
