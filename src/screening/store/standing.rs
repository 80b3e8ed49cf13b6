//! The statements that tell the gate how parties are screened, and a case which flags it carries.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::db::Conn;
use crate::ids::ApplicationId;
use crate::page::Listing;
use crate::rules::gate::PartyFacts;
use crate::rules::screening_hit::PartyKind;
use crate::screening::hit::Flag;

/// A list that is kept, with its edition in force.
pub(in crate::screening) struct ListRow {
    pub(in crate::screening) code: String,
    pub(in crate::screening) limit_days: i32,
    pub(in crate::screening) edition: Option<i32>,
    pub(in crate::screening) as_of: Option<NaiveDate>,
    pub(in crate::screening) received_at: Option<DateTime<Utc>>,
}

/// The lists that are kept.
pub(in crate::screening) async fn lists(conn: &mut Conn) -> sqlx::Result<Vec<ListRow>> {
    sqlx::query_as!(
        ListRow,
        r#"select l.code, l.limit_days, e.number as "edition?", e.as_of, e.received_at as "received_at?"
             from screening_lists l
             left join lateral (select e.number, e.as_of, e.received_at from screening_editions e
                                 where e.list_id = l.id order by e.number desc limit 1) e on true
            where l.status = 'kept' order by l.code"#,
    )
    .fetch_all(conn)
    .await
}

/// How parties are screened, by party. Their rows are held, so that no screening of them passes a decision unseen.
pub(in crate::screening) async fn parties(
    conn: &mut Conn,
    ids: &[Uuid],
) -> sqlx::Result<HashMap<Uuid, PartyFacts>> {
    let rows = sqlx::query!(
        r#"select p.id, p.kind as "kind: PartyKind", coalesce(x.reference, u.reference, c.reference) as "reference!",
                  p.epoch = (select s.epoch from screening_state s) and p.screened_at is not null as "screened!",
                  (select min(h.reference) from screening_hits h join screening_lists l on l.id = h.list_id
                    where h.party_id = p.id and l.status = 'kept'
                      and h.status in ('open', 'clearing_proposed', 'confirmation_proposed')) as undecided,
                  (select min(h.reference) from screening_hits h join screening_lists l on l.id = h.list_id
                    where h.party_id = p.id and l.status = 'kept' and h.status = 'confirmed') as confirmed
             from screened_parties p
             left join exporters x on x.id = p.id
             left join end_users u on u.id = p.id
             left join consignees c on c.id = p.id
            where p.id = any ($1)
            order by p.id for share of p"#,
        ids,
    )
    .fetch_all(conn)
    .await?;
    let facts = rows.into_iter().map(|row| {
        let (kind, reference, screened) = (row.kind, row.reference, row.screened);
        let (undecided, confirmed) = (row.undecided, row.confirmed);
        (row.id, PartyFacts { kind, reference, screened, undecided, confirmed })
    });
    Ok(facts.collect())
}

/// The flags that an application carries.
pub(in crate::screening) async fn application_flags(
    conn: &mut Conn,
    id: ApplicationId,
) -> sqlx::Result<Vec<Flag>> {
    let flags = Listing::new(
        "select f.hit_id, h.reference as hit_reference, h.status as hit_status, h.party_kind, h.party_id,
                l.code as list_code, f.updated_at as raised_at
           from screening_flags f
           join screening_hits h on h.id = f.hit_id
           join screening_lists l on l.id = h.list_id
          where f.status = 'raised'",
        "f.id",
    );
    flags.filter("f.application_id = ?", Some(id)).all(conn, "f.id").await
}
