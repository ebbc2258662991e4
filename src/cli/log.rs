//! Logs: one event, one line, as text or JSON. Nobody else's text can make a line of its own (SEC-3).

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use anyhow::anyhow;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use crate::base::config::Log;

/// Where lines go.
pub type Sink = BoxMakeWriter;

/// To the terminal or the journal of systemd; standard output is left to what commands print.
#[must_use]
pub fn stderr() -> Sink {
    BoxMakeWriter::new(|| OneLine(io::stderr()))
}

/// To a file.
#[must_use]
pub fn file(file: File) -> Sink {
    let file = Arc::new(file);
    BoxMakeWriter::new(move || OneLine(Arc::clone(&file)))
}

/// Begins to log; a second beginning in one process changes nothing.
///
/// # Errors
/// When `log.level` is no filter.
pub fn start(settings: &Log, sink: Sink) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter(&settings.level))
        .map_err(|error| anyhow!("log.level: «{}» — не уровень и не фильтр ({error})", settings.level))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(sink);
    let begun = match settings.format.as_str() {
        "json" => lines.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
        _ => lines.try_init(),
    };
    drop(begun);
    Ok(())
}

/// A plain level leaves out what the HTTP server says about its own threads.
fn filter(level: &str) -> String {
    if level.contains(['=', ',']) { level.to_owned() } else { format!("{level},actix_server=warn") }
}

/// Escapes what could end a line or repaint a terminal. A whole event is written by one call.
struct OneLine<W>(W);

impl<W: Write> Write for OneLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        self.0.write_all(one_line(&text).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The text as one line; its own end of line stays. Escapes are JSON's, so a JSON event stays JSON.
#[must_use]
pub fn one_line(text: &str) -> String {
    let (body, end) = text.strip_suffix('\n').map_or((text, ""), |body| (body, "\n"));
    let mut line = String::with_capacity(text.len());
    for letter in body.chars() {
        match letter {
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            // Line separators and the marks that turn the direction of writing are no control characters by name.
            '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => push_code(&mut line, letter),
            _ if letter.is_control() => push_code(&mut line, letter),
            _ => line.push(letter),
        }
    }
    line + end
}

fn push_code(line: &mut String, letter: char) {
    line.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        line.extend(char::from_digit((u32::from(letter) >> shift) & 0xf, 16));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_3_nobody_writes_a_line_of_his_own() {
        let forged = "order=1\n2026-11-24 ERROR paid\r\u{1b}[31mred\u{0}\u{2028}x\u{202e}y\u{85}\n";
        let line = one_line(forged);
        assert_eq!(line.matches('\n').count(), 1);
        assert_eq!(line, "order=1\\n2026-11-24 ERROR paid\\r\\u001b[31mred\\u0000\\u2028x\\u202ey\\u0085\n");
        assert_eq!(one_line("Заказ № 17 → «оплачен»"), "Заказ № 17 → «оплачен»");
    }
}
