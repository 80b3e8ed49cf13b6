//! Views: who looked at which file, and when.
//!
//! Table: `file_views`, append-only, of the office alone. What the door noted (`http/viewed.rs`) is written about each
//! second and at the end of the service, a batch a transaction. Kept: each batch is one audit entry with the digest of its
//! rows, so that a row that is altered, added or taken out is told by the log; a batch that cannot be written waits.

mod model;
mod routes;
mod store;

pub use routes::room;

use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use uuid::Uuid;

use crate::act::Actor;
use crate::audit::{Entry, record};
use crate::clock::rest;
use crate::db::Isolation;
use crate::http::App;
use crate::http::viewed::View;

/// How many views are written at a time.
const BATCH: usize = 1_000;
/// How long is waited between batches.
const EVERY: Duration = Duration::from_secs(1);

/// Writes what was noted until told to stop.
pub async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    write(&app).await;
    while rest(EVERY, &mut stopped).await {
        write(&app).await;
    }
}

/// Writes all that was noted by now, and gives how many views that were; what cannot be written waits.
pub async fn write(app: &App) -> usize {
    let mut count = 0;
    loop {
        let (views, lost) = app.viewed.take(BATCH);
        if views.is_empty() && lost == 0 {
            return count;
        }
        if let Err(error) = write_batch(app, &views, lost).await {
            tracing::warn!(cause = %error, "views of files are kept to be written again");
            app.viewed.put_back(views, lost);
            return count;
        }
        app.viewed.written();
        count += views.len();
    }
}

async fn write_batch(app: &App, views: &[View], lost: u64) -> sqlx::Result<()> {
    let act = app.act(Actor::clock(), None);
    let batch: Uuid = act.new_id();
    let mut tx = app.pool.office(Isolation::Records).await?;
    store::insert(&mut tx, &act, batch, views).await?;
    let entry = Entry {
        act: "view.record",
        kind: "view_batch",
        subject: batch,
        owner: None,
        particulars: serde_json::json!({ "views": views.len(), "lost": lost, "sha256": digest(views) }),
        verdict: None,
    };
    record(&mut tx, &act, entry).await?;
    tx.commit().await
}

/// SHA-256 over the rows of a batch, a line each: time in microseconds, person, role, key, kind, file, route, request.
fn digest(views: &[View]) -> String {
    let mut hash = Sha256::new();
    for view in views {
        let token = view.token.map(|token| token.to_string()).unwrap_or_default();
        let View { at, person, role, kind, subject, route, request, .. } = view;
        let at = at.timestamp_micros();
        hash.update(format!("{at}|{person}|{role}|{token}|{kind}|{subject}|{route}|{request}\n"));
    }
    hex::encode(hash.finalize())
}
