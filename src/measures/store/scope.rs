//! A scope as a condition in SQL: the mirror of `rules/scope/reach.rs`. What is not on file meets no condition, so
//! every condition is true or false and never null.

use sqlx::{Postgres, QueryBuilder};

use crate::rules::scope::{Groups, Scope};
use crate::rules::values::{GroupCode, Territory};

/// Whose strands are asked about. The row is `h`, its end user `u`; a strand has the line `n` with the classification
/// `c`, and the destination `d.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Licenses.
    License,
    /// Applications; a line that pins no classification yet is read in the product's version now.
    Application,
}

impl Holder {
    /// The rows that scopes are asked about.
    pub const fn from(self) -> &'static str {
        match self {
            Self::License => "licenses h left join end_users u on u.id = h.end_user_id",
            Self::Application => "applications h left join end_users u on u.id = h.end_user_id",
        }
    }

    const fn strands(self) -> &'static str {
        match self {
            Self::License => {
                "license_lines n left join product_classifications c on c.product_id = n.product_id
                      and c.classification_version = n.classification_version
                 cross join unnest(h.destinations) as d (code) where n.license_id = h.id"
            }
            Self::Application => {
                "application_lines n join products p on p.id = n.product_id
                 left join product_classifications c on c.product_id = n.product_id
                      and c.classification_version = coalesce(n.classification_version, p.classification_version)
                 cross join (select h.destination) as d (code) where n.application_id = h.id"
            }
        }
    }

    const fn prefixes(self) -> &'static str {
        match self {
            Self::License => "n.control_prefixes",
            Self::Application => "c.control_prefixes",
        }
    }
}

/// Adds the condition that a scope reaches the row `h`.
pub fn push_reaches(sql: &mut QueryBuilder<Postgres>, holder: Holder, scope: &Scope, groups: &Groups) {
    if holder == Holder::License {
        push_coarse(sql, scope, groups);
        sql.push(" and ");
    }
    sql.push("exists (select from ").push(holder.strands()).push(" and ");
    push_strand(sql, holder, scope, groups);
    sql.push(")");
}

fn members(named: &[GroupCode], groups: &Groups) -> Vec<String> {
    named.iter().filter_map(|group| groups.get(group.as_str())).flatten().map(ToString::to_string).collect()
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

/// A condition on the row alone that holds for every row that the scope reaches, so that an index can find them; what
/// no index knows is left to the strands.
fn push_coarse(sql: &mut QueryBuilder<Postgres>, scope: &Scope, groups: &Groups) {
    match scope {
        Scope::All(parts) => push_joined(sql, parts, " and ", |sql, part| push_coarse(sql, part, groups)),
        Scope::Any(parts) => push_joined(sql, parts, " or ", |sql, part| push_coarse(sql, part, groups)),
        Scope::Except(exception) => push_coarse(sql, &exception.of, groups),
        Scope::Destinations(named) => {
            sql.push("h.destinations && ").push_bind(texts(named));
        }
        Scope::CountryGroups(named) => {
            sql.push("h.destinations && ").push_bind(members(named, groups));
        }
        Scope::ControlCodes(named) => {
            sql.push("h.id in (select license_id from license_lines where control_prefixes && ")
                .push_bind(texts(named))
                .push(")");
        }
        Scope::Exporters(named) => {
            sql.push("coalesce(h.exporter_id = any(").push_bind(named.clone()).push("), false)");
        }
        Scope::EndUsers(named) => {
            sql.push("coalesce(h.end_user_id = any(").push_bind(named.clone()).push("), false)");
        }
        Scope::LicenseKinds(named) => {
            sql.push("h.kind = any(").push_bind(texts(named)).push(")");
        }
        Scope::ProductClasses(_)
        | Scope::TechnologyTags(_)
        | Scope::SecurityClassifications(_)
        | Scope::EndUserKinds(_) => {
            sql.push("true");
        }
    }
}

fn push_joined(
    sql: &mut QueryBuilder<Postgres>,
    parts: &[Scope],
    joined: &'static str,
    mut push: impl FnMut(&mut QueryBuilder<Postgres>, &Scope),
) {
    sql.push("(");
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            sql.push(joined);
        }
        push(sql, part);
    }
    sql.push(")");
}

/// The condition on a strand.
fn push_strand(sql: &mut QueryBuilder<Postgres>, holder: Holder, scope: &Scope, groups: &Groups) {
    match scope {
        Scope::All(parts) => {
            push_joined(sql, parts, " and ", |sql, part| push_strand(sql, holder, part, groups));
        }
        Scope::Any(parts) => {
            push_joined(sql, parts, " or ", |sql, part| push_strand(sql, holder, part, groups));
        }
        Scope::Except(exception) => {
            sql.push("(");
            push_strand(sql, holder, &exception.of, groups);
            sql.push(" and not ");
            push_strand(sql, holder, &exception.but, groups);
            sql.push(")");
        }
        Scope::Destinations(named) => push_any(sql, "d.code", texts::<Territory>(named)),
        Scope::CountryGroups(named) => push_any(sql, "d.code", members(named, groups)),
        Scope::ControlCodes(named) => push_overlap(sql, holder.prefixes(), texts(named)),
        Scope::ProductClasses(named) => push_any(sql, "c.product_class", texts(named)),
        Scope::TechnologyTags(named) => push_overlap(sql, "c.technology_tags", texts(named)),
        Scope::SecurityClassifications(named) => push_any(sql, "c.security_classification", texts(named)),
        Scope::Exporters(named) => push_any(sql, "h.exporter_id", named.clone()),
        Scope::EndUsers(named) => push_any(sql, "h.end_user_id", named.clone()),
        Scope::EndUserKinds(named) => push_any(sql, "u.kind", texts(named)),
        Scope::LicenseKinds(named) => push_any(sql, "h.kind", texts(named)),
    }
}

fn push_any<T>(sql: &mut QueryBuilder<Postgres>, column: &'static str, named: Vec<T>)
where
    Vec<T>: for<'v> sqlx::Encode<'v, Postgres> + sqlx::Type<Postgres> + 'static,
{
    sql.push("coalesce(").push(column).push(" = any(").push_bind(named).push("), false)");
}

fn push_overlap(sql: &mut QueryBuilder<Postgres>, column: &'static str, named: Vec<String>) {
    sql.push("coalesce(").push(column).push(" && ").push_bind(named).push(", false)");
}
