//! Values: what is taken, what is refused, and that each has one normal form.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use export_license_registry::rules::values::{
    Amount, ControlCode, ControlPrefix, Country, Currency, Digest, Handle, Invalid, Name, Prose, Quantity,
    Reference, Term, Territory, Unit, prefixes,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn written<T: FromStr<Err = Invalid> + Display>(text: &str) -> String {
    let value: T = text.parse().unwrap_or_else(|invalid: Invalid| unreachable!("{text:?} {invalid}"));
    value.to_string()
}

fn refused<T: FromStr<Err = Invalid> + Debug>(text: &str) {
    let invalid = text.parse::<T>().expect_err(text);
    let says = invalid.to_string();
    assert!(says.starts_with("must "), "{says}");
    let repeats = text.len() > 3 && says.contains(text);
    assert!(!repeats, "the sentence does not repeat what was sent: {says}");
}

#[test]
fn control_codes_have_one_normal_form() {
    for (text, normal) in [
        ("6A002a2a", "6A002.a.2.a"),
        ("6A002.a.2.a", "6A002.a.2.a"),
        ("6a002 A2A", "6A002.a.2.a"),
        ("6A002-a-2-a", "6A002.a.2.a"),
        ("5A001.f", "5A001.f"),
        (" 5a001 ", "5A001"),
        ("ml10B", "ML10.b"),
        ("ML 10 b 1", "ML10.b.1"),
        ("ML1.a", "ML1.a"),
        ("ML22", "ML22"),
        ("0A501.y.", "0A501.y"),
    ] {
        assert_eq!(written::<ControlCode>(text), normal);
    }
    for text in [
        "",
        "ML",
        "ML0",
        "ML01",
        "ML23",
        "ML100",
        "M1",
        "6A02",
        "6F002",
        "6A002.ä",
        "6A002/a",
        "A6002",
        "６A002",
        "6A002.aaaaa",
        "6A002.12345",
        "6A002.a.1.a.1.a.1.a.1.a",
        "6A002\0",
        "6A002;drop",
    ] {
        refused::<ControlCode>(text);
    }
}

#[test]
fn a_prefix_covers_whole_levels_only() {
    for (prefix, code, covers) in [
        ("ML1", "ML1", true),
        ("ML1", "ML1.a", true),
        ("ML1", "ML10", false),
        ("ML1", "ML10.a", false),
        ("ML", "ML22", true),
        ("ML10.b", "ML10.b.1", true),
        ("ML10.b", "ML10.ba", false),
        ("6A002.a", "6A002.a.2", true),
        ("6A002.a", "6A002.aa", false),
        ("6A002.a.2", "6A002.a.20", false),
        ("6A002.a.2", "6A002.a", false),
        ("6", "6A002", true),
        ("6A", "6A002", true),
        ("6A", "6B002", false),
        ("6A0", "6A002", true),
        ("6A0", "6A102", false),
        ("6", "ML6", false),
    ] {
        let prefix: ControlPrefix = prefix.parse().expect(prefix);
        let code: ControlCode = code.parse().expect(code);
        assert_eq!(prefix.covers(&code), covers, "{prefix} {code}");
    }
    for text in ["", "M", "ML0", "A", "6F", "6AA", "6A00", "66", "6A002/"] {
        refused::<ControlPrefix>(text);
    }
}

#[test]
fn the_prefixes_of_a_code_run_from_the_list_to_the_code() {
    let code: ControlCode = "6A002.a.2".parse().expect("a code");
    assert_eq!(prefixes(&code).collect::<Vec<_>>(), ["6", "6A", "6A0", "6A002", "6A002.a", "6A002.a.2"]);
    assert_eq!(code.head(), "6A002");
    let code: ControlCode = "ML10.b".parse().expect("a code");
    assert_eq!(prefixes(&code).collect::<Vec<_>>(), ["ML", "ML10", "ML10.b"]);
}

