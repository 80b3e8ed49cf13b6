//! Past decisions under a measure or a policy that was not in force.
//!
//! The facts are those of the countersignature. What a scope reaches is read from the application, which does not change
//! once it is taken up, with the groups of countries and the kind of end user of that day.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Deserialize as _;
use uuid::Uuid;

use super::model::{PolicyReplay, Span, Supposed, SupposedDecision};
use super::store::{self, Decided};
use crate::act::Act;
use crate::audit::{Entry, record};
use crate::db::Conn;
use crate::etag::Head;
use crate::http::Problem;
use crate::ids::MeasureId;
use crate::measures::{self, Content, Measure};
use crate::rules::application::Outcome;
use crate::rules::gate::{Facts, MeasureFacts};
use crate::rules::replay::{Difference, Supposition, compare, looks_back_to};
use crate::rules::scope::{Groups, Match, Subject};

/// How many decisions are read at a time.
const CHUNK: i64 = 500;
/// How many decisions one answer covers at most.
const EXAMINED: u32 = 10_000;
/// How many changed decisions are listed where the caller does not say.
const LISTED: usize = 50;
/// How many may be asked for.
const MOST_LISTED: usize = 200;

/// A decision with its facts.
type Case = (Decided, Facts);

/// What is supposed of a case: none where it is not reached.
type Supposing = (Supposition, Option<Match>);

/// Judges past decisions as if what a measure proposes, or says where nothing is proposed, had been in force.
pub(super) async fn under_measure(
    conn: &mut Conn,
    act: &Act,
    id: MeasureId,
    span: &Span,
) -> Result<Supposed, Problem> {
    let measure = measures::store::get(conn, &act.actor, id).await?.ok_or_else(Problem::not_found)?;
    act.require_current(&Head::Id(id.0), measure.version)?;
    let content = measure.pending().or(measure.standing()).cloned();
    let content =
        content.ok_or_else(|| Problem::conflict("The measure proposes nothing and says nothing."))?;
    let entry = Entry {
        act: "measure.replay",
        kind: "measure",
        subject: id.0,
        owner: None,
        particulars: serde_json::json!({ "content": content.content_version, "span": span }),
        verdict: None,
    };
    record(conn, act, entry).await?;
    let mut under = UnderMeasure::new(conn, &measure, &content).await?;
    walk(conn, span, &mut Rule::Measure(&mut under)).await
}

/// Judges past decisions by another policy.
pub(super) async fn under_policy(
    conn: &mut Conn,
    act: &Act,
    asked: &PolicyReplay,
) -> Result<Supposed, Problem> {
    if asked.required_positions.is_none()
        && asked.look_back_days.is_none()
        && asked.longest_term_days.is_none()
    {
        let says = "name what is to be otherwise: requiredPositions, lookBackDays or longestTermDays";
        return Err(Problem::field("", says));
    }
    let longest = asked.longest_term_days.map(i32::try_from).transpose();
    let days = |days: Option<u32>| days.is_none_or(|days| days <= 36_525);
    let (Ok(longest), true, true) = (longest, days(asked.longest_term_days), days(asked.look_back_days))
    else {
        return Err(Problem::field("", "a number of days is at most 36525"));
    };
    let entry = Entry {
        act: "policy.replay",
        kind: "policy",
        subject: act.request,
        owner: None,
        particulars: asked,
        verdict: None,
    };
    record(conn, act, entry).await?;
    let supposition = Supposition {
        required_positions: asked.required_positions.clone(),
        longest_term_days: longest,
        ..Supposition::default()
    };
    walk(conn, &asked.span(), &mut Rule::Policy(supposition, asked.look_back_days)).await
}

/// The rule that decisions are judged under.
enum Rule<'r> {
    Measure(&'r mut UnderMeasure),
    Policy(Supposition, Option<u32>),
}

impl Rule<'_> {
    /// What is supposed of each of these cases; none of one that is not reached.
    async fn suppose(&mut self, conn: &mut Conn, cases: &[Case]) -> Result<Vec<Option<Supposing>>, Problem> {
        match self {
            Self::Measure(measure) => measure.suppose(conn, cases).await,
            Self::Policy(supposition, None) => {
                Ok(cases.iter().map(|_| Some((supposition.clone(), None))).collect())
            }
            Self::Policy(supposition, Some(days)) => {
                let since: Vec<(Uuid, NaiveDate)> = cases
                    .iter()
                    .map(|(decided, facts)| (decided.id.into(), looks_back_to(facts.today, *days)))
                    .collect();
                let mut found: HashMap<_, _> =
                    store::like_refusals(conn, &since).await?.into_iter().collect();
                let with = |(decided, _): &Case| {
                    let like_refusal = Some(found.remove(&Uuid::from(decided.id)));
                    Some((Supposition { like_refusal, ..supposition.clone() }, None))
                };
                Ok(cases.iter().map(with).collect())
            }
        }
    }
}

/// A measure as it would have reached past cases.
struct UnderMeasure {
    content: Content,
    effects: Vec<MeasureFacts>,
    withdrawn: Vec<String>,
    groups: HashMap<NaiveDate, Groups>,
}

