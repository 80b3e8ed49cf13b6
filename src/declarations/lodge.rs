//! Lodging a signed declaration.

use crate::db::Conn;
use chrono::Datelike as _;
use serde_json::Value;

use super::model::NewDeclaration;
use super::{store, templates};
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::http::problem::Kind;
use crate::ids::{DeclarationId, ExporterId, ProductId};
use crate::rules::declaration::{Action, DeclarationCycle};
use crate::rules::template::Status as TemplateStatus;
use crate::{end_users, products};

/// The most products a declaration may name.
const MOST_ITEMS: usize = 200;
/// The years that a date may name.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=9999;

/// Puts a declaration of the actor's exporter on file as lodged.
pub async fn lodge(conn: &mut Conn, act: &Act, new: &NewDeclaration) -> Result<DeclarationId, Problem> {
    let exporter = act
        .actor
        .sees_only()
        .ok_or_else(|| Problem::new(Kind::Forbidden, "An exporter lodges its own declarations."))?;
    check_terms(act, new)?;
    check_template(conn, act, new).await?;
    if end_users::store::get(conn, act, new.end_user_id).await?.is_none() {
        return Err(Problem::field("/endUserId", "is not on file"));
    }
    check_items(conn, exporter, new).await?;
    let id: DeclarationId = act.new_id();
    let reference = history::new_reference(conn, act, "ED").await?;
    store::insert(conn, act, id, exporter, &reference, new).await?;
    store::insert_items(conn, id, &new.items).await?;
    let subject = Subject::<DeclarationCycle>::new(id, Some(exporter));
    history::take(conn, act, &subject, Step::new(Action::Lodge).with(particulars(new))).await?;
    Ok(id)
}

/// What the step says of the declaration. History cannot be erased, so the signatory's name stays out of it.
fn particulars(new: &NewDeclaration) -> Value {
    let mut particulars = serde_json::to_value(new).unwrap_or_default();
    if let Some(fields) = particulars.as_object_mut() {
        fields.remove("signatoryName");
    }
    particulars
}

/// The dates and the stated ends.
fn check_terms(act: &Act, new: &NewDeclaration) -> Result<(), Problem> {
    if new.signed_on > act.today() || !YEARS.contains(&new.signed_on.year()) {
        return Err(Problem::field("/signedOn", "must be today or earlier, from the year 1900 on"));
    }
    if new.valid_until < new.signed_on || !YEARS.contains(&new.valid_until.year()) {
        return Err(Problem::field(
            "/validUntil",
            "must be the day of signature or later, before the year 10000",
        ));
    }
    match twice(&new.stated_ends) {
        Some(at) => Err(Problem::field(format!("/statedEnds/{at}"), "is named twice")),
        None => Ok(()),
    }
}

/// The template is in force, or its successor still admits it.
async fn check_template(conn: &mut Conn, act: &Act, new: &NewDeclaration) -> Result<(), Problem> {
    let Some(template) = templates::store::standing(conn, new.template_id).await? else {
        return Err(Problem::field("/templateId", "is not on file"));
    };
    let admitted = match template.status {
        TemplateStatus::InForce => true,
        TemplateStatus::Superseded => template.successor.is_some_and(|successor| {
            let (from, until) = (successor.in_force_from, successor.transition_until);
            successor.rule.admits(act.today(), new.signed_on, from, until)
        }),
        TemplateStatus::Draft | TemplateStatus::Agreed | TemplateStatus::Withdrawn => false,
    };
    if admitted {
        Ok(())
    } else {
        Err(Problem::rule(
            "The template is not in force and in no transition: a declaration on the version in force is needed.",
        ))
    }
}

/// The products: how many, none twice, each the exporter's own.
async fn check_items(conn: &mut Conn, exporter: ExporterId, new: &NewDeclaration) -> Result<(), Problem> {
    if !(1..=MOST_ITEMS).contains(&new.items.len()) {
        return Err(Problem::field("/items", "must name 1 to 200 products"));
    }
    let named: Vec<ProductId> = new.items.iter().map(|item| item.product_id).collect();
    let known = products::store::standings(conn, &named).await?;
    let foreign =
        named.iter().position(|id| !known.iter().any(|own| own.id == *id && own.exporter_id == exporter));
    if let Some(at) = foreign {
        return Err(Problem::field(format!("/items/{at}/productId"), "is not on file"));
    }
    match twice(&named) {
        Some(at) => Err(Problem::field(format!("/items/{at}/productId"), "is named twice")),
        None => Ok(()),
    }
}

/// Where something stands that stood before.
fn twice<T: PartialEq>(items: &[T]) -> Option<usize> {
    items.iter().enumerate().position(|(at, item)| items.iter().take(at).any(|before| before == item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_of_two_alike_is_found() {
        assert_eq!(twice(&["a", "b", "a"]), Some(2));
        assert_eq!(twice(&["a", "b"]), None);
    }

    #[test]
    fn the_signatory_stays_out_of_history() {
        let new: NewDeclaration = serde_json::from_value(serde_json::json!({
            "templateId": "00000000-0000-7000-8000-00000000000a", "endUserId": "00000000-0000-7000-8000-00000000000b",
            "state": "DE", "authority": "Ministry", "signatoryName": "Erika Mustermann", "signatoryTitle": "Minister",
            "endUse": "Border posts", "placeOfUse": "Bonn", "signedOn": "2026-01-02", "validUntil": "2027-01-02",
            "documentSha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "items": [],
        }))
        .unwrap();
        let written = particulars(&new).to_string();
        assert!(!written.contains("Mustermann") && written.contains("Border posts"));
    }
}
