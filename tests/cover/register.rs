//! A random register, put on file in plain SQL. The checks and triggers of the schema are off: what stands in it need not
//! have come about as the registry lets it, and the lists must be right all the same.

use std::fmt::Write as _;

use chrono::{Days, NaiveDate};
use export_license_registry::rules::application;
use export_license_registry::rules::cover::{Filing, Holding, Item, Line, Signed, Transition};
use export_license_registry::rules::gate::TemplateFacts;
use export_license_registry::rules::product::ProductClass;
use export_license_registry::rules::template::TransitionRule;
use export_license_registry::rules::values::Unit;
use export_license_registry::rules::{declaration, license};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rust_decimal::Decimal;
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

const LICENSES: usize = 400;
const APPLICATIONS: usize = 300;
const DECLARATIONS: usize = 120;
/// How many exporters and end users there are, each with each.
const PARTIES: usize = 3;
/// The products, each with the classes of its classification versions.
const PRODUCTS: [[ProductClass; 2]; 5] = [
    [ProductClass::Military, ProductClass::Military],
    [ProductClass::Military, ProductClass::DualUse],
    [ProductClass::DualUse, ProductClass::DualUse],
    [ProductClass::DualUse, ProductClass::CyberIntelligence],
    [ProductClass::CyberIntelligence, ProductClass::CyberIntelligence],
];
/// The first of the identifiers of each kind.
const EXPORTERS: u128 = 0x1000;
const END_USERS: u128 = 0x2000;
const PRODUCT: u128 = 0x3000;
const TEMPLATES: u128 = 0x4000;
const DECLARATION: u128 = 0x5000;
const APPLICATION: u128 = 0x6000;
const LICENSE: u128 = 0x7000;

/// A seeded source of chance.
pub(crate) struct Draw(StdRng);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end)
    }

    fn once_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// The usual, and once in a few times anything.
    fn mostly<T: Copy>(&mut self, usual: T, all: &[T]) -> T {
        if self.once_in(4) { self.one(all) } else { usual }
    }

    fn id(&mut self, first: u128, count: usize) -> Uuid {
        Uuid::from_u128(first + self.below(count) as u128)
    }
}

/// A version of a template.
pub(crate) struct Template {
    pub(crate) id: Uuid,
    pub(crate) facts: TemplateFacts,
    pub(crate) transition: Transition,
    framework: bool,
}

/// What is on file, as the rules are told of it.
pub(crate) struct Register {
    pub(crate) today: NaiveDate,
    pub(crate) templates: Vec<Template>,
    pub(crate) declarations: Vec<Signed>,
    pub(crate) applications: Vec<(Uuid, application::Status, Filing)>,
    pub(crate) licenses: Vec<(Uuid, Holding)>,
    sql: String,
}

fn quoted<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "null".to_owned(), |value| format!("'{}'", value.to_string()))
}

impl Register {
    pub(crate) fn draw(draw: &mut Draw, today: NaiveDate) -> Self {
        let mut register = Self {
            today,
            templates: Vec::new(),
            declarations: Vec::new(),
            applications: Vec::new(),
            licenses: Vec::new(),
            sql: String::from("set local session_replication_role = 'replica';\n"),
        };
        register.parties();
        register.draw_templates(draw);
        for index in 0..APPLICATIONS {
            register.draw_application(draw, index);
        }
        for index in 0..DECLARATIONS {
            register.draw_declaration(draw, index);
        }
        register.draw_filings(draw);
        for index in 0..LICENSES {
            register.draw_license(draw, index);
        }
        register
    }

    /// Puts it on file.
    pub(crate) async fn enter(&self, pool: &PgPool) {
        let mut tx = pool.begin().await.expect("begin");
        sqlx::raw_sql(AssertSqlSafe(self.sql.clone())).execute(&mut *tx).await.expect("enter the register");
        tx.commit().await.expect("commit");
    }