#[test]
fn decimals_are_plain_digits() {
    for text in [
        "NaN",
        "nan",
        "inf",
        "Infinity",
        "-1",
        "+1",
        "-0",
        "1e3",
        "1E3",
        "0x10",
        "1,000",
        "1 000",
        "1_000",
        ".5",
        "5.",
        "",
        ".",
        "1.2.3",
        " 1",
        "1 ",
        "١",
        "½",
        "1234567890123456",
        "0000000000000001",
        "1\0",
    ] {
        refused::<Quantity>(text);
        refused::<Amount>(text);
    }
    refused::<Quantity>("0");
    refused::<Quantity>("0.000000");
    refused::<Quantity>("0.0000001");
    refused::<Amount>("0.001");
    assert_eq!(written::<Quantity>("999999999999999.999999"), "999999999999999.999999");
    assert_eq!(written::<Quantity>("0.000001"), "0.000001");
    assert_eq!(written::<Quantity>("012.500"), "12.5");
    assert_eq!(written::<Amount>("999999999999999.99"), "999999999999999.99");
    assert_eq!(written::<Amount>("0"), "0.00");
    assert_eq!(written::<Amount>("12.5"), "12.50");
}

#[test]
fn a_number_from_elsewhere_is_held_to_the_same_bounds() {
    let number = |text: &str| text.parse::<Decimal>().expect(text);
    for bad in ["0", "-1", "-0.5", "0.0000001", "1000000000000000", "79228162514264337593543950335"] {
        assert_eq!(Quantity::new(number(bad)), None, "{bad}");
    }
    for bad in ["-1", "0.001", "1000000000000000"] {
        assert_eq!(Amount::new(number(bad)), None, "{bad}");
    }
    assert_eq!(Quantity::new(number("1.500000")).expect("taken").value(), number("1.5"));
    assert_eq!(Amount::new(number("0.00")).expect("taken").value(), Decimal::ZERO);
    assert_eq!(Amount::new(number("-0")).expect("taken").to_string(), "0.00");
}

/// Refused in names and in long texts.
const REFUSED: &[char] = &[
    '\0',
    '\u{1}',
    '\u{7F}',
    '\u{85}',
    '\u{1B}',
    '\u{115F}',
    '\u{180E}',
    '\u{200B}',
    '\u{2028}',
    '\u{2029}',
    '\u{202A}',
    '\u{202B}',
    '\u{202C}',
    '\u{202D}',
    '\u{202E}',
    '\u{2060}',
    '\u{2066}',
    '\u{2067}',
    '\u{2068}',
    '\u{2069}',
    '\u{206F}',
    '\u{3164}',
    '\u{FDD0}',
    '\u{FEFF}',
    '\u{FFA0}',
    '\u{FFF9}',
    '\u{FFFE}',
    '\u{1D173}',
    '\u{E0001}',
    '\u{E0041}',
    '\u{10FFFF}',
];
/// Refused between the letters of a name alone: long texts in Hebrew, Arabic and Persian are written with them.
const MARKS: &[char] =
    &['\u{AD}', '\u{34F}', '\u{61C}', '\u{200C}', '\u{200D}', '\u{200E}', '\u{200F}', '\u{FE0F}'];

#[test]
fn text_hides_and_reorders_nothing() {
    for hidden in REFUSED {
        let text = format!("a{hidden}b");
        refused::<Name>(&text);
        refused::<Prose>(&text);
    }
    for mark in MARKS {
        for text in [format!("a{mark}b"), format!("a{mark}"), format!("{mark}a"), format!("a {mark} b")] {
            refused::<Name>(&text);
            assert_eq!(written::<Prose>(&text), text);
        }
    }
    assert_eq!(written::<Prose>("one\ntwo\r\n\tthree"), "one\ntwo\r\n\tthree");
    for break_ in ["\n", "\r", "\t"] {
        refused::<Name>(&format!("a{break_}b"));
    }
}

