//! A random register, put on file in plain SQL: every table with the history it must have.

use chrono::{Days, NaiveDate};
use export_license_registry::rules::scope::{Goods, Subject};
use serde_json::{Map, Value, json};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::draw::{Dice, parsed};

pub(crate) const LICENSES: usize = 160;
pub(crate) const APPLICATIONS: usize = 160;

pub(crate) const KINDS: &[&str] = &["marketing", "export", "brokering"];
pub(crate) const CLASSES: &[&str] = &["dual_use", "military", "cyber_intelligence"];
pub(crate) const SECURITY: &[&str] = &["unclassified", "restricted", "confidential", "secret", "top_secret"];
pub(crate) const TAGS: &[&str] = &[
    "cyber_intrusion",
    "interception",
    "surveillance",
    "encryption",
    "uncrewed",
    "missile",
    "firearm",
    "night_vision",
    "nuclear",
];
pub(crate) const USER_KINDS: &[&str] = &[
    "government",
    "armed_forces",
    "law_enforcement",
    "intelligence_agency",
    "state_owned_company",
    "private_company",
    "international_organization",
    "individual",
];
/// Countries, a former one, groups that imported licenses name, and "not stated".
pub(crate) const DESTINATIONS: &[&str] =
    &["DE", "FR", "AE", "SA", "QA", "IN", "YU", "XK", "ZZ", "eu", "nato-plus", "world-except-sensitive"];
/// Country groups with members on the day, before it, after it and never. A group that a license names as its
/// destination is no member of the country group of the same name.
pub(crate) const GROUPS: &[&str] =
    &["gulf-states", "eu", "test-dated", "test-ended", "test-coming", "test-empty"];
const CODES: &[&str] = &[
    "ML1.a",
    "ML1",
    "ML10",
    "ML10.a",
    "ML10.a.1",
    "ML11.b",
    "5A001",
    "5A001.f",
    "5A001.f.1",
    "5A001.g",
    "5A002.a.1",
    "5A101",
    "5D001",
    "6A003.b.4",
    "6A003.b.4.a",
];
/// On nobody's file.
pub(crate) const NOBODY: Uuid = Uuid::from_u128(0xf);
/// Who writes.
const WRITER: &str = "00000000-0000-7000-8000-000000000002";

/// A license or an application.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) id: Uuid,
    pub(crate) kind: &'static str,
    pub(crate) exporter: Option<Uuid>,
    pub(crate) end_user: Option<(Uuid, &'static str)>,
    pub(crate) destinations: Vec<&'static str>,
    pub(crate) lines: Vec<Line>,
}

/// A line as scopes see it, and the product and version it was made from.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) number: i32,
    pub(crate) codes: Vec<&'static str>,
    pub(crate) class: Option<&'static str>,
    pub(crate) security: Option<&'static str>,
    pub(crate) tags: Vec<&'static str>,
    product: Option<Uuid>,
    version: Option<i32>,
}

/// One line to one destination.
#[derive(Clone, Copy)]
pub(crate) struct Strand<'r> {
    pub(crate) row: &'r Row,
    pub(crate) line: &'r Line,
    pub(crate) destination: &'static str,
}

impl Row {
    /// Every strand, line by line.
    pub(crate) fn strands(&self) -> impl Iterator<Item = Strand<'_>> {
        self.lines.iter().flat_map(move |line| {
            self.destinations.iter().map(move |destination| Strand { row: self, line, destination })
        })
    }

    /// The row as the rules should be told of it.
    pub(crate) fn subject(&self) -> Subject {
        let goods = |line: &Line| Goods {
            line: line.number,
            codes: parsed(&line.codes),
            class: line.class.map(|class| class.parse().expect("a class")),
            security: line.security.map(|security| security.parse().expect("a classification")),
            tags: parsed(&line.tags),
        };
        Subject {
            kind: self.kind.parse().expect("a kind"),
            exporter: self.exporter,
            end_user: self.end_user.map(|(id, _)| id),
            end_user_kind: self.end_user.map(|(_, kind)| kind.parse().expect("a kind")),
            destinations: parsed(&self.destinations),
            lines: self.lines.iter().map(goods).collect(),
        }
    }
}