impl UnderMeasure {
    async fn new(conn: &mut Conn, measure: &Measure, content: &Content) -> Result<Self, Problem> {
        let (mut effects, mut withdrawn) = (Vec::new(), Vec::new());
        for spec in &content.effects {
            let template = match spec.template_id {
                Some(template) => measures::store::template(conn, template).await?,
                None => None,
            };
            if let Some(exemption) = spec.exemption_id {
                withdrawn.extend(store::exemption(conn, exemption).await?);
            }
            effects.push(MeasureFacts {
                reference: measure.reference.clone(),
                effect: spec.effect,
                clause: String::new(),
                since: content.starts_on,
                review_on: content.review_on,
                ends_on: content.ends_on,
                template,
                condition: spec.condition.as_ref().map(ToString::to_string),
                exemption: spec.exemption_id,
            });
        }
        Ok(Self { content: content.clone(), effects, withdrawn, groups: HashMap::new() })
    }

    /// The members of the groups that the scope names, on a day.
    async fn groups(&mut self, conn: &mut Conn, day: NaiveDate) -> sqlx::Result<Groups> {
        let named = self.content.scope.groups();
        if named.is_empty() {
            return Ok(Groups::new());
        }
        if let Some(known) = self.groups.get(&day) {
            return Ok(known.clone());
        }
        let groups = measures::store::groups(conn, &named, day).await?;
        self.groups.insert(day, groups.clone());
        Ok(groups)
    }

    async fn suppose(&mut self, conn: &mut Conn, cases: &[Case]) -> Result<Vec<Option<Supposing>>, Problem> {
        let ids: Vec<Uuid> = cases.iter().map(|(decided, _)| decided.application_id.into()).collect();
        let mut subjects: HashMap<Uuid, Subject> =
            measures::store::applications(conn, &ids).await?.into_iter().collect();
        let mut supposed = Vec::with_capacity(cases.len());
        for (decided, facts) in cases {
            let groups = self.groups(conn, facts.today).await?;
            // Several decisions on one application may stand in a span, so that its subject is kept.
            let subject = subjects.get_mut(&Uuid::from(decided.application_id));
            let matched = subject.and_then(|subject| {
                subject.end_user_kind = facts.end_user.as_ref().map(|end_user| end_user.kind);
                self.content.scope.reaches(subject, &groups)
            });
            supposed.push(matched.map(|matched| (self.reaching(&matched), Some(matched))));
        }
        Ok(supposed)
    }

    /// The effects on a case that the scope reaches by these clauses. One that is on file already, of the measure in
    /// force, gives way to what is proposed.
    fn reaching(&self, matched: &Match) -> Supposition {
        let clause = matched.clauses.first().map(|met| met.clause.clone()).unwrap_or_default();
        let effect = |effect: &MeasureFacts| MeasureFacts { clause: clause.clone(), ..effect.clone() };
        Supposition {
            instead_of: self.effects.first().map(|effect| effect.reference.clone()),
            measures: self.effects.iter().map(effect).collect(),
            withdrawn: self.withdrawn.clone(),
            ..Supposition::default()
        }
    }
}

/// Judges the decisions of a span under a rule, until as many are listed as were asked for or examined as may be.
async fn walk(conn: &mut Conn, span: &Span, rule: &mut Rule<'_>) -> Result<Supposed, Problem> {
    let limit = span.limit.unwrap_or(LISTED);
    if !(1..=MOST_LISTED).contains(&limit) {
        return Err(Problem::field("/limit", "must be between 1 and 200"));
    }
    if span.from > span.to {
        return Err(Problem::field("/to", "must not be before the first day"));
    }
    let mut supposed = Supposed::default();
    let mut after = span.after;
    loop {
        let decided = store::decisions(conn, span, after, CHUNK).await?;
        let ended = i64::try_from(decided.len()).unwrap_or(CHUNK) < CHUNK;
        let (cases, order) = readable(decided);
        let suppositions = rule.suppose(conn, &cases).await?;
        let mut judged = cases.into_iter().zip(suppositions);
        for (id, is_readable) in order {
            supposed.examined += 1;
            after = Some(id);
            if !is_readable {
                supposed.unreadable += 1;
            } else if let Some((case, Some(supposing))) = judged.next() {
                supposed.judge(case, supposing);
            }
            if supposed.decisions.len() == limit || supposed.examined == EXAMINED {
                supposed.next = after;
                return Ok(supposed);
            }
        }
        if ended {
            return Ok(supposed);
        }
    }
}

/// The decisions whose facts can be read; and all of them in order, each with whether they can.
fn readable(decided: Vec<Decided>) -> (Vec<Case>, Vec<(crate::ids::DecisionId, bool)>) {
    let (mut cases, mut order) = (Vec::new(), Vec::new());
    for decided in decided {
        let facts = Facts::deserialize(&decided.facts).ok();
        order.push((decided.id, facts.is_some()));
        cases.extend(facts.map(|facts| (decided, facts)));
    }
    (cases, order)
}

impl Supposed {
    fn judge(&mut self, (decided, facts): Case, (supposition, matched): Supposing) {
        self.reached += 1;
        let (was, becomes) = supposition.judge(&facts);
        let mut differences = compare(&was, &becomes);
        differences.retain(Difference::decides);
        if differences.is_empty() {
            return;
        }
        self.changed += 1;
        let passes = (decided.outcome != Outcome::Refuse)
            .then(|| becomes.lets_through_under(decided.departs, &decided.overridden));
        self.grants_stopped += u32::from(passes == Some(false));
        self.decisions.push(SupposedDecision {
            id: decided.id,
            application_id: decided.application_id,
            reference: decided.reference,
            number: decided.number,
            countersigned_at: decided.countersigned_at,
            outcome: decided.outcome,
            was: was.outcome,
            becomes: becomes.outcome,
            passes,
            matched,
            differences,
        });
    }
}
