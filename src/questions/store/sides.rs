//! Who stood on which side of a file, from the histories.

use crate::db::Conn;
use crate::questions::model::{BothSides, BothSidesAct, Days};

/// How many are listed.
const MOST: usize = 200;

/// The persons who stood on two sides of a file that two people must take. A side is told from the steps of the histories
/// and, for what is no step, from the log and from who is named in the file.
pub(in crate::questions) async fn both_sides(conn: &mut Conn, days: &Days) -> sqlx::Result<BothSides> {
    let rows = sqlx::query!(
        r#"with sides (kind, side, apart_from, acts) as (values
               ('application', 'applicant', array['reviewer', 'decider', 'countersigner'],
                array['open', 'revise', 'submit', 'supply_information']),
               ('application', 'reviewer', array['decider', 'countersigner'], array['record_position']),
               ('application', 'decider', array['countersigner'], array['propose_decision']),
               ('application', 'countersigner', '{}', array['grant', 'grant_in_part', 'refuse']),
               ('product', 'applicant', array['classifier'], array['submit', 'resubmit']),
               ('product', 'classifier', '{}', array['return', 'classify', 'reclassify', 'find_not_controlled']),
               ('declaration', 'lodger', array['verifier'], array['lodge']),
               ('declaration', 'verifier', '{}', array['begin_verification', 'accept', 'reject']),
               ('declaration', 'suspecting', array['confirming'], array['suspect_breach']),
               ('declaration', 'confirming', '{}', array['confirm_breach']),
               ('revocation', 'notifier', array['orderer', 'chair'], array['intend']),
               ('revocation', 'orderer', '{}', array['order']),
               ('override', 'proposer', array['adviser', 'signer'], array['propose']),
               ('override', 'adviser', array['signer'], array['record_opinion']),
               ('override', 'signer', '{}', array['sign']),
               ('measure', 'proposer', array['approver'], array['draft', 'revise']),
               ('measure', 'approver', '{}', array['approve']),
               ('assessment', 'author', array['approver'], array['draft', 'revise']),
               ('assessment', 'approver', '{}', array['approve']),
               ('allegation', 'assessor', array['decider'], array['assess']),
               ('allegation', 'decider', '{}', array['dismiss', 'substantiate']),
               ('objection', 'party', array['decider'], '{}'),
               ('objection', 'decider', '{}', array['admit', 'find_late', 'stay', 'uphold', 'vary', 'dismiss', 'remit'])),
           acts as materialized (
               select s.kind, h.subject_id as file, s.side, h.actor_id as person, h.at
                 from history h join sides s on s.kind = h.life_cycle and h.action = any (s.acts)
                where h.actor_role <> 'clock'
               union all
               select s.kind, e.subject_id, s.side, e.actor_id, e.at
                 from audit_entries e join sides s on s.kind = e.subject_kind and split_part(e.act, '.', 2) = any (s.acts)
                where e.act in ('application.record_position', 'application.propose_decision') and e.outcome = 'done'
               union all
               select 'revocation', r.revocation_id, 'chair', r.chaired_by, r.recorded_at from revocation_hearings r
               union all
               select 'objection', o.id, 'party', h.actor_id, h.at
                 from objections o join history h on h.subject_id = o.revocation_id and h.action in ('intend', 'order')
               union all
               select 'objection', o.id, 'party', f.actor_id, f.at
                 from objections o join license_freezes z on z.id = o.freeze_id
                 join history f on f.subject_id = z.license_id and f.version = z.frozen_version and f.actor_role <> 'clock'
               union all
               select 'objection', o.id, 'party', d.decided_by, d.decided_at
                 from objections o join decisions d on d.id = o.decision_id
               union all
               select 'objection', o.id, 'party', d.countersigned_by, d.countersigned_at
                 from objections o join decisions d on d.id = o.decision_id where d.countersigned_by is not null),
           last as (select kind, file, side, person, max(at) as at from acts group by kind, file, side, person)
           select (select count(*) from acts) as "acts!", f.kind as "kind?", f.file as "file?", p.handle as "person?",
                  f.one_side as "one_side?", f.one_at as "one_at?", f.other_side as "other_side?", f.other_at as "other_at?"
             from (select) as always
             left join (
                 select one.kind, one.file, one.person, one.side as one_side, one.at as one_at, other.side as other_side,
                        other.at as other_at
                   from last one
                   join sides s on s.kind = one.kind and s.side = one.side
                   join last other on other.kind = one.kind and other.file = one.file and other.person = one.person
                                  and other.side = any (s.apart_from)
                  where ($1::date is null or greatest(one.at, other.at) >= $1::date::timestamp at time zone 'UTC')
                    and ($2::date is null or greatest(one.at, other.at) < ($2::date + 1)::timestamp at time zone 'UTC')
                  order by greatest(one.at, other.at) desc, one.file limit 201) f on true
             left join people p on p.id = f.person"#,
        days.from,
        days.to,
    )
    .fetch_all(conn)
    .await?;
    let acts = rows.first().map_or(0, |row| row.acts);
    let mut found: Vec<BothSidesAct> = rows
        .into_iter()
        .filter_map(|row| {
            Some(BothSidesAct {
                kind: row.kind?,
                file_id: row.file?,
                person: row.person?,
                one_side: row.one_side?,
                one_at: row.one_at?,
                other_side: row.other_side?,
                other_at: row.other_at?,
            })
        })
        .collect();
    let more = found.len() > MOST;
    found.truncate(MOST);
    Ok(BothSides { acts, found, more })
}
