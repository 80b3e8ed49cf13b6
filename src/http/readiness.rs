//! Readiness: looks whether everything is there that serving needs, one look at a time.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::time::timeout;

use super::app::App;
use super::beats::Beat;
use crate::db::{self, Behalf, Isolation};

/// How long the database may take to answer.
const DATABASE: Duration = Duration::from_millis(1200);
/// How long a connection of the main pool may be waited for.
const POOL: Duration = Duration::from_millis(500);

/// A check that failed, and how.
pub(super) type Missing = (&'static str, String);

/// The looks taken. Whoever asks is told of a look that began after it asked.
#[derive(Debug, Default)]
pub struct Looks(Mutex<Option<(Instant, Vec<Missing>)>>);

impl Looks {
    /// What is missing.
    pub(super) async fn look(&self, app: &App) -> Vec<Missing> {
        let asked = Instant::now();
        let mut last = self.0.lock().await;
        if let Some((began, missing)) = last.as_ref()
            && *began >= asked
        {
            return missing.clone();
        }
        let began = Instant::now();
        let missing = look(app).await;
        *last = Some((began, missing.clone()));
        missing
    }
}

async fn look(app: &App) -> Vec<Missing> {
    let mut missing = Vec::new();
    match timeout(DATABASE, migrations(app)).await {
        Ok(Ok(lacking)) if lacking.is_empty() => {}
        Ok(Ok(lacking)) => {
            let versions: Vec<String> = lacking.iter().map(ToString::to_string).collect();
            missing.push(("migrations", format!("not applied: {}", versions.join(", "))));
        }
        Ok(Err(_)) | Err(_) => missing.push(("database", "does not answer".to_owned())),
    }
    // Where the database is away there is no connection either; that is one thing missing, not two.
    if missing.is_empty()
        && !matches!(timeout(POOL, app.pool.begin(Behalf::Public, Isolation::Reads)).await, Ok(Ok(_)))
    {
        missing.push(("pool", "all connections are at work".to_owned()));
    }
    missing.extend(overdue("worker", &app.beats.worker));
    missing.extend(overdue("sweeper", &app.beats.sweeper));
    missing.extend(overdue("screener", &app.beats.screener));
    missing.extend(app.viewed.fault().map(|says| ("views", says)));
    missing.extend(app.log.missing());
    missing
}

/// The migrations that the database lacks.
async fn migrations(app: &App) -> sqlx::Result<Vec<i64>> {
    let mut tx = app.aside.begin(Behalf::Public, Isolation::Reads).await?;
    db::missing_migrations(&mut tx).await
}

fn overdue(check: &'static str, beat: &Beat) -> Option<Missing> {
    beat.overdue().map(|late| (check, format!("a sign of life is overdue by {} s", late.as_secs())))
}
