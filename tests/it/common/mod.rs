//! What the stories share.

pub mod app;
pub mod browser;
pub mod chrome;
pub mod db;
pub mod meddler;
mod postgres;
pub mod ut11;
