//! Bytes become UTF-8 while they stream: by BOM, then by declaration; what does not decode refuses the file (EXC-7).

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, WINDOWS_1251};

use super::fault::FileFault;

/// Bytes looked at for BOM and declaration.
const HEAD: usize = 512;
/// Bytes fetched at once.
const BLOCK: usize = 16 * 1024;
/// One tag, text or comment may take so many bytes: nothing in a 1C file comes near, and memory stays bounded (EXC-6).
const EVENT: usize = 512 * 1024;

/// A reader of decoded text.
pub(super) struct Decoded<R> {
    source: R,
    decoder: Decoder,
    /// Fetched, not yet decoded.
    raw: Vec<u8>,
    /// Decoded, not yet handed out.
    text: String,
    taken: usize,
    finished: bool,
    since_event: usize,
}

impl<R: Read> Decoded<R> {
    /// Looks at the first bytes and chooses the encoding.
    pub(super) fn open(mut source: R) -> Result<Self, FileFault> {
        let mut head = Vec::new();
        let limit = u64::try_from(HEAD).unwrap_or(u64::MAX);
        (&mut source).take(limit).read_to_end(&mut head).map_err(|error| FileFault::of_io(&error))?;
        let (encoding, bom) = encoding_of(&head)?;
        let decoder = encoding.new_decoder_without_bom_handling();
        let raw = head.split_off(bom);
        Ok(Self { source, decoder, raw, text: String::new(), taken: 0, finished: false, since_event: 0 })
    }

    /// The parser has finished an event: the next one may take its share of bytes.
    pub(super) fn event_over(&mut self) {
        self.since_event = 0;
    }

    fn refill(&mut self) -> Result<(), FileFault> {
        self.text.clear();
        self.taken = 0;
        while self.text.is_empty() && !self.finished {
            if self.raw.is_empty() {
                let mut block = vec![0; BLOCK];
                let count = self.source.read(&mut block).map_err(|error| FileFault::of_io(&error))?;
                block.truncate(count);
                self.raw = block;
            }
            let last = self.raw.is_empty();
            let room = self.decoder.max_utf8_buffer_length_without_replacement(self.raw.len()).unwrap_or(BLOCK * 4);
            self.text.reserve(room);
            let (result, read) = self.decoder.decode_to_string_without_replacement(&self.raw, &mut self.text, last);
            // The one byte that windows-1251 leaves free is decoded as a control character by the web's rules.
            if matches!(result, DecoderResult::Malformed(..)) || self.text.contains('\u{98}') {
                let name = self.decoder.encoding().name();
                return Err(FileFault::Encoding(format!("в файле есть байты, которых нет в {name}")));
            }
            self.raw.drain(..read);
            self.finished = last;
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.text.len() {
            self.refill().map_err(FileFault::into_io)?;
        }
        let rest = self.text.as_bytes().get(self.taken..).unwrap_or_default();
        let count = rest.len().min(out.len());
        for (to, from) in out.iter_mut().zip(rest) {
            *to = *from;
        }
        self.taken += count;
        self.since_event += count;
        if self.since_event > EVENT {
            return Err(FileFault::Limit("один элемент длиннее 512 КБ".to_owned()).into_io());
        }
        Ok(count)
    }
}

/// The encoding and the length of the BOM.
fn encoding_of(head: &[u8]) -> Result<(&'static Encoding, usize), FileFault> {
    let declared = declared(head)?;
    match Encoding::for_bom(head) {
        Some((encoding, length)) if encoding == UTF_8 => match declared {
            Some(other) if other != UTF_8 => {
                Err(FileFault::Encoding(format!("BOM говорит UTF-8, а объявление — {}", other.name())))
            }
            _ => Ok((UTF_8, length)),
        },
        Some((encoding, _)) => Err(FileFault::Encoding(format!("{} не принимается, нужна UTF-8", encoding.name()))),
        None => Ok((declared.unwrap_or(UTF_8), 0)),
    }
}

/// The encoding that the XML declaration names.
fn declared(head: &[u8]) -> Result<Option<&'static Encoding>, FileFault> {
    let text = String::from_utf8_lossy(head);
    let Some(declaration) = text.trim_start_matches('\u{feff}').strip_prefix("<?xml") else { return Ok(None) };
    let declaration = declaration.split("?>").next().unwrap_or_default();
    let Some((_, after)) = declaration.split_once("encoding") else { return Ok(None) };
    let label = after.trim_start().trim_start_matches('=').trim_start();
    let label = label.trim_start_matches(['"', '\'']).split(['"', '\'']).next().unwrap_or_default();
    match Encoding::for_label(label.as_bytes()) {
        Some(known) if known == UTF_8 || known == WINDOWS_1251 => Ok(Some(known)),
        _ => Err(FileFault::Encoding(format!("«{label}» не принимается: нужна UTF-8 или windows-1251"))),
    }
}