    fn add(&mut self, table: &str, columns: &str, values: &str) {
        writeln!(self.sql, "insert into {table} ({columns}) values ({values});").expect("text");
    }

    fn parties(&mut self) {
        for index in 0..PARTIES as u128 {
            let id = Uuid::from_u128(EXPORTERS + index);
            let columns =
                "id, reference, version, status, name, company_number, country, created_at, updated_at";
            let values = format!(
                "'{id}', 'EX-{index}', 1, 'applied', 'E', '{index}', 'IL', '2026-01-01Z', '2026-01-01Z'"
            );
            self.add("exporters", columns, &values);
            let id = Uuid::from_u128(END_USERS + index);
            let columns = "id, reference, version, status, name, kind, country, created_at, updated_at";
            let values = format!(
                "'{id}', 'EU-{index}', 1, 'registered', 'U', 'government', 'DE', '2026-01-01Z', '2026-01-01Z'"
            );
            self.add("end_users", columns, &values);
        }
        for (index, classes) in PRODUCTS.iter().enumerate() {
            let id = Uuid::from_u128(PRODUCT + index as u128);
            for (version, class) in (1..).zip(classes) {
                let columns = "product_id, classification_version, control_codes, product_class, security_classification,
                               technology_tags, rationale, classified_at, classified_by";
                let values = format!(
                    "'{id}', {version}, '{{ML1}}', '{class}', 'unclassified', '{{}}', 'r', '2026-01-01Z', '{id}'"
                );
                self.add("product_classifications", columns, &values);
            }
            let columns = "id, reference, version, status, exporter_id, name, description, classification_version, created_at, updated_at";
            let exporter = Uuid::from_u128(EXPORTERS);
            let values = format!(
                "'{id}', 'PR-{index}', 1, 'classified', '{exporter}', 'P', 'p', 2, '2026-01-01Z', '2026-01-01Z'"
            );
            self.add("products", columns, &values);
        }
    }

    fn draw_templates(&mut self, draw: &mut Draw) {
        for class in ProductClass::ALL.iter().copied() {
            let mut previous = None;
            for version in 1..=4 {
                let id = Uuid::from_u128(TEMPLATES + self.templates.len() as u128);
                let rule = draw.one(TransitionRule::ALL);
                let until = (rule == TransitionRule::UntilDate)
                    .then(|| draw.one(&[self.today - Days::new(1), self.today, self.today + Days::new(9)]));
                // A draft never was in force, and nothing came after it.
                let in_force_from = (!draw.once_in(5)).then(|| self.today - Days::new(draw.below(30) as u64));
                let framework = draw.once_in(3);
                let in_force_from_or_today = in_force_from.unwrap_or(self.today);
                let columns = "id, reference, version, status, product_class, template_version, title, clauses, framework,
                               transition_rule, transition_until, in_force_from, created_at, updated_at";
                let values = format!(
                    "'{id}', 'DT-{id}', 1, 'superseded', '{class}', {version}, 'T', '{{c}}', {framework}, '{rule}', {}, {},
                     '2026-01-01Z', '2026-01-01Z'",
                    quoted(until),
                    quoted(in_force_from)
                );
                self.add("declaration_templates", columns, &values);
                let transition = Transition { previous, rule, in_force_from: in_force_from_or_today, until };
                let facts = TemplateFacts { class, version };
                if in_force_from.is_some() {
                    previous = Some(version);
                }
                self.templates.push(Template { id, facts, transition, framework });
            }
        }
    }

