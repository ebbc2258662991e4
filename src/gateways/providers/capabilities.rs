//! What an account can do: rules and pages ask this, never the provider's name.

use chrono::Duration;

use crate::base::{Kopecks, Method};

/// Terms of one way of paying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodTerms {
    /// The way of paying.
    pub method: Method,
    /// Smallest sum of one payment.
    pub least: Kopecks,
    /// Largest sum of one payment.
    pub most: Kopecks,
    /// How long the provider's page stays payable.
    pub payable_for: Duration,
}

/// What an account can do.
#[allow(clippy::struct_excessive_bools)] // a list of answers to yes-or-no questions, no state
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Capabilities {
    /// Ways of paying with their limits.
    pub methods: Vec<MethodTerms>,
    /// Money may be held first and taken later.
    pub two_stage: bool,
    /// A part of a payment may be given back.
    pub partial_refund: bool,
    /// A payment may be given back in several refunds.
    pub several_refunds: bool,
    /// Receipts travel with payments and refunds.
    pub receipts: bool,
    /// The closing receipt of a shipment may be sent.
    pub closing_receipts: bool,
    /// A payment nobody has paid yet may be cancelled by us.
    pub cancel_pending: bool,
    /// Payments may be listed: reconciliation and look-ups by our own id.
    pub list: bool,
}

impl Capabilities {
    /// The terms of `method`, if the account offers it.
    #[must_use]
    pub fn terms(&self, method: Method) -> Option<&MethodTerms> {
        self.methods.iter().find(|terms| terms.method == method)
    }

    /// Whether `amount` may be paid by `method` at once.
    #[must_use]
    pub fn accepts(&self, method: Method, amount: Kopecks) -> bool {
        self.terms(method).is_some_and(|terms| (terms.least..=terms.most).contains(&amount))
    }
}
