//! Why a call to a provider brought nothing, sorted by what the caller may do next.

use std::time::Duration;

/// What the failure means for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// Keys, rights or addresses are wrong: an administrator has to act.
    Config,
    /// The provider understood and refused; the same call will be refused again.
    Rejected,
    /// The provider knows no such object.
    NotFound,
    /// The key was used with other parameters, or the object is in another state.
    Conflict,
    /// Too many calls; nothing was done. Try again after this long, if it was told.
    RateLimited(Option<Duration>),
    /// Nothing was done: the call never left, or it only asked a question. May be repeated.
    Unavailable,
    /// The call left and no definite answer came: money may have moved. Ask with the **same** key, or fetch.
    OutcomeUnknown,
}

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text} ({code})")]
pub struct ProviderError {
    /// What it means.
    pub class: ErrorClass,
    /// The provider's code, or a short one of ours.
    pub code: String,
    /// The provider's sentence or ours; holds no secret and no personal data of ours.
    pub text: String,
    /// The parameter the provider complains about.
    pub parameter: Option<String>,
}

impl ProviderError {
    /// A failure without a parameter.
    pub fn new(class: ErrorClass, code: impl Into<String>, text: impl Into<String>) -> Self {
        Self { class, code: code.into(), text: text.into(), parameter: None }
    }

    /// Keys, rights or addresses are wrong.
    pub fn config(text: impl Into<String>) -> Self {
        Self::new(ErrorClass::Config, "config", text)
    }

    /// Whether money may have moved.
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        self.class == ErrorClass::OutcomeUnknown
    }

    /// Whether the same call may help later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self.class, ErrorClass::RateLimited(_) | ErrorClass::Unavailable | ErrorClass::OutcomeUnknown)
    }
}