#[test]
fn a_joiner_and_a_selector_are_taken_where_they_change_what_is_seen() {
    for name in
        ["می\u{200C}خواهم", "क्\u{200D}ष", "👩\u{200D}🚀", "👩🏽\u{200D}🚀", "❤\u{FE0F}", "葛\u{E0100}城"]
    {
        assert_eq!(written::<Name>(name), name);
    }
    for name in [
        "a\u{200D}b",
        "Ж\u{200C}Ж",
        "ש\u{200D}ש",
        "א\u{FE0F}",
        "a\u{E0100}",
        "می\u{200C}",
        "\u{200C}می",
        "👩\u{200D}",
    ] {
        refused::<Name>(name);
    }
}

#[test]
fn a_word_of_a_name_does_not_pass_for_another() {
    for name in [
        "Р\u{430}ypal",
        "Ex\u{430}mple Optics",
        "Example \u{39F}ptics",
        "\u{405}ystems",
        "M\u{3BF}t\u{3BF}r",
        "Ehud-B\u{430}rak",
    ] {
        refused::<Name>(name);
        assert_eq!(written::<Prose>(name), name, "a text may quote it");
    }
    for name in [
        "Яндекс Маркет",
        "Яндекс.Taxi",
        "ООО Rheinmetall",
        "αβ-Pharma",
        "10 kΩ",
        "ΔV thruster",
        "50 µm lens",
        "Łódź Système Ñandú",
        "東京カメラ株式会社",
        "USBカメラ",
        "삼성전자 (주)",
        "رافائيل Rafael",
        "אלביט Elbit",
        "ที่ดิน",
        "Ελλάς",
        "Đặng Văn Ái",
    ] {
        assert_eq!(written::<Name>(name), name);
    }
}

#[test]
fn text_is_in_nfc_trimmed_and_bounded_in_characters() {
    assert_eq!(written::<Name>("  Ko\u{308}ln "), "Köln");
    assert_eq!(written::<Name>("\u{212B}"), "\u{C5}");
    for empty in ["", " ", "\n\t", "\u{A0}"] {
        refused::<Name>(empty);
        refused::<Prose>(empty);
    }
    assert_eq!(written::<Name>(&"é".repeat(200)).chars().count(), 200, "characters, not bytes");
    refused::<Name>(&"é".repeat(201));
    assert_eq!(written::<Prose>(&"é".repeat(10_000)).chars().count(), 10_000);
    refused::<Prose>(&"é".repeat(10_001));
}

#[test]
fn handles_and_digests() {
    assert_eq!(written::<Handle>("d.cohen-2_x"), "d.cohen-2_x");
    for text in ["", "a", "A.b", "a b", "ä.b", &"a".repeat(65), "a/b", "a\0"] {
        refused::<Handle>(text);
    }
    let digest = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";
    assert_eq!(written::<Digest>(digest), digest.to_lowercase());
    for text in ["", "e3b0", &"g".repeat(64), &"a".repeat(63), &"a".repeat(65), &"é".repeat(32)] {
        refused::<Digest>(text);
    }
}

#[test]
fn references_and_terms() {
    assert_eq!(written::<Reference>("el-2026-000123"), "EL-2026-000123");
    for text in ["", "EL 2026", "EL/2026", "ÉL-1", "%", "EL\0", &"A".repeat(41)] {
        refused::<Reference>(text);
    }
    assert_eq!(
        written::<Term>("declaration_template.record_agreement"),
        "declaration_template.record_agreement"
    );
    for text in ["", "License.freeze", "a b", "a-b", "ä", "a\0", &"a".repeat(81)] {
        refused::<Term>(text);
    }
}

#[test]
fn countries_are_iso_codes_with_the_few_in_real_files() {
    let all: Vec<(Country, &str)> = Country::all().collect();
    assert_eq!(all.len(), 253, "249 of ISO 3166-1, Kosovo and three former ones");
    for (country, name) in &all {
        assert_eq!(written::<Country>(country.as_str()), country.to_string());
        assert!(!name.trim().is_empty());
        let territory: Territory = country.as_str().parse().expect("a territory");
        assert_eq!(territory, Territory::Country(*country));
    }
    for former in ["AN", "CS", "XK", "YU"] {
        assert!(all.iter().any(|(country, _)| country.as_str() == former), "{former}");
    }
    for text in ["", "D", "de", "De", "DEU", "276", "XX", "ZZ", "AA", "D\0", "ÄÖ", "Ä", "UK", "EU"] {
        refused::<Country>(text);
    }
}

