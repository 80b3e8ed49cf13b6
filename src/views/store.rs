//! The statements of views.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::model::{FileView, ViewFilter};
use crate::act::Act;
use crate::db::Conn;
use crate::http::viewed::View;
use crate::page::{Listing, Page, Paging};

/// Inserts the views of a batch, in their order.
pub(super) async fn insert(conn: &mut Conn, act: &Act, batch: Uuid, views: &[View]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = views.iter().map(|view| act.ids.next(view.at)).collect();
    let times: Vec<DateTime<Utc>> = views.iter().map(|view| view.at).collect();
    let people: Vec<Uuid> = views.iter().map(|view| view.person.0).collect();
    let roles: Vec<String> = views.iter().map(|view| view.role.name().to_owned()).collect();
    let tokens: Vec<Option<Uuid>> = views.iter().map(|view| view.token.map(|token| token.0)).collect();
    let kinds: Vec<String> = views.iter().map(|view| view.kind.to_owned()).collect();
    let subjects: Vec<Uuid> = views.iter().map(|view| view.subject).collect();
    let routes: Vec<String> = views.iter().map(|view| view.route.clone()).collect();
    let requests: Vec<Uuid> = views.iter().map(|view| view.request).collect();
    sqlx::query!(
        "insert into file_views (id, batch_id, number, at, person_id, role, token_id, subject_kind, subject_id, route, request_id)
         select t.id, $1, t.number, t.at, t.person, t.role, t.token, t.kind, t.subject, t.route, t.request
           from unnest($2::uuid[], $3::timestamptz[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::uuid[], $9::text[],
                       $10::uuid[]) with ordinality
                as t (id, at, person, role, token, kind, subject, route, request, number)",
        batch,
        &ids,
        &times,
        &people,
        &roles,
        &tokens as &[Option<Uuid>],
        &kinds,
        &subjects,
        &routes,
        &requests,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// One page of views, the newest first.
pub(super) async fn list(
    conn: &mut Conn,
    filter: ViewFilter,
    paging: Paging,
) -> sqlx::Result<Page<FileView>> {
    Listing::new(
        "select v.id, v.at, p.handle as person, v.role, v.token_id, v.subject_kind, v.subject_id, v.route, v.request_id,
                v.batch_id
           from file_views v join people p on p.id = v.person_id where true",
        "v.id",
    )
    .filter("v.subject_id = ?", filter.subject_id)
    .filter("v.subject_kind = ?", filter.subject_kind)
    .filter("p.handle = ?", filter.person)
    .filter("v.at >= ?", filter.from)
    .filter("v.at < ?", filter.to)
    .page(conn, paging)
    .await
}
