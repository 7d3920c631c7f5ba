//! `firedrill rules`.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use chassis::boot::EXIT_CONFIG;
use clap::Args;
use url::Url;

use super::{Endpoints, PeopleArgs, Speed, built_in_rules, generate, jobs_in};

/// Writes the monitoring's configuration and rules into a folder, ready to run.
#[derive(Args, Clone, Debug)]
pub struct RulesArgs {
    /// How fast alerts follow: `demo` divides every window and wait by 15.
    #[arg(long, value_enum, default_value_t)]
    pub speed: Speed,

    /// The folder to write; it is made where it is missing.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// A service's telemetry port, as Prometheus reaches it; may come several times. Without any:
    /// those of the company of one command.
    #[arg(long = "service", value_name = "NAME=HOST:PORT", value_parser = service)]
    pub services: Vec<(String, String)>,

    /// Prometheus, as it reaches itself.
    #[arg(long, value_name = "HOST:PORT")]
    pub prometheus: Option<String>,

    /// Alertmanager, as Prometheus reaches it.
    #[arg(long, value_name = "HOST:PORT")]
    pub alertmanager: Option<String>,

    /// `loadgen serve`, as Alertmanager reaches it.
    #[arg(long, value_name = "URL")]
    pub webhook: Option<Url>,

    /// A file of further scrape jobs at stock speed, in the form of Prometheus's
    /// `scrape_config_files`; may come several times.
    #[arg(long, value_name = "FILE")]
    pub scrape: Vec<PathBuf>,

    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would become the help's heading"
    )]
    pub people: PeopleArgs,
}

impl RulesArgs {
    /// Writes the folder; a failure is one line on standard error.
    pub fn run(&self) -> ExitCode {
        let people = match self.people.settle() {
            Ok(people) => people,
            Err(error) => return complain(&error.into(), ExitCode::from(EXIT_CONFIG)),
        };
        let written = self.endpoints().and_then(|endpoints| {
            generate(
                &self.out,
                self.speed,
                &endpoints,
                &built_in_rules(),
                &people,
            )
        });
        match written {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => complain(&error, ExitCode::FAILURE),
        }
    }

    /// The usual ones, as far as nothing else was said.
    fn endpoints(&self) -> anyhow::Result<Endpoints> {
        let usual = Endpoints::usual()?;
        let mut jobs = Vec::new();
        for file in &self.scrape {
            jobs.extend(jobs_in(file)?);
        }
        Ok(Endpoints {
            services: if self.services.is_empty() {
                usual.services
            } else {
                self.services.clone()
            },
            prometheus: self.prometheus.clone().unwrap_or(usual.prometheus),
            alertmanager: self.alertmanager.clone().unwrap_or(usual.alertmanager),
            webhook: self.webhook.clone().unwrap_or(usual.webhook),
            jobs,
        })
    }
}

/// Parses `NAME=HOST:PORT`.
fn service(text: &str) -> Result<(String, String), String> {
    let wrong = || format!("`{text}` is not NAME=HOST:PORT, such as loadgen=127.0.0.1:9114");
    let (name, address) = text.split_once('=').ok_or_else(wrong)?;
    let (host, port) = address.rsplit_once(':').ok_or_else(wrong)?;
    if name.is_empty() || host.is_empty() || port.parse::<u16>().is_err() {
        return Err(wrong());
    }
    Ok((name.to_owned(), address.to_owned()))
}

fn complain(error: &anyhow::Error, code: ExitCode) -> ExitCode {
    // A closed terminal leaves nobody to tell.
    let _ = writeln!(std::io::stderr().lock(), "firedrill rules: {error:#}");
    code
}
