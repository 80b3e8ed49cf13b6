//! What each figure counts, in words that stand in the answer. The statement in `store.rs` is their mirror.

use super::model::{Cell, Figure};
use super::store::Row;

/// What the detail of a row tells.
#[derive(Clone, Copy)]
enum Detail {
    None,
    Destination,
    Outcome,
    Status,
    Ground,
}

/// A figure and where it comes from.
pub(super) struct Defined {
    name: &'static str,
    /// The name that the statement's rows carry.
    source: &'static str,
    unit: &'static str,
    detail: Detail,
    definition: &'static str,
}

impl Defined {
    const fn act(name: &'static str, source: &'static str, definition: &'static str) -> Self {
        let unit = match source.as_bytes() {
            b"license.draw_down" => "shipments",
            _ => "licenses",
        };
        Self { name, source, unit, detail: Detail::None, definition }
    }

    /// The figure out of the rows. A row without a kind is a total that is not the sum of its parts.
    pub(super) fn figure(&self, rows: &[Row]) -> Figure {
        let own = || rows.iter().filter(|row| row.figure == self.source);
        let by: Vec<Cell> = own().filter(|row| row.whole != Some(true)).map(|row| self.cell(row)).collect();
        let whole = own().find(|row| row.whole == Some(true)).map(|row| row.value);
        let is_median = self.unit == "days";
        let value = whole.or_else(|| (!is_median).then(|| by.iter().map(|cell| cell.value).sum()));
        Figure { name: self.name, definition: self.definition, unit: self.unit, value, by }
    }

    fn cell(&self, row: &Row) -> Cell {
        let cell =
            Cell { kind: row.kind.clone(), origin: row.origin.clone(), value: row.value, ..Cell::default() };
        let detail = row.detail.clone();
        match self.detail {
            Detail::None => cell,
            Detail::Destination => Cell { destination: detail, ..cell },
            Detail::Outcome => Cell { outcome: detail, ..cell },
            Detail::Status => Cell { status: detail, ..cell },
            Detail::Ground => Cell { ground: detail, ..cell },
        }
    }
}

