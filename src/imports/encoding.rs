//! Bytes to text: one declared encoding, strictly, with a limit on the length.
//!
//! A byte that the encoding does not allow means that the profile is wrong about the file, so the file is refused;
//! a replacement character would be a silent loss.

use std::io::Read;

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};

use super::reader::ReadError;

/// How much is read and decoded at a time.
const CHUNK: usize = 64 * 1024;

/// Reads text out of bytes, a chunk at a time.
pub(super) struct Text<R> {
    input: R,
    decoder: Decoder,
    buffer: Vec<u8>,
    limit: u64,
    /// Bytes taken from the input.
    taken: u64,
    /// Bytes decoded, for messages.
    decoded: u64,
    ended: bool,
}

impl<R: Read> Text<R> {
    /// Text in `encoding`, or, where none is declared, as the byte-order mark says and else UTF-8.
    pub(super) fn new(input: R, encoding: Option<&'static Encoding>, limit: u64) -> Self {
        let decoder = match encoding {
            Some(declared) => declared.new_decoder_with_bom_removal(),
            None => UTF_8.new_decoder(),
        };
        let buffer = vec![0; CHUNK];
        Self { input, decoder, buffer, limit, taken: 0, decoded: 0, ended: false }
    }

    /// Appends the next chunk of text to `out`; false at the end. `line` is where the reading stands, for messages.
    pub(super) fn next(&mut self, out: &mut String, line: u64) -> Result<bool, ReadError> {
        if self.ended {
            return Ok(false);
        }
        let read = self.fill()?;
        self.taken += read as u64;
        if self.taken > self.limit {
            return Err(ReadError::TooLong { limit: self.limit });
        }
        self.ended = read == 0;
        let mut rest = self.buffer.get(..read).unwrap_or_default();
        out.reserve(self.decoder.max_utf8_buffer_length_without_replacement(read).unwrap_or(CHUNK * 4));
        loop {
            let start = out.len();
            let (result, used) = self.decoder.decode_to_string_without_replacement(rest, out, self.ended);
            self.decoded += used as u64;
            rest = rest.get(used..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => return Ok(!self.ended || out.len() > start),
                DecoderResult::OutputFull => out.reserve(CHUNK),
                DecoderResult::Malformed(length, behind) => {
                    let bad = u64::from(length) + u64::from(behind);
                    let breaks = out.bytes().filter(|byte| *byte == b'\n').count() as u64;
                    return Err(ReadError::Encoding {
                        encoding: self.decoder.encoding().name(),
                        offset: self.decoded.saturating_sub(bad),
                        line: line + breaks,
                    });
                }
            }
        }
    }

    /// Fills the buffer; short only at the end of the input, so that a slow input gives the same chunks.
    fn fill(&mut self) -> Result<usize, ReadError> {
        let mut read = 0;
        while let Some(room) = self.buffer.get_mut(read..).filter(|room| !room.is_empty()) {
            match self.input.read(room) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(ReadError::Input(error)),
            }
        }
        Ok(read)
    }
}

/// The encoding a profile names: any label of the WHATWG Encoding Standard; `None` for `auto`.
pub(super) fn named(label: &str) -> Result<Option<&'static Encoding>, String> {
    if label.trim().eq_ignore_ascii_case("auto") {
        return Ok(None);
    }
    match Encoding::for_label_no_replacement(label.as_bytes()) {
        Some(encoding) => Ok(Some(encoding)),
        None => Err(format!("{label:?} is not an encoding, such as auto, utf-8, windows-1252 or utf-16le")),
    }
}
