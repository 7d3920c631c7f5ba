//! `loadgen --scenario`: one drill, its reports and its exit code.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use clap::error::ErrorKind;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use url::{Host, Url};

use super::catalogue::{self, ManyArgs};
use super::dataset::DatasetArgs;
use super::{complain, say, screens, summary, usage};
use crate::company::{Company, CompanyArgs};
use crate::dataset::Dataset;
use crate::drill::verdict::{EXIT_BAD_SCENARIO, EXIT_USAGE, Verdict};
use crate::drill::{self, DeskChoice, Order};
use crate::load::Plan;
use crate::report::ReportFolder;
use crate::scenario::{self, Scenario, Span};

/// How long one drill waits for its company.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Args, Debug)]
#[command(next_help_heading = "Drill")]
pub(super) struct DrillArgs {
    /// What to drill: a built-in scenario's name (see `loadgen list`), or a file; several with commas
    /// between them, or `all`.
    #[arg(long, value_name = "NAME|FILE|all")]
    scenario: Option<String>,

    /// Writes report.json, junit.xml, report.html, `ground_truth.jsonl` and alerts.jsonl into this
    /// folder; of several drills an overview, and a folder each.
    #[arg(long, value_name = "DIR")]
    pub(super) report: Option<PathBuf>,

    #[command(flatten)]
    pub(super) dataset: DatasetArgs,

    /// The seed of arrivals, mix, payloads and ids [default: the scenario's].
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,

    /// Stretches every duration of the scenario [default: 1 for rules at demo speed, else 15].
    #[arg(long, value_name = "FACTOR", value_parser = time_scale)]
    pub(super) time_scale: Option<f64>,

    /// Prints the plan of arrivals, and touches nothing.
    #[arg(long)]
    dry_run: bool,

    /// How long to wait for a company that has just started, or until nothing of the drill before is
    /// left [default: 60s; 6m for several drills on the open company].
    #[arg(long, value_name = "TIME")]
    preflight_timeout: Option<Span>,

    /// Drills without a turn at `loadgen serve`: its customers come on top of the scenario's.
    #[arg(long)]
    pub(super) no_lease: bool,

    /// Without a turn: where to receive Alertmanager's webhooks [default: that of --loadgen-url].
    #[arg(long, value_name = "ADDRESS", requires = "no_lease")]
    webhook_listen: Option<SocketAddr>,

    /// A host beyond this machine and private names that may be drilled; may come several times.
    #[arg(long, value_name = "HOST")]
    pub(super) allow_host: Vec<String>,

    #[command(flatten)]
    pub(super) many: ManyArgs,

    #[command(flatten)]
    pub(super) company: CompanyArgs,
}

pub(super) fn time_scale(text: &str) -> Result<f64, String> {
    let factor: f64 = text
        .parse()
        .map_err(|_| format!("`{text}` is not a number"))?;
    if (0.01..=1000.0).contains(&factor) {
        Ok(factor)
    } else {
        Err(format!("{text} is out of range, 0.01 to 1000"))
    }
}

pub(super) fn run(args: DrillArgs) -> ExitCode {
    let Some(name) = &args.scenario else {
        return usage(
            ErrorKind::MissingRequiredArgument,
            "say what to drill by --scenario, or name a command",
        );
    };
    if args.many.is_wanted() || catalogue::names_several(name) {
        return catalogue::run(&args, name);
    }
    let scenario = match scenario::load(name) {
        Ok(scenario) => scenario,
        Err(error) => return complain(error, EXIT_BAD_SCENARIO),
    };
    if args.dry_run {
        return dry_run(&scenario, &args);
    }
    let folder = match args.report.as_deref().map(ReportFolder::open).transpose() {
        Ok(folder) => folder,
        Err(error) => return complain(error, EXIT_USAGE),
    };
    let dataset = match args.dataset.open(&args.company.company) {
        Ok(dataset) => dataset,
        Err(error) => return complain(error, EXIT_USAGE),
    };
    match args.order(scenario) {
        Ok(order) => conduct(&order, folder.as_ref(), dataset.as_ref()),
        Err(problem) => complain(problem, EXIT_USAGE),
    }
}

