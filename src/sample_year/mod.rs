//! The sample year: an empty register filled with a year in the size of 2021.
//!
//! Kept: everything comes on file through the verbs of the API, so the gate, the life cycles and the database judge
//! the sample as they judge the real thing, and what they refuse is refused here too; the same seed gives the same
//! register to the byte, for time, chance and identifiers come from the seed and tasks are done in the order of their
//! time; memory holds what is under way, not what is done; all names are invented.

mod after;
mod agenda;
mod dice;
mod filing;
mod office;
mod plan;
mod registers;
mod review;
mod store;
mod world;
mod year;

pub use plan::Plan;

use crate::db::{Isolation, Pool};
use crate::http::Problem;
use office::Office;
use year::Year;

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Exporters, products, applications and revocations on file, of [`Plan::units`].
    pub units: u64,
    /// Acts done.
    pub acts: u64,
}

/// Fills an empty register. 409 where anything is on file.
pub async fn fill(
    pool: &Pool,
    plan: Plan,
    seed: u64,
    mut tell: impl FnMut(Progress),
) -> Result<Progress, Problem> {
    if store::anything_on_file(&mut *pool.office(Isolation::Reads).await?).await? {
        return Err(Problem::conflict(
            "The register is not empty: a sample year is made in an empty one only.",
        ));
    }
    let mut year = Year::open(plan, Office::new(pool.clone(), seed), seed).await?;
    while year.go_on().await? {
        tell(Progress { units: year.done, acts: year.office.acts });
    }
    year.office.commit().await?;
    if year.owed.0 > 0 {
        return Err(Problem::rule(format!(
            "Too few licenses were granted: {} revocations are missing.",
            year.owed.0
        )));
    }
    Ok(Progress { units: year.done, acts: year.office.acts })
}
