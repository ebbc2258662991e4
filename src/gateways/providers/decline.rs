//! Why a payment did not happen, in words every provider shares.

use serde::{Deserialize, Serialize};

use crate::base::text_enum;

text_enum! {
    /// Neutral reason of a refusal; the customer's page has a sentence for each.
    pub enum DeclineReason {
        /// Not enough money on the card or account.
        InsufficientFunds => "insufficient_funds",
        /// A limit of the card, the bank or СБП.
        LimitExceeded => "limit_exceeded",
        /// 3-D Secure was not passed.
        ThreeDs => "three_ds",
        /// The bank said no without telling why.
        BankRefused => "bank_refused",
        /// Wrong number, wrong code, an expired or blocked card.
        CardProblem => "card_problem",
        /// This card, country or way of paying is not accepted.
        NotAccepted => "not_accepted",
        /// The payer did not finish in time.
        Expired => "expired",
        /// We, the seller, called it off.
        CalledOff => "called_off",
        /// The provider or the bank was out of order: the same card may work later.
        ProviderFault => "provider_fault",
        /// A reason we have no word for.
        Other => "other",
    }
}

/// A refusal as the provider told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decline {
    /// Who refused, in the provider's words.
    pub party: String,
    /// The provider's own reason.
    pub code: String,
    /// The reason in our words.
    pub reason: DeclineReason,
}
