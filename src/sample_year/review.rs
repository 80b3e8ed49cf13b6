//! Review: the steps of the officers, the positions of the ministries, decision and countersignature.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::agenda::{Case, Held, Intent, Task};
use super::filing::{quantity_of, value_of};
use super::year::{Cover, Renewable, Year, because, prose, term};
use crate::act::Actor;
use crate::applications::{self, DecisionLine, NewDecision, NewPosition};
use crate::history;
use crate::http::Problem;
use crate::http::problem::Kind as Fault;
use crate::ids::LicenseId;
use crate::rules::application::{Action, ApplicationCycle, Kind, Outcome, Stance};
use crate::rules::values::Quantity;
use crate::rules::verdict::Outcome as Says;

/// How often a decision waits for what holds it up before it is a refusal.
const MOST_WAITS: u32 = 4;
/// A license of fewer days runs out within the year.
const SHORT: u32 = 360;

impl Year {
    /// A step of the application that needs no more than reasons.
    async fn step(
        &mut self,
        at: DateTime<Utc>,
        actor: &Actor,
        case: &Case,
        action: Action,
        reasons: &str,
    ) -> Result<(), Problem> {
        let act = self.office.act(actor, at);
        let grounds = because(reasons)?;
        let conn = self.office.conn().await?;
        history::step::<ApplicationCycle>(conn, &act, case.id.0, action, &grounds).await?;
        Ok(())
    }

    async fn officer_step(
        &mut self,
        at: DateTime<Utc>,
        case: &Case,
        action: Action,
        reasons: &str,
    ) -> Result<(), Problem> {
        let officer = self.one_of(|staff| &staff.officers);
        self.step(at, &officer, case, action, reasons).await
    }

    pub(super) async fn return_case(&mut self, at: DateTime<Utc>, case: Box<Case>) -> Result<(), Problem> {
        self.officer_step(at, &case, Action::Return, "The particulars of the end use are missing.").await?;
        // What is not submitted again lapses in time.
        if self.dice.chance(70) {
            let again = self.dice.later(at, 3, 25);
            self.agenda.note(again, Task::Resubmit(case));
        }
        Ok(())
    }

    pub(super) async fn resubmit(&mut self, at: DateTime<Utc>, case: Box<Case>) -> Result<(), Problem> {
        let act = self.office.act(&self.person_of(case.exporter), at);
        applications::submit(self.office.conn().await?, &act, case.id).await?;
        let next = self.dice.later(at, 1, 4);
        self.agenda.note(next, Task::TakeUp(case));
        Ok(())
    }

    pub(super) async fn take_up(&mut self, at: DateTime<Utc>, case: Box<Case>) -> Result<(), Problem> {
        self.officer_step(at, &case, Action::TakeUp, "The file is complete.").await?;
        let next = self.dice.later(at, 2, 10);
        let task = match (self.dice.below(100), case.intent) {
            (_, Intent::Withdraw) => Task::Withdraw(case),
            (0..7, _) => Task::Ask(case),
            (7..10, _) => Task::Refer(case),
            _ => Task::Advise(case),
        };
        self.agenda.note(next, task);
        Ok(())
    }

    pub(super) async fn ask(&mut self, at: DateTime<Utc>, case: Box<Case>) -> Result<(), Problem> {
        self.officer_step(at, &case, Action::RequestInformation, "State the place of use.").await?;
        if self.dice.chance(92) {
            let supplied = self.dice.later(at, 4, 30);
            self.agenda.note(supplied, Task::Supply(case));
        }
        Ok(())
    }

    pub(super) async fn supply(&mut self, at: DateTime<Utc>, case: Box<Case>) -> Result<(), Problem> {
        let person = self.person_of(case.exporter);
        self.step(at, &person, &case, Action::SupplyInformation, "The place of use is stated now.").await?;
        let next = self.dice.later(at, 1, 6);
        self.agenda.note(next, Task::Advise(case));
        Ok(())
    }

