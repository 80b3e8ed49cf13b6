//! The one list of all rooms' routes: the router, the OpenAPI document and the pages come from it.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::response::Redirect;
use axum::routing::get;
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::config::Contact;
use crate::http::{App, Problem, Room, answer, openapi, outer, pages};
use crate::{
    allegations, applications, assessments, audit, breaches, consignees, country_view, cover, declarations,
    eligibility, end_users, enforcement, erasures, events, evidence, exemptions, exporters, http, imports,
    licenses, measures, monitoring, objections, operations, overrides, packs, products, questions, reference,
    replays, reviews, revocations, screening, statistics, tokens, views,
};

/// Every room that has routes, in the order a case meets them.
pub fn rooms() -> Vec<Room> {
    vec![
        exporters::room(),
        products::room(),
        end_users::room(),
        consignees::room(),
        declarations::templates::room(),
        declarations::room(),
        cover::room(),
        breaches::room(),
        eligibility::room(),
        applications::room(),
        licenses::room(),
        measures::room(),
        exemptions::room(),
        enforcement::room(),
        operations::room(),
        revocations::room(),
        objections::room(),
        overrides::room(),
        imports::room(),
        assessments::room(),
        reviews::room(),
        allegations::room(),
        screening::room(),
        statistics::room(),
        country_view::room(),
        reference::room(),
        events::room(),
        tokens::room(),
        audit::room(),
        evidence::room(),
        packs::room(),
        replays::room(),
        questions::room(),
        views::room(),
        erasures::room(),
        monitoring::room(),
        http::health::room(),
    ]
}

/// The router of the whole API, with its document and its pages.
pub fn router(app: &App) -> Router {
    let document = Document { contact: Arc::clone(&app.contact), written: Arc::default() };
    let pages = Router::new()
        .route("/v1/openapi.json", get(async move || document.bytes().await.map(answer::written)))
        .route("/docs/problems", get(pages::problems))
        .route("/", get(async || Redirect::temporary("/docs/")))
        .merge(SwaggerUi::new("/docs").config(Config::from("/v1/openapi.json")));
    outer::router(app, rooms(), pages)
}

/// The document, written once: when it is first asked for, since putting it together takes more memory than all that a
/// service needs at rest.
#[derive(Clone)]
struct Document {
    contact: Arc<Contact>,
    written: Arc<OnceCell<Bytes>>,
}

impl Document {
    /// Its bytes; a document that cannot be written is a defect, which every request for it is told.
    async fn bytes(&self) -> Result<Bytes, Problem> {
        let contact = Arc::clone(&self.contact);
        let write = async || {
            let document = spawn_blocking(move || openapi::document(&rooms(), &contact)).await;
            let document = document.map_err(|error| Problem::internal(&error))?;
            let document = document.map_err(|error| Problem::internal(&error))?;
            Ok(Bytes::from(document.to_string()))
        };
        self.written.get_or_try_init(write).await.cloned()
    }
}