#[test]
fn territories_are_countries_groups_or_not_stated() {
    assert_eq!("ZZ".parse(), Ok(Territory::Unstated));
    assert_eq!("nato-plus".parse(), Ok(Territory::Group("nato-plus".to_owned())));
    for text in ["", "e", "Nato", "XX", "eu ", "eu_eea", &"e".repeat(41)] {
        refused::<Territory>(text);
    }
}

#[test]
fn currencies_and_units() {
    assert_eq!(written::<Currency>("EUR"), "EUR");
    assert_eq!(written::<Currency>("ILS"), "ILS");
    for text in ["", "eur", "EU", "EURO", "QQQ", "€"] {
        refused::<Currency>(text);
    }
    assert_eq!(Unit::ALL.len(), 10);
}

/// Text that is likely to be a control code, in any of its spellings.
fn spelled_code() -> impl Strategy<Value = String> {
    proptest::string::string_regex(
        "([0-9][A-Ea-e][0-9]{3}|[Mm][Ll]([1-9]|1[0-9]|2[0-2]))([ .-]?[a-zA-Z]{1,2}([ .-]?[0-9]{1,3}([ .-]?[a-z])?)?)?",
    )
    .expect("a pattern")
}

proptest! {
    #[test]
    fn a_code_in_normal_form_stays_as_it_is(text in spelled_code()) {
        let code: ControlCode = text.parse().expect("a code");
        prop_assert_eq!(written::<ControlCode>(code.as_str()), code.as_str());
        let json = serde_json::to_string(&code).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<ControlCode>(&json).expect("reads back"), code);
    }

    #[test]
    fn every_prefix_of_a_code_covers_it_and_nothing_else_does(text in spelled_code(), other in spelled_code()) {
        let code: ControlCode = text.parse().expect("a code");
        for prefix in prefixes(&code) {
            let parsed: ControlPrefix = prefix.parse().expect("a prefix");
            prop_assert_eq!(parsed.as_str(), prefix);
            prop_assert!(parsed.covers(&code));
        }
        let other: ControlCode = other.parse().expect("a code");
        let covered = other.as_str().parse::<ControlPrefix>().expect("a code is a prefix").covers(&code);
        prop_assert_eq!(covered, format!("{code}.").starts_with(&format!("{other}.")));
    }

    #[test]
    fn no_text_breaks_a_value(text in any::<String>()) {
        let _ = (text.parse::<ControlCode>(), text.parse::<ControlPrefix>(), text.parse::<Country>());
        let _ = (text.parse::<Territory>(), text.parse::<Currency>(), text.parse::<Handle>(), text.parse::<Digest>());
        let name = text.parse::<Name>().ok().map(|name| name.to_string());
        let prose = text.parse::<Prose>().ok().map(|prose| prose.to_string());
        if let Some(name) = name {
            prop_assert_eq!(written::<Name>(&name), name, "one normal form");
        }
        if let Some(prose) = prose {
            prop_assert_eq!(written::<Prose>(&prose), prose, "one normal form");
        }
        if let Ok(quantity) = text.parse::<Quantity>() {
            prop_assert_eq!(text.parse::<Decimal>().ok(), Some(quantity.value()));
        }
    }

    #[test]
    fn decimals_read_back(whole in 0_u64..1_000_000_000_000_000, fraction in 0_u32..1_000_000) {
        let text = format!("{whole}.{fraction:06}");
        let number: Decimal = text.parse().expect("a decimal");
        match text.parse::<Quantity>() {
            Ok(quantity) => {
                prop_assert_eq!(quantity.value(), number);
                prop_assert_eq!(written::<Quantity>(&quantity.to_string()), quantity.to_string());
                prop_assert_eq!(Quantity::new(number), Some(quantity));
            }
            Err(_) => prop_assert!(number.is_zero()),
        }
        let cents = format!("{whole}.{:02}", fraction % 100);
        prop_assert_eq!(written::<Amount>(&cents), cents);
    }
}
