//! The hand that moves the emulator: scripted outcomes, behaviours, faults, the clock, notifications by hand.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::behaviour::Behaviour;
use super::delivery::{self, Parcel};
use super::faults::{Fault, FaultKind};
use super::outcomes::{self, Outcome};
use super::state::State;
use super::{payments, refunds, view};
use crate::base::clock::truncated;
use crate::base::{Clock, Secret};

/// A handle of a running emulator; clones move the same one.
#[derive(Clone)]
pub struct Control {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    clock: Arc<dyn Clock>,
    authorization: Secret,
    http: reqwest::Client,
    wake: tokio::sync::Notify,
}

impl Control {
    pub(super) fn new(state: State, clock: Arc<dyn Clock>, authorization: Secret, http: reqwest::Client) -> Self {
        let wake = tokio::sync::Notify::new();
        Self { inner: Arc::new(Inner { state: Mutex::new(state), clock, authorization, http, wake }) }
    }

    pub(super) fn authorization(&self) -> &Secret {
        &self.inner.authorization
    }

    /// Runs `act` under the lock, at the present moment, after what time alone has done.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.inner.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.now = truncated(self.inner.clock.now() + state.shift);
        let waiting = state.queue.len();
        outcomes::let_time_pass(&mut state);
        let done = act(&mut state);
        let more = state.queue.len() > waiting;
        drop(state);
        if more {
            self.inner.wake.notify_one();
        }
        done
    }

    /// Does to a payment what its buyer would do.
    ///
    /// # Errors
    /// A sentence when there is no such payment or it is finished.
    pub fn outcome(&self, payment_id: &str, outcome: &Outcome) -> Result<(), String> {
        self.with(|state| {
            state.note("control", format!("{outcome:?} {payment_id}"), "asked");
            outcomes::apply(state, payment_id, outcome)
        })
        .map_err(|error| error.description)
    }

    /// Ends a refund that waits (`metadata.sandbox_refund = pending` of its payment).
    ///
    /// # Errors
    /// A sentence when there is no such refund or it is finished.
    pub fn finish_refund(&self, refund_id: &str, succeeds: bool) -> Result<(), String> {
        self.with(|state| refunds::finish(state, refund_id, succeeds)).map_err(|error| error.description)
    }

    /// Leaves the refunds of a payment waiting until [`Control::finish_refund`], as banks sometimes do for days.
    ///
    /// # Errors
    /// A sentence when there is no such payment.
    pub fn hold_refunds(&self, payment_id: &str) -> Result<(), String> {
        self.with(|state| {
            let payment = state.payment_mut(payment_id)?;
            payment.metadata.insert("sandbox_refund".to_owned(), Value::from("pending"));
            Ok(())
        })
        .map_err(|error: super::error::ApiError| error.description)
    }

    /// How the shop's notifications behave from now on.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        self.with(|state| state.behaviour = behaviour);
    }

    /// Where notifications go.
    pub fn set_webhook_url(&self, url: Option<String>) {
        self.with(|state| state.webhook_url = url);
    }

    /// The next `times` calls of `path` (a prefix such as `/v3/payments`; optionally of one HTTP method) go wrong.
    pub fn fault(&self, method: Option<&str>, path: &str, kind: FaultKind, times: usize) {
        let fault = Fault { path: path.to_owned(), method: method.map(str::to_owned), kind, times };
        self.with(|state| state.faults.push(fault));
    }

    /// Moves the emulator's clock.
    pub fn advance(&self, by: chrono::Duration) {
        self.with(|state| state.shift += by);
        self.with(|_| ());
    }

    /// The log: `{at, kind, what, result}`.
    pub fn log(&self) -> Vec<Value> {
        self.with(|state| state.log.iter().filter_map(|entry| serde_json::to_value(entry).ok()).collect())
    }

    /// All payments as the API shows them, oldest first.
    pub fn payments(&self) -> Vec<Value> {
        self.with(|state| state.payments.iter().map(|payment| view::payment(state, payment)).collect())
    }

    /// One payment as the API shows it.
    pub fn payment(&self, id: &str) -> Option<Value> {
        self.with(|state| payments::fetch(state, id)).ok()
    }

    /// The receipt that came with a payment, as it was sent.
    pub fn receipt_of(&self, payment_id: &str) -> Option<Value> {
        self.with(|state| state.payment(payment_id).ok().and_then(|payment| payment.receipt.clone()))
    }

    /// How many notifications wait, due or not.
    pub fn waiting(&self) -> usize {
        self.with(|state| state.queue.len())
    }

    /// Sends the notifications that are due; answers how many were taken with 200.
    pub async fn deliver_pending(&self) -> usize {
        let due = self.with(|state| delivery::take_due(state, false));
        self.deliver(due).await
    }

    pub(super) async fn deliver_urgent(&self) {
        let due = self.with(|state| delivery::take_due(state, true));
        self.deliver(due).await;
    }

    async fn deliver(&self, parcels: Vec<Parcel>) -> usize {
        let mut taken = 0;
        for parcel in parcels {
            let sent = self.inner.http.post(&parcel.url).json(&parcel.body).send().await;
            let status = sent.ok().map(|answer| answer.status().as_u16());
            taken += usize::from(status == Some(200));
            self.with(|state| delivery::tried(state, parcel, status));
        }
        taken
    }

    /// Sends whatever becomes due, for ever.
    pub(super) async fn deliver_always(self) {
        loop {
            self.deliver_pending().await;
            // Time may do something of its own (an expiry, a late payment), so there is always a next look.
            let pause = Duration::from_millis(if self.waiting() > 0 { 50 } else { 500 });
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.inner.wake.notified() => {}
            }
        }
    }
}