/// Licenses of each kind for each kind of end user that have nothing else a scope could name.
pub(crate) fn strangers() -> impl Iterator<Item = Row> {
    KINDS.iter().flat_map(|kind| {
        USER_KINDS.iter().map(|user| Row {
            id: NOBODY,
            kind,
            exporter: None,
            end_user: Some((Uuid::nil(), user)),
            destinations: vec!["NZ"],
            lines: vec![Line {
                number: 1,
                codes: Vec::new(),
                class: None,
                security: None,
                tags: Vec::new(),
                product: None,
                version: None,
            }],
        })
    })
}

/// From when until when a country belongs to a group.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) group: &'static str,
    pub(crate) territory: &'static str,
    pub(crate) from: NaiveDate,
    pub(crate) until: Option<NaiveDate>,
}

/// A product with its two classification versions, and the one in force, if any.
struct Product {
    id: Uuid,
    exporter: Uuid,
    versions: [Line; 2],
    current: Option<i32>,
}

impl Product {
    /// The classification of a version; none where there is none.
    fn version(&self, version: Option<i32>) -> Option<&Line> {
        self.versions.iter().find(|classified| classified.version == version)
    }
}

pub(crate) struct Register {
    pub(crate) today: NaiveDate,
    pub(crate) exporters: Vec<Uuid>,
    pub(crate) end_users: Vec<(Uuid, &'static str)>,
    pub(crate) members: Vec<Member>,
    pub(crate) licenses: Vec<Row>,
    pub(crate) applications: Vec<Row>,
    products: Vec<Product>,
}

fn id(room: u128, number: usize) -> Uuid {
    Uuid::from_u128((room << 64) + u128::try_from(number).expect("a number"))
}

fn members(today: NaiveDate) -> Vec<Member> {
    let (before, after) = (today - Days::new(1), today + Days::new(1));
    let long_ago = today - Days::new(1000);
    let member = |group, territory, from, until| Member { group, territory, from, until };
    let mut members = vec![
        member("test-dated", "DE", today, None),
        member("test-dated", "FR", long_ago, Some(today)),
        member("test-dated", "IN", long_ago, Some(before)),
        member("test-dated", "YU", after, None),
        member("test-dated", "SA", long_ago, Some(before)),
        member("test-dated", "SA", today, Some(today)),
        member("test-ended", "DE", long_ago, Some(before)),
        member("test-coming", "FR", after, None),
    ];
    // Those of the migrations, as far as they matter here.
    members.extend(["AE", "SA", "QA"].map(|code| member("gulf-states", code, long_ago, None)));
    members.extend(["DE", "FR"].map(|code| member("eu", code, long_ago, None)));
    members
}

impl Register {
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).expect("a day");
        let exporters: Vec<Uuid> = (1..=6).map(|number| id(1, number)).collect();
        let end_users: Vec<_> = (1..).map(|number| id(2, number)).zip(USER_KINDS.iter().copied()).collect();
        let products: Vec<Product> =
            (1..=12).map(|number| product(dice, id(3, number), &exporters)).collect();
        let licenses =
            (1..=LICENSES).map(|number| license(dice, number, &exporters, &end_users, &products)).collect();
        let applications = (1..=APPLICATIONS)
            .map(|number| application(dice, number, &exporters, &end_users, &products))
            .collect();
        Self { today, exporters, end_users, members: members(today), licenses, applications, products }
    }

    /// Puts it on file.
    pub(crate) async fn enter(&self, conn: &mut PgConnection) {
        self.enter_parties(conn).await;
        self.enter_products(conn).await;
        self.enter_licenses(conn).await;
        self.enter_applications(conn).await;
    }

    async fn enter_parties(&self, conn: &mut PgConnection) {
        let groups = GROUPS.iter().filter(|code| code.starts_with("test-")).zip(1..);
        let groups = groups.map(|(code, number)| {
            json!({ "code": code, "id": id(9, number), "name": code, "source": "a test", "recorded_by": WRITER,
                    "recorded_at": "2026-01-01T00:00:00Z" })
        });
        fill(conn, "country_groups", groups.collect()).await;
        let ours = self.members.iter().filter(|member| member.group.starts_with("test-"));
        let members = ours.map(|member| {
            json!({ "group_code": member.group, "territory": member.territory, "valid_from": member.from,
                    "valid_until": member.until, "recorded_by": WRITER, "recorded_at": "2026-01-01T00:00:00Z" })
        });
        fill(conn, "country_group_members", members.collect()).await;
        let exporters = self.exporters.iter().map(|id| {
            json!({ "name": "Exporter", "company_number": id, "country": "IL", "id": id, "reference": format!("EX-{id}") })
        });
        file(conn, "exporters", ["exporter", "apply", "applied"], exporters.collect()).await;
        let end_users = self.end_users.iter().map(|(id, kind)| {
            json!({ "name": "End user", "kind": kind, "country": "GR", "id": id, "reference": format!("EU-{id}") })
        });
        file(conn, "end_users", ["end_user", "register", "registered"], end_users.collect()).await;
    }

    async fn enter_products(&self, conn: &mut PgConnection) {
        let products = self.products.iter().map(|product| {
            json!({ "id": product.id, "reference": format!("PR-{}", product.id), "exporter_id": product.exporter,
                    "name": "Product", "description": "Goods.", "classification_version": product.current })
        });
        let versions = self.products.iter().flat_map(|product| &product.versions).map(|version| {
            json!({ "product_id": version.product, "classification_version": version.version,
                    "control_codes": version.codes, "product_class": version.class,
                    "security_classification": version.security, "technology_tags": version.tags, "rationale": "a test",
                    "classified_at": "2026-01-01T00:00:00Z", "classified_by": WRITER })
        });
        file(conn, "products", ["product", "submit", "submitted"], products.collect()).await;
        fill(conn, "product_classifications", versions.collect()).await;
    }

    async fn enter_licenses(&self, conn: &mut PgConnection) {
        let import = json!({ "id": id(6, 1), "reference": "IM-1", "source": "test", "profile_name": "test", "profile": "",
            "file_name": "test.csv", "input_sha256": "0".repeat(64), "rows_read": 0, "rows_accepted": 0,
            "rows_rejected": 0, "licenses_created": 0, "licenses_unchanged": 0 });
        file(conn, "imports", ["import", "complete", "completed"], vec![import]).await;
        let licenses = self.licenses.iter().map(|row| {
            json!({ "id": row.id, "reference": format!("HL-{}", row.id), "kind": row.kind, "exporter_id": row.exporter,
                    "end_user_id": row.end_user.map(|(id, _)| id), "destinations": row.destinations, "via": [],
                    "issued_on": "2026-01-01", "valid_until": "2030-01-01", "import_id": id(6, 1), "source": "test",
                    "source_number": row.id, "source_sha256": "0".repeat(64) })
        });
        file(conn, "licenses", ["license", "import", "active"], licenses.collect()).await;
        let lines = self.licenses.iter().flat_map(|row| row.lines.iter().map(move |line| (row, line)));
        let lines = lines.map(|(row, line)| {
            json!({ "license_id": row.id, "line": line.number, "product_id": line.product,
                    "classification_version": line.version, "control_codes": line.codes, "description": "Goods",
                    "drawn": 0 })
        });
        fill(conn, "license_lines", lines.collect()).await;
    }

    async fn enter_applications(&self, conn: &mut PgConnection) {
        let applications = self.applications.iter().map(|row| {
            json!({ "id": row.id, "reference": format!("AE-{}", row.id), "kind": row.kind, "purpose": "new",
                    "exporter_id": row.exporter, "destination": row.destinations.first(),
                    "end_user_id": row.end_user.map(|(id, _)| id), "end_use": "a test", "proposed_conditions": [],
                    "round": 1 })
        });
        file(conn, "applications", ["application", "open", "draft"], applications.collect()).await;
        let lines = self.applications.iter().flat_map(|row| row.lines.iter().map(move |line| (row, line)));
        let lines = lines.map(|(row, line)| {
            json!({ "application_id": row.id, "line": line.number, "product_id": line.product,
                    "classification_version": line.version })
        });
        fill(conn, "application_lines", lines.collect()).await;
    }
}

