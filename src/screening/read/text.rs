//! Bytes to text: Unicode by its mark or UTF-8, or a declared encoding; strictly, since a name that is read wrongly
//! matches nobody.

use encoding_rs::{Encoding, UTF_8};

use super::refusal::Refusal;
use super::{File, Limits};

/// The text of a file.
pub(super) fn decoded(file: &File<'_>, label: Option<&str>, limits: &Limits) -> Result<String, Refusal> {
    if file.bytes.len() > limits.bytes {
        return Err(Refusal::whole(file.name, &format!("the file is longer than {} bytes", limits.bytes)));
    }
    let declared = match label {
        None => None,
        Some(label) => {
            let known = Encoding::for_label_no_replacement(label.as_bytes());
            Some(known.ok_or_else(|| {
                Refusal::whole(file.name, "the encoding is not a label of the WHATWG Encoding Standard")
            })?)
        }
    };
    let (encoding, bytes) = match Encoding::for_bom(file.bytes) {
        Some((encoding, length)) => (encoding, file.bytes.get(length..).unwrap_or_default()),
        None => (declared.unwrap_or(UTF_8), file.bytes),
    };
    let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) else {
        return Err(misread(file.name, encoding, bytes));
    };
    // DOS ended text files with this sign, and OFAC still does.
    let text = text.trim_end_matches('\u{1A}');
    match text.find('\0') {
        Some(at) => {
            let before = text.get(..at).unwrap_or_default();
            Err(Refusal::at(
                file.name,
                place(before),
                "",
                "a null character is no part of a list: is it a text file, and in this encoding?",
            ))
        }
        None => Ok(text.to_owned()),
    }
}

fn misread(file: &str, encoding: &'static Encoding, bytes: &[u8]) -> Refusal {
    let valid = match std::str::from_utf8(bytes) {
        Err(error) if encoding == UTF_8 => {
            bytes.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok())
        }
        Ok(_) | Err(_) => None,
    };
    let reason = format!("the file is not {}: is it in another encoding, or cut off?", encoding.name());
    match valid {
        Some(before) => Refusal::at(file, place(before), "", reason),
        None => Refusal::whole(file, &reason),
    }
}

/// The line and the character after this text.
pub(super) fn place(before: &str) -> (u64, u64) {
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    (line as u64, column as u64)
}
