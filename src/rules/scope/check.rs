//! Which scopes can be used: none that is empty, and none that would reach a register whole.

use super::{Scope, Shape};
use crate::rules::product::{ProductClass, SecurityClassification, TechnologyTag};
use crate::rules::values::{ControlPrefix, Country, Territory};

/// How deep a scope may nest.
const DEEPEST: usize = 8;
/// How many conditions a scope may have.
const MOST_CONDITIONS: usize = 100;
/// How many values one condition may list.
const MOST_VALUES: usize = 1000;
/// The shortest prefixes: together they cover every code there is.
const LISTS: [&str; 11] = ["ML", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// Why a scope cannot be used: where, as a JSON pointer into it, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// Where in the scope.
    pub pointer: String,
    /// What is to be done.
    pub says: &'static str,
}

impl Scope {
    /// Refuses a scope that is empty, too deep or too long, or that names no country, goods or party on one of its
    /// ways to match and so would reach a register whole.
    pub fn check(&self) -> Result<(), Unusable> {
        let mut conditions = 0;
        self.check_at("", 1, &mut conditions)?;
        if self.is_bounded() {
            return Ok(());
        }
        let says = "reaches everything: on every way to match, name destinations, country groups, control codes, \
                    classes, tags, exporters or end users, and not all there are";
        Err(Unusable { pointer: String::new(), says })
    }

    fn check_at(&self, at: &str, depth: usize, conditions: &mut usize) -> Result<(), Unusable> {
        let fault = |says| Err(Unusable { pointer: format!("{at}/{}", self.name()), says });
        *conditions += 1;
        if depth > DEEPEST || *conditions > MOST_CONDITIONS {
            return fault("nests deeper than 8 or has more than 100 conditions: make it simpler");
        }
        match self.shape() {
            Shape::All(parts) | Shape::Any(parts) => {
                if parts.is_empty() {
                    return fault("is empty: name at least one condition");
                }
                for (index, part) in parts.iter().enumerate() {
                    part.check_at(&format!("{at}/{}/{index}", self.name()), depth + 1, conditions)?;
                }
                Ok(())
            }
            Shape::Except(exception) => {
                exception.of.check_at(&format!("{at}/except/of"), depth + 1, conditions)?;
                exception.but.check_at(&format!("{at}/except/but"), depth + 1, conditions)
            }
            Shape::Condition if self.values() == 0 => fault("is empty: name at least one value"),
            Shape::Condition if self.values() > MOST_VALUES => {
                fault("names more than 1000 values: use a group or a prefix")
            }
            Shape::Condition => Ok(()),
        }
    }

    /// How many values a condition lists; 0 for a combination.
    fn values(&self) -> usize {
        match self {
            Self::All(_) | Self::Any(_) | Self::Except(_) => 0,
            Self::Destinations(values) => values.len(),
            Self::CountryGroups(values) => values.len(),
            Self::ControlCodes(values) => values.len(),
            Self::ProductClasses(values) => values.len(),
            Self::TechnologyTags(values) => values.len(),
            Self::SecurityClassifications(values) => values.len(),
            Self::Exporters(values) | Self::EndUsers(values) => values.len(),
            Self::EndUserKinds(values) => values.len(),
            Self::LicenseKinds(values) => values.len(),
        }
    }

    /// What the ways to match list together, one condition for each kind of value: lists that are parted reach as far as
    /// one.
    fn together(&self) -> [Self; 5] {
        let mut listed = Listed::default();
        listed.add(self);
        [
            Self::Destinations(listed.destinations),
            Self::ControlCodes(listed.codes),
            Self::ProductClasses(listed.classes),
            Self::TechnologyTags(listed.tags),
            Self::SecurityClassifications(listed.classifications),
        ]
    }

    /// Whether every way to match names a country, goods or a party. The kind of a license and the kind of an end
    /// user narrow a scope and do not bound it, nor does a list of all there are.
    fn is_bounded(&self) -> bool {
        fn names_some<T: PartialEq>(named: &[T], all: &[T]) -> bool {
            all.iter().any(|one| !named.contains(one))
        }
        match self {
            Self::All(parts) => parts.iter().any(Self::is_bounded),
            Self::Any(parts) => {
                parts.iter().all(Self::is_bounded) && self.together().iter().all(Self::is_bounded)
            }
            Self::Except(exception) => exception.of.is_bounded(),
            Self::Destinations(named) => {
                let all: Vec<_> = Country::all().map(|(code, _)| Territory::Country(code)).collect();
                names_some(named, &all)
            }
            Self::ProductClasses(named) => names_some(named, ProductClass::ALL),
            Self::TechnologyTags(named) => names_some(named, TechnologyTag::ALL),
            Self::SecurityClassifications(named) => names_some(named, SecurityClassification::ALL),
            Self::ControlCodes(named) => {
                let named: Vec<&str> = named.iter().map(ControlPrefix::as_str).collect();
                names_some(&named, &LISTS)
            }
            Self::CountryGroups(_) | Self::Exporters(_) | Self::EndUsers(_) => true,
            Self::EndUserKinds(_) | Self::LicenseKinds(_) => false,
        }
    }
}

/// The values of conditions that are a way to match by themselves.
#[derive(Default)]
struct Listed {
    destinations: Vec<Territory>,
    codes: Vec<ControlPrefix>,
    classes: Vec<ProductClass>,
    tags: Vec<TechnologyTag>,
    classifications: Vec<SecurityClassification>,
}

impl Listed {
    fn add(&mut self, scope: &Scope) {
        match scope {
            Scope::Any(parts) => parts.iter().for_each(|part| self.add(part)),
            Scope::All(parts) => {
                if let [part] = parts.as_slice() {
                    self.add(part);
                }
            }
            Scope::Except(exception) => self.add(&exception.of),
            Scope::Destinations(named) => self.destinations.extend(named.iter().cloned()),
            Scope::ControlCodes(named) => self.codes.extend(named.iter().cloned()),
            Scope::ProductClasses(named) => self.classes.extend(named),
            Scope::TechnologyTags(named) => self.tags.extend(named),
            Scope::SecurityClassifications(named) => self.classifications.extend(named),
            Scope::CountryGroups(_)
            | Scope::Exporters(_)
            | Scope::EndUsers(_)
            | Scope::EndUserKinds(_)
            | Scope::LicenseKinds(_) => {}
        }
    }
}
