//! The outer layers: request ids, the log, what the caller has already, security headers, the place in every problem, and
//! panics turned into problems.

use axum::body::to_bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use tower_http::catch_panic::CatchPanicLayer;

use super::answer::Lasting;
use super::app::App;
use super::context::RequestId;
use super::door::{Door, guard, time_limit};
use super::limits;
use super::openapi::{API_VERSION, operation_id};
use super::problem::{Kind, Problem};
use super::route::Room;
use super::seen::Telling;
use crate::etag;

/// Whoever has what never changes may keep it (RFC 8246).
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// Headers that every response carries.
static HEADERS: [(HeaderName, &str); 6] = [
    (HeaderName::from_static("api-version"), API_VERSION),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// The policy for pages: what they need comes from here, and no one frames them.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; \
                           img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Builds the router of all rooms, each route behind its door.
pub fn router(app: &App, rooms: Vec<Room>, pages: Router<App>) -> Router {
    let mut router = pages;
    for route in rooms.into_iter().flat_map(|room| room.routes) {
        let door = Door {
            app: app.in_lane(route.lane),
            act: operation_id(&route).into(),
            access: route.access,
            body_limit: route.body_limit,
            lane: route.lane,
            needs_match: route.needs_match(),
            needs_key: route.needs_key(),
            time_limit: time_limit(&route),
            tells_secret: route.tells_secret,
        };
        let mut serve = route.serve.layer(from_fn_with_state(door, guard));
        if let Some(deprecation) = route.deprecation {
            serve = serve.layer(map_response(move |mut response: Response| {
                deprecation.tell(response.headers_mut());
                std::future::ready(response)
            }));
        }
        router = router.route(route.path, serve);
    }
    router
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || {
            Problem::new(Kind::MethodNotAllowed, "See the OpenAPI document for the methods of this path.")
        })
        // The door has read the body, and held it to the limit of its route.
        .layer(DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(|_| Problem::internal(&"a handler panicked").into_response()))
        .layer(from_fn(unchanged))
        .layer(from_fn_with_state(app.clone(), outermost))
        .layer(from_fn(finish))
        .with_state(app.clone())
}

/// Gives the request its identifier, refuses a head that is too large, and tells of the request once.
async fn outermost(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = app.ids.next(app.clock.now());
    let (mut head, body) = request.into_parts();
    head.extensions.insert(RequestId(id));
    let telling = Telling::of(id, &mut head);
    let mut response = match limits::head::check(&head) {
        Ok(()) => next.run(Request::from_parts(head, body)).await,
        Err(problem) => problem.into_response(),
    };
    telling.answered(&mut response);
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

/// Answers 304 to a read whose answer the caller has already, named in `If-None-Match` (RFC 9110, section 13.1.2).
async fn unchanged(request: Request, next: Next) -> Response {
    let known = request.headers().get_all(header::IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
    let known = known.collect::<Vec<_>>().join(", ");
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = next.run(request).await;
    let tag = response.headers().get(header::ETAG).filter(|_| reads && response.status() == StatusCode::OK);
    match tag {
        Some(tag) if tag.to_str().is_ok_and(|tag| etag::names(&known, tag)) => {
            let lasting = response.extensions().get::<Lasting>().copied().map(Extension);
            (StatusCode::NOT_MODIFIED, lasting, [(header::ETAG, tag.clone())], ()).into_response()
        }
        Some(_) | None => response,
    }
}

/// Adds the headers every response carries, and the place to a problem.
async fn finish(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let lasting = response.extensions_mut().remove::<Lasting>().is_some();
    let headers = response.headers_mut();
    for (name, value) in &HEADERS {
        headers.insert(name.clone(), HeaderValue::from_static(value));
    }
    if lasting {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(FOR_GOOD));
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    let problem = headers.get(header::CONTENT_TYPE).is_some_and(|media| media == "application/problem+json");
    if problem { placed(response, &path).await } else { response }
}

/// Writes `instance` into a problem. A problem is small, so reading it back costs little.
async fn placed(response: Response, path: &str) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, 1024 * 1024).await else {
        return Problem::internal(&"a problem could not be read back").into_response();
    };
    let bytes = match serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&bytes) {
        Ok(mut problem) => {
            problem.insert("instance".to_owned(), path.into());
            serde_json::to_vec(&problem).unwrap_or_else(|_| bytes.to_vec())
        }
        Err(_) => bytes.to_vec(),
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, bytes.into())
}
