//! A database of its own for each test, in about the time of a file copy.
//!
//! One disposable cluster serves all test processes of this checkout; with `DATABASE_URL` set, that server does. The
//! migrations run once, in a template named by their digest, and each test gets a copy of it.
//!
//! Property: nothing is written to a server before it has shown that its data directory is this cluster's (checked by
//! [`embedded::start`]), unless `DATABASE_URL` asks for that server by name.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot have its database fails")]

use std::fs::Permissions;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use export_license_registry::db::embedded::{self, Embedded, Options};
use export_license_registry::db::{self, Pool};
use sha2::{Digest, Sha256};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, PgPool};

const CHECKOUT: &str = env!("CARGO_MANIFEST_DIR");
const LINGER: Duration = Duration::from_secs(5);
const TEMPLATE: &str = "registry_template_";
const CLONE: &str = "registry_test_";

/// Held shared by those who copy a template, exclusively by the one who makes it.
const TEMPLATE_LOCK: i64 = 0x6578_706c_6963_0001;

/// A migrated database that belongs to one test, and goes away with it.
pub(crate) struct TestDatabase {
    name: String,
    server: Server,
    pool: PgPool,
    /// Holds the advisory lock by which others see that the database is in use.
    owner: PgConnection,
}

impl TestDatabase {
    /// A fresh copy of the migrated template.
    pub(crate) async fn create() -> Self {
        let server = Server::open().await;
        let mut owner = server.maintenance.connect().await.expect("connect for maintenance");
        sweep(&mut owner).await;
        let name = format!("{CLONE}{:016x}", rand::random::<u64>());
        sqlx::query("SELECT pg_advisory_lock(hashtextextended($1, 0))")
            .bind(&name)
            .execute(&mut owner)
            .await
            .expect("mark the database as in use");
        copy_template(&server, &mut owner, &name).await;
        let pool = PgPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(20))
            .connect_lazy_with(server.maintenance.clone().database(&name));
        Self { name, server, pool, owner }
    }

    /// A pool of connections to it.
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The connections of a service over it.
    pub(crate) fn service(&self) -> Pool {
        db::pool(self.connect_options(), 8)
    }

    /// How to connect to it otherwise.
    pub(crate) fn connect_options(&self) -> PgConnectOptions {
        self.server.maintenance.clone().database(&self.name)
    }

    /// The same as a `DATABASE_URL`, for a service in a process of its own.
    pub(crate) fn url(&self) -> String {
        self.connect_options().to_url_lossy().into()
    }
}

impl Drop for TestDatabase {
    /// Drops the database, in a runtime of its own since the test's may be ending. If it fails, or is never run, the
    /// next test sweeps.
    fn drop(&mut self) {
        let maintenance = self.server.maintenance.clone();
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let dropper = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut connection = maintenance.connect().await?;
                sqlx::query(AssertSqlSafe(drop)).execute(&mut connection).await?;
                connection.close().await
            })
        });
        if !matches!(dropper.join(), Ok(Ok(()))) {
            eprintln!("{} is left to be swept", self.name);
        }
    }
}

/// Where test databases are made.
struct Server {
    maintenance: PgConnectOptions,
    /// This process's lease on the shared cluster.
    _embedded: Option<Embedded>,
}

impl Server {
    async fn open() -> Self {
        if let Ok(url) = std::env::var("DATABASE_URL")
            && !url.is_empty()
        {
            let maintenance = url.parse().expect("DATABASE_URL");
            return Self { maintenance, _embedded: None };
        }
        let options = Options {
            supervisor: PathBuf::from(env!("CARGO_BIN_EXE_export-license-registry")),
            durable: false,
            linger: LINGER,
            ..Options::new(cluster_dir())
        };
        let embedded = embedded::start(&options).await.expect("start the tests' cluster");
        let maintenance = embedded.connect_options().database("postgres");
        Self { maintenance, _embedded: Some(embedded) }
    }
}

