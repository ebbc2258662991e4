//! Reads the MIME our own letters are written in: folded headers, encoded words (RFC 2047), split parameters (RFC 2231),
//! nested multiparts, quoted-printable and base64. Not a reader for the mail of the whole world.

use base64::Engine;

/// Nested deeper than our letters ever are.
const MAX_DEPTH: usize = 8;

/// A letter, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// Decoded headers in their order.
    pub headers: Vec<(String, String)>,
    /// The first plain part.
    pub text: String,
    /// The first HTML part.
    pub html: String,
    /// Attached files.
    pub files: Vec<File>,
}

/// An attached file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its type.
    pub content_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Parsed {
    /// A header's decoded value, or nothing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        find(&self.headers, name)
    }
}

/// Reads a letter; what cannot be read comes out as it stands.
#[must_use]
pub fn parse(raw: &[u8]) -> Parsed {
    let (headers, body) = split_head(raw);
    let mut letter = Parsed::default();
    part(&headers, body, 0, &mut letter);
    letter.headers = headers.into_iter().map(|(name, value)| (name, decode_words(&value))).collect();
    letter
}

type Headers = Vec<(String, String)>;

fn find<'a>(headers: &'a Headers, name: &str) -> &'a str {
    headers.iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
}

/// Headers, unfolded, and the rest.
fn split_head(raw: &[u8]) -> (Headers, &[u8]) {
    let (end, body_at) = head_end(raw);
    let head = String::from_utf8_lossy(raw.get(..end).unwrap_or_default()).into_owned();
    let mut headers: Headers = Vec::new();
    for line in head.lines() {
        match (line.starts_with([' ', '\t']), headers.last_mut()) {
            (true, Some((_, value))) => {
                value.push(' ');
                value.push_str(line.trim_start());
            }
            _ => headers.extend(line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()))),
        }
    }
    (headers, raw.get(body_at..).unwrap_or_default())
}

/// Where headers end and where the body begins.
fn head_end(raw: &[u8]) -> (usize, usize) {
    let found = |mark: &[u8]| raw.windows(mark.len()).position(|window| window == mark).map(|at| (at, at + mark.len()));
    found(b"\r\n\r\n").or_else(|| found(b"\n\n")).unwrap_or((raw.len(), raw.len()))
}

fn part(headers: &Headers, body: &[u8], depth: usize, letter: &mut Parsed) {
    let content_type = find(headers, "Content-Type");
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_lowercase();
    if let Some(boundary) = parameter(content_type, "boundary").filter(|_| kind.starts_with("multipart/")) {
        if depth < MAX_DEPTH {
            for piece in pieces(body, &boundary) {
                let (headers, body) = split_head(piece);
                part(&headers, body, depth + 1, letter);
            }
        }
        return;
    }
    let bytes = decode(find(headers, "Content-Transfer-Encoding"), body);
    let disposition = find(headers, "Content-Disposition");
    match kind.as_str() {
        _ if disposition.starts_with("attachment") => {
            let name = parameter(disposition, "filename").unwrap_or_else(|| "файл".to_owned());
            letter.files.push(File { name: decode_words(&name), content_type: kind, bytes });
        }
        "text/html" if letter.html.is_empty() => letter.html = String::from_utf8_lossy(&bytes).into_owned(),
        "text/plain" | "" if letter.text.is_empty() => letter.text = String::from_utf8_lossy(&bytes).into_owned(),
        _ => {}
    }
}

/// What stands between the lines of a boundary.
fn pieces<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let mark = format!("--{boundary}").into_bytes();
    let line_start = |at: &usize| *at == 0 || body.get(at - 1) == Some(&b'\n');
    let marks: Vec<usize> = body
        .windows(mark.len())
        .enumerate()
        .filter(|(_, window)| *window == mark)
        .map(|(at, _)| at)
        .filter(line_start)
        .collect();
    let between = |pair: &[usize]| match pair {
        [from, to] => body.get(from + mark.len()..*to).map(trim_line_ends),
        _ => None,
    };
    marks.windows(2).filter_map(between).collect()
}

/// The line end after a boundary and the one before the next belong to the boundaries.
fn trim_line_ends(piece: &[u8]) -> &[u8] {
    let piece = piece.strip_prefix(b"\r\n").or_else(|| piece.strip_prefix(b"\n")).unwrap_or(piece);
    piece.strip_suffix(b"\r\n").or_else(|| piece.strip_suffix(b"\n")).unwrap_or(piece)
}