fn dry_run(scenario: &Scenario, args: &DrillArgs) -> ExitCode {
    let scaled = scenario.scaled(args.time_scale.unwrap_or(1.0));
    let plan = Plan::new(&scaled.phases, args.seed.unwrap_or(scaled.seed));
    let mut out = io::BufWriter::new(io::stdout().lock());
    // Whoever does not read to the end has read enough.
    let _ = plan.write_plan(&mut out).and_then(|()| out.flush());
    ExitCode::SUCCESS
}

fn conduct(order: &Order, folder: Option<&ReportFolder>, dataset: Option<&Dataset>) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return complain(error, EXIT_USAGE),
    };
    let record = runtime.block_on(async {
        let stop = CancellationToken::new();
        watch_signals(&stop)?;
        Ok::<_, io::Error>(drill::run(order, screens::suitable(), &stop).await)
    });
    let record = match record {
        Ok(record) => record,
        Err(error) => return complain(format_args!("cannot watch signals: {error}"), EXIT_USAGE),
    };
    say(&summary::text(&record, summary::wants_colour()));
    if let Some(folder) = folder {
        if let Err(error) = folder.write(&record) {
            return complain(error, EXIT_USAGE);
        }
        say(&format!("reports in {}\n", folder.path().display()));
    }
    if let Some(dataset) = dataset
        && let Err(error) = super::dataset::write(&runtime, dataset, &record, &order.company)
    {
        return complain(error, EXIT_USAGE);
    }
    ExitCode::from(record.verdict.exit_code())
}

/// The first signal ends the drill, with its faults taken back; the second ends the program.
pub(super) fn watch_signals(stop: &CancellationToken) -> io::Result<()> {
    let (interrupt, terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    let stop = stop.clone();
    tokio::spawn(async move {
        let mut signals = (interrupt, terminate);
        next(&mut signals).await;
        let _ = writeln!(
            io::stderr().lock(),
            "stopping: taking the faults back; once more to end at once"
        );
        stop.cancel();
        next(&mut signals).await;
        #[expect(
            clippy::disallowed_methods,
            reason = "the user does not want to wait for anything"
        )]
        std::process::exit(i32::from(Verdict::Interrupted.exit_code()));
    });
    Ok(())
}

async fn next((interrupt, terminate): &mut (Signal, Signal)) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

impl DrillArgs {
    /// How long the preflight waits, where nothing else was said.
    pub(super) fn patience(&self, usual: Duration) -> Duration {
        self.preflight_timeout.map_or(usual, Span::get)
    }

    /// Where the turn is taken at that company.
    pub(super) fn desk(&self, company: &Company) -> Result<DeskChoice, String> {
        if !self.no_lease {
            return Ok(DeskChoice::Leased);
        }
        let listen = self
            .webhook_listen
            .map_or_else(|| address(&company.loadgen_url), Ok)?;
        Ok(DeskChoice::Own(listen))
    }

    fn order(self, scenario: Scenario) -> Result<Order, String> {
        let company = self.company.settle().map_err(|error| error.to_string())?;
        let desk = self.desk(&company)?;
        let patience = self.patience(PATIENCE);
        Ok(Order {
            scenario,
            seed: self.seed,
            time_scale: self.time_scale,
            company,
            desk,
            allow_hosts: self.allow_host,
            patience,
            put_off: 0.0,
            survey: None,
        })
    }
}

/// The address that a URL of this machine stands for.
fn address(url: &Url) -> Result<SocketAddr, String> {
    let port = url.port_or_known_default().unwrap_or(80);
    match url.host() {
        Some(Host::Ipv4(ip)) => Ok((ip, port).into()),
        Some(Host::Ipv6(ip)) => Ok((ip, port).into()),
        Some(Host::Domain("localhost")) => Ok(([127, 0, 0, 1], port).into()),
        _ => Err(format!(
            "{url} names no address of this machine to receive webhooks at; say --webhook-listen"
        )),
    }
}
