//! Draw-down: customs books a shipment against a line of a valid license, exactly once and never beyond what remains.

use crate::db::Conn;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::store::{self, Remaining, draw_downs};
use crate::act::Act;
use crate::history::{self, Step};
use crate::http::Problem;
use crate::ids::LicenseId;
use crate::rules::application::Kind;
use crate::rules::license::{Action, LicenseCycle};
use crate::rules::values::{Name, Quantity};

/// A shipment to be booked.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewDrawDown {
    /// The line shipped against.
    pub line: i32,
    /// How much, in the unit of the line.
    pub quantity: Quantity,
    /// The customs reference of the shipment; one shipment is booked once on a line.
    pub shipment: Name,
}

/// A booked shipment.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DrawDown {
    /// The line shipped against.
    pub line: i32,
    /// How much, as a decimal string.
    pub quantity: String,
    /// The customs reference of the shipment.
    pub shipment: String,
    /// When it was booked.
    pub booked_at: DateTime<Utc>,
}

/// Books a shipment. The one that uses up the last line exhausts the license.
pub async fn book(conn: &mut Conn, act: &Act, id: LicenseId, new: &NewDrawDown) -> Result<DrawDown, Problem> {
    let subject = history::load::<LicenseCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::DrawDown)?;
    let lines = store::remaining(conn, id).await?;
    if lines.iter().any(|line| line.kind == Kind::Marketing) {
        return Err(Problem::rule("A marketing license permits offers, not deliveries."));
    }
    let Some(line) = lines.iter().find(|line| line.line == new.line) else {
        return Err(Problem::field("/line", "is not a line of the license"));
    };
    let left = left_of(line)?;
    if new.quantity.value() > left {
        return Err(Problem::rule(format!("Only {} remain on line {}.", left.normalize(), new.line)));
    }
    let used_up = |other: &Remaining| match other.quantity {
        Some(quantity) if other.line == new.line => other.drawn + new.quantity.value() >= quantity,
        Some(quantity) => other.drawn >= quantity,
        None => false,
    };
    let action = if lines.iter().all(used_up) { Action::Exhaust } else { Action::DrawDown };
    let stand = history::take(conn, act, &subject, Step::new(action).with(new)).await?;
    draw_downs::insert(conn, act, id, stand.version, new).await?;
    Ok(DrawDown {
        line: new.line,
        quantity: new.quantity.to_string(),
        shipment: new.shipment.to_string(),
        booked_at: act.at,
    })
}

/// What is left of a line; 422 where nothing can be shipped against it.
fn left_of(line: &Remaining) -> Result<Decimal, Problem> {
    if line.frozen {
        return Err(Problem::rule(format!("Line {} is frozen.", line.line)));
    }
    match line.quantity {
        Some(quantity) => Ok(quantity - line.drawn),
        None => Err(Problem::rule(format!("Line {} states no quantity to ship against.", line.line))),
    }
}
