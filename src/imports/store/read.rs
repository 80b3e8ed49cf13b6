//! The statements that read imports and their rejects.

use crate::db::Conn;

use crate::act::Actor;
use crate::ids::ImportId;
use crate::imports::model::{Import, ImportFilter, ImportReject};
use crate::page::{Listing, Page, Paging};

fn listing() -> Listing {
    Listing::new(
        "select id, reference, status, version, source, profile_name, file_name, input_sha256, rows_read, rows_accepted,
                rows_rejected, licenses_created, licenses_unchanged, created_at, updated_at
           from imports where true",
        "id",
    )
}

/// One import.
pub async fn get(conn: &mut Conn, actor: &Actor, id: ImportId) -> sqlx::Result<Option<Import>> {
    let found: Option<Import> = listing().filter("id = ?", Some(id)).one(conn).await?;
    Ok(found.map(|import| import.seen_by(actor)))
}

/// One page of imports.
pub(in crate::imports) async fn list(
    conn: &mut Conn,
    actor: &Actor,
    filter: ImportFilter,
    paging: Paging,
) -> sqlx::Result<Page<Import>> {
    let page: Page<Import> = listing()
        .filter("status = ?", filter.status)
        .filter("source = ?", filter.source)
        .page(conn, paging)
        .await?;
    Ok(page.map(|import| import.seen_by(actor)))
}

fn rejects_listing(id: ImportId) -> Listing {
    Listing::new(
        "select lpad(to_hex(number), 32, '0')::uuid as key, line, column_name, value, reason from import_rejects where true",
        "lpad(to_hex(number), 32, '0')::uuid",
    )
    .ascending()
    .filter("import_id = ?", Some(id))
}

/// One page of an import's rejects, in the order of the file.
pub(in crate::imports) async fn rejects(
    conn: &mut Conn,
    id: ImportId,
    paging: Paging,
) -> sqlx::Result<Page<ImportReject>> {
    rejects_listing(id).page(conn, paging).await
}

/// All rejects of an import, in the order of the file.
pub async fn all_rejects(conn: &mut Conn, id: ImportId) -> sqlx::Result<Vec<ImportReject>> {
    rejects_listing(id).all(conn, "number").await
}
