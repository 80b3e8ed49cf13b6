//! The statements of names of countries.

use sqlx::types::Json;

use crate::act::Act;
use crate::db::Conn;
use crate::reference::names::NameRow;
use crate::rules::values::Name;

/// The names on file that are of a row's country and language.
pub(in crate::reference) async fn on_file(conn: &mut Conn) -> sqlx::Result<Vec<NameRow>> {
    sqlx::query_as("select territory as code, language, name from territory_names order by 1, 2")
        .fetch_all(conn)
        .await
}

/// Enters names, in the place of those of the same country and language.
pub(in crate::reference) async fn enter(
    conn: &mut Conn,
    act: &Act,
    source: &Name,
    rows: &[&NameRow],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into territory_names (territory, language, name, source, recorded_by, recorded_at)
         select r.code, r.language, r.name, $2, $3, $4
           from jsonb_to_recordset($1::jsonb) as r (code text, language text, name text)
         on conflict (territory, language) do update
            set name = excluded.name, source = excluded.source, recorded_by = excluded.recorded_by,
                recorded_at = excluded.recorded_at",
        Json(rows) as Json<&[&NameRow]>,
        source.as_str(),
        act.actor.person.0,
        act.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}
