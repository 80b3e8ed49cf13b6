//! Like transactions: the decided applications most like one, for whoever has to decide on it alike or say why not.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::store;
use super::store::like::DecidedRow;
use crate::act::Act;
use crate::db::Conn;
use crate::http::Problem;
use crate::ids::{ApplicationId, EndUserId, ExporterId};
use crate::rules::application::{Kind, Outcome, Purpose};
use crate::rules::precedent::{Part, Transaction, alike, score};
use crate::rules::product::ProductClass;
use crate::rules::replay::looks_back_to;
use crate::rules::values::{ControlCode, Country};

/// How many are told where the caller does not say.
const TOLD: usize = 20;
/// How many may be asked for.
const MOST: usize = 100;
/// How much is told of the reasons of a decision, in characters.
const SUMMARY: usize = 300;

/// How many like transactions are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LikeQuery {
    /// At most this many, 1 to 100; 20 where left out.
    #[param(minimum = 1, maximum = 100)]
    pub most: Option<usize>,
}

/// A decided application like another.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LikeTransaction {
    /// The application.
    pub application_id: ApplicationId,
    /// Its human reference.
    pub reference: String,
    /// What was applied for.
    pub kind: Kind,
    /// Why.
    pub purpose: Purpose,
    /// Who applied.
    pub exporter_id: ExporterId,
    /// Where to.
    pub destination: Country,
    /// For whom.
    pub end_user_id: Option<EndUserId>,
    /// The classes of its goods.
    pub product_classes: Vec<ProductClass>,
    /// Their control-list codes.
    pub control_codes: Vec<ControlCode>,
    /// How like it is, from 0 to 100: the sum of the parts.
    pub score: u8,
    /// In what it is like.
    pub parts: Vec<Part>,
    /// Whether it is a refusal within the look-back period, which refers a grant: those stand first.
    pub refers: bool,
    /// The number of the decision.
    pub decision: i32,
    /// What was decided.
    pub outcome: Outcome,
    /// The day it was countersigned.
    pub decided_on: NaiveDate,
    /// The reasons, cut at 300 characters.
    pub reasons: String,
    /// The reasons for departing from a verdict that referred.
    pub departure: Option<String>,
}

/// The decided applications most like one, the refusals that the gate refers on first.
pub(super) async fn like(
    conn: &mut Conn,
    act: &Act,
    id: ApplicationId,
    asked: &LikeQuery,
) -> Result<Vec<LikeTransaction>, Problem> {
    let most = asked.most.unwrap_or(TOLD);
    if !(1..=MOST).contains(&most) {
        return Err(Problem::field("?most", "must be between 1 and 100"));
    }
    let application = store::get(conn, act, id).await?.ok_or_else(Problem::not_found)?;
    let goods = store::like::goods(conn, id.0).await?;
    let heads: BTreeSet<String> = goods.codes.iter().map(|code| code.head().to_owned()).collect();
    let codes: Vec<String> = goods.codes.iter().map(ToString::to_string).collect();
    let days = u32::try_from(act.policy.look_back_days).unwrap_or_default();
    let since = looks_back_to(act.today(), days);
    let heads: Vec<String> = heads.into_iter().collect();
    let decided = store::like::decided(conn, id, &heads, &codes, since).await?;
    let mine = Transaction {
        kind: application.kind,
        destination: application.destination,
        end_user: application.end_user_id.map(|end_user| end_user.0),
        classes: goods.classes,
        codes: goods.codes,
    };
    let mut found: Vec<LikeTransaction> = decided.into_iter().map(|row| compared(&mine, row)).collect();
    found.sort_by_key(|like| {
        std::cmp::Reverse((like.refers, like.score, like.decided_on, like.reference.clone()))
    });
    found.truncate(most);
    Ok(found)
}

fn compared(mine: &Transaction, row: DecidedRow) -> LikeTransaction {
    let other = Transaction {
        kind: row.kind,
        destination: row.destination,
        end_user: row.end_user_id.map(|end_user| end_user.0),
        classes: row.classes.clone(),
        codes: row.codes.clone(),
    };
    let parts = alike(mine, &other);
    LikeTransaction {
        application_id: row.id,
        reference: row.reference,
        kind: row.kind,
        purpose: row.purpose,
        exporter_id: row.exporter_id,
        destination: row.destination,
        end_user_id: row.end_user_id,
        product_classes: row.classes,
        control_codes: row.codes,
        score: score(&parts),
        parts,
        refers: row.refers,
        decision: row.number,
        outcome: row.outcome,
        decided_on: row.decided_at.date_naive(),
        reasons: summary(&row.reasons),
        departure: row.departure,
    }
}

/// The beginning of a text.
fn summary(text: &str) -> String {
    match text.char_indices().nth(SUMMARY) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