    pub(super) async fn refer(&mut self, at: DateTime<Utc>, case: Box<Case>) -> Result<(), Problem> {
        self.officer_step(at, &case, Action::Refer, "The case is without precedent.").await?;
        let concluded = self.dice.later(at, 7, 24);
        self.agenda.note(concluded, Task::Conclude(case));
        Ok(())
    }

    pub(super) async fn conclude(&mut self, at: DateTime<Utc>, case: Box<Case>) -> Result<(), Problem> {
        let committee = self.staff.committee.clone();
        self.position(at, &committee, &case, Stance::Support).await?;
        let back = at + TimeDelta::hours(1);
        self.officer_step(back, &case, Action::ConcludeReferral, "The committee has advised.").await?;
        let next = self.dice.later(back, 1, 5);
        self.agenda.note(next, Task::Advise(case));
        Ok(())
    }

    pub(super) async fn withdraw(&mut self, at: DateTime<Utc>, case: &Case) -> Result<(), Problem> {
        let person = self.person_of(case.exporter);
        self.step(at, &person, case, Action::Withdraw, "The transaction was given up.").await
    }

    async fn position(
        &mut self,
        at: DateTime<Utc>,
        actor: &Actor,
        case: &Case,
        stance: Stance,
    ) -> Result<(), Problem> {
        let reasons = match stance {
            Stance::Support => "No objection.",
            Stance::SupportWithConditions => "No objection, if the use is reported yearly.",
            Stance::Oppose => "The situation in the country of destination does not permit it.",
        };
        let new = NewPosition { stance, reasons: prose(reasons)? };
        let act = self.office.act(actor, at);
        applications::record_position(self.office.conn().await?, &act, case.id, &new).await?;
        Ok(())
    }

    /// The ministries say what they think.
    pub(super) async fn advise(&mut self, at: DateTime<Utc>, case: Box<Case>) -> Result<(), Problem> {
        let opposes = if case.intent == Intent::Refuse { 70 } else { 1 };
        let foreign = if self.dice.chance(opposes) {
            Stance::Oppose
        } else if self.dice.chance(10) {
            Stance::SupportWithConditions
        } else {
            Stance::Support
        };
        let first = self.one_of(|staff| &staff.defense);
        self.position(at, &first, &case, Stance::Support).await?;
        let second = self.one_of(|staff| &staff.foreign);
        self.position(at + TimeDelta::hours(2), &second, &case, foreign).await?;
        let next = self.dice.later(at, 2, 12);
        self.agenda.note(next, Task::Propose(case));
        Ok(())
    }

    /// The head of the agency decides; where the gate does not let a grant through, the decision is a refusal.
    pub(super) async fn propose(&mut self, at: DateTime<Utc>, mut case: Box<Case>) -> Result<(), Problem> {
        let act = self.office.act(&self.staff.head.clone(), at);
        let mut new = decision(at, &case)?;
        let conn = self.office.conn().await?;
        let mut answer = applications::propose(conn, &act, case.id, &new).await;
        if let Err(problem) = &answer
            && problem.kind == Fault::RefusedByRule
        {
            let worst = problem.reasons.iter().map(|reason| reason.outcome).max();
            if worst == Some(Says::Hold) && case.waits < MOST_WAITS {
                case.waits += 1;
                let again = self.dice.later(at, 3, 8);
                self.agenda.note(again, Task::Propose(case));
                return Ok(());
            }
            if worst == Some(Says::Refer) && self.dice.chance(85) {
                new.departure = Some(prose("The concern was weighed; the end user is reliable and known.")?);
            } else {
                case.objection = Some(problem.detail.clone());
                case.intent = Intent::Refuse;
                new = decision(at, &case)?;
            }
            let conn = self.office.conn().await?;
            answer = applications::propose(conn, &act, case.id, &new).await;
        }
        let number = answer?.number;
        let signed = self.dice.later(at, 0, 3);
        self.agenda.note(signed, Task::Countersign(case, number));
        Ok(())
    }

