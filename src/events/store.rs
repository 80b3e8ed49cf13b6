//! The statement of events.

use uuid::Uuid;

use super::model::{Event, EventFilter};
use crate::act::Actor;
use crate::db::Conn;
use crate::page::{Listing, Page, Paging};
use crate::rules::authority::Role;

fn events() -> Listing {
    Listing::new(
        "select e.id, e.kind, e.subject_kind, e.subject_id, e.subject_version, h.from_status, h.to_status, h.ground,
                h.reasons, h.details, e.at
           from outbox e join history h on h.subject_id = e.subject_id and h.version = e.subject_version
          where true",
        "e.id",
    )
}

/// What was told of one resource, in the order of its versions.
pub async fn of_subject(conn: &mut Conn, subject: Uuid) -> sqlx::Result<Vec<Event>> {
    events().filter("e.subject_id = ?", Some(subject)).all(conn, "e.subject_version").await
}

/// One page of the feed, as the actor may see it.
pub(super) async fn list(
    conn: &mut Conn,
    actor: &Actor,
    filter: EventFilter,
    paging: Paging,
) -> sqlx::Result<Page<Event>> {
    events()
        .only("e.id < outbox_horizon()", true)
        .ascending()
        .filter("e.owner_id = ?", actor.sees_only())
        // Customs follow what may pass the border, and nothing else.
        .only("e.subject_kind = 'license'", actor.role == Role::Customs)
        .filter("e.kind = ?", filter.kind)
        .filter("e.subject_kind = ?", filter.subject_kind)
        .filter("e.subject_id = ?", filter.subject_id)
        .filter("e.at >= ?::date::timestamp at time zone 'UTC'", filter.from)
        .filter("e.id > ?", filter.after)
        .page(conn, paging)
        .await
}
