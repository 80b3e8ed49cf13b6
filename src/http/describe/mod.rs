//! Descriptions: the OpenAPI document is read off the types of the handlers.
//!
//! Each extractor and each answer describes itself, so that a route cannot be documented as something it is not.

mod answers;

use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{Ref, RefOr, Required};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::http::context::Ctx;
use crate::http::extract::{Body, Code, Id, IdNumber, Query, Reference, Tile};

/// The description of one operation while it is put together.
#[derive(Default)]
pub struct Sketch {
    pub(in crate::http) operation: OperationBuilder,
    pub(in crate::http) schemas: Vec<(String, RefOr<Schema>)>,
    pub(in crate::http) takes_input: bool,
    pub(in crate::http) names_resource: bool,
    pub(in crate::http) has_body: bool,
}

impl Sketch {
    fn change(&mut self, change: impl FnOnce(OperationBuilder) -> OperationBuilder) {
        self.operation = change(std::mem::take(&mut self.operation));
    }

    /// Registers a schema with what it refers to, and gives the reference to it.
    fn schema<T: ToSchema>(&mut self) -> Ref {
        let name = T::name().into_owned();
        T::schemas(&mut self.schemas);
        self.schemas.push((name.clone(), T::schema()));
        Ref::from_schema_name(name)
    }

    /// Registers the values that parameters are made of.
    fn values(&mut self) {
        use crate::rules::values::{
            ControlPrefix, Country, Digest, Handle, Name, Reference, Term, Territory,
        };
        self.schema::<ControlPrefix>();
        self.schema::<Country>();
        self.schema::<Digest>();
        self.schema::<Handle>();
        self.schema::<Name>();
        self.schema::<Reference>();
        self.schema::<Term>();
        self.schema::<Territory>();
    }

    pub(in crate::http) fn parameter(&mut self, parameter: Parameter) {
        self.takes_input = true;
        self.change(|operation| operation.parameter(parameter));
    }

    fn path_parameter(&mut self, name: &str, says: &str, schema: RefOr<Schema>) {
        self.names_resource = true;
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some(says))
            .schema(Some(schema));
        self.parameter(parameter.build());
    }

    /// A required body of this media type.
    pub fn body(&mut self, media: &str, schema: RefOr<Schema>) {
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let body = RequestBodyBuilder::new().content(media, content).required(Some(Required::True)).build();
        self.takes_input = true;
        self.has_body = true;
        self.change(|operation| operation.request_body(Some(body)));
    }

    /// 200 with an answer that has a tag, and 304 where the caller has it already.
    fn tagged(&mut self, response: ResponseBuilder) {
        let condition = header_parameter(
            "If-None-Match",
            "The tags of answers that the caller has, or *.",
            Required::False,
        );
        let unchanged =
            ResponseBuilder::new().description("The caller has the answer.").header("ETag", tag());
        self.change(|operation| {
            operation
                .parameter(condition)
                .response("200", response.header("ETag", tag()).build())
                .response("304", unchanged.build())
        });
    }

    /// Says that the request must carry a header.
    pub(in crate::http) fn requires(&mut self, header: &str, says: &str) {
        self.change(|operation| operation.parameter(header_parameter(header, says, Required::True)));
    }

    /// The operation and its schemas.
    pub(in crate::http) fn finish(self) -> (Operation, Vec<(String, RefOr<Schema>)>) {
        (self.operation.build(), self.schemas)
    }
}

/// A UUID in a path.
fn uuid_schema() -> RefOr<Schema> {
    let format = SchemaFormat::KnownFormat(KnownFormat::Uuid);
    ObjectBuilder::new().schema_type(Type::String).format(Some(format)).into()
}

fn header_parameter(name: &str, says: &str, required: Required) -> Parameter {
    // A key has a length of its own; tags are bounded by the head that they stand in.
    let longest = if name == "Idempotency-Key" { 255 } else { 8192 };
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1));
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .description(Some(says))
        .required(required)
        .schema(Some(text.max_length(Some(longest))))
        .build()
}

/// The header of a tag.
fn tag() -> Header {
    HeaderBuilder::new()
        .schema(Some(String::schema()))
        .description(Some("The strong tag of the answer: of a resource, its version and a hash of the body."))
        .build()
}

/// A response with a body of one media type.
fn response(description: &str, media: &str, schema: Ref) -> ResponseBuilder {
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(description).content(media, content)
}

/// Something that describes itself in an operation.
pub trait Describe {
    /// Adds to the sketch.
    fn describe(sketch: &mut Sketch);
}

impl<const PARTS: usize> Describe for Tile<PARTS> {
    fn describe(sketch: &mut Sketch) {
        let names = ["level", "first", "second", "third", "fourth"];
        for name in names.into_iter().take(PARTS) {
            let says = match name {
                "level" => "The level of the tile: 0 over leaves.",
                _ => {
                    "A part of its index: three digits, after an x in all but the last; of a tile that is not full the last is followed by .p and the number of hashes."
                }
            };
            let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(5));
            sketch.path_parameter(name, says, text.into());
        }
    }
}

impl Describe for Ctx {
    fn describe(_: &mut Sketch) {}
}

impl Describe for axum::extract::State<crate::http::app::App> {
    fn describe(_: &mut Sketch) {}
}

impl<T: ToSchema> Describe for Body<T> {
    fn describe(sketch: &mut Sketch) {
        let schema = sketch.schema::<T>();
        sketch.body("application/json", schema.into());
    }
}

impl<T: IntoParams> Describe for Query<T> {
    fn describe(sketch: &mut Sketch) {
        // Parameters refer to the schemas of values without registering them.
        sketch.values();
        for parameter in T::into_params(|| Some(ParameterIn::Query)) {
            sketch.parameter(parameter);
        }
    }
}

/// What `{id}` is.
const ID: &str = "The identifier of the resource.";

impl<T> Describe for Id<T> {
    fn describe(sketch: &mut Sketch) {
        sketch.path_parameter("id", ID, uuid_schema());
    }
}

impl<T> Describe for IdNumber<T> {
    fn describe(sketch: &mut Sketch) {
        sketch.path_parameter("id", ID, uuid_schema());
        let number = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .minimum(Some(1));
        sketch.path_parameter("number", "The number of the part, counted from 1.", number.into());
    }
}

impl Describe for Reference {
    fn describe(sketch: &mut Sketch) {
        let says = "The human reference; in either case.";
        sketch.path_parameter("reference", says, crate::rules::values::Reference::schema());
    }
}

impl<T: PartialSchema> Describe for Code<T> {
    fn describe(sketch: &mut Sketch) {
        sketch.path_parameter("code", "The code of a country or of a group of countries.", T::schema());
    }
}
