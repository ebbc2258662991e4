//! Floor 2: the rules of the house. Functions take a connection inside somebody's transaction; they never commit, call
//! out or read a clock.

pub mod journal;

pub mod outbox;

pub mod alerts;

pub mod staff;

pub mod orders;

pub mod receipts;

pub mod exports;

pub mod payments;

pub mod reports;
