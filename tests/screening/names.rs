//! Two names: which are one, which are two, and why.

use export_license_registry::rules::screening::quality::score;
use export_license_registry::rules::screening::{How, LegalForm, Name, Subject, Weights, compare};
use proptest::prelude::*;

use Subject::{Craft, Organization, Person, Unknown};

/// What is one name is at least this alike, and what are two is less.
const ALIKE: f64 = 0.75;

#[track_caller]
fn alike(subject: Subject, pairs: &[(&str, &str)]) {
    let weights = Weights::default();
    for (one, other) in pairs {
        let score = score(one, other, subject, &weights);
        assert!(score >= ALIKE, "{one} and {other} are one name, and score {score:.3}");
    }
}

#[track_caller]
fn unlike(subject: Subject, pairs: &[(&str, &str)]) {
    let weights = Weights::default();
    for (one, other) in pairs {
        let score = score(one, other, subject, &weights);
        assert!(score < ALIKE, "{one} and {other} are two names, and score {score:.3}");
    }
}

#[test]
fn slips_of_the_hand() {
    alike(
        Person,
        &[
            ("Gorislav Petunin", "Gorislav Petunni"),
            ("Gorislav Petunin", "Gorislv Petunin"),
            ("Gorislav Petunin", "Goorislav Petunin"),
            ("Gorislav Petunin", "Gorislaw Petunin"),
            ("G0r1slav Petun1n", "Gorislav Petunin"),
            ("Valsirog Petunin", "Gorislav Petunin"),
        ],
    );
}

#[test]
fn order_spacing_and_marks() {
    alike(
        Person,
        &[
            ("PETUNIN, Gorislav", "Gorislav Petunin"),
            ("GorislavPetunin", "Gorislav Petunin"),
            ("Goris lav Petunin", "Gorislav Petunin"),
            ("Zuzana Kovářová", "ZUZANA KOVAROVA"),
            ("Jean-Luc Marchebois", "JeanLuc Marchebois"),
            ("Dr. Gorislav Petunin", "Gorislav Petunin"),
        ],
    );
    alike(Organization, &[("Sunfield Works", "Sun Field Works"), ("A.B.X. Optics", "ABX Optics")]);
}

#[test]
fn missing_extra_and_short_words() {
    alike(
        Person,
        &[
            ("Gorislav Petunin", "Gorislav Ivanovich Petunin"),
            ("G. Petunin", "Gorislav Petunin"),
            ("Bob Thistledown", "Robert Thistledown"),
            ("Juan Thistledown", "John Thistledown"),
            ("JL Marchebois", "Jean-Luc Marchebois"),
        ],
    );
    unlike(
        Person,
        &[
            ("Gorislav Ivanovich Petunin", "Gorislav Petrovich Petunin"),
            ("A. Petunin", "Gorislav Petunin"),
            ("Gorislav X. Petunin", "Gorislav M. Petunin"),
            ("Mahmud Tarkani", "Muhammad Tarkani"),
            ("G. P.", "Gorislav Petunin"),
        ],
    );
}

#[test]
fn other_scripts() {
    alike(
        Person,
        &[
            ("Горислав Петунин", "Gorislav Petunin"),
            ("محمد الترکاني", "Mohammed al-Tarkani"),
            ("דוד ארבלי", "David Arbeli"),
            ("王小明", "Wang Xiaoming"),
            ("バラク・オカモト", "Barack Okamoto"),
            ("ბარაკ ნიკოლაძე", "Barak Nikoladze"),
            ("Gоrislаv Реtunin", "Gorislav Petunin"),
        ],
    );
    alike(
        Organization,
        &[("金星科技有限公司", "Jinxing Technology Co., Ltd."), ("ООО «Ромашково»", "Romashkovo LLC")],
    );
}

