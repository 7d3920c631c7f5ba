//! `loadgen serve`: the everyday customers, and the desk where drills take their turn.

use std::fmt::Display;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::{Router, middleware};
use chassis::boot::BootError;
use chassis::config::{FaultsConfig, HttpConfig, TelemetryConfig};
use chassis::faults::Faults;
use chassis::http::observe::Observer;
use chassis::http::{Declared, HttpMetrics, Server, Stack, docs};
use chassis::stop::Stop;
use chassis::telemetry::{Readiness, Telemetry, TelemetryPort};
use clap::Args;
use secrecy::SecretString;
use url::Url;
use utoipa::openapi::OpenApi;

use crate::drill::rails;
use crate::load::Targets;
use crate::scenario::Rate;

pub mod baseline;
pub mod control;
pub mod deadman;
pub mod inbox;
pub mod lease;
pub mod metrics;
pub mod routes;
pub mod traces;

use baseline::Baseline;
use control::Control;
use control::access::Access;
use control::config::DrillsConfig;
use deadman::{Deadman, DeadmanArgs};
use inbox::Inbox;
use lease::Lease;
use metrics::VisitMetrics;
use traces::Traces;
use traces::metrics::TraceMetrics;

/// How to serve.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// Where drills take their turn, and Alertmanager sends its webhooks.
    #[arg(
        long,
        env = "LOADGEN_ADDRESS",
        default_value = "127.0.0.1:8002",
        value_name = "ADDRESS"
    )]
    pub listen: SocketAddr,

    /// Where metrics and health are.
    #[arg(
        long,
        env = "TELEMETRY_ADDRESS",
        default_value = "127.0.0.1:9114",
        value_name = "ADDRESS"
    )]
    pub telemetry_address: SocketAddr,

    /// pizza-service, where the everyday customers go.
    #[arg(
        long,
        env = "PIZZA_URL",
        default_value = "http://127.0.0.1:8001",
        value_name = "URL"
    )]
    pub pizza_url: Url,

    /// pokedex-api, where some of them look Pokémon up; without it, none do.
    #[arg(long, env = "POKEDEX_URL", value_name = "URL")]
    pub pokedex_url: Option<Url>,

    /// position-tracker, where some of them look at vans; without it, none do.
    #[arg(long, env = "TRACKER_URL", value_name = "URL")]
    pub tracker_url: Option<Url>,

    /// Orders that the everyday customers place; they look and ask as often, and come on top of that
    /// for vans and Pokémon. 0/h for none.
    #[arg(long, default_value = "10000/h", value_name = "RATE")]
    pub baseline: Rate,

    /// A host beyond this machine and private names that customers may go to; may come several times.
    #[arg(long, value_name = "HOST")]
    pub allow_host: Vec<String>,

    /// MiB of memory for the newest traces, which services send by OTLP; see `/traces`.
    #[arg(long, env = "TRACES_KEPT", default_value_t = 16, value_name = "MIB", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub traces_kept: u16,

    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would become the help's heading"
    )]
    pub deadman: DeadmanArgs,

    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would become the help's heading"
    )]
    pub telemetry: TelemetryConfig,

    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would become the help's heading"
    )]
    pub http: HttpConfig,

    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would become the help's heading"
    )]
    pub faults: FaultsConfig,

    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would become the help's heading"
    )]
    pub drills: DrillsConfig,
}

