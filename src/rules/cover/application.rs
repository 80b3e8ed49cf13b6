//! How an application stands to a template version.

use chrono::NaiveDate;

use super::{Cover, Lack, Transition, concerns, status_lack, version_lack};
use crate::rules::application::Kind;
use crate::rules::declaration;
use crate::rules::gate::TemplateFacts;
use crate::rules::product::ProductClass;

/// An application as cover sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filing {
    /// What is applied for.
    pub kind: Kind,
    /// The day it was filed; none for a draft.
    pub filed_on: Option<NaiveDate>,
    /// The classes of its goods.
    pub classes: Vec<Option<ProductClass>>,
    /// The declaration it names: the template it is on, and where it stands today.
    pub named: Option<(TemplateFacts, declaration::Status)>,
}

/// How an application stands to a template version. A declaration that is still to be verified covers it so far: the
/// gate holds it until it is.
pub fn of_application(application: &Filing, wanted: TemplateFacts) -> Cover {
    if application.kind != Kind::Export {
        return Cover::NotConcerned("is not an export application");
    }
    if !concerns(wanted.class, application.classes.iter().copied()) {
        return Cover::NotConcerned("is not of the class of goods that the template is for");
    }
    let Some((template, status)) = application.named else { return Cover::Lacks(Lack::NoDeclaration) };
    match version_lack(wanted, template).or_else(|| pending_lack(status)) {
        None => Cover::Covered,
        Some(lack) => Cover::Lacks(lack),
    }
}

fn pending_lack(status: declaration::Status) -> Option<Lack> {
    status_lack(status).filter(|lack| *lack != Lack::NotVerified)
}

/// Whether the transition of a template still admits the version before it for an application.
pub fn admits_application(
    application: &Filing,
    (class, transition): (ProductClass, Transition),
    today: NaiveDate,
) -> bool {
    let before = transition.previous.map(|version| TemplateFacts { class, version });
    application.named.is_some_and(|(template, status)| {
        Some(template) == before
            && pending_lack(status).is_none()
            && transition.rule.keeps(today, application.filed_on, transition.in_force_from, transition.until)
    })
}
