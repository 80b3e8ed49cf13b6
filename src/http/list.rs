//! Lists: which rows are asked for, which page of them, and in which form.
//!
//! Every list takes `limit`, `cursor`, `sort` and `format` beside its own filters. It is written once, here: a room says
//! what its filter lists ([`Lists`]), and its route is [`list`].

use std::future::Future;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::openapi::Required;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Answer, PageOrExport};
use super::app::App;
use super::context::Ctx;
use super::describe::{Describe, Sketch};
use super::export::{self, Pieces};
use super::extract::{Query, checked_pairs, read_pairs};
use super::problem::Problem;
use crate::act::Act;
use crate::db::{Conn, Tx};
use crate::page::{DEFAULT_LIMIT, Listed, MAX_LIMIT, Order, Page, Paging};
use crate::rules::vocabulary;

vocabulary! {
    /// The form of a whole list: a JSON object a line, or CSV (RFC 4180).
    ExportFormat { Ndjson, Csv }
}

/// A filter, and what it lists.
pub trait Lists: DeserializeOwned + IntoParams + Clone + Send + Sync + 'static {
    /// What stands in the list.
    type Item: Listed + Serialize + ToSchema + Send + Sync + 'static;

    /// One page of it, as the actor may see it.
    fn page(
        self,
        conn: &mut Conn,
        act: &Act,
        paging: Paging,
    ) -> impl Future<Output = Answer<Page<Self::Item>>> + Send;
}

/// A filter and the page of it that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Paged<F> {
    /// Which rows.
    pub filter: F,
    /// Which page.
    pub paging: Paging,
}

/// The same for a list that is given whole as well.
#[derive(Clone, Copy, Debug)]
pub struct Asked<F> {
    /// Which rows.
    pub filter: F,
    /// Which page.
    pub paging: Paging,
    /// The form of the whole list, where that is asked for.
    pub format: Option<ExportFormat>,
}

/// What every list takes beside its filters.
const OWN: [&str; 4] = ["limit", "cursor", "sort", "format"];

/// The parameters of a query: those of every list by their place in [`OWN`], and the filters.
struct Parameters {
    own: [Option<String>; 4],
    filters: Vec<(String, String)>,
}

impl Parameters {
    fn of(query: &str) -> Result<Self, Problem> {
        let (mut own, mut filters) = ([None, None, None, None], Vec::new());
        for (name, value) in checked_pairs(query)? {
            match own.iter_mut().zip(OWN).find(|(_, own)| *own == name) {
                Some((Some(_), _)) => return Err(Problem::field(format!("?{name}"), "is given twice")),
                Some((place, _)) => *place = Some(value),
                None => filters.push((name, value)),
            }
        }
        Ok(Self { own, filters })
    }

    fn read<F: DeserializeOwned>(self, path: &str, app: &App) -> Result<Asked<F>, Problem> {
        let [limit, cursor, sort, format] = self.own;
        let format = format.map(|format| format.parse::<ExportFormat>()).transpose();
        let format = format.map_err(|_| Problem::field("?format", "must be ndjson or csv"))?;
        if format.is_some() && (limit.is_some() || cursor.is_some()) {
            return Err(Problem::field("?format", "gives the whole list: leave limit and cursor out"));
        }
        // The order is part of what a cursor is bound to.
        let mut bound = self.filters.clone();
        bound.extend(sort.iter().map(|sort| ("sort".to_owned(), sort.clone())));
        let seal = app.cursors.seal(path, &bound);
        let paging = Paging::parse(seal, limit.as_deref(), cursor.as_deref(), sort.as_deref())?;
        Ok(Asked { filter: read_pairs(&self.filters)?, paging, format })
    }
}

impl<F: DeserializeOwned + Send> FromRequestParts<App> for Asked<F> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let parameters = Parameters::of(parts.uri.query().unwrap_or_default())?;
        parameters.read(parts.uri.path(), app)
    }
}

impl<F: DeserializeOwned + Send> FromRequestParts<App> for Paged<F> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Asked { filter, paging, format } = Asked::from_request_parts(parts, app).await?;
        match format {
            None => Ok(Self { filter, paging }),
            Some(_) => Err(Problem::field("?format", "this list is given in pages alone")),
        }
    }
}

/// The handler of a list: one page, or the whole list from one snapshot.
pub async fn list<F: Lists>(ctx: Ctx, asked: Asked<F>) -> Answer<PageOrExport<F::Item>> {
    let Asked { filter, paging, format } = asked;
    let Some(format) = format else {
        let page = filter.page(&mut *ctx.read().await?, &ctx.act, paging).await?;
        return Ok(PageOrExport::Page(page));
    };
    let permit = ctx.export_permit()?;
    let tx = ctx.read().await?;
    let (pieces, export) = export::begin(format);
    tokio::spawn(async move {
        // What takes longer is cut off, as one that breaks off is: the snapshot of a reader holds the database back.
        let _ = tokio::time::timeout(LONGEST, send(tx, ctx.act, filter, paging, pieces)).await;
        drop(permit);
    });
    Ok(PageOrExport::Export(export))
}

/// How long an export may take.
const LONGEST: Duration = Duration::from_mins(30);

/// Sends a list page by page until it is whole or the reader is gone.
async fn send<F: Lists>(mut tx: Tx, act: Act, filter: F, paging: Paging, mut pieces: Pieces) {
    let mut paging = paging.in_chunks();
    if !pieces.header::<F::Item>().await {
        return;
    }
    loop {
        let page = match filter.clone().page(&mut tx, &act, paging).await {
            Ok(page) => page,
            Err(problem) => return pieces.fail(problem).await,
        };
        let last = page.items.last().map(Listed::key);
        if !pieces.rows(&page.items).await {
            return;
        }
        match last.filter(|_| page.next.is_some()) {
            Some(last) => paging = paging.after(last),
            None => return pieces.end().await,
        }
    }
}

impl Sketch {
    /// A parameter of every list.
    fn list_parameter(&mut self, name: &str, says: &str, schema: ObjectBuilder) {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some(says))
            .schema(Some(schema));
        self.parameter(parameter.build());
    }

    fn paged<F: IntoParams>(&mut self) {
        Query::<F>::describe(self);
        let limit = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(MAX_LIMIT))
            .default(Some(DEFAULT_LIMIT.into()));
        self.list_parameter("limit", "Items a page.", limit);
        let cursor = ObjectBuilder::new().schema_type(Type::String).max_length(Some(43));
        let says = "The `next` of the page before, of the same list with the same filters and order.";
        self.list_parameter("cursor", says, cursor);
        let sort = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(Order::ALL.iter().map(|order| order.name())));
        let says = "The newest or the oldest first, by when the items came on file.";
        self.list_parameter("sort", says, sort);
    }
}

impl<F: IntoParams> Describe for Paged<F> {
    fn describe(sketch: &mut Sketch) {
        sketch.paged::<F>();
    }
}

impl<F: IntoParams> Describe for Asked<F> {
    fn describe(sketch: &mut Sketch) {
        sketch.paged::<F>();
        let format = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(ExportFormat::ALL.iter().map(|format| format.name())));
        let says = "The whole list from one snapshot, a JSON object a line or as CSV, instead of a page.";
        sketch.list_parameter("format", says, format);
    }
}
