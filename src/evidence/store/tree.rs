//! The statements of the tiles. What is not full is read from below: of level 0 from the leaves, of a higher level from
//! the roots of the tiles under it.

use crate::db::Conn;
use crate::tlog::{FullTile, TileId, WIDTH};

fn number(of: u64) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

fn level(of: TileId) -> i16 {
    i16::try_from(of.level).unwrap_or(i16::MAX)
}

/// How many entries are in the log.
pub(in crate::evidence) async fn size(conn: &mut Conn) -> sqlx::Result<u64> {
    let size = sqlx::query_scalar!(r#"select coalesce(max(index) + 1, 0) as "size!" from audit_leaves"#)
        .fetch_one(conn)
        .await?;
    Ok(u64::try_from(size).unwrap_or_default())
}

/// Those of these tiles that are full, each with its hashes one after another.
pub(in crate::evidence) async fn full(
    conn: &mut Conn,
    ids: &[TileId],
) -> sqlx::Result<Vec<(TileId, Vec<u8>)>> {
    let levels: Vec<i16> = ids.iter().map(|id| level(*id)).collect();
    let indexes: Vec<i64> = ids.iter().map(|id| number(id.index)).collect();
    let rows = sqlx::query!(
        "select t.level, t.index, t.hashes from unnest($1::smallint[], $2::bigint[]) as asked (level, index)
           join audit_tiles t on t.level = asked.level and t.index = asked.index",
        &levels,
        &indexes,
    )
    .fetch_all(conn)
    .await?;
    let id = |level: i16, index: i64| TileId {
        level: u32::try_from(level).unwrap_or_default(),
        index: u64::try_from(index).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(|row| (id(row.level, row.index), row.hashes)).collect())
}

/// The hashes of a tile that is not full, as far as it has come.
pub(in crate::evidence) async fn so_far(conn: &mut Conn, id: TileId) -> sqlx::Result<Vec<Vec<u8>>> {
    let (first, after) =
        (number(id.index.saturating_mul(WIDTH)), number((id.index + 1).saturating_mul(WIDTH)));
    if id.level == 0 {
        return sqlx::query_scalar!(
            "select hash from audit_leaves where index >= $1 and index < $2 order by index",
            first,
            after,
        )
        .fetch_all(conn)
        .await;
    }
    sqlx::query_scalar!(
        "select root from audit_tiles where level = $1 and index >= $2 and index < $3 order by index",
        level(id) - 1,
        first,
        after,
    )
    .fetch_all(conn)
    .await
}

/// Puts full tiles on file.
pub(in crate::evidence) async fn insert(conn: &mut Conn, tiles: &[FullTile]) -> sqlx::Result<()> {
    if tiles.is_empty() {
        return Ok(());
    }
    let levels: Vec<i16> = tiles.iter().map(|tile| level(tile.id)).collect();
    let indexes: Vec<i64> = tiles.iter().map(|tile| number(tile.id.index)).collect();
    let hashes: Vec<Vec<u8>> =
        tiles.iter().map(|tile| tile.hashes.iter().flat_map(|hash| hash.0).collect()).collect();
    let roots: Vec<Vec<u8>> = tiles.iter().map(|tile| tile.root.0.to_vec()).collect();
    sqlx::query!(
        "insert into audit_tiles (level, index, hashes, root)
         select * from unnest($1::smallint[], $2::bigint[], $3::bytea[], $4::bytea[])",
        &levels,
        &indexes,
        &hashes,
        &roots,
    )
    .execute(conn)
    .await?;
    Ok(())
}
