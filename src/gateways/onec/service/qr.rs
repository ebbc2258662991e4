//! A QR code as a PNG, the picture every 1C platform can show and print.

use std::io::Write;

use base64::Engine;
use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use qrcode::{Color, EcLevel, QrCode};

/// White modules around the code (ISO/IEC 18004) and pixels a module.
const QUIET: usize = 4;
const SCALE: usize = 6;

/// `text` as a black-and-white PNG in a data URI; `None` when it is too long for a QR code.
#[must_use]
pub fn png_data_uri(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let png = png(&code.to_colors(), width).ok()?;
    Some(format!("data:image/png;base64,{}", base64::engine::general_purpose::STANDARD.encode(png)))
}

fn png(modules: &[Color], width: usize) -> std::io::Result<Vec<u8>> {
    let side = (width + 2 * QUIET) * SCALE;
    let edge = u32::try_from(side).unwrap_or(u32::MAX).to_be_bytes();
    let mut header = [edge, edge].concat();
    header.extend([1, 0, 0, 0, 0]); // one bit of grey a pixel, no interlace
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    for y in 0..side {
        packer.write_all(&row(modules, width, y / SCALE, side))?;
    }
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(*b"IHDR", header), (*b"IDAT", packer.finish()?), (*b"IEND", Vec::new())] {
        chunk(&mut out, kind, &data);
    }
    Ok(out)
}

/// A filter byte and the pixels of one row: a set bit is white.
fn row(modules: &[Color], width: usize, y: usize, side: usize) -> Vec<u8> {
    let dark = |x: usize| {
        let inside = |at: usize| at.checked_sub(QUIET).filter(|&at| at < width);
        let at = inside(x).zip(inside(y)).map(|(x, y)| y * width + x);
        at.and_then(|at| modules.get(at)) == Some(&Color::Dark)
    };
    let mut row = vec![0; 1 + side.div_ceil(8)];
    for x in (0..side).filter(|&x| !dark(x / SCALE)) {
        if let Some(byte) = row.get_mut(1 + x / 8) {
            *byte |= 0x80 >> (x % 8);
        }
    }
    row
}

fn chunk(out: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    out.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend(kind);
    out.extend(data);
    let mut crc = Crc::new();
    crc.update(&kind);
    crc.update(data);
    out.extend(crc.sum().to_be_bytes());
}
