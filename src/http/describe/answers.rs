//! What answers say of themselves.

use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::{Describe, Sketch, response, tag};
use crate::http::answer::{
    Accepted, Created, Csv, Found, JsonOrCsv, MetricsText, Momentary, Ndjson, NoteText, PageOrExport,
    TileBytes,
};
use crate::http::export::Export;
use crate::page::Page;
impl<T: ToSchema> Describe for Found<T> {
    fn describe(sketch: &mut Sketch) {
        let schema = sketch.schema::<T>();
        sketch.tagged(response("Found.", "application/json", schema));
    }
}

impl<T: ToSchema> Describe for Momentary<T> {
    fn describe(sketch: &mut Sketch) {
        let schema = sketch.schema::<T>();
        let response = response("Found, as of the instant that it names.", "application/json", schema);
        sketch.change(|operation| operation.response("200", response.build()));
    }
}

/// Whether what is answered is a resource with a version, whose tag a caller can go on with.
fn has_version<T: PartialSchema>() -> bool {
    match T::schema() {
        RefOr::T(Schema::Object(object)) => object.properties.contains_key("version"),
        RefOr::T(_) | RefOr::Ref(_) => false,
    }
}

impl Sketch {
    /// A response that says where something is.
    fn located<T: ToSchema>(&mut self, status: &str, description: &str, location: &str) {
        let location = HeaderBuilder::new().schema(Some(String::schema())).description(Some(location));
        let schema = self.schema::<T>();
        let located = response(description, "application/json", schema).header("Location", location.build());
        let located = if has_version::<T>() { located.header("ETag", tag()) } else { located };
        self.change(|operation| operation.response(status, located.build()));
    }
}

impl<T: ToSchema> Describe for Created<T> {
    fn describe(sketch: &mut Sketch) {
        sketch.located::<T>("201", "Done and on file.", "The path of what came on file.");
    }
}

impl<T: ToSchema> Describe for Accepted<T> {
    fn describe(sketch: &mut Sketch) {
        sketch.located::<T>("202", "In force; carried out by the operation.", "The path of the operation.");
    }
}

impl Describe for MetricsText {
    fn describe(sketch: &mut Sketch) {
        let text = ContentBuilder::new().schema(Some(String::schema())).build();
        let says = "The meters, in the text format of Prometheus.";
        let response = ResponseBuilder::new().description(says).content("text/plain", text);
        sketch.change(|operation| operation.response("200", response.build()));
    }
}

impl Describe for Ndjson {
    fn describe(sketch: &mut Sketch) {
        let text = ContentBuilder::new().schema(Some(String::schema())).build();
        let response = ResponseBuilder::new()
            .description("JSON lines: a JSON object a line.")
            .content("application/x-ndjson", text);
        sketch.tagged(response);
    }
}

impl Describe for NoteText {
    fn describe(sketch: &mut Sketch) {
        let text = ContentBuilder::new().schema(Some(String::schema())).build();
        let response = ResponseBuilder::new()
            .description(
                "A signed note (C2SP signed-note): its text, an empty line and a line for each signature.",
            )
            .content("text/plain", text);
        // Until the first one is signed there is none.
        sketch.names_resource = true;
        sketch.tagged(response);
    }
}

impl Describe for TileBytes {
    fn describe(sketch: &mut Sketch) {
        let bytes =
            ObjectBuilder::new().schema_type(Type::String).content_media_type("application/octet-stream");
        let bytes = ContentBuilder::new().schema(Some(bytes)).build();
        let says =
            "The hashes of the tile, 32 bytes each. A full tile never changes, and may be kept for good.";
        let response = ResponseBuilder::new().description(says).content("application/octet-stream", bytes);
        sketch.tagged(response);
    }
}

impl Describe for Export {
    fn describe(sketch: &mut Sketch) {
        let text = || ContentBuilder::new().schema(Some(String::schema())).build();
        let response = ResponseBuilder::new()
            .description("The whole list, a JSON object a line or as CSV (RFC 4180), as asked.")
            .content("application/x-ndjson", text())
            .content("text/csv", text());
        sketch.change(|operation| operation.response("200", response.build()));
    }
}

impl Sketch {
    /// Registers the schema of a page, and gives the reference to it.
    fn page<T: ToSchema>(&mut self) -> Ref {
        let item = self.schema::<T>();
        let name = format!("{}Page", T::name());
        let next = ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some("The cursor of the next page; null on the last."));
        let page = ObjectBuilder::new()
            .property("items", ArrayBuilder::new().items(item))
            .required("items")
            .property("next", next)
            .required("next");
        self.schemas.push((name.clone(), page.into()));
        Ref::from_schema_name(name)
    }
}

impl<T: ToSchema> Describe for Page<T> {
    fn describe(sketch: &mut Sketch) {
        let page = sketch.page::<T>();
        sketch.tagged(response("One page.", "application/json", page));
    }
}

impl<T: ToSchema> Describe for PageOrExport<T> {
    fn describe(sketch: &mut Sketch) {
        let text = || ContentBuilder::new().schema(Some(String::schema())).build();
        let page = ContentBuilder::new().schema(Some(sketch.page::<T>())).build();
        let response = ResponseBuilder::new()
            .description("One page; or the whole list, a JSON object a line or as CSV (RFC 4180), as asked.")
            .content("application/json", page)
            .content("application/x-ndjson", text())
            .content("text/csv", text());
        sketch.tagged(response);
    }
}

impl Describe for Csv {
    fn describe(sketch: &mut Sketch) {
        let content = ContentBuilder::new().schema(Some(String::schema())).build();
        let response = ResponseBuilder::new().description("As CSV (RFC 4180).").content("text/csv", content);
        sketch.tagged(response);
    }
}

impl<T: ToSchema> Describe for JsonOrCsv<T> {
    fn describe(sketch: &mut Sketch) {
        let json = ContentBuilder::new().schema(Some(sketch.schema::<T>())).build();
        let csv = ContentBuilder::new().schema(Some(String::schema())).build();
        let response = ResponseBuilder::new()
            .description("As JSON, or as CSV (RFC 4180).")
            .content("application/json", json)
            .content("text/csv", csv);
        sketch.tagged(response);
    }
}
