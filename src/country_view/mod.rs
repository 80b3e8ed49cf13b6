//! The country view: what the registry knows of a country today, on one page.
//!
//! It has no tables of its own. Everything is counted from the registers themselves, in few statements, so that the
//! view cannot differ from what they hold.

mod model;
mod routes;
mod store;

pub use model::CountryView;
pub use routes::room;

use crate::db::Conn;
use chrono::Datelike as _;

use crate::act::Act;
use crate::rules::assessment::Status;
use crate::rules::values::Country;
use crate::rules::values::Territory;
use crate::{assessments, measures, reference};

/// The country as it stands on the day of the act; none where it is not on file.
pub async fn of_country(conn: &mut Conn, act: &Act, code: Country) -> sqlx::Result<Option<CountryView>> {
    let today = act.today();
    let Some(country) = reference::store::country(conn, code, today).await? else { return Ok(None) };
    let groups = reference::store::groups_of(conn, code, today).await?;
    let programmes = reference::store::programmes_on(conn, code, today).await?;
    let all = assessments::store::of_country(conn, code).await?;
    let (approved, in_work): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|assessment| assessment.status == Status::Approved);
    Ok(Some(CountryView {
        code,
        name: country.name,
        as_of: today,
        names: country.names.0,
        embargo: country.embargo,
        groups: groups.into_iter().map(|(code, name)| model::GroupName { code, name }).collect(),
        programmes,
        assessments_in_force: approved
            .into_iter()
            .filter(|assessment| assessment.status.in_force(today, assessment.valid_until))
            .collect(),
        assessments_in_work: in_work,
        measures_in_force: measures_in_force(conn, act, code).await?,
        open_applications: store::open_applications(conn, code).await?,
        licenses_in_force: store::licenses_in_force(conn, code, today).await?,
        value_in_force: store::value_in_force(conn, code, today).await?,
        acts_of_the_year: store::acts(conn, code, today.with_ordinal(1).unwrap_or(today)).await?,
    }))
}

/// The measures in force whose scopes can reach something to the country.
async fn measures_in_force(
    conn: &mut Conn,
    act: &Act,
    code: Country,
) -> sqlx::Result<Vec<model::MeasureBrief>> {
    let in_force = measures::store::in_force(conn, act.today(), false).await?;
    let named: Vec<String> = in_force.iter().flat_map(|measure| measure.scope.groups()).collect();
    let groups = measures::store::groups(conn, &named, act.today()).await?;
    let destination = Territory::Country(code);
    Ok(in_force
        .into_iter()
        .filter(|measure| measure.scope.concerns(&destination, &groups))
        .map(|measure| model::MeasureBrief {
            id: measure.id,
            reference: measure.reference,
            effects: measure.effects.iter().map(|spec| spec.effect).collect(),
            ground: measure.ground,
            in_force_at: measure.in_force_at,
            review_on: measure.review_on,
        })
        .collect())
}
