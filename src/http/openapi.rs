//! The OpenAPI 3.1 document, put together from the list of routes.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Paths};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ComponentsBuilder, Schema};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::server::ServerBuilder;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ContactBuilder, Deprecated, HttpMethod, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr,
};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::deprecation::Deprecation;
use super::describe::Sketch;
use super::examples;
use super::idempotency::is_kept;
use super::problem::{Kind, ProblemBody};
use super::route::{Access, Lane, Room, Route};
use super::{shared, tagged};
use crate::config::Contact;
use crate::rules::values::{ControlPrefix, Reference, Term};

/// The version of the API (semantic versioning), also sent as `API-Version`.
pub const API_VERSION: &str = "1.0.0";

/// What `If-Match` is.
const MATCH: &str =
    "The ETag of the resource that {id} or {code} names, as it was last read; * for whatever it is now.";
/// What `Idempotency-Key` is.
const KEY: &str = "A key of 1 to 255 visible ASCII characters: random for a new request, the same to ask for its answer again.";

/// Puts the document together, as JSON.
///
/// # Errors
///
/// Where a part of it cannot be written as JSON, which is a defect.
pub fn document(rooms: &[Room], contact: &Contact) -> serde_json::Result<Value> {
    let mut document = serde_json::to_value(described(rooms, contact))?;
    tagged::write_as_objects(&mut document);
    tell_headers(&mut document, rooms);
    examples::add(&mut document);
    shared::share_answers(&mut document);
    Ok(document)
}

fn described(rooms: &[Room], contact: &Contact) -> OpenApi {
    let mut schemas: BTreeMap<String, RefOr<Schema>> = BTreeMap::new();
    let mut paths = Paths::new();
    let mut problem = Vec::new();
    ProblemBody::schemas(&mut problem);
    problem.push(("Problem".to_owned(), ProblemBody::schema()));
    schemas.extend(problem);
    // A value that stands in queries alone: parameters refer to their schemas without bringing them.
    schemas.insert(ControlPrefix::name().into_owned(), ControlPrefix::schema());
    schemas.insert(Reference::name().into_owned(), Reference::schema());
    schemas.insert(Term::name().into_owned(), Term::schema());
    for room in rooms {
        for route in &room.routes {
            let (operation, found) = operation(room.name, route);
            schemas.extend(found);
            paths.add_path_operation(route.path, vec![route.method.clone()], operation);
        }
    }
    let tags: Vec<_> = rooms
        .iter()
        .map(|room| TagBuilder::new().name(room.name).description(Some(room.about)).build())
        .collect();
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .security_scheme(
            "token",
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .bearer_format("elr_…")
                    .description(Some("A token issued by an administrator."))
                    .build(),
            ),
        )
        .build();
    let contact = ContactBuilder::new()
        .name(Some(contact.name.clone()))
        .url(Some(contact.url.clone()))
        .email(Some(contact.email.clone()))
        .build();
    let license =
        LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build();
    let server =
        ServerBuilder::new().url("/").description(Some("The registry that serves this document.")).build();
    OpenApiBuilder::new()
        .servers(Some([server]))
        .info(
            InfoBuilder::new()
                .title("Export-license registry")
                .version(API_VERSION)
                .description(Some(
                    "The system of record of a defense-export licensing agency: exporters, products, applications, \
                     end-user declarations, licenses and revocations.",
                ))
                .contact(Some(contact))
                .license(Some(license))
                .build(),
        )
        .tags(Some(tags))
        .paths(paths)
        .components(Some(components))
        .build()
}

/// The method of a route, as the document names it.
fn method_name(route: &Route) -> &'static str {
    match (route.changes(), route.method == HttpMethod::Put) {
        (false, _) => "get",
        (true, false) => "post",
        (true, true) => "put",
    }
}

/// `get_licenses` from `GET /v1/licenses`.
pub(super) fn operation_id(route: &Route) -> String {
    let method = method_name(route);
    let words: Vec<_> = route
        .path
        .split('/')
        .filter(|part| !part.is_empty() && *part != "v1")
        .map(|part| part.trim_matches(['{', '}']).replace(['-', '.'], "_"))
        .collect();
    format!("{method}_{}", words.join("_"))
}

