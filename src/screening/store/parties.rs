//! The statements of the parties that are screened.

use crate::db::Conn;
use crate::page::{Listing, Page, Paging};
use crate::rules::end_user::EndUserKind;
use crate::rules::screening_hit::PartyKind;
use crate::screening::hit::{PartyFilter, PartyScreening};
use crate::screening::parties::PartyRow;

/// Whether a party is owed a screening.
pub(in crate::screening) async fn any_owed(conn: &mut Conn) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from screened_parties p
                           where p.epoch < (select s.epoch from screening_state s)) as "any!""#,
    )
    .fetch_one(conn)
    .await
}

/// A batch of the parties that are owed a screening, held until the transaction ends. Those that someone is deciding on
/// are left for the next round.
pub(in crate::screening) async fn owed(conn: &mut Conn, epoch: i64) -> sqlx::Result<Vec<PartyRow>> {
    sqlx::query_as!(
        PartyRow,
        r#"select p.kind as "kind: PartyKind", p.id, coalesce(x.name, u.name, c.name) as "name!",
                  coalesce(u.kind, c.kind) as "body?: EndUserKind",
                  coalesce(x.country, u.country, c.country) as "country!",
                  x.company_number as "number?"
             from screened_parties p
             left join exporters x on x.id = p.id
             left join end_users u on u.id = p.id
             left join consignees c on c.id = p.id
            where p.epoch < $1
            order by p.epoch, p.id limit 50 for update of p skip locked"#,
        epoch,
    )
    .fetch_all(conn)
    .await
}

/// One page of how far parties are screened.
pub(in crate::screening) async fn list(
    conn: &mut Conn,
    filter: PartyFilter,
    paging: Paging,
) -> sqlx::Result<Page<PartyScreening>> {
    Listing::new(
        "select p.id as party_id, p.kind as party_kind, coalesce(x.reference, u.reference, c.reference) as party_reference,
                p.epoch = s.epoch and p.screened_at is not null as screened, p.screened_at,
                (select count(*) from screening_hits h where h.party_id = p.id
                    and h.status in ('open', 'clearing_proposed', 'confirmation_proposed')) as undecided,
                (select count(*) from screening_hits h where h.party_id = p.id and h.status = 'confirmed') as confirmed
           from screened_parties p cross join screening_state s
           left join exporters x on x.id = p.id
           left join end_users u on u.id = p.id
           left join consignees c on c.id = p.id
          where true",
        "p.id",
    )
    .filter("p.kind = ?", filter.party_kind)
    .filter("p.id = ?", filter.party_id)
    .filter("(p.epoch = s.epoch and p.screened_at is not null) = ?", filter.screened)
    .page(conn, paging)
    .await
}
