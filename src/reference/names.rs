//! Names of countries in other languages, as files: `code`, `language`, `name`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::store::names as store;
use super::table::{self, Refusal};
use crate::act::Act;
use crate::audit::{Entry, record};
use crate::db::Conn;
use crate::http::Problem;
use crate::rules::country_name::is_language;
use crate::rules::values::{Country, Name};

/// The columns; all must be there.
const COLUMNS: &[&str] = &["code", "language", "name"];

/// The subject of the log that all names together are: a view of the same name in the database.
const ALL: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0302);

/// A name of a country in a language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, sqlx::FromRow)]
pub struct NameRow {
    /// The country.
    pub code: Country,
    /// The language (BCP 47).
    pub language: String,
    /// The name.
    pub name: Name,
}

/// What became of a file of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NamesLoaded {
    /// Names of a country and language that had none.
    pub added: usize,
    /// Names that took the place of another.
    pub changed: usize,
    /// Names that were on file.
    pub unchanged: usize,
}

/// Reads a file of names.
pub fn read(bytes: &[u8]) -> Result<Vec<NameRow>, Refusal> {
    let mut read = Vec::new();
    let mut seen = BTreeMap::new();
    table::rows(bytes, COLUMNS, COLUMNS.len(), |row| {
        let code: Country = row.value("code")?;
        let language = row.cell("language").to_owned();
        if !is_language(&language) {
            return Err(row.refuse("language", "must be a language tag such as he, zh-Hant or pt-BR"));
        }
        if let Some(before) = seen.insert((code, language.clone()), row.line) {
            return Err(row.refuse("language", format!("line {before} has the country's name already")));
        }
        read.push(NameRow { code, language, name: row.value("name")? });
        Ok(())
    })?;
    Ok(read)
}

/// Enters names: a name takes the place of the one before in its language, and none is taken away.
pub async fn load_names(
    conn: &mut Conn,
    act: &Act,
    source: &Name,
    rows: &[NameRow],
) -> Result<NamesLoaded, Problem> {
    let before: BTreeMap<(Country, String), Name> =
        store::on_file(conn).await?.into_iter().map(|row| ((row.code, row.language), row.name)).collect();
    let held = |row: &NameRow| before.get(&(row.code, row.language.clone()));
    let news: Vec<&NameRow> = rows.iter().filter(|row| held(row) != Some(&row.name)).collect();
    let added = news.iter().filter(|row| held(row).is_none()).count();
    let loaded = NamesLoaded { added, changed: news.len() - added, unchanged: rows.len() - news.len() };
    if news.is_empty() {
        return Ok(loaded);
    }
    store::enter(conn, act, source, &news).await?;
    let entry = Entry {
        act: "country_names.load",
        kind: "country_names",
        subject: ALL,
        owner: None,
        particulars: serde_json::json!({ "source": source, "loaded": loaded, "names": news }),
        verdict: None,
    };
    record(conn, act, entry).await?;
    Ok(loaded)
}
