//! The company in one command: every service a child process, then the monitoring, then the
//! customers, and a drill if one is asked for.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use chassis::Stop;
use chassis::boot::EXIT_CONFIG;
use clap::Args;
use loadgen::scenario::Rate;
use tokio::time::Instant;

use crate::monitoring::{PeopleArgs, Speed};
use crate::supervisor::{LineSink, ShowLogs, StartError, Supervisor};

mod addresses;
mod discovery;
mod drill;
mod monitors;
mod owner;
mod roles;
mod table;

use addresses::Addresses;

/// How to run the whole company.
#[derive(Args, Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line, and they are independent"
)]
pub struct CompanyConfig {
    /// The folder for databases, logs and the monitoring's own data.
    #[arg(
        long,
        env = "DATA_DIR",
        default_value = ".firedrill",
        value_name = "DIR"
    )]
    pub data_dir: PathBuf,

    /// How fast alerts follow: `demo` divides every window and wait by 15.
    #[arg(long, default_value = "demo", value_enum)]
    pub speed: Speed,

    /// Orders that the company's everyday customers place; 0/h for none.
    #[arg(long, default_value = "10000/h", value_name = "RATE")]
    pub baseline: Rate,

    /// How many times faster than the clock vans drive.
    #[arg(long, env = "TIME_FACTOR", default_value_t = 60, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub time_factor: u32,

    /// Runs this drill once the company is open; `firedrill loadgen list` names them.
    #[arg(long, value_name = "SCENARIO")]
    pub drill: Option<String>,

    /// Writes the drill's reports into this folder.
    #[arg(long, value_name = "DIR", requires = "drill")]
    pub report: Option<PathBuf>,

    /// Stops after the drill, with the drill's exit code.
    #[arg(long, requires = "drill")]
    pub exit_after_drill: bool,

    /// Added to every port, for a second company beside the first.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub port_offset: u16,

    /// Alerting rules to run instead of the built-in ones: a folder of rule files at stock speed.
    #[arg(long, value_name = "DIR", conflicts_with = "no_monitoring")]
    pub rules: Option<PathBuf>,

    /// Starts no Prometheus and no Alertmanager, even where they are installed.
    #[arg(long)]
    pub no_monitoring: bool,

    /// Starts the services without fault injection: nothing can be broken on purpose.
    #[arg(long)]
    pub no_faults: bool,

    /// Closes when standard input ends, and removes its data folder, which must be an empty one: for
    /// a program that opens companies, and may itself be killed.
    #[arg(long, hide = true)]
    pub temporary: bool,

    /// Which lines of the services appear here; all of them are in the data folder's `logs`.
    #[arg(long, default_value = "warn", value_enum)]
    pub show_logs: ShowLogs,

    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would become the help's heading"
    )]
    pub people: PeopleArgs,
}

/// Runs the company until it is told to stop, or until the drill is over.
pub fn run(config: &CompanyConfig) -> ExitCode {
    match start(config) {
        Ok(code) => ExitCode::from(code),
        Err(refused) => {
            let _ = writeln!(std::io::stderr().lock(), "firedrill: {:#}", refused.0);
            ExitCode::from(refused.1)
        }
    }
}

/// Why the company did not open, and the exit code for it.
struct Refused(anyhow::Error, u8);

impl From<anyhow::Error> for Refused {
    fn from(error: anyhow::Error) -> Self {
        Self(error, 1)
    }
}

impl From<StartError> for Refused {
    fn from(error: StartError) -> Self {
        let code = match error {
            StartError::Stopped => 0,
            _ => 1,
        };
        Self(error.into(), code)
    }
}

/// A setting is wrong.
fn misconfigured(error: anyhow::Error) -> Refused {
    Refused(error, EXIT_CONFIG)
}

