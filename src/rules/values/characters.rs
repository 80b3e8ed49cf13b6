//! Which characters a text may hold, and where.
//!
//! A name tells who or what something is, so two names that look alike are to be alike: what shows nothing, what
//! reorders and what passes for a letter of another script is refused in it (Unicode UTS 39, UAX 9). A long text is
//! read and not compared: there the marks and joiners that Hebrew, Arabic, Persian and Indic texts are written with
//! are kept, and only what can make it read otherwise than it is stored is refused.

use unicode_script::{Script, UnicodeScript as _};
use unicode_security::{MixedScript as _, skeleton};

/// What a name may not hold.
pub(super) const IN_NAME: &str = "must not contain control characters or invisible formatting characters";
/// What a long text may not hold.
pub(super) const IN_PROSE: &str =
    "must not contain control characters or invisible characters that hide or reorder text";
/// What a word of a name may not be.
pub(super) const MIXED: &str = "must not put letters of another alphabet that look like Latin ones into a word, nor Latin ones into such a word";

/// Characters that show nothing or reorder what stands beside them (the property `Default_Ignorable_Code_Point` and
/// the separators of Unicode), and what is no character.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    ) || is_no_character(c)
}

/// The code points that Unicode will never assign.
fn is_no_character(c: char) -> bool {
    let code = u32::from(c);
    code & 0xFFFE == 0xFFFE || (0xFDD0..=0xFDEF).contains(&code)
}

/// What long texts are written with though it shows nothing: soft hyphen, grapheme joiner, directional marks, joiners,
/// variation selectors.
fn serves_in_prose(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{200C}'..='\u{200F}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{E0100}'..='\u{E01EF}'
    )
}

/// Whether every character may stand in a long text; line breaks and tabs may.
pub(super) fn fit_for_prose(text: &str) -> bool {
    let breaks = |c: char| matches!(c, '\n' | '\t' | '\r');
    text.chars().all(|c| (!c.is_control() || breaks(c)) && (!is_invisible(c) || serves_in_prose(c)))
}

/// Whether every character may stand in a name, where it stands.
pub(super) fn fit_for_name(text: &str) -> bool {
    let mut before = None;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let after = rest.clone().next();
        if c.is_control() || (is_invisible(c) && !has_work(before, c, after)) {
            return false;
        }
        before = Some(c);
    }
    true
}

/// Whether an invisible character changes how its neighbors look, and so is not invisible there.
fn has_work(before: Option<char>, c: char, after: Option<char>) -> bool {
    let (Some(before), after) = (before, after.unwrap_or(' ')) else { return false };
    let is_joiner = matches!(c, '\u{200C}' | '\u{200D}');
    let selects_picture = matches!(c, '\u{FE00}'..='\u{FE0F}');
    let selects_ideograph = selects_picture || matches!(c, '\u{E0100}'..='\u{E01EF}');
    (is_joiner && joins(before) && joins(after))
        || (c == '\u{200D}' && is_symbol(before) && is_symbol(after))
        || (selects_picture && is_symbol(before))
        || (selects_ideograph && before.script() == Script::Han)
}

/// Whether the letters of a character's script change their form with a joiner between them.
fn joins(c: char) -> bool {
    use Script::{
        Arabic, Bengali, Devanagari, Gujarati, Gurmukhi, Kannada, Khmer, Malayalam, Mongolian, Myanmar, Nko,
        Oriya, Sinhala, Syriac, Tamil, Telugu, Tibetan,
    };
    let script = c.script();
    // A vowel sign may belong to several scripts; it stands with a letter that tells.
    script == Script::Inherited && !is_invisible(c)
        || [
            Arabic, Bengali, Devanagari, Gujarati, Gurmukhi, Kannada, Khmer, Malayalam, Mongolian, Myanmar,
            Nko, Oriya, Sinhala, Syriac, Tamil, Telugu, Tibetan,
        ]
        .contains(&script)
}

/// Pictures and signs outside ASCII, with the selector that makes a picture of a sign.
fn is_symbol(c: char) -> bool {
    let visible = !c.is_ascii() && !c.is_alphanumeric() && !c.is_whitespace() && !is_invisible(c);
    (visible && c.script() == Script::Common) || c == '\u{FE0F}'
}

/// Whether no word passes for another: of several scripts, with a letter that looks like a Latin one. Signs of measure
/// such as the Greek Ω and Δ look like no Latin letter and may stand beside them, and so may Chinese and Japanese.
pub(super) fn words_are_of_one_script(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c.script() != Script::Inherited)
        .all(|word| word.is_single_script() || !word.chars().any(looks_latin))
}

/// Whether a letter of another script looks like a Latin one.
fn looks_latin(c: char) -> bool {
    c.is_alphabetic()
        && c.script() != Script::Latin
        && skeleton(c.encode_utf8(&mut [0; 4])).all(|like| like.script() == Script::Latin)
}
