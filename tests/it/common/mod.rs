//! What the stories share.

pub mod db;
mod postgres;
pub mod app;
pub mod browser;