/// One place for each user and checkout. In `/tmp`, which the account that runs the server for root can reach; being
/// anyone's to write to, what is there already must be ours.
fn cluster_dir() -> PathBuf {
    let uid = nix::unistd::Uid::effective();
    let checkout = hex::encode(Sha256::digest(CHECKOUT).first_chunk::<6>().expect("32 bytes"));
    let path = PathBuf::from(format!("/tmp/registry-tests-{uid}-{checkout}"));
    let mode = if uid.is_root() { 0o711 } else { 0o700 };
    if std::fs::DirBuilder::new().mode(mode).create(&path).is_ok() {
        // Once more, for the umask may have taken bits away.
        std::fs::set_permissions(&path, Permissions::from_mode(mode)).expect("open it");
    }
    let state = path.symlink_metadata().expect("a directory");
    let ours = state.is_dir() && state.uid() == uid.as_raw() && state.mode() & 0o777 == mode;
    assert!(ours, "{} is not ours; remove it", path.display());
    path
}

async fn execute(connection: &mut PgConnection, statement: String) {
    let done = sqlx::query(AssertSqlSafe(statement.clone())).execute(connection).await;
    done.unwrap_or_else(|error| panic!("{statement}: {error}"));
}

async fn names(connection: &mut PgConnection, prefix: &str) -> Vec<String> {
    sqlx::query_scalar("SELECT datname::text FROM pg_database WHERE starts_with(datname, $1)")
        .bind(prefix)
        .fetch_all(connection)
        .await
        .expect("list the databases")
}

/// Drops the databases of tests that died.
async fn sweep(connection: &mut PgConnection) {
    for name in names(connection, CLONE).await {
        let free: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtextextended($1, 0))")
            .bind(&name)
            .fetch_one(&mut *connection)
            .await
            .expect("try a lock");
        if free {
            execute(connection, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            unlock(connection, &name).await;
        }
    }
}

async fn unlock(connection: &mut PgConnection, name: &str) {
    sqlx::query("SELECT pg_advisory_unlock(hashtextextended($1, 0))")
        .bind(name)
        .execute(connection)
        .await
        .expect("unlock");
}

async fn copy_template(server: &Server, connection: &mut PgConnection, name: &str) {
    let migrator = migrator().await;
    let template = template_name(&migrator);
    loop {
        execute(connection, format!("SELECT pg_advisory_lock_shared({TEMPLATE_LOCK})")).await;
        let ready = names(connection, &template).await.contains(&template);
        if ready {
            execute(connection, format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        }
        execute(connection, format!("SELECT pg_advisory_unlock_shared({TEMPLATE_LOCK})")).await;
        if ready {
            return;
        }
        execute(connection, format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})")).await;
        make_template(server, connection, &migrator, &template).await;
        execute(connection, format!("SELECT pg_advisory_unlock({TEMPLATE_LOCK})")).await;
    }
}

/// Makes the template under another name, and renames it when it is complete; drops those of other migrations.
async fn make_template(server: &Server, connection: &mut PgConnection, migrator: &Migrator, template: &str) {
    let existing = names(connection, TEMPLATE).await;
    if existing.iter().any(|name| name == template) {
        return;
    }
    for old in existing {
        execute(connection, format!("DROP DATABASE {old} WITH (FORCE)")).await;
    }
    let unfinished = format!("{TEMPLATE}unfinished");
    execute(connection, format!("CREATE DATABASE {unfinished}")).await;
    let options = server.maintenance.clone().database(&unfinished);
    let mut within = options.connect().await.expect("connect to the template");
    migrator.run(&mut within).await.expect("migrate the template");
    within.close().await.expect("leave the template");
    execute(connection, format!("ALTER DATABASE {unfinished} RENAME TO {template}")).await;
}

/// The migrations as they are now, not as they were when this program was compiled.
async fn migrator() -> Migrator {
    let directory = Path::new(CHECKOUT).join("migrations");
    Migrator::new(directory).await.expect("the migrations")
}

fn template_name(migrator: &Migrator) -> String {
    let mut digest = Sha256::new();
    for migration in migrator.iter() {
        digest.update(migration.version.to_be_bytes());
        digest.update(&migration.checksum);
    }
    format!("{TEMPLATE}{}", hex::encode(digest.finalize().first_chunk::<8>().expect("32 bytes")))
}