    fn draw_declaration(&mut self, draw: &mut Draw, index: usize) {
        let id = Uuid::from_u128(DECLARATION + index as u128);
        let template = draw.below(self.templates.len());
        let template = &self.templates[template];
        let (template_id, facts, framework) = (template.id, template.facts, template.framework);
        let (exporter, end_user) = (draw.id(EXPORTERS, PARTIES), draw.id(END_USERS, PARTIES));
        let status = draw.mostly(declaration::Status::Accepted, declaration::Status::ALL);
        let valid_until = draw.mostly(
            self.today + Days::new(90),
            &[self.today - Days::new(1), self.today, self.today + Days::new(1)],
        );
        let signed_on = self.today - Days::new(1 + draw.below(30) as u64);
        let columns = "id, reference, version, status, template_id, exporter_id, end_user_id, state, authority, signatory_name,
                       signatory_title, end_use, stated_ends, place_of_use, document_sha256, signed_on, valid_until,
                       verification_channel, verification_result, created_at, updated_at";
        let values = format!(
            "'{id}', 'ED-{index}', 1, '{status}', '{template_id}', '{exporter}', '{end_user}', 'DE', 'A', 'S', 'T', 'u', '{{}}',
             'p', repeat('a', 64), '{signed_on}', '{valid_until}', 'c', 'r', '2026-01-01Z', '2026-01-01Z'"
        );
        self.add("declarations", columns, &values);
        let mut items = Vec::new();
        for product in 0..PRODUCTS.len() {
            if draw.once_in(4) {
                continue;
            }
            let product = Uuid::from_u128(PRODUCT + product as u128);
            let quantity = draw.one(&[Decimal::new(5, 0), Decimal::new(10, 0), Decimal::new(9_999_999, 6)]);
            let unit = if draw.once_in(6) { Unit::Set } else { Unit::Piece };
            let values = format!("'{id}', {}, '{product}', {quantity}, '{unit}'", items.len() + 1);
            self.add("declaration_items", "declaration_id, item, product_id, quantity, unit", &values);
            items.push(Item { product, quantity, unit });
        }
        let mut served = Vec::new();
        if draw.once_in(3) {
            for _ in 0..=draw.below(2) {
                let application = draw.id(APPLICATION, APPLICATIONS);
                if !served.contains(&application) {
                    served.push(application);
                    self.add(
                        "declaration_uses",
                        "declaration_id, application_id, single",
                        &format!("'{id}', '{application}', false"),
                    );
                }
            }
        }
        self.declarations.push(Signed {
            reference: format!("ED-{index}"),
            template: facts,
            framework,
            exporter,
            end_user,
            status: status.on(self.today, valid_until),
            signed_on,
            served,
            items,
        });
    }

    fn draw_application(&mut self, draw: &mut Draw, index: usize) {
        let id = Uuid::from_u128(APPLICATION + index as u128);
        let kind = draw.mostly(application::Kind::Export, application::Kind::ALL);
        let status = draw.mostly(application::Status::InReview, application::Status::ALL);
        let filed_on =
            (status != application::Status::Draft).then(|| self.today - Days::new(draw.below(30) as u64));
        let mut classes = Vec::new();
        let mut first = draw.below(PRODUCTS.len());
        for line in 1..=draw.below(4) {
            // A line that pins no classification is read in the product's version now, which is the second.
            let version = draw.one(&[None, Some(1), Some(2)]);
            let unclassified = draw.once_in(12);
            let pinned = if unclassified { Some(9) } else { version };
            let product = Uuid::from_u128(PRODUCT + first as u128);
            let values = format!("'{id}', {line}, '{product}', {}", quoted(pinned));
            self.add(
                "application_lines",
                "application_id, line, product_id, classification_version",
                &values,
            );
            classes.push((!unclassified).then(|| PRODUCTS[first][version.unwrap_or(2) - 1]));
            first = (first + 1) % PRODUCTS.len();
        }
        self.applications.push((id, status, Filing { kind, filed_on, classes, named: None }));
    }

