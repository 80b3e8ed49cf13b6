//! Serving: bind, open the database, answer, sweep, and drain on SIGTERM or SIGINT.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::database::Database;
use super::{limits, log};
use crate::act::{Act, Actor, Policy};
use crate::clock::{Clock, rest};
use crate::config::{DatabaseConfig, ServeConfig};
use crate::evidence::Checkpointer;
use crate::http::App;
use crate::http::logged::Logged;
use crate::http::oidc::Oidc;
use crate::http::server;
use crate::ids::Ids;
use crate::page::CursorKey;
use crate::{api, db, enforcement, evidence, meters, screening, sweeper, tokens, views};

/// A batch in hand, and the note of a fault beside it.
const WORKER_CONNECTIONS: u32 = 2;
/// A batch of parties.
const SCREENER_CONNECTIONS: u32 = 1;
/// A batch of entries, and a checkpoint.
const LOG_CONNECTIONS: u32 = 2;

/// Serves until told to stop.
pub(super) async fn serve(database: &DatabaseConfig, config: ServeConfig) -> anyhow::Result<()> {
    meters::install();
    // The port first: an address in use is told before anything is started.
    let listener = server::listen(config.listen).with_context(|| {
        format!(
            "cannot listen on {}: is another service running there? (LISTEN sets the address)",
            config.listen
        )
    })?;
    let address = listener.local_addr()?;
    let terms = log::terms(&config.log, database)?;
    let database = Database::open(database, true).await?;
    let oidc = match (&config.oidc_issuer, &config.oidc_audience) {
        (Some(issuer), Some(audience)) => {
            Some(Arc::new(Oidc::new(issuer, audience).context("OIDC_ISSUER cannot be asked")?))
        }
        _ => None,
    };
    let (ids, policy) = (Arc::new(Ids::random()), Arc::new(Policy::from(config.policy)));
    let cursors = CursorKey::of_registry(&database.pool, &ids, Clock::System.now()).await?;
    let app = App::new(database.pool.clone(), Clock::System, ids, policy)
        .limited(limits::terms(&config.limits))
        .signing(cursors)
        .trusting(oidc)
        .run_by(config.contact)
        .logging(Logged::stopping_after(Duration::from_secs(config.log.audit_limit_seconds)));
    evidence::record_schema(&app.pool, &app.act(Actor::command_line(), None)).await.map_err(|problem| {
        anyhow::anyhow!("the rules of the database cannot be recorded: {}", problem.detail)
    })?;
    let checkpointer = Checkpointer::open(&app, &terms).await?;
    let first_token =
        tokens::first_administrator(&app.pool, &command_line_act(Policy::default())).await.map_err(
            |problem| anyhow::anyhow!("the first administrator cannot be entered: {}", problem.detail),
        )?;
    greet(address, &database.place(), first_token.as_deref());

    let (stop, stopped) = watch::channel(false);
    let sweeper =
        tokio::spawn(sweeper::run(app.clone(), Duration::from_secs(config.sweep_seconds), stopped.clone()));
    let worker = aside(&app, WORKER_CONNECTIONS, stopped.clone(), enforcement::run);
    let screener = aside(&app, SCREENER_CONNECTIONS, stopped.clone(), screening::run);
    // The log ends last, so that what was done while the others ended is in its last checkpoint.
    let (stop_log, log_stopped) = watch::channel(false);
    let logs = aside(&app, LOG_CONNECTIONS, log_stopped, async move |app, stopped| {
        let mut checkpointer = checkpointer;
        tokio::join!(evidence::run(app.clone(), stopped.clone()), checkpointer.run(app.clone(), stopped));
        checkpointer.tell(&app).await;
    });
    let viewing = tokio::spawn(views::run(app.clone(), stopped.clone()));
    let keeping_up = tokio::spawn(keep_up(stopped.clone()));
    let keeping = limits::keeping(&config.limits, Duration::from_secs(config.drain_seconds));
    let server = tokio::spawn(server::run(listener, api::router(&app), keeping, stopped));
    told_to_stop().await?;
    tracing::info!("stopping");
    stop.send_replace(true);
    server.await??;
    sweeper.await?;
    worker.await??;
    screener.await??;
    keeping_up.await?;
    viewing.await?;
    // What was read while the last requests were answered.
    views::write(&app).await;
    stop_log.send_replace(true);
    logs.await??;
    app.aside.close().await;
    database.close().await
}

/// Runs what works beside the requests on a thread, with a runtime and connections of its own: it computes for
/// milliseconds at a time, and whoever shared its runtime would wait for that.
fn aside<F: Future<Output = ()>>(
    app: &App,
    connections: u32,
    stopped: watch::Receiver<bool>,
    works: impl FnOnce(App, watch::Receiver<bool>) -> F + Send + 'static,
) -> JoinHandle<anyhow::Result<()>> {
    let app = app.clone();
    tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let pool = db::pool(app.pool.connect_options(), connections);
            works(App { pool: pool.clone(), ..app }, stopped).await;
            pool.close().await;
        });
        Ok(())
    })
}

/// An act of the command line of this machine, now.
pub(super) fn command_line_act(policy: Policy) -> Act {
    let ids = Arc::new(Ids::random());
    let at = Clock::System.now();
    Act {
        actor: Actor::command_line(),
        at,
        request: ids.next(at),
        ids,
        policy: Arc::new(policy),
        expects: None,
    }
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

/// Keeps the meters in order until told to stop.
async fn keep_up(mut stopped: watch::Receiver<bool>) {
    while rest(Duration::from_secs(5), &mut stopped).await {
        meters::keep_up();
    }
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
