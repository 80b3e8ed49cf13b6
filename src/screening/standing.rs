//! How the parties of a case are screened: what the gate is told, and the flags that the staff see.

use uuid::Uuid;

use super::hit::Flag;
use super::store::standing as store;
use crate::act::Act;
use crate::db::Conn;
use crate::ids::{ApplicationId, ConsigneeId, EndUserId, ExporterId};
use crate::rules::authority::Permission;
use crate::rules::gate::{ListFacts, PartyFacts, ScreeningFacts};
use crate::rules::screening_hit::PartyKind;
use crate::rules::screening_list::current_until;

/// The parties of a case.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parties<'p> {
    /// Who exports.
    pub exporter: Option<ExporterId>,
    /// Who will use the goods.
    pub end_user: Option<EndUserId>,
    /// Who stands between the two.
    pub consignees: &'p [ConsigneeId],
}

impl Parties<'_> {
    fn named(&self) -> Vec<(PartyKind, Uuid)> {
        let exporter = self.exporter.map(|id| (PartyKind::Exporter, id.0));
        let end_user = self.end_user.map(|id| (PartyKind::EndUser, id.0));
        let consignees = self.consignees.iter().map(|id| (PartyKind::Consignee, id.0));
        exporter.into_iter().chain(end_user).chain(consignees).collect()
    }
}

/// How the parties of a case are screened, in the deciding transaction.
pub async fn standing_of(conn: &mut Conn, act: &Act, parties: Parties<'_>) -> sqlx::Result<ScreeningFacts> {
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
    let named = parties.named();
    let ids: Vec<Uuid> = named.iter().map(|(_, id)| *id).collect();
    let mut known = store::parties(conn, &ids).await?;
    let parties = named.into_iter().map(|(kind, id)| {
        // A party that is not known to screening was never compared.
        let unknown = || PartyFacts {
            kind,
            reference: id.to_string(),
            screened: false,
            undecided: None,
            confirmed: None,
        };
        known.remove(&id).unwrap_or_else(unknown)
    });
    Ok(ScreeningFacts { required, lists, parties: parties.collect() })
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
