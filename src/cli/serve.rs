//! Serving: bind, open the database, answer, sweep, and drain on SIGTERM or SIGINT.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, watch};

use super::database::Database;
use crate::act::{Act, Actor, Policy};
use crate::clock::Clock;
use crate::config::{DatabaseConfig, ServeConfig};
use crate::http::App;
use crate::http::app::exports_at_once;
use crate::http::oidc::Oidc;
use crate::ids::Ids;
use crate::page::CursorKey;
use crate::{api, db, enforcement, sweeper, tokens};

/// A batch in hand, and the note of a fault beside it.
const WORKER_CONNECTIONS: u32 = 2;

/// Serves until told to stop.
pub(super) async fn serve(database: &DatabaseConfig, config: ServeConfig) -> anyhow::Result<()> {
    // The port first: an address in use is told before anything is started.
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!(
            "cannot listen on {}: is another service running there? (LISTEN sets the address)",
            config.listen
        )
    })?;
    let address = listener.local_addr()?;
    let exports = Arc::new(Semaphore::new(exports_at_once(database.database_connections)));
    let database = Database::open(database, true).await?;
    let ids = Arc::new(Ids::random());
    let oidc = match (&config.oidc_issuer, &config.oidc_audience) {
        (Some(issuer), Some(audience)) => {
            Some(Arc::new(Oidc::new(issuer, audience).context("OIDC_ISSUER cannot be asked")?))
        }
        _ => None,
    };
    let app = App {
        pool: database.pool.clone(),
        clock: Clock::System,
        cursors: CursorKey::of_registry(&database.pool, &ids, Clock::System.now()).await?,
        exports,
        ids,
        policy: Arc::new(Policy::from(config.policy)),
        oidc,
        wake: Arc::default(),
    };
    let first_token =
        tokens::first_administrator(&app.pool, &command_line_act(Policy::default())).await.map_err(
            |problem| anyhow::anyhow!("the first administrator cannot be entered: {}", problem.detail),
        )?;
    greet(address, &database.place(), first_token.as_deref());

    let (stop, stopped) = watch::channel(false);
    let sweeper =
        tokio::spawn(sweeper::run(app.clone(), Duration::from_secs(config.sweep_seconds), stopped.clone()));
    let worker = tokio::task::spawn_blocking({
        let (app, stopped) = (app.clone(), stopped.clone());
        move || work(app, stopped)
    });
    // An answer that is ready is sent: no waiting for more to send with it.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY is not set");
        }
    });
    let server = axum::serve(listener, api::router(&app)).with_graceful_shutdown(until(stopped));
    let server = tokio::spawn(async move { server.await });
    told_to_stop().await?;
    tracing::info!("stopping");
    stop.send_replace(true);
    let drained = tokio::time::timeout(Duration::from_secs(config.drain_seconds), server).await;
    if drained.is_err() {
        tracing::warn!("open requests were cut off");
    }
    sweeper.await?;
    worker.await??;
    database.close().await
}

/// Runs the worker on this thread, with a runtime and connections of its own: it computes for milliseconds at a time,
/// and whoever shared its runtime would wait for that.
fn work(app: App, stopped: watch::Receiver<bool>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let pool = db::pool(app.pool.connect_options(), WORKER_CONNECTIONS);
        enforcement::run(App { pool: pool.clone(), ..app }, stopped).await;
        pool.close().await;
    });
    Ok(())
}

/// An act of the command line of this machine, now.
pub(super) fn command_line_act(policy: Policy) -> Act {
    let ids = Arc::new(Ids::random());
    let at = Clock::System.now();
    Act { actor: Actor::command_line(), at, request: ids.next(at), ids, policy: Arc::new(policy) }
}

/// Tells where everything is, and on first start the administrator's token and the next line to paste.
fn greet(address: SocketAddr, place: &str, token: Option<&str>) {
    tell!("Export-license registry on http://{address} (documentation: http://{address}/docs/)");
    tell!("Data: {place}");
    if let Some(token) = token {
        tell!("\nAdministrator token, shown only now:\n\n    {token}\n\nNext:\n");
        tell!("    curl -H 'Authorization: Bearer {token}' http://{address}/v1/tokens\n");
    }
}

/// Resolves when the service is to stop.
async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which also means stop.
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Resolves at SIGTERM or SIGINT.
pub(super) async fn told_to_stop() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
