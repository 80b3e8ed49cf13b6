//! How the parties of a case are screened: what the gate is told, and the flags that the staff see.

use uuid::Uuid;

use super::hit::Flag;
use super::store::standing as store;
use crate::act::Act;
use crate::db::Conn;
use crate::ids::{ApplicationId, EndUserId, ExporterId, LicenseId};
use crate::rules::authority::Permission;
use crate::rules::gate::{ListFacts, PartyFacts, ScreeningFacts};
use crate::rules::screening_hit::PartyKind;
use crate::rules::screening_list::current_until;

/// How an exporter and an end user are screened, in the deciding transaction.
pub async fn standing_of(
    conn: &mut Conn,
    act: &Act,
    exporter: Option<ExporterId>,
    end_user: Option<EndUserId>,
) -> sqlx::Result<ScreeningFacts> {
    let required = act.policy.screening_required;
    let rows = store::lists(conn).await?;
    if rows.is_empty() {
        return Ok(ScreeningFacts { required, lists: Vec::new(), parties: Vec::new() });
    }
    let lists = rows.into_iter().map(|row| {
        let until = |received| current_until(row.as_of, received, row.limit_days);
        let current_until = row.received_at.map(|at| until(at.date_naive()));
        ListFacts { code: row.code, edition: row.edition, current_until }
    });
    let lists = lists.collect();
    let named =
        [exporter.map(|id| (PartyKind::Exporter, id.0)), end_user.map(|id| (PartyKind::EndUser, id.0))];
    let named: Vec<(PartyKind, Uuid)> = named.into_iter().flatten().collect();
    let ids: Vec<Uuid> = named.iter().map(|(_, id)| *id).collect();
    let mut parties = store::parties(conn, &ids).await?;
    for (kind, id) in named {
        // A party that is not known to screening was never compared.
        if !parties.iter().any(|party| party.kind == kind) {
            let unknown = PartyFacts {
                kind,
                reference: id.to_string(),
                screened: false,
                undecided: None,
                confirmed: None,
            };
            parties.push(unknown);
        }
    }
    Ok(ScreeningFacts { required, lists, parties })
}

/// The flags that a license carries, for those who may know; none for others.
pub async fn flags_on_license(conn: &mut Conn, act: &Act, id: LicenseId) -> sqlx::Result<Option<Vec<Flag>>> {
    if !Permission::ReadScreening.allows(act.actor.role) {
        return Ok(None);
    }
    store::license_flags(conn, id).await.map(Some)
}

/// The flags that an application carries, for those who may know; none for others.
pub async fn flags_on_application(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
) -> sqlx::Result<Option<Vec<Flag>>> {
    if !Permission::ReadScreening.allows(act.actor.role) {
        return Ok(None);
    }
    store::application_flags(conn, id).await.map(Some)
}
