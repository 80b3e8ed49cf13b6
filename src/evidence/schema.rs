//! The rules of the database itself, in the log: functions, triggers, policies and constraints as they are after the
//! migrations. Whoever examines a register asks its database, whose rules could have been replaced.
//!
//! Kept: the rules are recorded when migrations changed them, and never because they are found changed.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::store::schema as store;
use crate::act::Act;
use crate::audit::{Entry, record};
use crate::db::{Conn, Isolation, MIGRATOR, Pool};
use crate::http::Problem;

/// The subject of the log that the rules are.
const SCHEMA: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0306);

/// What is recorded of the rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rules {
    /// SHA-256 over the rules as Postgres tells them.
    sha256: String,
    /// The major version of the server, which words some of them.
    server: i32,
    /// The last migration.
    migration: i64,
}

impl Rules {
    async fn now(conn: &mut Conn) -> sqlx::Result<Self> {
        let (sha256, server) = store::told(conn).await?;
        let migration = MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or_default();
        Ok(Self { sha256, server, migration })
    }

    /// Whether what was recorded is about the same migrations and server.
    fn is_about(&self, other: &Self) -> bool {
        (self.server, self.migration) == (other.server, other.migration)
    }
}

async fn recorded(conn: &mut Conn) -> Result<Option<(Rules, Option<i64>)>, Problem> {
    let Some((particulars, index)) = store::recorded(conn).await? else { return Ok(None) };
    let rules = serde_json::from_value(particulars).map_err(|error| Problem::internal(&error))?;
    Ok(Some((rules, index)))
}

/// Records the rules where migrations, or another server, changed them since they were recorded.
pub async fn record_schema(pool: &Pool, act: &Act) -> Result<(), Problem> {
    let mut tx = pool.office(Isolation::Records).await?;
    let (now, before) = (Rules::now(&mut tx).await?, recorded(&mut tx).await?);
    if before.is_some_and(|(before, _)| before.is_about(&now)) {
        return Ok(());
    }
    let entry = Entry {
        act: "schema.record",
        kind: "schema",
        subject: SCHEMA,
        owner: None,
        particulars: &now,
        verdict: None,
    };
    record(&mut tx, act, entry).await?;
    Ok(tx.commit().await?)
}

/// Where in the log it stands that the rules were others than they are, if they were recorded.
pub async fn schema_unlike(conn: &mut Conn) -> Result<Option<Option<i64>>, Problem> {
    let Some((recorded, index)) = recorded(conn).await? else { return Ok(None) };
    let now = Rules::now(conn).await?;
    Ok((recorded.is_about(&now) && recorded != now).then_some(index))
}
