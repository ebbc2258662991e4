//! How the shop's notifications behave, for the whole shop or by `metadata.sandbox` for one payment.

use serde_json::Value;

/// What happens to notifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Behaviour {
    /// Sent at once.
    #[default]
    Normal,
    /// Sent so many seconds later.
    Delayed(i64),
    /// Sent so many times.
    Duplicate(usize),
    /// A stale `waiting_for_capture` comes after `succeeded`.
    Reordered,
    /// Never sent, told in the log.
    Lost,
    /// Says that a payment succeeded while nobody has paid.
    Forged,
    /// Comes before the call that caused it has been answered; a new payment is paid at once.
    BeforeResponse,
    /// The paid sum is another than the asked one, in the notification and when asked.
    WrongAmount,
    /// Never sent, not even told.
    Silent,
}

impl Behaviour {
    /// Reads `normal`, `delayed:5`, `duplicate:3` and so on.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, number) = text.split_once(':').unwrap_or((text, ""));
        match name {
            "normal" => Some(Self::Normal),
            "delayed" => number.parse().ok().map(Self::Delayed),
            "duplicate" => number.parse().ok().filter(|times| *times <= 1000).map(Self::Duplicate),
            "reordered" => Some(Self::Reordered),
            "lost" => Some(Self::Lost),
            "forged" => Some(Self::Forged),
            "before_response" => Some(Self::BeforeResponse),
            "wrong_amount" => Some(Self::WrongAmount),
            "silent" => Some(Self::Silent),
            _ => None,
        }
    }

    /// What the metadata of one payment asks for.
    pub(super) fn of_metadata(metadata: &serde_json::Map<String, Value>) -> Option<Self> {
        metadata.get("sandbox").and_then(Value::as_str).and_then(Self::parse)
    }
}
