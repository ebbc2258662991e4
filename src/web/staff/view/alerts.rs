//! «Оповещения»: what is wrong, since when, whom it touches, what to do.

use askama::Template;

use super::parts::Tone;
use super::shell::Shell;

/// The whole page.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/alerts.html")]
pub struct AlertsPage {
    /// The frame.
    pub shell: Shell,
    /// Whether the closed ones are shown.
    pub closed: bool,
    /// How many are open.
    pub open_count: u64,
    /// The alerts: gravest first, then newest.
    pub rows: Vec<AlertRow>,
    /// Address of the next fifty.
    pub more: Option<String>,
    /// Whether this person may mute.
    pub can_mute: bool,
}

/// How grave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// To know.
    Info,
    /// To look at today.
    Warning,
    /// Now.
    Critical,
}

impl Severity {
    /// The word people read.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "к сведению",
            Self::Warning => "посмотреть сегодня",
            Self::Critical => "срочно",
        }
    }

    /// Its colour.
    #[must_use]
    pub const fn tone(self) -> Tone {
        match self {
            Self::Info => Tone::Blue,
            Self::Warning => Tone::Amber,
            Self::Critical => Tone::Red,
        }
    }

    /// Its shape in the sprite.
    #[must_use]
    pub const fn shape(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warn",
            Self::Critical => "stop",
        }
    }
}

/// One alert.
#[derive(Debug, Clone)]
pub struct AlertRow {
    /// Its id.
    pub id: String,
    /// How grave.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do, in a sentence; may be empty.
    pub advice: String,
    /// The order it touches: number and address.
    pub order: Option<(String, String)>,
    /// «с 14:02, 18 минут».
    pub since: String,
    /// «закрылось 23.11, 15:10 само» for a closed one.
    pub closed: Option<String>,
    /// «до 24.11, 09:00» while muted.
    pub muted: Option<String>,
}