/// Every figure, in the order of the answer.
pub(super) const FIGURES: &[Defined] = &[
    Defined {
        name: "applications_filed",
        source: "filed",
        unit: "applications",
        detail: Detail::Outcome,
        definition: "Applications submitted for the first time in the year, by kind and by where they stood at the \
            end of the year: granted, granted in part, refused, withdrawn, lapsed, returned to the exporter, or open \
            (submitted, in review, waiting for information, or before the committee). An application that is \
            returned and submitted again counts once, in the year of its first submission.",
    },
    Defined {
        name: "applications_by_destination",
        source: "destination",
        unit: "applications",
        detail: Detail::Destination,
        definition: "The applications filed in the year, by kind and by the country of destination that the \
            application names.",
    },
    Defined {
        name: "destinations",
        source: "destinations",
        unit: "countries",
        detail: Detail::None,
        definition: "Different countries of destination among the applications filed in the year: in all, and by \
            kind. A country counts once in all, so the kinds do not add up.",
    },
    Defined {
        name: "applications_decided",
        source: "decided",
        unit: "applications",
        detail: Detail::Outcome,
        definition: "Applications decided in the year by a countersigned decision, whenever they were filed, by kind \
            and outcome. An application that was refused, reopened and decided anew counts at each decision.",
    },
    Defined {
        name: "median_days_to_decision",
        source: "days",
        unit: "days",
        detail: Detail::None,
        definition: "The median of the calendar days (UTC) from the first submission to the countersigned decision \
            of the applications decided in the year, in all and by kind: the discrete median (percentile_disc of \
            0.5), a number of days that occurred. Time in which the clock was paused or the file was back with the \
            exporter is included.",
    },
    Defined {
        name: "licenses_in_force",
        source: "in_force",
        unit: "licenses",
        detail: Detail::Status,
        definition: "Licenses on file and active or frozen at the end of the year, in their term on its last day, by \
            kind, by status, and by origin: granted by the registry or imported from an existing list. A frozen \
            license is in force and may not be used. A license of which only lines are frozen is active.",
    },
    Defined::act("licenses_issued", "license.issue", "Licenses issued in the year on a countersigned grant."),
    Defined::act(
        "licenses_frozen",
        "license.freeze",
        "Freezes in the year of a whole license that was active. A license frozen again after it was unfrozen \
            counts again.",
    ),
    Defined::act(
        "licenses_frozen_further",
        "license.freeze_further",
        "Further freezes in the year of a license that was already frozen.",
    ),
    Defined::act(
        "licenses_frozen_in_part",
        "license.freeze_part",
        "Freezes in the year of named lines of a license; they leave its status as it is.",
    ),
    Defined::act(
        "freezes_lifted_others_in_force",
        "license.lift_freeze",
        "Freezes of a whole license lifted in the year while others stayed in force: the license stayed frozen.",
    ),
    Defined::act("freezes_in_part_lifted", "license.lift_part", "Freezes of named lines lifted in the year."),
    Defined::act(
        "licenses_unfrozen",
        "license.unfreeze",
        "Licenses whose last freeze of the whole was lifted in the year: they became active again.",
    ),
    Defined::act(
        "licenses_revoked",
        "license.revoke",
        "Licenses revoked in the year, for the future, by the order that ends a proceeding. One that is revoked again \
            when the stay of an objection ends counts again.",
    ),
    Defined {
        name: "revocations_by_ground",
        source: "revocation",
        unit: "licenses",
        detail: Detail::Ground,
        definition: "The licenses revoked in the year, by kind and by the ground of the order.",
    },
    Defined::act(
        "licenses_reinstated",
        "license.reinstate",
        "Revoked licenses that became active again in the year, by an objection, a court order or an override.",
    ),
    Defined::act(
        "licenses_reinstated_frozen",
        "license.reinstate_frozen",
        "Revoked licenses that came back in force and frozen in the year: by the stay of an objection, or because \
            another freeze holds them.",
    ),
    Defined {
        name: "objections_lodged",
        source: "objections",
        unit: "objections",
        detail: Detail::None,
        definition: "Objections lodged in the year, by the kind of the application or license they are about.",
    },
    Defined {
        name: "objections_decided",
        source: "objections.decided",
        unit: "objections",
        detail: Detail::Outcome,
        definition: "Objections decided in the year, by kind and outcome: upheld, varied, dismissed, remitted, or \
            late. A withdrawn objection is not decided.",
    },
    Defined {
        name: "overrides_signed",
        source: "override.sign",
        unit: "overrides",
        detail: Detail::None,
        definition: "Overrides signed by the minister in the year, by the kind of the application or license they \
            are for, whether they were used or not.",
    },
    Defined::act(
        "licenses_issued_under_override",
        "override.issue",
        "Of the licenses issued in the year, those whose grant rests on an override: the gate did not let it \
            through, or the application had been refused.",
    ),
    Defined::act(
        "licenses_reinstated_under_override",
        "override.reinstate",
        "Of the licenses reinstated in the year, active or frozen, those that an override reinstated.",
    ),
    Defined::act("licenses_annulled", "license.annul", "Licenses annulled in the year: void from the start."),
    Defined::act(
        "licenses_surrendered",
        "license.surrender",
        "Licenses given up by their holders in the year.",
    ),
    Defined::act(
        "licenses_expired",
        "license.expire",
        "Licenses whose term ended in the year while they were active or frozen. The day counted is the day after \
            the last day of the term, whenever the expiry was recorded.",
    ),
    Defined::act(
        "licenses_superseded",
        "license.supersede",
        "Licenses replaced in the year by their renewal or amendment.",
    ),
    Defined::act(
        "licenses_exhausted",
        "license.exhaust",
        "Licenses whose quantity was used up in the year by the last shipment.",
    ),
    Defined::act(
        "shipments_booked",
        "license.draw_down",
        "Shipments booked in the year against a license that kept a quantity; the one that uses it up counts under \
            licenses_exhausted.",
    ),
    Defined::act(
        "licenses_imported",
        "license.import",
        "Licenses loaded in the year from an existing list while their term ran. They are not issued by the registry.",
    ),
    Defined::act(
        "licenses_imported_expired",
        "license.import_expired",
        "Licenses loaded in the year from an existing list after their term had ended.",
    ),
    Defined::act(
        "imported_licenses_withdrawn",
        "license.withdraw_import",
        "Imported licenses taken out again in the year with the import that loaded them.",
    ),
    Defined {
        name: "exporters_registered",
        source: "exporters",
        unit: "exporters",
        detail: Detail::None,
        definition: "Exporters registered at the end of the year, neither suspended nor past the term of their \
            registration.",
    },
    Defined {
        name: "products_classified",
        source: "products",
        unit: "products",
        detail: Detail::None,
        definition: "Products in the product register with a classification in force at the end of the year.",
    },
];
