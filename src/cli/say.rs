//! Lines for the person at the terminal.

use std::fmt::Display;
use std::io::Write as _;

/// Prints a line; a reader who has gone away (`| head`) is no reason to fall over.
pub fn say(line: impl Display) {
    drop(writeln!(std::io::stdout(), "{line}"));
}

/// An error and everything beneath it as one paragraph.
#[must_use]
pub fn paragraph(error: &anyhow::Error) -> String {
    let mut told: Vec<String> = Vec::new();
    for cause in error.chain() {
        let text = cause.to_string();
        // Some errors repeat the text of their cause.
        if !told.iter().any(|before| before.contains(&text)) {
            told.push(text);
        }
    }
    told.join(": ")
}