fn product(dice: &mut Dice, id: Uuid, exporters: &[Uuid]) -> Product {
    let versions = [1, 2].map(|version| Line {
        number: version,
        codes: dice.some(1, 3, CODES),
        class: Some(dice.one(CLASSES)),
        security: Some(dice.one(SECURITY)),
        tags: dice.some(0, 3, TAGS),
        product: Some(id),
        version: Some(version),
    });
    Product { id, exporter: dice.one(exporters), versions, current: dice.one(&[None, Some(1), Some(2)]) }
}

fn license(
    dice: &mut Dice,
    number: usize,
    exporters: &[Uuid],
    end_users: &[(Uuid, &'static str)],
    products: &[Product],
) -> Row {
    let lines = (1..=dice.one(&[0, 1, 1, 2, 2, 3])).map(|number| {
        let product = dice.chance(60).then(|| products.get(dice.between(0, products.len() - 1))).flatten();
        // A product may stand there without a version; then no classification of ours is on file.
        let version = if product.is_some() { dice.one(&[None, Some(1), Some(2)]) } else { None };
        let classified = product.and_then(|product| product.version(version));
        Line {
            number,
            // The codes of a license are its own.
            codes: dice.some(0, 3, CODES),
            class: classified.and_then(|classified| classified.class),
            security: classified.and_then(|classified| classified.security),
            tags: classified.map(|classified| classified.tags.clone()).unwrap_or_default(),
            product: product.map(|product| product.id),
            version,
        }
    });
    Row {
        id: id(4, number),
        lines: lines.collect(),
        kind: dice.one(KINDS),
        exporter: dice.chance(80).then(|| dice.one(exporters)),
        end_user: dice.chance(70).then(|| dice.one(end_users)),
        destinations: dice.some(1, 4, DESTINATIONS),
    }
}

fn application(
    dice: &mut Dice,
    number: usize,
    exporters: &[Uuid],
    end_users: &[(Uuid, &'static str)],
    products: &[Product],
) -> Row {
    let indexes: Vec<usize> = (0..products.len()).collect();
    let drawn = dice.some(0, 3, &indexes);
    let products = drawn.iter().filter_map(|index| products.get(*index));
    let lines = products.zip(1..).map(|(product, number)| {
        let version = dice.one(&[None, Some(1), Some(2)]);
        let classified = product.version(version.or(product.current));
        Line {
            number,
            codes: classified.map(|classified| classified.codes.clone()).unwrap_or_default(),
            class: classified.and_then(|classified| classified.class),
            security: classified.and_then(|classified| classified.security),
            tags: classified.map(|classified| classified.tags.clone()).unwrap_or_default(),
            product: Some(product.id),
            version,
        }
    });
    let lines = lines.collect();
    let kind = dice.one(KINDS);
    let open = kind == "marketing" && dice.chance(50);
    Row {
        id: id(5, number),
        lines,
        kind,
        exporter: Some(dice.one(exporters)),
        end_user: (!open).then(|| dice.one(end_users)),
        destinations: vec![dice.one(DESTINATIONS)],
    }
}

/// Inserts rows; their keys are the columns.
async fn fill(conn: &mut PgConnection, table: &str, rows: Vec<Value>) {
    let first = rows.first().and_then(Value::as_object).expect("a row");
    let columns = first.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "insert into {table} ({columns}) select {columns} from jsonb_populate_recordset(null::{table}, $1)"
    );
    let done = sqlx::query(AssertSqlSafe(sql)).bind(Json(rows)).execute(conn).await;
    done.unwrap_or_else(|error| panic!("{table}: {error}"));
}

/// Inserts resources that have taken their first step, with that step.
async fn file(conn: &mut PgConnection, table: &str, [cycle, action, status]: [&str; 3], rows: Vec<Value>) {
    let at = "2026-01-02T00:00:00Z";
    let steps = rows.iter().map(|row| {
        json!({ "subject_id": row["id"], "version": 1, "life_cycle": cycle, "from_status": "none", "action": action,
                "to_status": status, "at": at, "actor_id": WRITER, "actor_role": "licensing_officer", "details": {},
                "request_id": WRITER })
    });
    let steps = steps.collect();
    let stand = json!({ "version": 1, "status": status, "created_at": at, "updated_at": at });
    let standing = |row: Value| {
        let (Value::Object(mut row), Value::Object(stand)) = (row, stand.clone()) else { return Value::Null };
        row.extend::<Map<String, Value>>(stand);
        Value::Object(row)
    };
    fill(conn, table, rows.into_iter().map(standing).collect()).await;
    fill(conn, "history", steps).await;
}
