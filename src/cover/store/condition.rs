//! Cover as a condition in SQL: the mirror of `rules/cover`. Every condition is true or false and never null.
//!
//! The license is `l`, the application `a` with the declaration `d` that it names and its template `t`; what is wanted
//! stands in the one row `w`, which [`wanted`] puts together.

use chrono::NaiveDate;

use crate::page::Listing;
use crate::rules::gate::TemplateFacts;
use crate::rules::product::ProductClass;

/// Goes on with the row of what is wanted, after `select … from … cross join`.
pub(super) fn wanted(listing: Listing, template: TemplateFacts, today: NaiveDate) -> Listing {
    let stricter: Vec<String> =
        ProductClass::ALL.iter().filter(|class| **class > template.class).map(ToString::to_string).collect();
    listing
        .sql(" (select ")
        .bind(stricter)
        .sql("::text[] as stricter, ")
        .bind(template.class)
        .sql("::text as class, ")
        .bind(template.version)
        .sql("::integer as version, ")
        .bind(today)
        .sql("::date as today) w ")
}

/// The license is in force for export, and its goods are of the class, or may be. The lines are asked once for each
/// license: of two conditions, one would be looked up in all lines on file.
macro_rules! license_concerned {
    () => {
        "l.kind = 'export' and l.status in ('active', 'frozen') and l.valid_until >= w.today
         and (select coalesce(bool_or(c.product_class is null or c.product_class = w.class), true)
                     and not coalesce(bool_or(c.product_class = any (w.stricter)), false)
                from license_lines n left join product_classifications c on c.product_id = n.product_id
                     and c.classification_version = n.classification_version
               where n.license_id = l.id)"
    };
}

/// A declaration on the version or a later one covers the license.
macro_rules! license_covered {
    () => {
        "(exists (select from license_lines n where n.license_id = l.id)
          and exists (
             select from declarations d join declaration_templates t on t.id = d.template_id
              where d.exporter_id = l.exporter_id and d.end_user_id = l.end_user_id
                and t.product_class = w.class and t.template_version >= w.version
                and d.status = 'accepted' and d.valid_until >= w.today
                and (t.framework or not exists (
                        select from declaration_uses u
                         where u.declaration_id = d.id and u.application_id is distinct from l.application_id))
                and not exists (
                        select from license_lines n
                         where n.license_id = l.id and not exists (
                               select from declaration_items i
                                where i.declaration_id = d.id and i.product_id = n.product_id and i.unit = n.unit
                                  and n.quantity is not null
                                  and i.quantity >= (select sum(m.quantity - m.drawn) from license_lines m
                                                      where m.license_id = l.id and m.product_id = n.product_id)))))"
    };
}

/// The application is open and for export, and its goods are of the class, or may be.
macro_rules! application_concerned {
    () => {
        "a.kind = 'export'
         and a.status in ('draft', 'submitted', 'returned', 'in_review', 'information_requested', 'referred')
         and (select coalesce(bool_or(c.product_class is null or c.product_class = w.class), true)
                     and not coalesce(bool_or(c.product_class = any (w.stricter)), false)
                from application_lines n join products p on p.id = n.product_id
                     left join product_classifications c on c.product_id = n.product_id
                     and c.classification_version = coalesce(n.classification_version, p.classification_version)
               where n.application_id = a.id)"
    };
}

/// The declaration that the application names is on the version or a later one, and can still be accepted or is.
macro_rules! application_covered {
    () => {
        "coalesce(t.product_class = w.class and t.template_version >= w.version
                  and (d.status in ('lodged', 'in_verification') or d.status = 'accepted' and d.valid_until >= w.today),
                  false)"
    };
}

pub(super) use {application_concerned, application_covered, license_concerned, license_covered};
