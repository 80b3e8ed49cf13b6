//! Whether a scope can reach anything to a country: what the view of that country lists.

use super::{Groups, Scope, Shape};
use crate::rules::values::Territory;

/// What is known of a condition when only the destination is.
#[derive(Clone, Copy)]
struct Known {
    /// Some strand to the destination may meet it.
    possible: bool,
    /// Every strand to the destination meets it.
    certain: bool,
}

impl Scope {
    /// Whether the scope can reach a strand to this destination, whatever the goods and the parties.
    pub fn concerns(&self, destination: &Territory, groups: &Groups) -> bool {
        self.known(destination, groups).possible
    }

    fn known(&self, destination: &Territory, groups: &Groups) -> Known {
        let of = |part: &Self| part.known(destination, groups);
        match self.shape() {
            Shape::All(parts) => Known {
                possible: parts.iter().all(|part| of(part).possible),
                certain: parts.iter().all(|part| of(part).certain),
            },
            Shape::Any(parts) => Known {
                possible: parts.iter().any(|part| of(part).possible),
                certain: parts.iter().any(|part| of(part).certain),
            },
            Shape::Except(exception) => {
                let (whole, but) = (of(&exception.of), of(&exception.but));
                Known { possible: whole.possible && !but.certain, certain: whole.certain && !but.possible }
            }
            Shape::Condition => match self.names_destination(destination, groups) {
                Some(named) => Known { possible: named, certain: named },
                None => Known { possible: true, certain: false },
            },
        }
    }

    /// Whether a condition on the destination names this one; none for a condition on anything else.
    fn names_destination(&self, destination: &Territory, groups: &Groups) -> Option<bool> {
        match self {
            Self::Destinations(named) => Some(named.contains(destination)),
            Self::CountryGroups(named) => Some(named.iter().any(|group| {
                groups.get(group.as_str()).is_some_and(|members| members.contains(destination))
            })),
            Self::All(_)
            | Self::Any(_)
            | Self::Except(_)
            | Self::ControlCodes(_)
            | Self::ProductClasses(_)
            | Self::TechnologyTags(_)
            | Self::SecurityClassifications(_)
            | Self::Exporters(_)
            | Self::EndUsers(_)
            | Self::EndUserKinds(_)
            | Self::LicenseKinds(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_concerned_where_some_strand_to_it_can_be_reached() {
        let scope = |text: &str| -> Scope { serde_json::from_str(text).unwrap() };
        let groups = Groups::from([("gulf-states".to_owned(), vec!["SA".parse().unwrap()])]);
        let concerned = [
            r#"{"destinations":["SA"]}"#,
            r#"{"countryGroups":["gulf-states"]}"#,
            r#"{"controlCodes":["5A001"]}"#,
            r#"{"any":[{"destinations":["DE"]},{"controlCodes":["5A001"]}]}"#,
            r#"{"except":{"of":{"controlCodes":["5A001"]},"but":{"destinations":["DE"]}}}"#,
            r#"{"except":{"of":{"destinations":["SA"]},"but":{"controlCodes":["5A001"]}}}"#,
        ];
        let beside = [
            r#"{"destinations":["DE"]}"#,
            r#"{"all":[{"destinations":["DE"]},{"controlCodes":["5A001"]}]}"#,
            r#"{"except":{"of":{"controlCodes":["5A001"]},"but":{"countryGroups":["gulf-states"]}}}"#,
        ];
        let saudi = "SA".parse().unwrap();
        for text in concerned {
            assert!(scope(text).concerns(&saudi, &groups), "{text}");
        }
        for text in beside {
            assert!(!scope(text).concerns(&saudi, &groups), "{text}");
        }
    }
}
