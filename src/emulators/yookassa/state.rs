//! The memory of the emulator and its clock. Everything here is synchronous and runs under one lock.

use std::collections::HashMap;

use chrono::Duration;

use super::behaviour::Behaviour;
use super::delivery::Parcel;
use super::error::ApiError;
use super::faults::Fault;
use super::idempotency::Kept;
use super::model::{Entry, Hook, Payment, Receipt, Refund};
use crate::base::Instant;

/// Longest log kept.
const LOG_MAX: usize = 5000;

/// Everything the emulator remembers.
#[derive(Default)]
pub(super) struct State {
    /// What the control has added to the clock.
    pub shift: Duration,
    /// The moment of the running call.
    pub now: Instant,
    pub payments: Vec<Payment>,
    pub refunds: Vec<Refund>,
    pub receipts: Vec<Receipt>,
    pub hooks: Vec<Hook>,
    pub keys: HashMap<String, Kept>,
    pub behaviour: Behaviour,
    pub faults: Vec<Fault>,
    pub queue: Vec<Parcel>,
    pub log: Vec<Entry>,
    pub webhook_url: Option<String>,
    pub shop_id: String,
    pub shop_name: String,
    pub base_url: String,
    pub test: bool,
}

impl State {
    pub fn payment(&self, id: &str) -> Result<&Payment, ApiError> {
        self.payments.iter().find(|payment| payment.id == id).ok_or_else(ApiError::not_found)
    }

    pub fn payment_mut(&mut self, id: &str) -> Result<&mut Payment, ApiError> {
        self.payments.iter_mut().find(|payment| payment.id == id).ok_or_else(ApiError::not_found)
    }

    /// The behaviour of a payment's notifications: its own, else the shop's.
    pub fn behaviour_of(&self, payment: &Payment) -> Behaviour {
        payment.behaviour.unwrap_or(self.behaviour)
    }

    pub fn note(&mut self, kind: &'static str, what: impl Into<String>, result: impl Into<String>) {
        if self.log.len() >= LOG_MAX {
            self.log.drain(..LOG_MAX / 2);
        }
        let at = super::view::moment(self.now);
        self.log.push(Entry { at, kind, what: what.into(), result: result.into() });
    }
}

/// A fresh id of 36 characters.
pub(super) fn fresh_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
