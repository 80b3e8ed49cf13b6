//! Asking about a name that is not of the register.
//!
//! What is kept is who asked, when, of which editions and what was found: never the name.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::parties::{Found, found, reasons, thousandths};
use super::store::hits as store;
use crate::act::Act;
use crate::audit::{self, Entry};
use crate::db::Conn;
use crate::http::Problem;
use crate::http::matchers::Ready;
use crate::rules::screening::entry::{Identifier, Kind};
use crate::rules::screening::{Facts, Party};
use crate::rules::values::{Country, Name};

/// The most numbers and countries that are taken.
const MOST: usize = 50;

/// A number of whoever is asked about.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AskedNumber {
    /// What it is, such as passport; may be left out.
    #[serde(default)]
    pub kind: Option<Name>,
    /// The number.
    pub value: Name,
}

/// Who is asked about.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewScreening {
    /// The name, in any script.
    pub name: Name,
    /// What it is the name of.
    #[serde(default)]
    pub kind: Kind,
    /// Countries of the party, at most 50.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub countries: Vec<Country>,
    /// Numbers of the party, at most 50.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub identifiers: Vec<AskedNumber>,
}

/// A list that the name was compared with.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComparedList {
    /// What the agency calls it.
    pub code: String,
    /// The edition.
    pub edition: i32,
    /// The last day on which the edition clears anyone: after it, that nothing was found says nothing.
    pub current_until: NaiveDate,
}

/// An entry that may be who is asked about.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AskedHit {
    /// The list.
    pub list_code: String,
    /// What the list calls the entry.
    pub entry_key: String,
    /// The name of the entry that is most alike.
    pub listed_name: String,
    /// How much speaks for it, in thousandths.
    pub score: i16,
    /// How alike the names are, in thousandths.
    pub name_score: i16,
    /// Which words stand for which, and what else speaks for or against it.
    pub reasons: serde_json::Value,
}

/// What a name was found to be.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Screening {
    /// What the audit log calls it.
    pub id: Uuid,
    /// The lists that it was compared with; where there are none, nothing is said of the name.
    pub lists: Vec<ComparedList>,
    /// The entries it may be, the likeliest first.
    pub hits: Vec<AskedHit>,
}

/// Compares a name with all lists and notes that it was done. `conn` and `ready` may be of two transactions: the answer is
/// of the editions that it names.
pub(super) async fn ask(
    conn: &mut Conn,
    act: &Act,
    ready: &Ready,
    new: &NewScreening,
) -> Result<Screening, Problem> {
    if new.countries.len() > MOST {
        return Err(Problem::field("/countries", "must be at most 50"));
    }
    if new.identifiers.len() > MOST {
        return Err(Problem::field("/identifiers", "must be at most 50"));
    }
    let numbers: Vec<Identifier> = new
        .identifiers
        .iter()
        .map(|number| Identifier {
            kind: number.kind.as_ref().map(ToString::to_string).unwrap_or_default(),
            value: number.value.to_string(),
            country: None,
        })
        .collect();
    let countries: Vec<&str> = new.countries.iter().map(Country::as_str).collect();
    let facts = Facts::new(&numbers, &[], &countries);
    let found = found(ready, &Party { name: new.name.as_str(), subject: new.kind.subject(), facts });
    let names = store::listed_names(conn, &found).await?;
    let lists = ready
        .lists
        .iter()
        .map(|list| ComparedList {
            code: list.code.clone(),
            edition: list.edition,
            current_until: list.current_until,
        })
        .collect();
    let hits = found.iter().zip(names).map(|(found, name)| told(found, name)).collect();
    let screening = Screening { id: act.new_id(), lists, hits };
    note(conn, act, &screening).await?;
    Ok(screening)
}

fn told(found: &Found<'_>, listed_name: String) -> AskedHit {
    AskedHit {
        list_code: found.list.code.clone(),
        entry_key: found.entry.key.to_string(),
        listed_name,
        score: found.score(),
        name_score: thousandths(found.hit.name_score),
        reasons: reasons(&found.hit),
    }
}

async fn note(conn: &mut Conn, act: &Act, screening: &Screening) -> Result<(), Problem> {
    let hits: Vec<_> = screening
        .hits
        .iter()
        .map(|hit| json!({ "list": hit.list_code, "entry": hit.entry_key, "score": hit.score }))
        .collect();
    let entry = Entry {
        act: "screening.ask",
        kind: "screening",
        subject: screening.id,
        owner: None,
        particulars: json!({ "lists": screening.lists, "hits": hits }),
        verdict: None,
    };
    audit::record(conn, act, entry).await?;
    Ok(())
}