fn start(config: &CompanyConfig) -> Result<u8, Refused> {
    chassis::http::client::use_ring();
    let addresses = Addresses::new(config.port_offset).map_err(misconfigured)?;
    // Before anything starts; what is wrong here must not wait for the monitoring's turn.
    config
        .people
        .settle()
        .map_err(|error| misconfigured(error.into()))?;
    chassis::db::make_folder(&config.data_dir)
        .map_err(|error| misconfigured(anyhow::anyhow!("--data-dir: {error}")))?;
    // Children carry their own working folder's view of relative paths; an absolute one cannot drift.
    let data_dir = config
        .data_dir
        .canonicalize()
        .context("--data-dir cannot be resolved")?;
    if config.temporary {
        refuse_used(&data_dir).map_err(misconfigured)?;
    }
    let _owner = owner::take(&data_dir)?;
    addresses.check_free(!config.no_monitoring)?;
    // Children are tied to the thread that starts them: it must be the main one.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let outcome =
        tokio::task::LocalSet::new().block_on(&runtime, open(config, &data_dir, addresses));
    if config.temporary {
        // Whoever opened it may have been faster.
        let _ = std::fs::remove_dir_all(&data_dir);
    }
    outcome
}

/// A folder that is to be removed must hold nothing of anybody's.
fn refuse_used(data_dir: &Path) -> anyhow::Result<()> {
    let mut entries = std::fs::read_dir(data_dir).context("--data-dir")?;
    anyhow::ensure!(
        entries.next().is_none(),
        "--temporary removes {} in the end, and there is something in it; choose an empty folder with --data-dir",
        data_dir.display()
    );
    Ok(())
}

/// Opens the company, runs it, and closes it again whatever happened.
async fn open(
    config: &CompanyConfig,
    data_dir: &Path,
    addresses: Addresses,
) -> Result<u8, Refused> {
    let stop = Stop::on_signals().context("cannot watch signals")?;
    if config.temporary {
        stop_when_stdin_ends(stop.clone());
    }
    let sink = LineSink::new(&data_dir.join("logs"), config.show_logs)
        .context("the logs' folder cannot be made")?;
    let mut supervisor = Supervisor::new(sink);
    let outcome = work(config, data_dir, addresses, &mut supervisor, &stop).await;
    supervisor.stop().await;
    discovery::remove(data_dir);
    outcome
}

async fn work(
    config: &CompanyConfig,
    data_dir: &Path,
    addresses: Addresses,
    supervisor: &mut Supervisor,
    stop: &Stop,
) -> Result<u8, Refused> {
    let began = Instant::now();
    let token = stop.token();
    let secret = roles::Secret::new(!config.no_faults);
    let monitors = monitors::plan(config, data_dir, addresses)?;
    let customers = roles::customers(data_dir, addresses, &secret, config, monitors.run())?;
    // The services send it their traces from the start.
    supervisor.listen_for(&customers)?;
    for spec in roles::services(config, data_dir, addresses, &secret)? {
        supervisor.start(spec, &token).await?;
    }
    supervisor.start(customers, &token).await?;
    let ui = roles::ui(data_dir, addresses, &secret, monitors.run())?;
    supervisor.start(ui, &token).await?;
    let open_after = began.elapsed();
    for spec in &monitors.specs {
        supervisor.start(spec.clone(), &token).await?;
    }
    discovery::write(config, data_dir, addresses, &secret, monitors.run())?;
    let table = table::Table {
        config,
        data_dir,
        addresses,
        open_after,
        ready_after: began.elapsed(),
        monitors: monitors.run(),
        missing: &monitors.missing,
    };
    table.print();
    if let Some(scenario) = &config.drill {
        let code = drill::run(scenario, config, data_dir, stop).await?;
        if config.exit_after_drill {
            return Ok(code);
        }
    }
    stop.requested().await;
    let _ = writeln!(std::io::stderr().lock(), "closing …");
    Ok(0)
}

/// On a thread of its own: a read of standard input cannot be given up.
fn stop_when_stdin_ends(stop: Stop) {
    std::thread::spawn(move || {
        // However it ends, it has ended.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        stop.request();
    });
}

/// How long a service gets to drain before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);
