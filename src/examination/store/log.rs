//! Reading the log and its tiles.

use uuid::Uuid;

use crate::db::Conn;
use crate::evidence::Recorded;
use crate::tlog::{FullTile, TileId};

/// A leaf with its entry.
#[derive(Debug)]
pub(in crate::examination) struct Row {
    index: i64,
    pub(in crate::examination) subject_id: Option<Uuid>,
    pub(in crate::examination) leaf: Vec<u8>,
    pub(in crate::examination) hash: Vec<u8>,
    pub(in crate::examination) entry: Option<Recorded>,
}

impl Row {
    /// Its place in the log.
    pub(in crate::examination) fn index(&self) -> u64 {
        u64::try_from(self.index).unwrap_or_default()
    }
}

fn number(of: u64) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

/// The leaves from an index on, so many of them.
pub(in crate::examination) async fn leaves(conn: &mut Conn, from: u64, most: u64) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query!(
        r#"select l.index, l.subject_id as leaf_subject, l.leaf, l.hash, e.id as "id?", e.at as "at?", e.actor_id,
                  e.actor_role, e.token_id, e.request_id as "request_id?", e.act as "act?", e.subject_kind, e.subject_id,
                  e.subject_version, e.owner_id, e.outcome as "outcome?", e.problem, e.particulars, e.salt,
                  e.verdict, e.verdict_salt, e.erasure_id
             from audit_leaves l left join audit_entries e on e.id = l.entry_id
            where l.index >= $1 order by l.index limit $2"#,
        number(from),
        number(most),
    )
    .fetch_all(conn)
    .await?;
    let recorded = rows.into_iter().map(|row| {
        let entry = (|| {
            Some(Recorded {
                id: row.id?,
                at: row.at?,
                actor_id: row.actor_id,
                actor_role: row.actor_role,
                token_id: row.token_id,
                request_id: row.request_id?,
                act: row.act?,
                subject_kind: row.subject_kind,
                subject_id: row.subject_id,
                subject_version: row.subject_version,
                owner_id: row.owner_id,
                outcome: row.outcome?,
                problem: row.problem,
                particulars: row.particulars,
                salt: row.salt,
                verdict: row.verdict,
                verdict_salt: row.verdict_salt,
                erasure_id: row.erasure_id,
            })
        })();
        Row { index: row.index, subject_id: row.leaf_subject, leaf: row.leaf, hash: row.hash, entry }
    });
    Ok(recorded.collect())
}

/// A tile that is not on file as it is made of its leaves.
#[derive(Debug)]
pub(in crate::examination) struct Unlike {
    pub(in crate::examination) id: TileId,
    /// The first of its hashes that is another; none where only what is said of their root is.
    pub(in crate::examination) place: Option<u64>,
}

/// Those of these tiles that stand otherwise on file, or do not, a level after the other.
pub(in crate::examination) async fn unlike(conn: &mut Conn, tiles: &[FullTile]) -> sqlx::Result<Vec<Unlike>> {
    let levels: Vec<i16> =
        tiles.iter().map(|tile| i16::try_from(tile.id.level).unwrap_or(i16::MAX)).collect();
    let indexes: Vec<i64> = tiles.iter().map(|tile| number(tile.id.index)).collect();
    let hashes: Vec<Vec<u8>> =
        tiles.iter().map(|tile| tile.hashes.iter().flat_map(|hash| hash.0).collect()).collect();
    let roots: Vec<Vec<u8>> = tiles.iter().map(|tile| tile.root.0.to_vec()).collect();
    let rows = sqlx::query!(
        r#"select made.level as "level!", made.index as "index!",
                  (select min(n) from generate_series(0, 255) n
                    where substring(made.hashes from n * 32 + 1 for 32)
                          is distinct from substring(t.hashes from n * 32 + 1 for 32)) as place
             from unnest($1::smallint[], $2::bigint[], $3::bytea[], $4::bytea[]) as made (level, index, hashes, root)
             left join audit_tiles t on t.level = made.level and t.index = made.index
            where t.hashes is distinct from made.hashes or t.root is distinct from made.root
            order by made.level, made.index"#,
        &levels,
        &indexes,
        &hashes,
        &roots,
    )
    .fetch_all(conn)
    .await?;
    let unlike = rows.into_iter().map(|row| Unlike {
        id: TileId {
            level: u32::try_from(row.level).unwrap_or_default(),
            index: u64::try_from(row.index).unwrap_or_default(),
        },
        place: row.place.and_then(|place| u64::try_from(place).ok()),
    });
    Ok(unlike.collect())
}

/// The first leaf between two indexes whose hash is not the one in the tiles.
pub(in crate::examination) async fn first_unlike_tiles(
    conn: &mut Conn,
    from: u64,
    to: u64,
) -> sqlx::Result<Option<u64>> {
    let index = sqlx::query_scalar!(
        "select l.index from audit_leaves l join audit_tiles t on t.level = 0 and t.index = l.index / 256
          where l.index >= $1 and l.index < $2
            and sha256('\\x00'::bytea || l.leaf) <> substring(t.hashes from (l.index % 256)::integer * 32 + 1 for 32)
          order by l.index limit 1",
        number(from),
        number(to),
    )
    .fetch_optional(conn)
    .await?;
    Ok(index.and_then(|index| u64::try_from(index).ok()))
}

/// What is said of full tiles that a log of this size cannot have.
pub(in crate::examination) async fn surplus_tiles(
    conn: &mut Conn,
    size: u64,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        r#"select 'tile ' || index || ' of level ' || level || ' is of a longer log' as "says!" from audit_tiles
            where (index + 1)::numeric * 256::numeric ^ (level + 1) > $1::bigint order by level, index limit 1"#,
        number(size),
    )
    .fetch_optional(conn)
    .await
}
