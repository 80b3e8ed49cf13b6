//! Cover: whether a license or an application stands on a declaration of a template version or of a later one.
//!
//! Only exports are concerned, and of those the ones whose strictest class of goods is the template's, or may be: a
//! class that is not on file is not taken to be another. A declaration covers a license when it is accepted and
//! unexpired, on the version or a later one of the same class, of the same exporter for the same end user, serves no
//! other transaction unless it is a framework, and names every product of the license in at least the quantity that
//! remains. What is not on file is covered by nothing. `cover/store/condition.rs` writes the same in SQL, and a test
//! generates cases and compares the two.

mod application;

pub use application::{Filing, admits_application, of_application};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::application::Kind;
use super::gate::TemplateFacts;
use super::product::ProductClass;
use super::template::TransitionRule;
use super::values::Unit;
use super::{declaration, license, vocabulary};

vocabulary! {
    /// What is lacking for cover, from what is farthest from it to what is nearest.
    Lack {
        /// The holder, the end user, a product or a quantity is not on file.
        ParticularsUnknown,
        /// There is no declaration.
        NoDeclaration,
        /// It is on the template of another class of products.
        OtherClass,
        /// It is on an older version of the template.
        OlderVersion,
        Rejected, BreachConfirmed, BreachSuspected,
        /// It has expired or was superseded.
        Ended,
        /// It is not verified yet.
        NotVerified,
        /// It serves another transaction and is no framework.
        ServesAnother,
        /// It does not name every product.
        ProductMissing,
        /// It names less than what remains to be delivered.
        QuantityShort,
    }
}

impl Lack {
    /// The same as a sentence.
    pub const fn says(self) -> &'static str {
        match self {
            Self::ParticularsUnknown => {
                "The holder, the end user, a product or a quantity is not on file, so no declaration can be held \
                 against it."
            }
            Self::NoDeclaration => "There is no declaration of the exporter for the end user.",
            Self::OtherClass => "The declaration is on the template of another class of products.",
            Self::OlderVersion => "The declaration is on an older version of the template.",
            Self::Rejected => "The declaration on the version was rejected.",
            Self::BreachConfirmed => "A breach of the declaration on the version is confirmed.",
            Self::BreachSuspected => "A breach of the declaration on the version is suspected.",
            Self::Ended => "The declaration on the version has expired or was superseded.",
            Self::NotVerified => "The declaration on the version is not verified yet.",
            Self::ServesAnother => {
                "The declaration on the version serves another transaction and is no framework."
            }
            Self::ProductMissing => "The declaration on the version does not name every product.",
            Self::QuantityShort => {
                "The declaration on the version names less than what remains to be delivered."
            }
        }
    }
}

/// A line of goods of a license.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The product; none where it is not on file.
    pub product: Option<Uuid>,
    /// Its class; none where it is not on file.
    pub class: Option<ProductClass>,
    /// What is still to be delivered; none where no quantity is on file.
    pub remaining: Option<Decimal>,
    /// Counted in.
    pub unit: Option<Unit>,
}

/// A license as cover sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// What it permits.
    pub kind: Kind,
    /// Where it stands today.
    pub status: license::Status,
    /// Who holds it.
    pub exporter: Option<Uuid>,
    /// For whom.
    pub end_user: Option<Uuid>,
    /// The application it was granted on.
    pub application: Option<Uuid>,
    /// The goods.
    pub lines: Vec<Line>,
}

/// A product and how much of it a declaration names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The product.
    pub product: Uuid,
    /// How much.
    pub quantity: Decimal,
    /// Counted in.
    pub unit: Unit,
}

/// A declaration as cover sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Human reference.
    pub reference: String,
    /// The class and version of the template it was signed on.
    pub template: TemplateFacts,
    /// Whether that template is a framework, which serves more than one transaction.
    pub framework: bool,
    /// Who lodged it.
    pub exporter: Uuid,
    /// The end user it names.
    pub end_user: Uuid,
    /// Where it stands today.
    pub status: declaration::Status,
    /// Date of signature.
    pub signed_on: NaiveDate,
    /// The applications it served.
    pub served: Vec<Uuid>,
    /// What it names.
    pub items: Vec<Item>,
}

/// How a template came after the version before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The version right before it; none for the first one.
    pub previous: Option<i32>,
    /// What it means for that version.
    pub rule: TransitionRule,
    /// Its first day in force.
    pub in_force_from: NaiveDate,
    /// The last day on which that version is accepted.
    pub until: Option<NaiveDate>,
}

/// How a license or an application stands to a template version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// It needs no declaration on this template: the reason.
    NotConcerned(&'static str),
    /// It stands on a declaration of this version or of a later one.
    Covered,
    /// It does not, for want of this.
    Lacks(Lack),
}

