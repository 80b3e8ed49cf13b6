//! What a request is about: the one resource that its path names.

use axum::extract::{FromRequestParts as _, MatchedPath, RawPathParams};
use axum::http::request::Parts;
use uuid::Uuid;

/// A resource, as entries of the log name it.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    /// The kind of resource: `end_user` of `/v1/end-users/{id}`.
    pub(super) kind: String,
    /// Its identifier.
    pub(super) id: Uuid,
}

impl Subject {
    /// Reads it off the head of a request, decoded as the handler will read it. None where the route is not under one
    /// resource, or what stands in its place is no identifier.
    pub(super) async fn of(head: &mut Parts) -> Option<Self> {
        let (collection, _) =
            head.extensions.get::<MatchedPath>()?.as_str().strip_prefix("/v1/")?.split_once("/{id}")?;
        let collection = collection.replace('-', "_");
        let kind = collection.strip_suffix('s').unwrap_or(&collection).to_owned();
        let path = RawPathParams::from_request_parts(head, &()).await.ok()?;
        let (_, id) = path.iter().find(|(name, _)| *name == "id")?;
        Some(Self { kind, id: id.parse().ok()? })
    }
}