fn decode(encoding: &str, body: &[u8]) -> Vec<u8> {
    match encoding.trim().to_lowercase().as_str() {
        "base64" => base64(body).unwrap_or_else(|| body.to_vec()),
        "quoted-printable" => quoted_printable(body),
        _ => body.to_vec(),
    }
}

fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let plain: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    base64::engine::general_purpose::STANDARD.decode(plain).ok()
}

fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        rest = match rest {
            [] => return out,
            [b'=', b'\r', b'\n', after @ ..] | [b'=', b'\n', after @ ..] => after,
            [b'=', high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(hex_byte(*high, *low));
                after
            }
            [byte, after @ ..] => {
                out.push(*byte);
                after
            }
        };
    }
}

fn hex_byte(high: u8, low: u8) -> u8 {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0);
    digit(high) * 16 + digit(low)
}

/// `=?utf-8?b?…?=` words become text; white space between two of them is dropped (RFC 2047 §6.2).
fn decode_words(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some((before, found)) = rest.split_once("=?") {
        let Some((word, behind)) = encoded_word(found) else {
            out.push_str(before);
            out.push_str("=?");
            (rest, after_word) = (found, false);
            continue;
        };
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&word);
        (rest, after_word) = (behind, true);
    }
    out + rest
}

/// `charset?b?text?=`, and what follows it.
fn encoded_word(text: &str) -> Option<(String, &str)> {
    let (_charset, text) = text.split_once('?')?;
    let (how, text) = text.split_once('?')?;
    let (inside, behind) = text.split_once("?=")?;
    let bytes = match how {
        "b" | "B" => base64(inside.as_bytes())?,
        "q" | "Q" => quoted_printable(inside.replace('_', " ").as_bytes()),
        _ => return None,
    };
    Some((String::from_utf8_lossy(&bytes).into_owned(), behind))
}

/// `name=value`, `name="value"`, `name*=utf-8''value`, `name*0*=…; name*1*=…`.
fn parameter(header: &str, name: &str) -> Option<String> {
    let mut found = String::new();
    for pair in header.split(';').skip(1) {
        let Some((key, value)) = pair.split_once('=') else { continue };
        let key = key.trim().to_lowercase();
        let Some(suffix) = key.strip_prefix(name) else { continue };
        let value = value.trim().trim_matches('"');
        match suffix.strip_suffix('*') {
            _ if !suffix.is_empty() && !suffix.starts_with('*') => {}
            Some(_) => found.push_str(&percent_decoded(value.rsplit('\'').next().unwrap_or(value))),
            None => found.push_str(value),
        }
    }
    (!found.is_empty()).then_some(found)
}

fn percent_decoded(text: &str) -> String {
    // A percent sign plays the part that "=" plays in quoted-printable.
    let bytes = quoted_printable(text.replace('=', "=3D").replace('%', "=").as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_multibyte_parameters_survive() {
        let header = "attachment; filename*0*=utf-8''%D0%A1%D1%87%D1%91%D1%82; filename*1*=%20%E2%84%96%2017.pdf";
        assert_eq!(parameter(header, "filename").as_deref(), Some("Счёт № 17.pdf"));
        assert_eq!(parameter("multipart/mixed; boundary=\"ab c\"", "boundary").as_deref(), Some("ab c"));
    }

    #[test]
    fn encoded_words_join() {
        assert_eq!(decode_words("=?utf-8?b?0KHRh9GR0YI=?= =?utf-8?q?_=E2=84=96_17?= ok"), "Счёт № 17 ok");
        assert_eq!(decode_words("plain =? text"), "plain =? text");
    }

    #[test]
    fn a_body_with_a_boundary_inside_a_line_is_not_cut() {
        let body = b"--x\r\n\r\na --x b\r\n--x\r\n\r\nsecond\r\n--x--\r\n";
        assert_eq!(pieces(body, "x"), [b"\r\na --x b".as_slice(), b"\r\nsecond"]);
    }

    #[test]
    fn soft_line_ends_vanish() {
        assert_eq!(quoted_printable(b"a=\r\nb=3D=zz"), b"ab==zz");
    }
}
