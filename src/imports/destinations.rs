//! Destinations: country names in the profile's languages, abbreviations, several in a cell, "X via Y".
//!
//! A name is looked up, never guessed: what no language, code or alias of the profile knows, or what names two
//! countries, rejects the row.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::profile::ProfileError;
use crate::rules::values::{Country, Territory};

/// The longest cell that is read for destinations.
const MAX_CELL: usize = 4_000;
/// The most destinations of one cell.
const MAX_PLACES: usize = 300;

/// `[destinations]` of a profile.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DestinationsTable {
    languages: Vec<String>,
    iso_codes: bool,
    informal_names: bool,
    separators: Vec<String>,
    via: Vec<String>,
    aliases: BTreeMap<String, String>,
    unstated: Vec<String>,
    ambiguous: Vec<String>,
    unknown: Unknown,
}

/// What to do with a name that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Unknown {
    /// Reject the row.
    #[default]
    Reject,
    /// Take it as not stated; the text is kept.
    Unstated,
}

impl Default for DestinationsTable {
    fn default() -> Self {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        Self {
            languages: texts(&["en"]),
            iso_codes: true,
            informal_names: true,
            separators: texts(&["\n", ";", "|", ",", "/", "&", "and"]),
            via: texts(&["via"]),
            aliases: BTreeMap::new(),
            unstated: Vec::new(),
            ambiguous: Vec::new(),
            unknown: Unknown::Reject,
        }
    }
}

/// Where the goods go and where they pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) destinations: Vec<Territory>,
    pub(super) via: Vec<Territory>,
}

/// Reads destinations as the profile says.
#[derive(Clone, Debug)]
pub(super) struct Destinations {
    /// By folded name; `None` where it names two countries.
    names: HashMap<String, Option<Country>>,
    aliases: HashMap<String, Vec<Territory>>,
    separators: Vec<String>,
    via: Vec<String>,
    table: DestinationsTable,
}

impl Destinations {
    pub(super) fn new(table: DestinationsTable) -> Result<Self, ProfileError> {
        let mut names = names(&table)?;
        names.extend(table.ambiguous.iter().map(|name| (folded(name), None)));
        let mut aliases = HashMap::new();
        for (written, stands_for) in &table.aliases {
            let territories: Result<Vec<Territory>, _> =
                stands_for.split(',').map(|code| code.trim().parse()).collect();
            let territories = territories.map_err(|error| {
                ProfileError::at(&format!("destinations.aliases.{written}"), error.to_string())
            })?;
            aliases.insert(folded(written), territories);
        }
        aliases.extend(table.unstated.iter().map(|word| (folded(word), vec![Territory::Unstated])));
        let words = |list: &[String]| list.iter().map(|text| spaced(text)).collect::<Vec<_>>();
        if table.separators.iter().chain(&table.via).any(String::is_empty) {
            return Err(ProfileError::at("destinations.separators", "must not contain an empty text"));
        }
        Ok(Self { names, aliases, separators: words(&table.separators), via: words(&table.via), table })
    }

    /// Reads a cell.
    pub(super) fn read(&self, cell: &str) -> Result<Places, String> {
        if cell.len() > MAX_CELL {
            return Err(format!("is longer than {MAX_CELL} bytes"));
        }
        let cell = cell.trim();
        let mut places = Places::default();
        if let Some(territories) = self.known(cell)? {
            places.destinations = territories;
            return Ok(places);
        }
        let cut = self.via.iter().find_map(|word| cut(cell, word));
        let (to, through) = cut.unwrap_or((cell, ""));
        self.list(to, 0, &mut places.destinations)?;
        if !through.trim().is_empty() {
            self.list(through, 0, &mut places.via)?;
        }
        if places.destinations.is_empty() {
            return Err("names no destination".to_owned());
        }
        Ok(places)
    }

    /// Takes `text` as one name, or else splits it at the first separator that occurs and takes the parts: a name
    /// with a separator in it ("Trinidad and Tobago") is found before it is cut.
    fn list(&self, text: &str, level: usize, into: &mut Vec<Territory>) -> Result<(), String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        let unknown = level == self.separators.len() && self.table.unknown == Unknown::Unstated;
        let known = self.known(text)?.or_else(|| unknown.then(|| vec![Territory::Unstated]));
        if let Some(territories) = known {
            for territory in territories {
                if !into.contains(&territory) {
                    into.push(territory);
                }
            }
            let fits = into.len() <= MAX_PLACES;
            return if fits { Ok(()) } else { Err(format!("names more than {MAX_PLACES} places")) };
        }
        let Some(separator) = self.separators.get(level) else {
            return Err(format!("{text:?} is not a country, group or alias the profile knows"));
        };
        let mut rest = text;
        while let Some((part, behind)) = cut(rest, separator) {
            self.list(part, level + 1, into)?;
            rest = behind;
        }
        self.list(rest, level + 1, into)
    }

    /// What `text` as a whole stands for: an alias, a name, or a code in capitals.
    fn known(&self, text: &str) -> Result<Option<Vec<Territory>>, String> {
        let key = folded(text);
        if let Some(territories) = self.aliases.get(&key) {
            return Ok(Some(territories.clone()));
        }
        match self.names.get(&key) {
            Some(Some(country)) => return Ok(Some(vec![Territory::Country(*country)])),
            Some(None) => return Err(format!("{text:?} names more than one country")),
            None => {}
        }
        Ok(self
            .table
            .iso_codes
            .then(|| by_code(text))
            .flatten()
            .map(|country| vec![Territory::Country(country)]))
    }
}

/// A country by its alpha-2 or alpha-3 code in capitals.
fn by_code(text: &str) -> Option<Country> {
    if text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase()) {
        return keshvar::Alpha3::try_from(text).ok()?.to_country().alpha2().to_string().parse().ok();
    }
    text.parse().ok()
}