    /// The applications, once it is known which declarations there are to be named.
    fn draw_filings(&mut self, draw: &mut Draw) {
        let mut applications = std::mem::take(&mut self.applications);
        for (id, status, filing) in &mut applications {
            let named = (!draw.once_in(6)).then(|| draw.below(self.declarations.len()));
            filing.named = named.map(|at| (self.declarations[at].template, self.declarations[at].status));
            let declaration = named.map(|at| Uuid::from_u128(DECLARATION + at as u128));
            let columns = "id, reference, version, status, kind, purpose, exporter_id, destination, end_user_id, declaration_id,
                           end_use, proposed_conditions, round, filed_at, created_at, updated_at";
            let values = format!(
                "'{id}', 'A-{id}', 1, '{status}', '{}', 'new', '{}', 'DE', '{}', {}, 'u', '{{}}', 1, {}, '2026-01-01Z',
                 '2026-01-01Z'",
                filing.kind,
                draw.id(EXPORTERS, PARTIES),
                draw.id(END_USERS, PARTIES),
                quoted(declaration),
                quoted(filing.filed_on.map(|day| format!("{day}T12:00:00Z")))
            );
            self.add("applications", columns, &values);
        }
        self.applications = applications;
    }

    fn draw_license(&mut self, draw: &mut Draw, index: usize) {
        let id = Uuid::from_u128(LICENSE + index as u128);
        let kind = draw.mostly(application::Kind::Export, application::Kind::ALL);
        let status = draw.mostly(license::Status::Active, license::Status::ALL);
        let valid_until = draw.mostly(self.today + Days::new(9), &[self.today - Days::new(1), self.today]);
        // Granted ones first, each on an application of its own; the rest came with an import.
        let application = (index < APPLICATIONS).then(|| Uuid::from_u128(APPLICATION + index as u128));
        let exporter = (application.is_some() || !draw.once_in(8)).then(|| draw.id(EXPORTERS, PARTIES));
        let end_user = (!draw.once_in(12)).then(|| draw.id(END_USERS, PARTIES));
        let columns = "id, reference, version, status, kind, application_id, decision_id, exporter_id, end_user_id, destinations,
                       via, issued_on, valid_until, import_id, source, source_number, source_sha256, created_at, updated_at";
        let import = application.is_none().then_some(id);
        let values = format!(
            "'{id}', 'L-{index}', 1, '{status}', '{kind}', {}, {}, {}, {}, '{{DE}}', '{{}}', '2026-01-01', '{valid_until}', {}, {},
             {}, {}, '2026-01-01Z', '2026-01-01Z'",
            quoted(application),
            quoted(application),
            quoted(exporter),
            quoted(end_user),
            quoted(import),
            quoted(import),
            quoted(import),
            quoted(import)
        );
        self.add("licenses", columns, &values);
        let count = if draw.once_in(15) { 0 } else { 1 + draw.below(2) };
        let lines = (0..count).map(|line| self.draw_line(draw, id, line)).collect();
        let status = status.on(self.today, valid_until);
        self.licenses.push((id, Holding { kind, status, exporter, end_user, application, lines }));
    }

    fn draw_line(&mut self, draw: &mut Draw, license: Uuid, line: usize) -> Line {
        let product = (!draw.once_in(25)).then(|| draw.below(PRODUCTS.len()));
        let version = draw.below(2);
        let quantity = (!draw.once_in(25)).then(|| Decimal::from(draw.one(&[5, 8, 10, 12])));
        let drawn = Decimal::from(draw.one(&[0, 0, 1, 5]));
        // An imported line may count in any unit.
        let unit =
            if draw.once_in(12) { draw.one(&[Some("set"), Some("barrel"), None]) } else { Some("piece") };
        let product_id = product.map(|product| Uuid::from_u128(PRODUCT + product as u128));
        let columns = "license_id, line, product_id, classification_version, control_codes, description, quantity, unit, drawn";
        let values = format!(
            "'{license}', {}, {}, {}, '{{ML1}}', 'd', {}, {}, {drawn}",
            line + 1,
            quoted(product_id),
            quoted(product_id.map(|_| version + 1)),
            quoted(quantity),
            quoted(unit)
        );
        self.add("license_lines", columns, &values);
        Line {
            product: product_id,
            class: product.map(|product| PRODUCTS[product][version]),
            remaining: quantity.map(|quantity| quantity - drawn),
            unit: unit.and_then(|unit| unit.parse().ok()),
        }
    }
}
