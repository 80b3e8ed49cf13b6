//! Names of countries: one is found however it is accented and capitalized.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A name without its marks and in small letters: `Côte d’Ivoire` and `cote d'ivoire` are one, and so are Hebrew and
/// Arabic with and without points.
pub fn folded(name: &str) -> String {
    name.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if matches!(c, '\u{2018}' | '\u{2019}' | '\u{2BC}') { '\'' } else { c })
        .collect()
}

/// Whether a name contains what is asked for.
pub fn contains(name: &str, asked: &str) -> bool {
    folded(name).contains(&folded(asked))
}

/// Whether a text is a language tag that names are kept under (BCP 47): a language, and a script or region behind it.
pub fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts
        .next()
        .is_some_and(|part| matches!(part.len(), 2 | 3) && part.bytes().all(|b| b.is_ascii_lowercase()));
    let rest: Vec<&str> = parts.collect();
    let is_script = |part: &str| {
        part.len() == 4
            && part
                .bytes()
                .enumerate()
                .all(|(at, b)| if at == 0 { b.is_ascii_uppercase() } else { b.is_ascii_lowercase() })
    };
    let is_region = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_uppercase());
    language
        && match rest.as_slice() {
            [] => true,
            [one] => is_script(one) || is_region(one),
            [script, region] => is_script(script) && is_region(region),
            [_, _, _, ..] => false,
        }
}
