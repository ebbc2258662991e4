//! What the stories share.

pub mod app;
pub mod browser;
pub mod db;
mod postgres;
