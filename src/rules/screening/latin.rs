//! Text of any script as Latin letters.
//!
//! What looks like Latin inside a Latin word is taken for it (UTS 39); Arabic and Hebrew letters keep the long vowels
//! that they write; Chinese is spelled syllable by syllable; everything else is spelled as its usual romanization. No
//! single romanization is right, so words that come from another script are compared loosely afterwards.

use unicode_normalization::UnicodeNormalization as _;
use unicode_script::{Script, UnicodeScript as _};
use unicode_security::skeleton;

/// How much of a word's spelling was guessed when it was put into Latin letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Written in Latin letters.
    Latin,
    /// From an alphabet that writes vowels: Cyrillic, Greek, Armenian, Georgian.
    Alphabet,
    /// From a script of syllables or word signs: Chinese, Japanese, Korean, Indic.
    Syllables,
    /// From a script that leaves short vowels out: Arabic, Hebrew.
    Consonants,
}

/// The origin of a word by its letters; the loosest one of several.
#[expect(clippy::wildcard_enum_match_arm, reason = "the scripts that are told apart are few of many")]
pub(super) fn origin(word: &str) -> Origin {
    let of = |c: char| match c.script() {
        Script::Latin | Script::Common | Script::Inherited => Origin::Latin,
        Script::Cyrillic | Script::Greek | Script::Armenian | Script::Georgian => Origin::Alphabet,
        Script::Arabic | Script::Hebrew | Script::Syriac | Script::Thaana => Origin::Consonants,
        _other => Origin::Syllables,
    };
    word.chars().map(of).max().unwrap_or(Origin::Latin)
}

/// One form for what is written in several: compatibility forms, and no characters that show nothing.
pub(super) fn plain(text: &str) -> String {
    text.nfkc().filter(|c| !is_invisible(*c)).collect()
}

fn is_invisible(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{640}' | '\u{E0000}'..='\u{E0FFF}')
}

/// A word in lower-case Latin letters and digits; syllables of Chinese and Korean are parted by blanks.
pub(super) fn latin(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut before = None;
    for c in word.chars() {
        // A mark on a Latin letter tells little in a name: the lists leave it out as often as not.
        let base =
            if matches!(c.script(), Script::Latin | Script::Greek) { c.nfd().next().unwrap_or(c) } else { c };
        push(&mut out, base, before);
        before = Some(c);
    }
    out
}

fn push(out: &mut String, c: char, before: Option<char>) {
    if c.is_ascii() {
        out.extend(c.is_ascii_alphanumeric().then(|| c.to_ascii_lowercase()));
        return;
    }
    if let Some(own) = own_spelling(c, before) {
        out.push_str(own);
        return;
    }
    if matches!(c.script(), Script::Han | Script::Hangul) && !out.is_empty() {
        out.push(' ');
    }
    let spelled = any_ascii::any_ascii_char(c);
    out.extend(spelled.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()));
}

/// Letters whose spelling in names differs from the general tables.
fn own_spelling(c: char, before: Option<char>) -> Option<&'static str> {
    let vowel_before = matches!(before, Some('ا' | 'أ' | 'إ' | 'آ' | 'و' | 'ي' | 'ی'));
    Some(match c {
        'ا' | 'أ' | 'آ' | 'ى' | 'ة' | 'ع' | 'ע' | 'א' => "a",
        'إ' => "i",
        'و' | 'ؤ' => {
            if before.is_none() || vowel_before {
                "w"
            } else {
                "u"
            }
        }
        'ي' | 'ی' | 'ئ' => {
            if before.is_none() || vowel_before {
                "y"
            } else {
                "i"
            }
        }
        'ه' | 'ھ' | 'ہ' | 'ح' => "h",
        'خ' | 'ח' | 'х' | 'Х' => "kh",
        'ו' => {
            if before.is_none() {
                "v"
            } else {
                "w"
            }
        }
        'י' => {
            if before.is_none() {
                "y"
            } else {
                "i"
            }
        }
        'ב' => {
            if before.is_none() {
                "b"
            } else {
                "v"
            }
        }
        'פ' => {
            if before.is_none() {
                "p"
            } else {
                "f"
            }
        }
        'þ' | 'Þ' => "th",
        'ð' | 'Ð' => "d",
        'ы' | 'й' | 'Ы' | 'Й' => "y",
        'ё' | 'Ё' => "yo",
        'є' | 'Є' => "ye",
        'ї' | 'Ї' => "yi",
        'ў' | 'Ў' => "u",
        'ь' | 'ъ' | 'Ь' | 'Ъ' => "",
        _other => return None,
    })
}

/// The text with letters of another alphabet that pass for Latin ones put into Latin, and the other way round: in words
/// of both, and in words of such letters alone that stand beside Latin ones.
pub(super) fn unmasked(text: &str) -> String {
    let of = |script: Script| text.chars().any(|c| c.is_alphabetic() && c.script() == script);
    if text.is_ascii() || !of(Script::Latin) || !(of(Script::Cyrillic) || of(Script::Greek)) {
        return text.to_owned();
    }
    text.split_inclusive(|c: char| !c.is_alphanumeric()).map(word_unmasked).collect()
}

fn word_unmasked(word: &str) -> String {
    let letters = || word.chars().filter(|c| c.is_alphabetic());
    let is_latin = |c: char| c.script() == Script::Latin;
    if letters().all(is_latin) {
        return word.to_owned();
    }
    let mixed = letters().any(is_latin);
    if letters().all(|c| is_latin(c) || looks(c).is_some()) {
        return word.chars().map(|c| looks(c).unwrap_or(c)).collect();
    }
    if mixed && letters().all(|c| !is_latin(c) || cyrillic_look(c).is_some()) {
        return word.chars().map(|c| cyrillic_look(c).unwrap_or(c)).collect();
    }
    word.chars().map(|c| if mixed { looks(c).unwrap_or(c) } else { c }).collect()
}

/// The Latin letter that a letter looks like, in the same case.
fn looks(c: char) -> Option<char> {
    if c.script() == Script::Latin || !c.is_alphabetic() {
        return None;
    }
    let by_case = match c {
        'В' => Some('B'),
        'Н' => Some('H'),
        'М' | 'м' => Some('m'),
        'Т' | 'т' => Some('t'),
        'К' | 'к' | 'κ' => Some('k'),
        'н' => Some('h'),
        'в' => Some('b'),
        'α' => Some('a'),
        'ν' => Some('v'),
        _other => None,
    };
    by_case
        .or_else(|| skeleton(c.encode_utf8(&mut [0; 4])).next().filter(|like| like.script() == Script::Latin))
}

fn cyrillic_look(c: char) -> Option<char> {
    let at = "aceopxykmhtbACEOPXYKMHTB".chars().position(|latin| latin == c)?;
    "асеорхукмнтвАСЕОРХУКМНТВ".chars().nth(at)
}