/// Whether goods of these classes are a template's: the strictest class is its, or may be.
pub fn concerns(class: ProductClass, classes: impl IntoIterator<Item = Option<ProductClass>>) -> bool {
    let (mut any, mut unknown, mut strictest) = (false, false, None);
    for found in classes {
        any = true;
        unknown |= found.is_none();
        strictest = strictest.max(found);
    }
    strictest <= Some(class) && (unknown || !any || strictest == Some(class))
}

/// How a license stands to a template version, given the declarations on file of its parties.
pub fn of_license(license: &Holding, wanted: TemplateFacts, signed: &[Signed]) -> Cover {
    if license.kind != Kind::Export {
        return Cover::NotConcerned("is not an export license");
    }
    if !matches!(license.status, license::Status::Active | license::Status::Frozen) {
        return Cover::NotConcerned("is not in force");
    }
    if !concerns(wanted.class, license.lines.iter().map(|line| line.class)) {
        return Cover::NotConcerned("is not of the class of goods that the template is for");
    }
    nearest(license, signed, |template| version_lack(wanted, template))
}

/// What the declarations lack that is nearest to cover.
fn nearest(
    license: &Holding,
    signed: &[Signed],
    version: impl Fn(TemplateFacts) -> Option<Lack> + Copy,
) -> Cover {
    let Some(goods) = goods(license) else { return Cover::Lacks(Lack::ParticularsUnknown) };
    let lacks = signed
        .iter()
        .filter(|one| Some(one.exporter) == license.exporter && Some(one.end_user) == license.end_user)
        .map(|one| version(one.template).or_else(|| lack(license, &goods, one)));
    let mut nearest = Lack::NoDeclaration;
    for lack in lacks {
        match lack {
            None => return Cover::Covered,
            Some(lack) => nearest = nearest.max(lack),
        }
    }
    Cover::Lacks(nearest)
}

/// What must be named: each line's product, all that remains of that product, and the line's unit. None where something
/// of it is not on file.
fn goods(license: &Holding) -> Option<Vec<(Uuid, Decimal, Unit)>> {
    (license.exporter.is_some() && license.end_user.is_some() && !license.lines.is_empty()).then_some(())?;
    let lines: Vec<_> = license
        .lines
        .iter()
        .map(|line| Some((line.product?, line.remaining?, line.unit?)))
        .collect::<Option<_>>()?;
    let all_of = |product: Uuid| {
        lines.iter().filter(|(other, _, _)| *other == product).map(|(_, remaining, _)| *remaining).sum()
    };
    Some(lines.iter().map(|(product, _, unit)| (*product, all_of(*product), *unit)).collect())
}

fn version_lack(wanted: TemplateFacts, template: TemplateFacts) -> Option<Lack> {
    if template.class != wanted.class {
        Some(Lack::OtherClass)
    } else if template.version < wanted.version {
        Some(Lack::OlderVersion)
    } else {
        None
    }
}

fn status_lack(status: declaration::Status) -> Option<Lack> {
    match status {
        declaration::Status::Accepted => None,
        declaration::Status::Lodged | declaration::Status::InVerification => Some(Lack::NotVerified),
        declaration::Status::Expired | declaration::Status::Superseded => Some(Lack::Ended),
        declaration::Status::BreachSuspected => Some(Lack::BreachSuspected),
        declaration::Status::BreachConfirmed => Some(Lack::BreachConfirmed),
        declaration::Status::Rejected => Some(Lack::Rejected),
    }
}

/// What a declaration on the right version lacks.
fn lack(license: &Holding, goods: &[(Uuid, Decimal, Unit)], signed: &Signed) -> Option<Lack> {
    if let Some(lack) = status_lack(signed.status) {
        return Some(lack);
    }
    let elsewhere = signed.served.iter().any(|application| Some(*application) != license.application);
    if elsewhere && !signed.framework {
        return Some(Lack::ServesAnother);
    }
    let item = |product: Uuid| signed.items.iter().find(|item| item.product == product);
    let mut short = false;
    for (product, remaining, unit) in goods {
        match item(*product) {
            None => return Some(Lack::ProductMissing),
            Some(item) => short |= item.unit != *unit || item.quantity < *remaining,
        }
    }
    short.then_some(Lack::QuantityShort)
}

/// Whether the transition of a template still admits the version before it for a license: a declaration on that version
/// would cover it, and the rule accepts that declaration today.
pub fn admits_license(
    license: &Holding,
    (class, transition): (ProductClass, Transition),
    signed: &[Signed],
    today: NaiveDate,
) -> bool {
    let Some(previous) = transition.previous else { return false };
    signed
        .iter()
        .filter(|one| {
            transition.rule.admits(today, one.signed_on, transition.in_force_from, transition.until)
        })
        .any(|one| {
            let before = TemplateFacts { class, version: previous };
            let version = |template| (template != before).then_some(Lack::OlderVersion);
            nearest(license, std::slice::from_ref(one), version) == Cover::Covered
        })
}
