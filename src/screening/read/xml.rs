//! Lists in XML: of the UN Security Council, of OFAC (one `sdnEntry` an entry) and of the EU.

use chrono::NaiveDate;

use super::elements::{Element, Records};
use super::parties::{add_names, kind};
use super::refusal::Refusal;
use super::values::{birth, clean, country, day};
use super::{Form, Limits, Reading};
use crate::rules::screening::entry::{Birth, Entry, Identifier, Kind, Quality};

/// The element in which OFAC says when it published, as it spells it.
const OFAC_PUBLISHED: &str = "publshInformation";

/// The entries of a list in XML, by the name of its outermost element.
pub(super) fn entries(file: &str, text: &str, limits: &Limits) -> Result<Reading, Refusal> {
    let elements = ["INDIVIDUAL", "ENTITY", "sdnEntry", "sanctionEntity", OFAC_PUBLISHED];
    let mut records = Records::new(file, text, &elements, limits)?;
    let (form, entry): (Form, fn(&Element) -> Option<Entry>) = match records.root.name.as_str() {
        "CONSOLIDATED_LIST" => (Form::UnXml, un),
        "sdnList" => (Form::OfacXml, ofac),
        "export" => (Form::EuXml, eu),
        _other => {
            let reason =
                "the outermost element is of no list that is known: CONSOLIDATED_LIST, sdnList or export";
            return Err(records.refuse(&records.root.name, reason));
        }
    };
    let stated = ["dateGenerated", "generationDate"].iter().find_map(|name| records.root.attribute(name));
    let mut published = stated.and_then(|stated| day(&stated));
    let mut found = Vec::new();
    while let Some(element) = records.next()? {
        if element.name == OFAC_PUBLISHED {
            // The month comes first here.
            let stated = element.text_of("Publish_Date");
            published = stated.and_then(|stated| NaiveDate::parse_from_str(&stated, "%m/%d/%Y").ok());
            continue;
        }
        let entry = entry(&element)
            .ok_or_else(|| records.refuse(&element.name, "the entry that ends here has no id or no name"))?;
        found.push(entry);
        if found.len() > limits.entries {
            return Err(records.refuse("", &format!("the list has more than {} entries", limits.entries)));
        }
    }
    Ok(Reading { form, published, entries: found })
}