    /// Another person signs. Where a fact has changed since, the proposal goes back and the case is refused.
    pub(super) async fn countersign(
        &mut self,
        at: DateTime<Utc>,
        mut case: Box<Case>,
        number: i32,
    ) -> Result<(), Problem> {
        let signer = self.one_of(|staff| &staff.countersigners);
        let act = self.office.act(&signer, at);
        let conn = self.office.conn().await?;
        match applications::countersign(conn, &act, case.id, number).await {
            Ok(Some(license)) => self.granted(at, &case, license),
            Ok(None) => {}
            Err(problem) if problem.kind == Fault::RefusedByRule => {
                let conn = self.office.conn().await?;
                applications::send_back(conn, &act, case.id, number, &problem.detail).await?;
                case.intent = Intent::Refuse;
                case.objection = Some(problem.detail);
                let again = self.dice.later(at, 1, 3);
                self.agenda.note(again, Task::Propose(case));
            }
            Err(problem) => return Err(problem),
        }
        Ok(())
    }

    /// What may become of a license.
    fn granted(&mut self, at: DateTime<Utc>, case: &Case, license: LicenseId) {
        let Case { kind, exporter, country, .. } = *case;
        let products: Vec<_> = granted_goods(case).collect();
        let held = Held { license, kind, exporter, country, lines: products.len() };
        match kind {
            Kind::Marketing => {
                let cover =
                    || Cover { license, exporter, products: products.clone(), end_user: case.end_user };
                if case.days < SHORT {
                    self.renewables.push(Renewable { cover: cover(), country });
                } else {
                    self.pool.push(held);
                }
                self.cover(country, cover());
            }
            Kind::Export | Kind::Brokering if self.dice.chance(15) => {
                let quantity = case.goods.first().and_then(|goods| goods.quantity).unwrap_or(1);
                let shipped = self.dice.later(at, 10, 60);
                self.agenda.note(shipped, Task::Ship(license, quantity));
            }
            Kind::Export | Kind::Brokering if case.days < SHORT => {}
            Kind::Export | Kind::Brokering => self.pool.push(held),
        }
    }
}

/// The decision that the case is heading for.
fn decision(at: DateTime<Utc>, case: &Case) -> Result<NewDecision, Problem> {
    let reasons = match (case.intent, &case.objection) {
        (Intent::Refuse, Some(objection)) => objection.clone(),
        (Intent::Refuse, None) => "The situation in the country of destination stands against it.".to_owned(),
        (Intent::Grant | Intent::GrantInPart | Intent::Withdraw, _) => {
            "Nothing stands against it.".to_owned()
        }
    };
    let part = part_of(case).filter(|_| case.intent == Intent::GrantInPart);
    let outcome = match (case.intent, &part) {
        (Intent::Refuse, _) => Outcome::Refuse,
        (_, Some(_)) => Outcome::GrantInPart,
        (_, None) => Outcome::Grant,
    };
    Ok(NewDecision {
        outcome,
        valid_until: (outcome != Outcome::Refuse).then(|| term(at, case.days)),
        conditions: None,
        ground: None,
        reasons: prose(&reasons)?,
        departure: None,
        lines: part.unwrap_or_default(),
        override_id: None,
    })
}

/// The products of the lines that were granted.
fn granted_goods(case: &Case) -> impl Iterator<Item = super::agenda::Product> {
    let part = case.intent == Intent::GrantInPart && case.goods.len() > 1;
    let lines = if part { 1 } else { case.goods.len() };
    case.goods.iter().take(lines).map(|goods| goods.product)
}

/// A part of what was applied for: the first of several lines, or half of the quantity. None where there is no part.
fn part_of(case: &Case) -> Option<Vec<DecisionLine>> {
    let first = case.goods.first()?;
    let quantity = quantity_of(first);
    if case.goods.len() > 1 {
        return Some(vec![DecisionLine { line: 1, quantity, value: value_of(first) }]);
    }
    let half = quantity.and_then(|whole| Quantity::new((whole.value() / Decimal::TWO).floor()))?;
    let value = value_of(first)
        .and_then(|value| crate::rules::values::Amount::new((value.value() / Decimal::TWO).floor()));
    Some(vec![DecisionLine { line: 1, quantity: Some(half), value }])
}