/// Webhooks are small; Alertmanager truncates long groups.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Serves until it is told to stop. Fails where an address can't be had or used.
pub async fn serve(
    config: ServeArgs,
    mut telemetry: Telemetry,
    stop: Stop,
) -> Result<(), BootError> {
    let targets = targets(&config)?;
    let faults_token = config.faults.token()?;
    let faults = Faults::new(faults_token.clone());
    let (inbox, lease) = (Arc::<Inbox>::default(), Arc::<Lease>::default());
    let deadman = Deadman::register(&config.deadman, &mut telemetry.registry);
    let server = Server::bind(config.listen, "LOADGEN_ADDRESS").await?;
    let control = config.control(server.address(), faults_token, Arc::clone(&lease), &stop);
    let traces = Traces::new(
        usize::from(config.traces_kept) * 1024 * 1024,
        TraceMetrics::register(&mut telemetry.registry),
    );
    let access = Access::new(config.drills.token()?);
    let (routes, api) = api(&inbox, &lease, &deadman, traces, control.clone(), access);
    let visits = VisitMetrics::register(&mut telemetry.registry);
    let metrics = HttpMetrics::register(
        &mut telemetry.registry,
        &api,
        Declared::WhenUsed,
        telemetry.exporting,
    );
    let app = around(routes, metrics, &faults, &config, &telemetry);
    let readiness = Readiness::default();
    let port = TelemetryPort {
        readiness: readiness.clone(),
        log_level: telemetry.log_level.clone(),
        faults,
        registry: telemetry.into_registry(),
    };
    let telemetry_address = port.listen(config.telemetry_address).await?;
    let figures = control
        .clone()
        .tell_figures(visits.clone(), Arc::clone(&lease), stop.token());
    stop.spawn(figures);
    let baseline = Baseline {
        rate: config.baseline,
        targets,
        lease,
        visits,
    };
    let token = stop.token();
    stop.spawn(async move { baseline.run(token).await });
    let token = stop.token();
    stop.spawn(async move { deadman.watch(token).await });
    readiness.set(true);
    tracing::info!(address = %server.address(), %telemetry_address, baseline = %config.baseline, "serving");
    // A drill that runs is stopped first: until its faults are taken back, its turn is renewed here.
    let serving = Stop::new();
    let closing = async {
        stop.requested().await;
        readiness.set(false);
        control.close().await;
        control.bus().end();
        serving.request();
    };
    tokio::join!(closing, server.serve(app, (&config.http).into(), &serving));
    Ok(())
}

/// Every route, and its description.
pub fn api(
    inbox: &Arc<Inbox>,
    lease: &Arc<Lease>,
    deadman: &Arc<Deadman>,
    traces: Traces,
    control: Control,
    access: Access,
) -> (Router, OpenApi) {
    let (routes, mut api) = routes::router(Arc::clone(inbox), Arc::clone(lease))
        .merge(deadman::routes(Arc::clone(deadman)))
        .merge(traces::routes::router(Arc::new(traces)))
        .merge(control::routes::router(control, access))
        .split_for_parts();
    "loadgen".clone_into(&mut api.info.title);
    "1".clone_into(&mut api.info.version);
    (routes.merge(docs::router(&api)), api)
}

impl ServeArgs {
    fn control(
        &self,
        listen: SocketAddr,
        faults_token: Option<SecretString>,
        lease: Arc<Lease>,
        stop: &Stop,
    ) -> Control {
        let neighbours = [
            Some(self.pizza_url.clone()),
            self.pokedex_url.clone(),
            self.tracker_url.clone(),
        ];
        let monitors = [
            self.deadman.metrics_url.clone(),
            self.deadman.alertmanager_url.clone(),
        ];
        let company =
            self.drills
                .company(neighbours, monitors, control::itself(listen), faults_token);
        Control::new(company, self.allow_host.clone(), lease, stop)
    }
}

fn targets(config: &ServeArgs) -> Result<Targets, BootError> {
    let (pizza, pokedex, tracker) = (
        &config.pizza_url,
        config.pokedex_url.as_ref(),
        config.tracker_url.as_ref(),
    );
    for (key, url) in [
        ("PIZZA_URL", Some(pizza)),
        ("POKEDEX_URL", pokedex),
        ("TRACKER_URL", tracker),
    ] {
        if let Some(url) = url {
            rails::check(url, &config.allow_host).map_err(wrong(key))?;
        }
    }
    Targets::new(pizza)
        .map_err(wrong("PIZZA_URL"))?
        .with_pokedex(pokedex)
        .map_err(wrong("POKEDEX_URL"))?
        .with_tracker(tracker)
        .map_err(wrong("TRACKER_URL"))
}

/// Makes a boot error of what is wrong with a setting.
fn wrong<E: Display>(key: &'static str) -> impl FnOnce(E) -> BootError {
    move |error| BootError::Config {
        key,
        problem: error.to_string(),
    }
}

fn around(
    routes: Router,
    metrics: HttpMetrics,
    faults: &Faults,
    config: &ServeArgs,
    telemetry: &Telemetry,
) -> Router {
    let stack = Stack {
        metrics,
        faults: faults.clone(),
        observer: Observer::default(),
        telemetry: telemetry.requests,
        max_body_bytes: MAX_BODY_BYTES,
    };
    stack
        .around(routes, &config.http)
        .layer(middleware::from_fn(traces::untraced::untraced))
}