fn operation(tag: &str, route: &Route) -> (Operation, Vec<(String, RefOr<Schema>)>) {
    let mut sketch = Sketch::default();
    (route.describe)(&mut sketch);
    if route.needs_match() {
        sketch.requires("If-Match", MATCH);
    }
    if route.needs_key() {
        sketch.requires("Idempotency-Key", KEY);
    }
    let kinds = problems(route, &sketch);
    let (mut operation, schemas) = sketch.finish();
    operation.tags = Some(vec![tag.to_owned()]);
    operation.summary = Some(route.summary.to_owned());
    operation.operation_id = Some(operation_id(route));
    operation.deprecated = route.deprecation.map(|_| Deprecated::True);
    if let Access::Needs(permission) = route.access {
        let roles: Vec<_> = permission.roles().iter().map(|role| role.name()).collect();
        operation.description = Some(format!("Permission `{permission}`: {}.", roles.join(", ")));
        operation.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new())]);
    }
    let mut says: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for kind in kinds {
        says.entry(kind.status().as_u16()).or_default().push(kind.title());
    }
    let problems =
        says.into_iter().map(|(status, titles)| (status.to_string(), problem_response(&titles).into()));
    operation.responses.responses.extend(problems);
    if route.needs_key() {
        say_replayed(&mut operation);
    }
    (operation, schemas)
}

/// The problems a route can answer with.
fn problems(route: &Route, sketch: &Sketch) -> Vec<Kind> {
    let mut kinds = vec![Kind::UriTooLong, Kind::HeadersTooLarge, Kind::Internal, Kind::Unavailable];
    if route.lane != Lane::Free {
        kinds.push(Kind::TooManyRequests);
    }
    if matches!(route.access, Access::Needs(_)) {
        kinds.extend([Kind::Unauthorized, Kind::Forbidden]);
    }
    if sketch.takes_input || route.needs_key() {
        kinds.push(Kind::Malformed);
    }
    if sketch.names_resource {
        kinds.push(Kind::NotFound);
    }
    if route.changes() {
        kinds.extend([
            Kind::WritesStopped,
            Kind::SlowBody,
            Kind::Conflict,
            Kind::RefusedByRule,
            Kind::TooLarge,
        ]);
    }
    if route.needs_key() {
        kinds.extend([Kind::InFlight, Kind::KeyReused]);
    }
    if route.needs_match() {
        kinds.extend([Kind::PreconditionFailed, Kind::PreconditionRequired]);
    }
    if sketch.has_body {
        kinds.push(Kind::UnsupportedMediaType);
    }
    kinds
}

/// Says of every answer that is kept that it may be given again.
fn say_replayed(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let kept =
            status.parse().ok().and_then(|status| StatusCode::from_u16(status).ok()).is_some_and(is_kept);
        if let (true, RefOr::T(response)) = (kept, response) {
            let replayed = HeaderBuilder::new().schema(Some(bool::schema())).description(Some(
                "true where the answer was given before, to the same request with the same key.",
            ));
            response.headers.insert("Idempotency-Replayed".to_owned(), replayed.build().into());
        }
    }
}

fn problem_response(titles: &[&str]) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new()
        .description(titles.join(". Or: "))
        .content("application/problem+json", content)
        .build()
}

/// Headers of answers, and of which: all of them, or those with this status.
const ANSWER_HEADERS: &[(&str, Option<&str>, &str)] = &[
    ("API-Version", None, "The version of the API (semantic versioning)."),
    ("X-Request-Id", None, "The identifier of the request, as it stands in the log and in the audit log."),
    ("WWW-Authenticate", Some("401"), "The scheme of the credentials that are taken (RFC 6750)."),
    ("Retry-After", Some("503"), "After how many seconds to try again."),
];

/// Writes the headers of every answer into the document: those that many answers carry by reference, those of one
/// route's deprecation in place.
fn tell_headers(document: &mut Value, rooms: &[Room]) {
    let text = |says: &str| json!({ "description": says, "schema": { "type": "string" } });
    let shared: Map<String, Value> =
        ANSWER_HEADERS.iter().map(|(name, _, says)| ((*name).to_owned(), text(says))).collect();
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.insert("headers".to_owned(), Value::Object(shared));
    }
    for route in rooms.iter().flat_map(|room| &room.routes) {
        let method = method_name(route);
        let responses = document.get_mut("paths").and_then(|paths| {
            paths.get_mut(route.path)?.get_mut(method)?.get_mut("responses")?.as_object_mut()
        });
        for (status, response) in responses.into_iter().flatten() {
            let Some(response) = response.as_object_mut() else { continue };
            let headers = response.entry("headers").or_insert_with(|| json!({}));
            let Some(headers) = headers.as_object_mut() else { continue };
            for (name, on, _) in ANSWER_HEADERS {
                if on.is_none_or(|on| on == status) {
                    let reference = json!({ "$ref": format!("#/components/headers/{name}") });
                    headers.insert((*name).to_owned(), reference);
                }
            }
            for (name, header) in route.deprecation.into_iter().flat_map(Deprecation::described) {
                headers.insert(name.to_owned(), header);
            }
        }
    }
}
