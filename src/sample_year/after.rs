//! After the grant: revocations in waves, freezes and their lifting, surrenders and shipments.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::agenda::{Held, Proceeding, Task};
use super::plan::Plan;
use super::world;
use super::year::{Year, because, prose};
use crate::act::Actor;
use crate::history;
use crate::http::Problem;
use crate::http::problem::Kind as Fault;
use crate::ids::LicenseId;
use crate::licenses::{self, Lift, NewDrawDown, NewFreeze};
use crate::revocations::{self, NewOrder, NewRepresentation, NewRevocation};
use crate::rules::license::{Action, FreezeSource, Ground, LicenseCycle};
use crate::rules::revocation::{Action as Step, RevocationCycle};
use crate::rules::values::Quantity;

impl Year {
    /// A wave of revocations and freezes; what finds no license yet is owed to the next wave.
    pub(super) fn wave(&mut self, at: DateTime<Utc>, wave: u32) {
        if wave + 1 < Plan::WAVES {
            self.agenda.note(self.plan.wave_at(wave + 1), Task::Wave(wave + 1));
        }
        self.owed.0 += Plan::share(self.plan.revocations, wave);
        self.owed.1 += Plan::share(self.plan.freezes, wave);
        let mut at = at;
        while self.owed.0 > 0
            && let Some(held) = self.take_risky()
        {
            self.owed.0 -= 1;
            at += TimeDelta::seconds(self.dice.between(5, 60).into());
            self.agenda.note(at, Task::Intend(held, false));
            // Not every proceeding ends in a revocation.
            if self.dice.chance(4)
                && let Some(spared) = self.take_risky()
            {
                self.agenda.note(at + TimeDelta::seconds(2), Task::Intend(spared, true));
            }
        }
        while self.owed.0 == 0
            && self.owed.1 > 0
            && let Some(held) = self.take_risky()
        {
            self.owed.1 -= 1;
            let frozen = self.dice.later(at, 0, 6);
            self.agenda.note(frozen, Task::Freeze(held));
        }
        for _ in 0..Plan::share(self.plan.surrenders, wave) {
            if self.owed.0 == 0
                && let Some(held) = self.take_risky()
            {
                let surrendered = self.dice.later(at, 0, 5);
                self.agenda.note(surrendered, Task::Surrender(held));
            }
        }
    }

    /// A license that nothing has happened to, rather one to a country that gives reason for concern.
    fn take_risky(&mut self) -> Option<Held> {
        let mut at = self.dice.below(self.pool.len());
        for _ in 0..3 {
            if self.pool.get(at).is_some_and(|held| held.country % 7 == 3 || held.country % 11 == 5) {
                break;
            }
            at = self.dice.below(self.pool.len());
        }
        let held = (at < self.pool.len()).then(|| self.pool.swap_remove(at))?;
        self.uncover(held.country, held.license);
        Some(held)
    }

    pub(super) async fn intend(&mut self, at: DateTime<Utc>, held: Held, drop: bool) -> Result<(), Problem> {
        let ground = self.dice.pick(&world::GROUNDS).copied().unwrap_or(Ground::HumanRights);
        let new = NewRevocation {
            ground,
            reasons: prose(&format!(
                "The assessment of the country of destination ({}) no longer permits this {} license.",
                ground.name().replace('_', " "),
                held.kind,
            ))?,
            urgent: self.dice.chance(30) && self.office.policy.notice.is_urgent(ground),
        };
        let officer = self.one_of(|staff| &staff.officers);
        let act = self.office.act(&officer, at);
        let id = revocations::intend(self.office.conn().await?, &act, held.license, &new).await?;
        let proceeding = Proceeding { id, exporter: held.exporter, drop };
        if self.dice.chance(55) {
            let answered = self.dice.later(at, 2, 13);
            self.agenda.note(answered, Task::Answer(proceeding));
        } else {
            let days = self.office.policy.notice.days_on(ground);
            let passed = self.dice.later(at, days + 1, days + 3);
            self.agenda.note(passed, Task::Silence(proceeding));
        }
        Ok(())
    }

    pub(super) async fn answer(&mut self, at: DateTime<Utc>, proceeding: Proceeding) -> Result<(), Problem> {
        let act = self.office.act(&self.person_of(proceeding.exporter), at);
        if self.dice.chance(80) {
            let new = NewRepresentation {
                representation: prose("The end user gave assurances; we ask to be heard.")?,
                hearing_requested: false,
            };
            revocations::represent(self.office.conn().await?, &act, proceeding.id, &new).await?;
        } else {
            let grounds = because("Nothing is put forward.")?;
            let conn = self.office.conn().await?;
            history::step::<RevocationCycle>(conn, &act, proceeding.id.0, Step::Waive, &grounds).await?;
        }
        let ended = self.dice.later(at, 1, 6);
        self.agenda.note(ended, Task::End(proceeding));
        Ok(())
    }