/// Several texts as one name.
fn joined(parts: impl IntoIterator<Item = Option<String>>) -> Option<String> {
    clean(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

fn push<T: PartialEq>(values: &mut Vec<T>, more: impl IntoIterator<Item = T>) {
    for value in more {
        if !values.contains(&value) {
            values.push(value);
        }
    }
}

fn un(element: &Element) -> Option<Entry> {
    let is_person = element.name == "INDIVIDUAL";
    let mut entry = Entry {
        source_id: element.text_of("DATAID")?,
        kind: if is_person { Kind::Person } else { Kind::Organization },
        citation: element.text_of("REFERENCE_NUMBER"),
        listed_on: element.text_of("LISTED_ON").and_then(|stated| day(&stated)),
        ..Entry::default()
    };
    let parts = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"];
    add_names(&mut entry, Some(joined(parts.map(|part| element.text_of(part)))?), Quality::Primary);
    add_names(&mut entry, element.text_of("NAME_ORIGINAL_SCRIPT"), Quality::Strong);
    for alias in element.all("INDIVIDUAL_ALIAS").chain(element.all("ENTITY_ALIAS")) {
        let is_weak = alias.text_of("QUALITY").is_some_and(|quality| quality.eq_ignore_ascii_case("low"));
        let names = alias
            .text_of("ALIAS_NAME")
            .into_iter()
            .flat_map(|names| names.split(';').filter_map(clean).collect::<Vec<_>>());
        add_names(&mut entry, names, if is_weak { Quality::Weak } else { Quality::Strong });
    }
    push(&mut entry.programmes, element.text_of("UN_LIST_TYPE"));
    let nationalities = element.texts(&["NATIONALITY", "VALUE"]);
    push(&mut entry.countries, nationalities.iter().filter_map(|stated| country(stated)));
    let addresses = [["INDIVIDUAL_ADDRESS", "COUNTRY"], ["ENTITY_ADDRESS", "COUNTRY"]];
    push(
        &mut entry.address_countries,
        addresses.iter().flat_map(|path| element.texts(path)).filter_map(|stated| country(&stated)),
    );
    push(&mut entry.births, element.all("INDIVIDUAL_DATE_OF_BIRTH").filter_map(un_birth));
    for document in element.all("INDIVIDUAL_DOCUMENT") {
        let Some(value) = document.text_of("NUMBER") else { continue };
        let kind = document.text_of("TYPE_OF_DOCUMENT").unwrap_or_default();
        let issuer = document.text_of("ISSUING_COUNTRY").or_else(|| document.text_of("COUNTRY_OF_ISSUE"));
        push(
            &mut entry.identifiers,
            [Identifier { kind, value, country: issuer.as_deref().and_then(country) }],
        );
    }
    Some(entry)
}

fn un_birth(element: &Element) -> Option<Birth> {
    let stated = element.text_of("DATE").or_else(|| element.text_of("DATE_OF_BIRTH"));
    if let Some(day) = stated.as_deref().and_then(birth) {
        return Some(day);
    }
    let year = |name: &str| element.text_of(name).and_then(|year| year.parse::<i32>().ok());
    let slack = i32::from(element.text_of("TYPE_OF_DATE").is_some_and(|kind| kind == "APPROXIMATELY"));
    let between = year("FROM_YEAR").zip(year("TO_YEAR"));
    let known = between.or_else(|| year("YEAR").map(|year| (year, year)));
    known.map(|(first, last)| Birth::Years(first - slack, last + slack))
}

fn ofac(element: &Element) -> Option<Entry> {
    let name = |of: &Element, is_person: bool| match (of.text_of("lastName"), of.text_of("firstName")) {
        (Some(last), Some(first)) if is_person => Some(format!("{last}, {first}")),
        (last, first) => joined([first, last]),
    };
    let stated = element.text_of("sdnType").unwrap_or_default();
    let mut entry = Entry { source_id: element.text_of("uid")?, kind: kind(&stated), ..Entry::default() };
    let is_person = entry.kind == Kind::Person;
    add_names(&mut entry, Some(name(element, is_person)?), Quality::Primary);
    for aka in element.all("akaList").flat_map(|list| list.all("aka")) {
        let is_weak = aka.text_of("category").is_some_and(|category| category.eq_ignore_ascii_case("weak"));
        add_names(&mut entry, name(aka, is_person), if is_weak { Quality::Weak } else { Quality::Strong });
    }
    push(&mut entry.programmes, element.texts(&["programList", "program"]));
    let belongs =
        [["nationalityList", "nationality", "country"], ["citizenshipList", "citizenship", "country"]];
    push(
        &mut entry.countries,
        belongs.iter().flat_map(|path| element.texts(path)).filter_map(|stated| country(&stated)),
    );
    push(
        &mut entry.countries,
        element.texts(&["vesselInfo", "vesselFlag"]).iter().filter_map(|stated| country(stated)),
    );
    push(
        &mut entry.address_countries,
        element.texts(&["addressList", "address", "country"]).iter().filter_map(|stated| country(stated)),
    );
    push(
        &mut entry.births,
        element
            .texts(&["dateOfBirthList", "dateOfBirthItem", "dateOfBirth"])
            .iter()
            .filter_map(|stated| birth(stated)),
    );
    for id in element.all("idList").flat_map(|list| list.all("id")) {
        let Some(value) = id.text_of("idNumber") else { continue };
        let issuer = id.text_of("idCountry").as_deref().and_then(country);
        push(
            &mut entry.identifiers,
            [Identifier { kind: id.text_of("idType").unwrap_or_default(), value, country: issuer }],
        );
    }
    Some(entry)
}

fn eu(element: &Element) -> Option<Entry> {
    let stated = element.all("subjectType").find_map(|subject| subject.attribute("code")).unwrap_or_default();
    let mut entry = Entry {
        source_id: element.attribute("logicalId").or_else(|| element.attribute("euReferenceNumber"))?,
        kind: kind(&stated),
        listed_on: element.attribute("designationDate").and_then(|stated| day(&stated)),
        ..Entry::default()
    };
    for alias in element.all("nameAlias") {
        let parts = || joined(["firstName", "middleName", "lastName"].map(|part| alias.attribute(part)));
        let is_weak = alias.attribute("strong").is_some_and(|strong| strong == "false");
        let quality = match (is_weak, entry.names.is_empty()) {
            (_, true) => Quality::Primary,
            (true, false) => Quality::Weak,
            (false, false) => Quality::Strong,
        };
        add_names(&mut entry, alias.attribute("wholeName").or_else(parts), quality);
    }
    for regulation in element.all("regulation") {
        push(&mut entry.programmes, regulation.attribute("programme"));
        entry.citation = entry.citation.take().or_else(|| regulation.attribute("numberTitle"));
    }
    let code = |name: &'static str| {
        element
            .all(name)
            .filter_map(|one| one.attribute("countryIso2Code"))
            .filter(|code| code != "00")
            .collect::<Vec<_>>()
    };
    push(&mut entry.countries, code("citizenship"));
    push(&mut entry.address_countries, code("address"));
    for born in element.all("birthdate") {
        let year = |name: &str| born.attribute(name).and_then(|year| year.parse::<i32>().ok());
        let between =
            year("yearRangeFrom").zip(year("yearRangeTo")).or_else(|| year("year").map(|year| (year, year)));
        let day = born.attribute("birthdate").as_deref().and_then(birth);
        push(&mut entry.births, day.or_else(|| between.map(|(first, last)| Birth::Years(first, last))));
    }
    for one in element.all("identification") {
        let Some(value) = one.attribute("number") else { continue };
        let kind = one
            .attribute("identificationTypeDescription")
            .or_else(|| one.attribute("identificationTypeCode"))
            .unwrap_or_default();
        let issuer = one.attribute("countryIso2Code").as_deref().and_then(country);
        push(&mut entry.identifiers, [Identifier { kind, value, country: issuer }]);
    }
    (!entry.names.is_empty()).then_some(entry)
}
