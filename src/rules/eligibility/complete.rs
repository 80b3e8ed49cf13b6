//! The case as it would be had everything come that only a filed case can have.

use rust_decimal::Decimal;

use super::{Prospect, strictest_class};
use crate::rules::application::{Body, Kind, Stance, Status};
use crate::rules::declaration::{self, StatedEnd};
use crate::rules::gate::{DeclarationFacts, Facts, LineFacts, PositionFacts, Signatures, TermFacts};
use crate::rules::product::Status as ProductStatus;
use crate::rules::template;

impl Prospect {
    /// The facts with all of it in good order: the case taken up, its product and amounts on file, a declaration, the positions, a decision with the conditions that are required, a
    /// term and two signatures. What is known of the case already stays as it is.
    pub fn completed(&self) -> Facts {
        let mut facts = self.facts.clone();
        facts.stage = facts.stage.or(Some(Status::InReview));
        facts.filed_on = facts.filed_on.or(Some(facts.today));
        let asked = facts.required_positions.iter().copied().chain([Body::Committee]);
        facts.positions = asked.map(|body| PositionFacts { body, stance: Stance::Support }).collect();
        let conditions = facts.measures.iter().filter_map(|measure| measure.condition.clone());
        facts.conditions = conditions.chain(facts.exemption_conditions.iter().cloned()).collect();
        facts.conditions_seen = Some(true);
        facts.term = Some(TermFacts { valid_until: facts.today, longest_days: 0 });
        let signed = Signatures { decider: "decider".to_owned(), countersigner: Some("other".to_owned()) };
        facts.signatures = Some(signed);
        let declares = facts.kind == Kind::Export && facts.declaration.is_none();
        for line in &mut facts.lines {
            complete_line(line, self.product_on_file, declares);
        }
        if declares {
            facts.declaration = declared(&facts);
        }
        facts
    }
}

fn complete_line(line: &mut LineFacts, on_file: bool, declares: bool) {
    if line.applied.is_none() {
        (line.applied, line.granted) = (Some(Decimal::ONE), Some(Decimal::ONE));
    }
    if line.applied_value.is_none() {
        (line.applied_value, line.granted_value) = (Some(Decimal::ONE), Some(Decimal::ONE));
    }
    if !on_file {
        (line.owned, line.status) = (true, ProductStatus::Classified);
        (line.pinned, line.current) = (Some(1), Some(1));
    }
    if declares {
        line.declared = line.granted;
    }
}

/// The declaration that the case would need, as the acquiring state would sign it.
fn declared(facts: &Facts) -> Option<DeclarationFacts> {
    let versions = facts.measures.iter().filter_map(|measure| measure.template);
    Some(DeclarationFacts {
        reference: String::new(),
        status: declaration::Status::Accepted,
        valid_until: facts.today,
        state: facts.destination?,
        end_user: facts.end_user.as_ref().map(|end_user| end_user.reference.clone()).unwrap_or_default(),
        stated_ends: vec![StatedEnd::CounterTerrorism],
        class: strictest_class(facts)?,
        template_version: versions.map(|template| template.version).max().unwrap_or(1),
        template_status: template::Status::InForce,
        successor: None,
        used_by: None,
        framework: false,
    })
}
