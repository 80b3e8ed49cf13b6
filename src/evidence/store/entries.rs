//! The statements that look an entry up with its leaf.

use uuid::Uuid;

use crate::db::Conn;
use crate::evidence::model::FiledLeaf;

/// What of an entry is not for a list.
#[derive(Debug)]
pub(in crate::evidence) struct Opened {
    /// The bytes of its leaf.
    pub(in crate::evidence) leaf: Option<Vec<u8>>,
    /// What opens the commitment to the particulars; none where they were erased.
    pub(in crate::evidence) salt: Option<Vec<u8>>,
    /// What opens the commitment to the verdict.
    pub(in crate::evidence) verdict_salt: Option<Vec<u8>>,
}

/// The leaf of an entry and its salts.
pub(in crate::evidence) async fn opened(conn: &mut Conn, id: Uuid) -> sqlx::Result<Option<Opened>> {
    sqlx::query_as!(
        Opened,
        r#"select l.leaf as "leaf?", e.salt, e.verdict_salt
             from audit_entries e left join audit_leaves l on l.entry_id = e.id where e.id = $1"#,
        id,
    )
    .fetch_optional(conn)
    .await
}

/// The place of an entry in the tree.
pub(in crate::evidence) async fn leaf(conn: &mut Conn, id: Uuid) -> sqlx::Result<Option<FiledLeaf>> {
    sqlx::query_as!(FiledLeaf, "select index, hash from audit_leaves where entry_id = $1", id)
        .fetch_optional(conn)
        .await
}
