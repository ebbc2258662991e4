//! Oplata: a self-hosted payment portal between 1C:Управление торговлей and a retail chain's shop.
//!
//! The list below is the house, floor by floor; a module uses its own floor to the left and any floor above it
//! in this list, never below (`tests/it/floors.rs` reads the imports and says so).

#![forbid(unsafe_code)]

// Floor 0: money, ids, clock, errors, settings, texts.
pub mod base;

// Floor 1: connections, transactions, schema.
pub mod db;

// Floor 2: the rules.
pub mod domain;

// Floor 3: outside worlds.
pub mod gateways;

// Floor 4: use cases with an outside call between two transactions.
pub mod context;
pub mod workflows;

// Floor 5: deliveries: HTTP in, time in, pretend outside worlds.
pub mod emulators;
pub mod jobs;
pub mod web;

// Floor 6: composition.
pub mod app;
pub mod cli;
