//! A finding: fine, worth knowing, or wrong.

use std::process::ExitCode;

use crate::cli::say::say;

/// What was found, sentence by sentence.
#[derive(Debug, Default)]
pub struct Findings {
    fine: usize,
    wrong: usize,
    notes: usize,
}

impl Findings {
    /// As it should be.
    pub fn fine(&mut self, sentence: &str) {
        self.fine += 1;
        say(format_args!("  ✓ {sentence}"));
    }

    /// Works, but somebody should know.
    pub fn note(&mut self, sentence: &str) {
        self.notes += 1;
        say(format_args!("  ! {}", begun(sentence)));
    }

    /// Does not work.
    pub fn wrong(&mut self, sentence: &str) {
        self.wrong += 1;
        say(format_args!("  ✗ {}", begun(sentence)));
    }

    /// The last line and the exit code: 1 when anything is wrong.
    #[must_use]
    pub fn close(self) -> ExitCode {
        match (self.wrong, self.notes) {
            (0, 0) => say(format_args!("\nВсё в порядке, проверено: {}.", self.fine)),
            (0, notes) => say(format_args!("\nРаботать можно. Стоит прочитать: {notes} (строки с «!»).")),
            (wrong, _) => say(format_args!("\nИсправить: {wrong} (строки с «✗»).")),
        }
        if self.wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// A sentence begins with a capital, whoever has worded it.
fn begun(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
