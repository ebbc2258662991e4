//! A QR code as the geometry of one SVG path: typed fields for the template, no markup in a string.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Modules of white around the code that readers need (ISO/IEC 18004).
const QUIET: usize = 4;

/// A code drawn on a square grid of `side` units, quiet zone included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    /// Side of the view box.
    pub side: usize,
    /// Path data: one closed bar for each run of dark modules in a row.
    pub path: String,
}

impl Qr {
    /// The code of `text` at error level M; `None` when the text is too long for any code.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let colors = code.to_colors();
        let path = colors.chunks(width).enumerate().map(|(y, row)| bars(y, row)).collect();
        Some(Self { side: width + QUIET * 2, path })
    }
}

fn bars(y: usize, row: &[Color]) -> String {
    let mut path = String::new();
    let mut x = 0;
    for run in row.chunk_by(|left, right| left == right) {
        if run.first() == Some(&Color::Dark) {
            let length = run.len();
            // Writing to a String cannot fail.
            let _ = write!(path, "M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET);
        }
        x += run.len();
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_bars_inside_its_quiet_zone() {
        let qr = Qr::of("https://pay.example.ru/pay/k7Q2mX").unwrap();
        assert!(qr.side >= 21 + 8);
        assert!(qr.path.starts_with("M4 4h7v1h-7z"), "the finder pattern begins at the corner: {}", qr.path);
        assert!(qr.path.chars().all(|c| c.is_ascii_digit() || "Mhvz- ".contains(c)));
        assert_eq!(Qr::of(&"я".repeat(4000)), None);
    }
}