#[test]
fn arabic_names_have_many_spellings() {
    alike(
        Person,
        &[
            ("Abdulaziz al-Tarkani", "'Abd al-Aziz at-Tarkani"),
            ("Abdel Aziz Tarkani", "Abdul-Aziz El Tarkani"),
            ("Yusuf ibn Tarkan", "Yousef bin Tarkan"),
        ],
    );
}

#[test]
fn legal_forms_are_known_in_many_languages() {
    alike(
        Organization,
        &[
            ("OAO Romashkovo", "Romashkovo JSC"),
            ("Romashkovo Aktiengesellschaft", "Romashkovo AG"),
            ("Romashkovo Aktiengeselschaft", "Romashkovo AG"),
            ("Romashkovo", "Obshchestvo s ogranichennoi otvetstvennostyu Romashkovo"),
            ("Testwerk GmbH", "Testwerk Ltd."),
            ("Testwerkgmbh", "Testwerk"),
        ],
    );
    let scored = |other| score("Testwerk Optik GmbH", other, Organization, &Weights::default());
    assert!(scored("Testwerk Optik AG") < scored("Testwerk Optik"), "another form speaks against it");
    assert_eq!(Name::new("Testwerk Optik GmbH", Organization).forms, [LegalForm::Limited]);
    assert_eq!(Name::new("Limited", Organization).words.len(), 1, "a name of a form alone keeps its word");
}

#[test]
fn organizations_differ_by_what_tells() {
    unlike(
        Organization,
        &[
            ("Testwerk Systems", "Petunin Systems"),
            ("Government of Atlantis", "Government of Lemuria"),
            ("Management Company 23", "Management Company"),
            ("Construction Ltd", "Construction Dredging Company LLC"),
        ],
    );
    alike(
        Organization,
        &[
            ("First Moonrise Bank Int'l", "1st Moonrise International Bank"),
            ("Brigade Forty-Seven", "Brigade 47"),
            ("MLF", "Moonrise Liberation Front"),
        ],
    );
}

#[test]
fn ships_need_more() {
    alike(Craft, &[("MV Silver Heron", "SILVER HERON"), ("M/V Silver Heron", "SILVER HERON")]);
    unlike(Craft, &[("Heron", "Horen"), ("Lady Amber", "Lady Ivory")]);
}

#[test]
fn rare_words_weigh_more_than_common_ones() {
    let weights = Weights::default();
    let rare = score("Zarquon Trading", "Zarquon Shipping", Organization, &weights);
    let common = score("Zarquon Trading", "Vogsphere Trading", Organization, &weights);
    assert!(rare > common + 0.2, "{rare:.3} and {common:.3}");
}

#[test]
fn an_explanation_has_every_word_once() {
    let weights = Weights::default();
    let name = |text| Name::new(text, Person).weighed(&weights);
    let (ours, theirs) = (name("G. Petunin Karlowitz"), name("Gorislav Petunni"));
    let parts = compare(&ours, &theirs).parts(&ours, &theirs);
    let told: Vec<(&str, &str, How)> =
        parts.iter().map(|part| (part.ours.as_str(), part.theirs.as_str(), part.how)).collect();
    assert_eq!(
        told,
        [("G", "Gorislav", How::Initial), ("Petunin", "Petunni", How::Typo), ("Karlowitz", "", How::Missing),]
    );
}

proptest! {
    #[test]
    fn any_two_texts_have_a_score(one in "\\PC{0,60}", other in "\\PC{0,60}", kind in 0_usize..4) {
        let subject = [Person, Organization, Craft, Unknown][kind];
        let weights = Weights::default();
        let score = score(&one, &other, subject, &weights);
        prop_assert!((0.0..=1.0).contains(&score), "{score}");
    }

    #[test]
    fn a_name_is_itself(words in prop::collection::vec("[A-Z][a-z]{3,8}", 1..5)) {
        let name = words.join(" ");
        prop_assert!(score(&name, &name, Person, &Weights::default()) > 0.999);
    }
}
