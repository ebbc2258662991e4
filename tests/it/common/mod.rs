//! What the stories share.

pub mod db;
mod postgres;
