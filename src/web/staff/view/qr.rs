//! A QR code as one path of an inline picture, so that no markup of a library enters a page.

use std::fmt::Write as _;

use askama::Template;
use qrcode::{EcLevel, QrCode};

/// A QR code ready to be drawn: a square of `size` units, quiet zone included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QrShape {
    /// Side of the square, in modules.
    pub size: usize,
    /// The dark modules as a path: letters, digits and signs only.
    pub path: String,
}

/// The quiet zone the standard asks for, in modules.
const QUIET: usize = 4;

impl QrShape {
    /// Draws `text`; `None` when it is longer than a QR code holds.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (y, row) in code.to_colors().chunks(width).enumerate() {
            for (x, _) in row.iter().enumerate().filter(|(_, color)| **color == qrcode::Color::Dark) {
                let _ = write!(path, "M{} {}h1v1h-1z", x + QUIET, y + QUIET);
            }
        }
        Some(Self { size: width + 2 * QUIET, path })
    }
}

/// The whole screen as one QR code, to be shown to a customer at the counter.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/qr.html")]
pub struct QrPage {
    /// The order's number.
    pub number: String,
    /// What is due, with its sign: «12 480,00 ₽».
    pub due: String,
    /// The picture of the link.
    pub qr: QrShape,
    /// The card to go back to.
    pub back: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_one_path() {
        let shape = QrShape::of("https://pay.example/pay/abc").unwrap();
        assert_eq!(shape.size, 29 + 8, "version 3 at level M");
        assert!(shape.path.starts_with("M4 4h1v1h-1z"), "the corner mark begins after the quiet zone");
        assert!(shape.path.bytes().all(|byte| b"Mhvz-01 23456789".contains(&byte)));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(QrShape::of(&"ж".repeat(3000)), None);
    }
}
