//! What stands around a case: read alike for an application that is decided on, and for a case that someone asks about
//! before it is filed, so that the two are never told different things of the same facts.

use crate::db::Conn;

use super::store::facts::{self as rows, Like};
use crate::act::Act;
use crate::exemptions::store::Standing;
use crate::http::Problem;
use crate::ids::{ApplicationId, EndUserId, ExporterId, ProductId};
use crate::measures::{self, Target};
use crate::rules::exemption::{Exempt, Reaching};
use crate::rules::gate::{
    BreachFacts, ConsigneeFacts, EmbargoFacts, LikeRefusal, MeasureFacts, ReviewFacts, ScreeningFacts,
};
use crate::rules::replay::looks_back_to;
use crate::rules::scope::Subject;
use crate::rules::values::Country;
use crate::screening::{self, Parties};
use crate::{consignees, declarations, exemptions, reference, reviews};

/// A case, on file or not.
#[derive(Clone, Copy, Debug)]
pub struct Case<'c> {
    /// The application, where it is on file.
    pub application: Option<ApplicationId>,
    /// As scopes see it.
    pub subject: &'c Subject,
    /// Where the goods go.
    pub destination: Country,
    /// Those of its products that are on file.
    pub products: &'c [ProductId],
    /// Whether it names an end user that is not on file. Nothing that is on file is like it.
    pub stranger: bool,
    /// Whether something is permitted on it, so that no measure may pass it unseen.
    pub permits: bool,
}

/// What stands around it.
#[derive(Debug)]
pub struct Surroundings {
    /// A United Nations arms embargo in force on the destination.
    pub embargo: Option<EmbargoFacts>,
    /// The gravest breach of any declaration of the end user.
    pub breach: Option<BreachFacts>,
    /// The measures in force that reach the case.
    pub measures: Vec<MeasureFacts>,
    /// The exemptions that stand and reach it, each with its lines, but for those that a measure withdraws.
    pub exemptions: Vec<(Standing, Vec<i32>)>,
    /// A refusal of a like transaction within the look-back period.
    pub like_refusal: Option<LikeRefusal>,
    /// An open review of the end user or of a product.
    pub open_review: Option<ReviewFacts>,
    /// Who stands between its exporter and its end user.
    pub consignees: Vec<ConsigneeFacts>,
    /// How its parties were compared with the lists of restricted parties.
    pub screening: ScreeningFacts,
}

/// Reads what stands around a case.
pub async fn around(conn: &mut Conn, act: &Act, case: &Case<'_>) -> Result<Surroundings, Problem> {
    let end_user = case.subject.end_user.map(EndUserId);
    let target = Target::Subject(case.subject);
    let measures = if case.permits {
        measures::reaching(conn, act, target).await?
    } else {
        measures::foreseen(conn, act, target).await?
    };
    let like_refusal = if case.stranger {
        None
    } else {
        let like = Like {
            kind: case.subject.kind,
            destination: case.destination,
            end_user,
            codes: case.subject.lines.iter().flat_map(|line| &line.codes).collect(),
            but: case.application,
        };
        let days = u32::try_from(act.policy.look_back_days).unwrap_or_default();
        rows::like_refusal(conn, &like, looks_back_to(act.today(), days)).await?
    };
    let consignees = consignees::facts(conn, case.application, act.today()).await?;
    let parties =
        Parties { exporter: case.subject.exporter.map(ExporterId), end_user, consignees: &consignees.ids };
    Ok(Surroundings {
        embargo: reference::embargo(conn, case.destination, act.today()).await?,
        breach: declarations::breach_of(conn, end_user).await?,
        exemptions: exemptions(conn, act, case.subject, &measures).await?,
        measures,
        like_refusal,
        open_review: reviews::open_on(conn, end_user, case.products).await?,
        screening: screening::standing_of(conn, act, parties).await?,
        consignees: consignees.told,
    })
}

/// The exemptions that stand and reach lines of a case, except those that a measure withdraws.
pub async fn exemptions(
    conn: &mut Conn,
    act: &Act,
    subject: &Subject,
    measures: &[MeasureFacts],
) -> Result<Vec<(Standing, Vec<i32>)>, Problem> {
    let mut found = Vec::new();
    for exemption in exemptions::store::standing(conn, act.today()).await? {
        if measures.iter().any(|measure| measure.exemption == Some(exemption.id.0)) {
            continue;
        }
        let groups = measures::store::groups(conn, &exemption.scope.groups(), act.today()).await?;
        if let Some(reached) = exemption.scope.reaches(subject, &groups) {
            found.push((exemption, reached.lines));
        }
    }
    Ok(found)
}

impl Surroundings {
    /// The exemptions that these lines rely on, which no marketing license covers, where these conditions are stated.
    pub fn exempt(&self, uncovered: &[i32], stated: &[String]) -> Exempt {
        let reaching: Vec<Reaching<'_>> = self
            .exemptions
            .iter()
            .map(|(exemption, lines)| Reaching {
                reference: &exemption.reference,
                conditions: &exemption.conditions,
                lines,
            })
            .collect();
        Exempt::of(uncovered, &reaching, stated)
    }
}
