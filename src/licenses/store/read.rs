//! The statement that reads licenses, as they stand or as they stood.

use crate::act::Act;
use crate::as_of::AsOf;
use crate::db::Conn;
use crate::ids::LicenseId;
use crate::licenses::model::{License, LicenseFilter};
use crate::page::{Listing, Page, Paging};
use crate::rules::authority::Permission;
use crate::rules::license::Status;

/// What a license looks like, out of the tables or out of what they were.
macro_rules! select {
    (
        licenses: $licenses:literal, lines: $lines:literal, conditions: $conditions:literal, freezes: $freezes:literal,
        measures: $measures:literal, decided: $decided:literal, beside: $beside:literal
    ) => {
        concat!(
            "
    select l.id, l.reference, l.status, l.version, l.kind, l.application_id, l.exporter_id, l.end_user_id, l.destinations,
           l.via, l.issued_on, l.valid_until, l.predecessor_id, l.end_use, l.import_id, l.source, l.source_number,
           l.particulars, l.created_at, l.updated_at,
           (select coalesce(jsonb_agg(jsonb_build_object(
                       'line', n.line, 'productId', n.product_id, 'classificationVersion', n.classification_version,
                       'controlCodes', n.control_codes, 'description', n.description,
                       'quantity', trim_scale(n.quantity)::text, 'unit', n.unit, 'value', n.value::text,
                       'currency', n.currency, 'drawn', trim_scale(n.drawn)::text, 'particulars', n.particulars)
                       order by n.line), '[]')
              from ", $lines, " n where n.license_id = l.id) as lines,
           named_consignees(l.application_id) as consignees,
           (select coalesce((select r.override_id from license_reinstatements r
                              where r.license_id = l.id and r.override_id is not null and r.version <= l.version
                              order by r.version desc limit 1),
                            (select d.override_id from decisions d where d.id = l.decision_id))) as override_id,
           (select o.reference from overrides o where o.id = coalesce(
                (select r.override_id from license_reinstatements r
                  where r.license_id = l.id and r.override_id is not null and r.version <= l.version
                  order by r.version desc limit 1),
                (select d.override_id from decisions d where d.id = l.decision_id))) as override_reference,
           array(select c.condition from ", $conditions, " c
                  where c.license_id = l.id
                    and (c.measure_id is null
                         or exists (select from ", $measures, " where m.id = c.measure_id and m.status = 'in_force'))
                  order by c.number) as conditions,
           (select coalesce(jsonb_agg(jsonb_build_object(
                       'number', f.number, 'source', f.source, 'sourceId', f.source_id, 'ground', f.ground,
                       'reasons', coalesce(d.reasons, f.reasons), 'lines', f.lines,
                       'reviewOn', coalesce(m.review_on, f.review_on), 'frozenAt', f.frozen_at,
                       'liftedAt', f.lifted_at, 'liftReasons', f.lift_reasons) order by f.number), '[]')
              from ", $freezes, " f
              left join ", $measures, " on m.id = f.source_id
              left join lateral (select d.reasons from measure_decisions d
                                  where d.measure_id = f.source_id and d.license_id = f.license_id and d.act = 'freeze'",
            $decided, "
                                  order by d.number desc limit 1) d on true
             where f.license_id = l.id and f.lifted_at is null) as freezes", $beside, "
      from ", $licenses, " l where true"
        )
    };
}

/// As they stand.
const NOW: &str = select!(
    licenses: "licenses", lines: "license_lines", conditions: "license_conditions", freezes: "license_freezes",
    measures: "measures m", decided: "", beside: ""
);

/// The same with their flags.
const FLAGGED: &str = select!(
    licenses: "licenses", lines: "license_lines", conditions: "license_conditions", freezes: "license_freezes",
    measures: "measures m", decided: "", beside: ", raised_flags(l.id) as screening_flags"
);

/// As they stood at $1, by what was recorded until $2.
const THEN: &str = select!(
    licenses: "licenses_at($1, $2)", lines: "license_lines_at($1, $2)", conditions: "license_conditions_at($1, $2)",
    freezes: "license_freezes_at($1, $2)",
    measures: "(select o.id, s.status, s.review_on from measures o cross join lateral measure_stood(o.id, $1, $2) s) m",
    decided: " and d.decided_at <= least($1, $2)", beside: ""
);

fn listing(act: &Act, then: Option<AsOf>) -> Listing {
    own(act, then.map_or_else(|| Listing::new(NOW, "l.id"), |then| then.listing(THEN, "l.id")))
}

/// Of these, what the actor sees.
fn own(act: &Act, listing: Listing) -> Listing {
    listing.filter("l.exporter_id = ?", act.actor.sees_only())
}

/// A license as it is shown: to the actor now, or as it was then.
fn shown(license: License, act: &Act, then: Option<AsOf>) -> License {
    match then {
        None => license.seen_by(act),
        Some(then) => license.as_of(then),
    }
}

/// One license as the actor sees it.
pub async fn get(conn: &mut Conn, act: &Act, id: LicenseId) -> sqlx::Result<Option<License>> {
    let found: Option<License> = listing(act, None).filter("l.id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|license| shown(license, act, None)))
}

/// The same with its flags for those who may know, or as it was then; none where it was not on file.
pub(in crate::licenses) async fn one(
    conn: &mut Conn,
    act: &Act,
    id: LicenseId,
    then: Option<AsOf>,
) -> sqlx::Result<Option<License>> {
    let is_flagged = then.is_none() && Permission::ReadScreening.allows(act.actor.role);
    let listing = if is_flagged { own(act, Listing::new(FLAGGED, "l.id")) } else { listing(act, then) };
    let found: Option<License> = listing.filter("l.id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|license| shown(license, act, then)))
}

/// One page of licenses.
pub(in crate::licenses) async fn list(
    conn: &mut Conn,
    act: &Act,
    filter: LicenseFilter,
    then: Option<AsOf>,
    paging: Paging,
) -> sqlx::Result<Page<License>> {
    let today = then.map_or_else(|| act.today(), |then| then.day());
    let runs = matches!(filter.status, Some(Status::Active | Status::Frozen)).then_some(today);
    let ended = (filter.status == Some(Status::Expired)).then_some(today);
    let recorded = filter.status.filter(|status| *status != Status::Expired);
    let page: Page<License> = listing(act, then)
        .filter("l.status = ?", recorded)
        .filter("l.valid_until >= ?", runs)
        .filter("(l.status = 'expired' or l.status in ('active', 'frozen') and l.valid_until < ?)", ended)
        .filter("l.kind = ?", filter.kind)
        .filter("l.destinations @> array[?]", filter.destination)
        .filter(
            "exists (select from license_lines n where n.license_id = l.id and n.control_prefixes @> array[?])",
            filter.control_code,
        )
        .filter("l.exporter_id = ?", filter.exporter_id)
        .filter("l.end_user_id = ?", filter.end_user_id)
        .filter("l.import_id = ?", filter.import_id)
        .filter("l.issued_on >= ?", filter.issued_from)
        .filter("l.issued_on <= ?", filter.issued_to)
        .filter("l.valid_until >= ?", filter.valid_from)
        .filter("l.valid_until <= ?", filter.valid_to)
        .filter("l.reference = ?", filter.reference)
        .filter("l.source_number = ?", filter.source_number)
        .page(conn, paging)
        .await?;
    Ok(page.map(|license| shown(license, act, then)))
}
