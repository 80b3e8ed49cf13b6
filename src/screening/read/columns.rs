//! What the columns of a table say, by their names.
//!
//! The names are those of our own profile, of the US Consolidated Screening List, of the EU's financial sanctions list
//! and of the two lists of the United Kingdom. A name is known by its letters and digits alone; a column that is not
//! known is passed over.

/// What a column says of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// What the list calls the entry by.
    Id,
    /// The list within a consolidated list.
    List,
    /// Person, organization, vessel.
    Kind,
    /// A name, whole.
    Name,
    /// A part of a name; parts stand in the order of these numbers.
    NamePart(u8),
    /// Whether the name of this row is the first one or another.
    NameKind,
    /// Whether the name of this row is a weak one.
    NameQuality,
    /// Other names, separated by semicolons.
    Aliases,
    /// The same for weak ones.
    WeakAliases,
    /// The name in its own script.
    OwnScript,
    /// Days or years of birth, separated by semicolons.
    Births,
    /// Countries it belongs to, separated by semicolons or commas.
    Countries,
    /// Countries of its addresses, likewise.
    AddressCountries,
    /// Addresses that end with the code of a country, separated by semicolons.
    Addresses,
    /// Numbers of a kind that the column is named after.
    Number(&'static str),
    /// Numbers with kind and country, separated by semicolons: `Passport, IR, K1234567`.
    Numbers,
    /// A number, its kind, and who issued it.
    Identifier,
    IdentifierKind,
    IdentifierCountry,
    /// Programmes, separated by semicolons.
    Programmes,
    LicenseRequirement,
    LicensePolicy,
    Citation,
    ListedOn,
    /// When the publisher made the file.
    Published,
}

/// The names of columns, as letters and digits alone.
const NAMES: &[(Column, &[&str])] = &[
    (
        Column::Id,
        &["id", "sourceid", "entitynumber", "entitylogicalid", "groupid", "uniqueid", "entnum", "uid"],
    ),
    (Column::List, &["source", "list", "sourcelist"]),
    (
        Column::Kind,
        &[
            "type",
            "kind",
            "entitysubjecttype",
            "grouptype",
            "designationtype",
            "individualentityship",
            "sdntype",
        ],
    ),
    (Column::Name, &["name", "namealiaswholename", "primaryname", "fullname", "wholename", "entityname"]),
    (Column::NamePart(1), &["name1", "namealiasfirstname", "firstname", "givenname"]),
    (Column::NamePart(2), &["name2", "namealiasmiddlename", "middlename"]),
    (Column::NamePart(3), &["name3"]),
    (Column::NamePart(4), &["name4"]),
    (Column::NamePart(5), &["name5"]),
    (Column::NamePart(6), &["name6", "namealiaslastname", "lastname", "surname", "familyname"]),
    (Column::NameKind, &["aliastype", "nametype"]),
    (Column::NameQuality, &["aliasquality", "aliasstrength", "namequality", "quality"]),
    (Column::Aliases, &["altnames", "aliases", "alias", "aka", "strongaliases", "othernames"]),
    (Column::WeakAliases, &["weakaliases", "weakaka", "lowqualityaliases"]),
    (Column::OwnScript, &["namenonlatinscript", "originalscriptname", "nameoriginalscript"]),
    (
        Column::Births,
        &[
            "datesofbirth",
            "dateofbirth",
            "dob",
            "birthdates",
            "birthdatebirthdate",
            "birthdate",
            "birthdateyear",
            "birthyear",
        ],
    ),
    (
        Column::Countries,
        &[
            "countries",
            "country",
            "nationality",
            "nationalityies",
            "nationalities",
            "citizenships",
            "citizenshipcountryiso2code",
            "vesselflag",
            "flag",
            "currentbelievedflagofship",
        ],
    ),
    (Column::AddressCountries, &["addresscountries", "addresscountry", "addresscountryiso2code"]),
    (Column::Addresses, &["addresses"]),
    (Column::Number("Passport"), &["passportnumber", "passport", "passports"]),
    (
        Column::Number("National ID"),
        &["nationalidentificationnumber", "nationalidentifiernumber", "nationalid", "taxid"],
    ),
    (
        Column::Number("Registration"),
        &["registrationnumber", "businessregistrationnumbers", "businessregistrationnumber"],
    ),
    (Column::Number("IMO"), &["imo", "imonumber"]),
    (Column::Number("Call sign"), &["callsign"]),
    (Column::Numbers, &["ids", "identifiers"]),
    (Column::Identifier, &["identificationnumber"]),
    (Column::IdentifierKind, &["identificationtypedescription", "identificationtypecode"]),
    (Column::IdentifierCountry, &["identificationcountryiso2code"]),
    (
        Column::Programmes,
        &[
            "programs",
            "programmes",
            "programme",
            "program",
            "entityregulationprogramme",
            "regime",
            "regimename",
        ],
    ),
    (Column::LicenseRequirement, &["licenserequirement", "licencerequirement"]),
    (Column::LicensePolicy, &["licensepolicy", "licencepolicy"]),
    (
        Column::Citation,
        &["federalregisternotice", "citation", "entityregulationnumbertitle", "notice", "unreferencenumber"],
    ),
    (
        Column::ListedOn,
        &[
            "listedon",
            "startdate",
            "entitydesignationdate",
            "datedesignated",
            "uksanctionslistdatedesignated",
        ],
    ),
    (Column::Published, &["filegenerationdate"]),
];

/// A name of a column by its letters and digits.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What each field of a row of column names says.
pub(super) fn columns<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Option<Column>> {
    names
        .map(|name| {
            let plain = plain(name);
            // A column such as `_id` is the publisher's own bookkeeping.
            let mut known = NAMES.iter().filter(|_| !name.trim().starts_with('_'));
            known.find(|(_, names)| names.contains(&plain.as_str())).map(|(column, _)| *column)
        })
        .collect()
}

/// The first column, from 1, and its name, that stands there a second time, or is a second one of whole names: of a row one
/// is read, and what the other says would be lost.
pub(super) fn told_twice<'a>(
    names: impl Iterator<Item = &'a str>,
    columns: &[Option<Column>],
) -> Option<(u64, &'a str)> {
    let mut seen = Vec::new();
    for ((at, name), column) in (1..).zip(names).zip(columns) {
        let key = match column {
            None => continue,
            Some(Column::Name) => "name".to_owned(),
            Some(_other) => plain(name),
        };
        if seen.contains(&key) {
            return Some((at, name));
        }
        seen.push(key);
    }
    None
}

/// Whether a row is one of column names: it has a name and something to tell it by, or much else.
pub(super) fn are_names(columns: &[Option<Column>]) -> bool {
    let known = columns.iter().flatten().count();
    let named = columns.iter().flatten().any(|column| matches!(column, Column::Name | Column::NamePart(_)));
    named && known >= 2
}
