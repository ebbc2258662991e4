//! «Состояние»: can customers pay, what waits, where to look.

use askama::Template;

use super::parts::Tone;
use super::shell::Shell;

/// The whole page.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/state.html")]
pub struct StatePage {
    /// The frame.
    pub shell: Shell,
    /// What customers feel, in one headline.
    pub title: String,
    /// What happens by itself, and what does not.
    pub text: String,
    /// Colour of the plate.
    pub tone: Tone,
    /// Connections.
    pub lamps: Vec<Lamp>,
    /// What waits to be sent.
    pub queues: Vec<QueueRow>,
    /// Whether this person may send again what was given up.
    pub can_retry: bool,
    /// The last exchanges with 1C, newest first.
    pub exchanges: Vec<ExchangeRow>,
    /// Program version, database kind and the like: name and value.
    pub facts: Vec<(String, String)>,
}

/// A connection to an outside world.
#[derive(Debug, Clone)]
pub struct Lamp {
    /// «ЮKassa», «1С», «Почта».
    pub name: String,
    /// Green, amber, red, or grey when there is nothing to say.
    pub tone: Tone,
    /// «отвечает», «молчит 18 мин».
    pub words: String,
    /// Details: last success, last error.
    pub note: String,
}

impl Lamp {
    /// Shape by colour, so that the lamp is read without it.
    #[must_use]
    pub const fn shape(&self) -> &'static str {
        match self.tone {
            Tone::Green => "done",
            Tone::Amber | Tone::Violet => "warn",
            Tone::Red => "stop",
            Tone::Grey | Tone::Blue => "ring",
        }
    }
}

/// A queue of the outbox.
#[derive(Debug, Clone)]
pub struct QueueRow {
    /// Machine name, for the button.
    pub topic: String,
    /// What it carries: «Письма покупателям».
    pub name: String,
    /// Waiting.
    pub waiting: u64,
    /// Age of the oldest: «4 мин», or «—».
    pub oldest: String,
    /// Given up.
    pub dead: u64,
    /// The last error; may be empty.
    pub error: String,
}

/// An exchange with 1C.
#[derive(Debug, Clone)]
pub struct ExchangeRow {
    /// `23.11, 14:05`.
    pub when: String,
    /// Method and path.
    pub request: String,
    /// In words.
    pub verdict: String,
    /// Whether it went well.
    pub good: bool,
    /// Status of the answer.
    pub status: i64,
}