/// Every name in the profile's languages, and, where none of those says otherwise, informal names.
fn names(table: &DestinationsTable) -> Result<HashMap<String, Option<Country>>, ProfileError> {
    let mut names: HashMap<String, Option<Country>> = HashMap::new();
    let mut informal: HashMap<String, Option<Country>> = HashMap::new();
    let mut spoken = vec![false; table.languages.len()];
    let english = table.languages.iter().any(|language| language == "en");
    for country in keshvar::CountryIterator::new() {
        let Ok(code) = country.alpha2().to_string().parse::<Country>() else { continue };
        let translations = country.translations();
        for (language, spoken) in table.languages.iter().zip(&mut spoken) {
            if let Some(name) = translations.get(language.as_str()) {
                *spoken = true;
                add(&mut names, name, code);
            }
        }
        if english {
            add(&mut names, country.iso_short_name(), code);
            add(&mut names, country.iso_long_name(), code);
        }
        for name in country.unofficial_name_list().iter().filter(|_| table.informal_names) {
            add(&mut informal, name, code);
        }
    }
    // Former states and Kosovo, which ISO 3166-1 does not have.
    for (code, name) in Country::all().filter(|_| english) {
        add(&mut names, name.split(" (until").next().unwrap_or(name), code);
    }
    if let Some((language, _)) = table.languages.iter().zip(&spoken).find(|(_, spoken)| !**spoken) {
        let says = format!("{language:?} is not a language with country names, such as en, nl, de, fr, es");
        return Err(ProfileError::at("destinations.languages", says));
    }
    for (name, country) in informal {
        names.entry(name).or_insert(country);
    }
    Ok(names)
}

/// Adds a name; one that two countries have stands for neither.
fn add(names: &mut HashMap<String, Option<Country>>, name: &str, country: Country) {
    let entry = names.entry(folded(name)).or_insert(Some(country));
    if *entry != Some(country) {
        *entry = None;
    }
}

/// A separator that is a word stands between blanks; in lower case.
fn spaced(text: &str) -> String {
    let lower = text.to_lowercase();
    if lower.chars().any(char::is_alphabetic) { format!(" {} ", lower.trim()) } else { lower }
}

/// Splits at the first `separator`, whatever its case.
fn cut<'text>(text: &'text str, separator: &str) -> Option<(&'text str, &'text str)> {
    let starts = text.char_indices().map(|(at, _)| at);
    starts.filter_map(|at| text.split_at_checked(at)).find_map(|(before, rest)| {
        let end = rest.char_indices().map(|(at, c)| at + c.len_utf8()).nth(separator.chars().count() - 1)?;
        let (found, behind) = rest.split_at_checked(end)?;
        let same = found
            .chars()
            .zip(separator.chars())
            .all(|(a, b)| a.to_lowercase().eq(b.to_lowercase()) || (a.is_whitespace() && b == ' '));
        same.then_some((before, behind))
    })
}

/// The form names are compared in: lower case, without accents, punctuation and repeated blanks. A plus stays,
/// since "NATO+" is not NATO.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || c == '+' {
            folded.push(c);
        } else if !folded.is_empty() && !folded.ends_with(' ') && !matches!(c, '\'' | '’' | '.') {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(profile: &str, cell: &str) -> Result<(String, String), String> {
        let table = toml::from_str(profile).expect("a valid table");
        let places = Destinations::new(table).map_err(|error| error.to_string())?.read(cell)?;
        let joined = |list: &[Territory]| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        Ok((joined(&places.destinations), joined(&places.via)))
    }

    const DUTCH: &str = "languages = ['nl']\nseparators = [',', '/', 'en']\nunstated = ['Diverse landen']\nambiguous = ['Congo']\n\
        aliases = { VS = 'US', VK = 'GB', D = 'DE', NAVO = 'nato', 'NAVO+' = 'nato-plus', 'Benelux' = 'BE, NL, LU', \
        'Servië en Montenegro' = 'CS' }";

    #[test]
    fn cells_of_real_lists() {
        for (cell, to, via) in [
            ("DUITSLAND      ", "DE", ""),
            ("Chili via België", "CL", "BE"),
            ("Duitsland, VK, VS en Frankrijk", "DE GB US FR", ""),
            ("VK en Frankrijk  VIA  Israel", "GB FR", "IL"),
            ("NAVO, ZWEDEN", "nato SE", ""),
            ("NAVO+", "nato-plus", ""),
            ("D/NL", "DE NL", ""),
            ("POL, FIN, IT", "PL FI IT", ""),
            ("Trinidad en Tobago", "TT", ""),
            ("India via Trinidad en Tobago", "IN", "TT"),
            ("Servie en Montenegro, Zuid  Korea", "CS KR", ""),
            ("diverse landen", "ZZ", ""),
            ("Benelux, België", "BE NL LU", ""),
        ] {
            assert_eq!(read(DUTCH, cell), Ok((to.to_owned(), via.to_owned())), "{cell}");
        }
        for cell in
            ["Atlantis", "Duitsland, Atlantis", "via België", "Congo", "", ",", "duits", "Chili via Nergens"]
        {
            assert!(read(DUTCH, cell).is_err(), "{cell}");
        }
    }

    #[test]
    fn profiles_are_checked() {
        assert!(read("languages = ['xx']", "Germany").is_err_and(|says| says.contains("languages")));
        assert!(read("aliases = { Foo = 'Bar!' }", "Foo").is_err_and(|says| says.contains("aliases.Foo")));
        assert_eq!(read("unknown = 'unstated'", "Nowhere"), Ok(("ZZ".to_owned(), String::new())));
    }
}