    pub(super) async fn silence(&mut self, at: DateTime<Utc>, proceeding: Proceeding) -> Result<(), Problem> {
        let act = self.office.act(&Actor::clock(), at);
        revocations::record_silences(self.office.conn().await?, &act, &[proceeding.id.0]).await?;
        let ended = self.dice.later(at, 1, 4);
        self.agenda.note(ended, Task::End(proceeding));
        Ok(())
    }

    pub(super) async fn end(&mut self, at: DateTime<Utc>, proceeding: Proceeding) -> Result<(), Problem> {
        let act = self.office.act(&self.staff.head.clone(), at);
        if proceeding.drop {
            let new = NewOrder {
                reasons: prose("The assurances given are sufficient.")?,
                departure: Some(prose("The concern was cleared up in the proceeding.")?),
            };
            return revocations::drop(self.office.conn().await?, &act, proceeding.id, &new).await;
        }
        let new = NewOrder {
            reasons: prose("What was put forward does not outweigh the concern.")?,
            departure: None,
        };
        revocations::order(self.office.conn().await?, &act, proceeding.id, &new).await?;
        self.done += 1;
        Ok(())
    }

    pub(super) async fn freeze(&mut self, at: DateTime<Utc>, held: Held) -> Result<(), Problem> {
        let part = held.lines > 1 && self.dice.chance(50);
        let officer = self.one_of(|staff| &staff.officers);
        let times = if self.dice.chance(10) { 2 } else { 1 };
        for time in 0..times {
            let new = NewFreeze {
                ground: self.dice.pick(&world::GROUNDS).copied().unwrap_or(Ground::HumanRights),
                reasons: prose("The use by the end user is under review.")?,
                review_on: at.date_naive() + TimeDelta::days(90),
                lines: (part && time == 0).then(|| vec![1]),
            };
            let act = self.office.act(&officer, at + TimeDelta::minutes(time));
            let source = (FreezeSource::Decision, None);
            let freeze =
                licenses::freeze(self.office.conn().await?, &act, held.license, source, &new).await?;
            if self.dice.chance(60) {
                let lifted = self.dice.later(at, 15, 90);
                self.agenda.note(lifted, Task::Lift(held.license, freeze.number));
            }
        }
        Ok(())
    }

    pub(super) async fn lift(
        &mut self,
        at: DateTime<Utc>,
        license: LicenseId,
        number: i32,
    ) -> Result<(), Problem> {
        let lift = Lift {
            reasons: prose("The review found no misuse.")?,
            departure: Some(prose("The review answers the concern.")?),
        };
        let officer = self.one_of(|staff| &staff.officers);
        let act = self.office.act(&officer, at);
        match licenses::lift(self.office.conn().await?, &act, license, number, &lift).await {
            // The term may have ended meanwhile, and what has ended is not thawed.
            Err(problem) if refused(&problem) => Ok(()),
            answer => answer.map(drop),
        }
    }

    pub(super) async fn surrender(&mut self, at: DateTime<Utc>, held: Held) -> Result<(), Problem> {
        let act = self.office.act(&self.person_of(held.exporter), at);
        let grounds = because("The license is not needed any more.")?;
        let conn = self.office.conn().await?;
        history::step::<LicenseCycle>(conn, &act, held.license.0, Action::Surrender, &grounds).await?;
        Ok(())
    }

    /// Customs books half of what is left; what remains small is shipped whole.
    pub(super) async fn ship(
        &mut self,
        at: DateTime<Utc>,
        license: LicenseId,
        left: u32,
    ) -> Result<(), Problem> {
        let part = if left < 4 { left } else { left / 2 };
        let quantity =
            Quantity::new(Decimal::from(part)).ok_or_else(|| Problem::internal(&"nothing is shipped"))?;
        let shipment = format!("SHIP-{}", self.office.acts).parse()?;
        let act = self.office.act(&self.staff.customs.clone(), at);
        let new = NewDrawDown { line: 1, quantity, shipment };
        match licenses::book(self.office.conn().await?, &act, license, &new).await {
            Ok(_) if left > part => {
                let next = self.dice.later(at, 5, 30);
                self.agenda.note(next, Task::Ship(license, left - part));
                Ok(())
            }
            Ok(_) => Ok(()),
            // Granted in part, used up or run out: the register does not let more be shipped.
            Err(problem) if refused(&problem) => Ok(()),
            Err(problem) => Err(problem),
        }
    }
}

/// Whether a rule or the status stands against the act; anything else is a fault of the run.
fn refused(problem: &Problem) -> bool {
    matches!(problem.kind, Fault::RefusedByRule | Fault::Conflict)
}
