//! A notification is a knock on the door: it names an object, the object is asked for (WHK-1).

/// What a notification is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookObject {
    /// A payment.
    Payment,
    /// A refund; may be one we did not start.
    Refund,
    /// Something we do not follow: acknowledged and kept, nothing more.
    Other,
}

impl WebhookObject {
    /// The text kept in the inbox.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Refund => "refund",
            Self::Other => "other",
        }
    }
}

/// A notification read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEvent {
    /// Differs between states of one object, equal for repeats of one message (WHK-5).
    pub event_key: String,
    /// The provider's word for what happened.
    pub event: String,
    /// What it is about.
    pub object: WebhookObject,
    /// The provider's id of the object.
    pub provider_ref: String,
}

/// Why a notification cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// Longer than any real one.
    #[error("уведомление длиннее {0} байт")]
    TooLarge(usize),
    /// Not what the provider sends.
    #[error("уведомление не разобрано: {0}")]
    Malformed(String),
}
