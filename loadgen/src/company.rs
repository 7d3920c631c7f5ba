//! Where the company is: flags and the environment, else what a running company wrote down, else
//! the design's own addresses.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chassis::boot::BootError;
use chassis::config::{FAULTS_TOKEN, secret};
use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use thiserror::Error;
use url::Url;

use crate::drill::source::{AlertArgs, AlertSource, Alerts};
use crate::load::{Destination, TargetError, Targets};
use crate::scenario::{SERVICES, Span};

/// The file that a running company keeps in its data folder.
pub const FILE: &str = "company.json";

/// Where a company keeps its data, unless told otherwise.
const FOLDER: &str = ".firedrill";

/// Where the company is.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Company")]
pub struct CompanyArgs {
    /// The data folder of the company; its company.json gives the defaults of what follows.
    #[arg(long, value_name = "DIR", env = "DATA_DIR", default_value = FOLDER)]
    pub company: PathBuf,

    /// pizza-service, where customers go.
    #[arg(long, value_name = "URL", env = "PIZZA_URL")]
    pub pizza_url: Option<Url>,

    /// pokedex-api, where some customers look Pokémon up.
    #[arg(long, value_name = "URL", env = "POKEDEX_URL")]
    pub pokedex_url: Option<Url>,

    /// position-tracker, where some customers look at vans.
    #[arg(long, value_name = "URL", env = "TRACKER_URL")]
    pub tracker_url: Option<Url>,

    /// Prometheus, or a server that answers as it does.
    #[arg(long, value_name = "URL", env = "METRICS_URL")]
    pub metrics_url: Option<Url>,

    /// Alertmanager.
    #[arg(long, value_name = "URL", env = "ALERTMANAGER_URL")]
    pub alertmanager_url: Option<Url>,

    /// `loadgen serve`.
    #[arg(long, value_name = "URL", env = "LOADGEN_URL")]
    pub loadgen_url: Option<Url>,

    /// A service's telemetry port; may come several times. Others are then not known.
    #[arg(long, value_name = "SERVICE=URL", env = "TELEMETRY_URLS", value_delimiter = ',', value_parser = telemetry_url)]
    pub telemetry: Vec<(String, Url)>,

    /// The token that services ask for before they break.
    #[arg(
        long,
        value_name = "TOKEN",
        env = FAULTS_TOKEN.value,
        hide_env_values = true
    )]
    pub faults_token: Option<SecretString>,

    /// A file with that token.
    #[arg(long, value_name = "FILE", env = FAULTS_TOKEN.file, value_parser = secret::file())]
    pub faults_token_file: Option<PathBuf>,

    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment here would become the help's heading"
    )]
    pub alerts: AlertArgs,
}

/// The company's addresses, settled.
#[derive(Clone, Debug)]
pub struct Company {
    /// pizza-service's API.
    pub pizza_url: Url,
    /// pokedex-api's API; nothing where the company has none.
    pub pokedex_url: Option<Url>,
    /// position-tracker's API; nothing where the company has none.
    pub tracker_url: Option<Url>,
    /// Prometheus; nothing where the company runs without it.
    pub metrics_url: Option<Url>,
    /// Alertmanager; nothing where the company runs without it.
    pub alertmanager_url: Option<Url>,
    /// `loadgen serve`.
    pub loadgen_url: Url,
    /// Telemetry ports by service.
    pub telemetry: BTreeMap<String, Url>,
    /// The token that services ask for before they break.
    pub faults_token: Option<SecretString>,
    /// Where its alerts are learnt from.
    pub alerts: Alerts,
}

/// Why the company's own file can't be used.
#[derive(Debug, Error)]
pub enum CompanyError {
    /// It is there, but can't be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is not what a company writes.
    #[error("{}: {source}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        source: serde_json::Error,
    },
    /// The token cannot be had.
    #[error(transparent)]
    Token(#[from] BootError),
}

/// What a running company writes down. Fields that are of no interest here are not listed.
#[derive(Deserialize)]
struct Written {
    pid: Option<i32>,
    faults_token: Option<SecretString>,
    pizza_url: Option<Url>,
    pokedex_url: Option<Url>,
    tracker_url: Option<Url>,
    metrics_url: Option<Url>,
    alertmanager_url: Option<Url>,
    loadgen_url: Option<Url>,
    #[serde(default)]
    telemetry: BTreeMap<String, Url>,
}

impl CompanyArgs {
    /// Those of the company in that data folder, and nothing else.
    pub fn of(folder: &Path) -> Self {
        Self {
            company: folder.to_owned(),
            pizza_url: None,
            pokedex_url: None,
            tracker_url: None,
            metrics_url: None,
            alertmanager_url: None,
            loadgen_url: None,
            telemetry: Vec::new(),
            alerts: AlertArgs {
                alert_source: AlertSource::default(),
                detection_limit: Span::default(),
            },
            faults_token: None,
            faults_token_file: None,
        }
    }

    /// Whether somebody said which company: any address, or another folder than the usual one.
    pub fn is_named(&self) -> bool {
        let urls = [
            &self.pizza_url,
            &self.pokedex_url,
            &self.tracker_url,
            &self.metrics_url,
            &self.alertmanager_url,
            &self.loadgen_url,
        ];
        self.company != Path::new(FOLDER)
            || urls.into_iter().any(Option::is_some)
            || !self.telemetry.is_empty()
    }

    /// Whether a company runs that wrote down where it is. Fails where its file can't be used.
    pub fn is_written(&self) -> Result<bool, CompanyError> {
        Ok(read(&self.company.join(FILE))?.is_some_and(|written| written.is_alive()))
    }

    /// The company's addresses. Fails where its file is there, but can't be used.
    pub fn settle(&self) -> Result<Company, CompanyError> {
        let written = read(&self.company.join(FILE))?.filter(Written::is_alive);
        // A company that runs says what it has; without one, the usual addresses are tried.
        let usual = |port: u16| written.is_none().then(|| local(port));
        let said = |url: fn(&Written) -> &Option<Url>| {
            written.as_ref().and_then(|written| url(written).clone())
        };
        let mut telemetry = match &written {
            Some(written) => written.telemetry.clone(),
            None if self.telemetry.is_empty() => usual_telemetry(),
            None => BTreeMap::new(),
        };
        telemetry.extend(self.telemetry.iter().cloned());
        let file = self.faults_token_file.as_deref();
        let token = secret::settle(FAULTS_TOKEN, self.faults_token.as_ref(), file)?
            .filter(|token| !token.expose_secret().is_empty());
        Ok(Company {
            pizza_url: self
                .pizza_url
                .clone()
                .or_else(|| said(|written| &written.pizza_url))
                .unwrap_or_else(|| local(8001)),
            pokedex_url: self
                .pokedex_url
                .clone()
                .or_else(|| said(|written| &written.pokedex_url))
                .or_else(|| usual(5000)),
            tracker_url: self
                .tracker_url
                .clone()
                .or_else(|| said(|written| &written.tracker_url))
                .or_else(|| usual(8080)),
            metrics_url: self
                .metrics_url
                .clone()
                .or_else(|| said(|written| &written.metrics_url))
                .or_else(|| usual(9090)),
            alertmanager_url: self
                .alertmanager_url
                .clone()
                .or_else(|| said(|written| &written.alertmanager_url))
                .or_else(|| usual(9093)),
            loadgen_url: self
                .loadgen_url
                .clone()
                .or_else(|| said(|written| &written.loadgen_url))
                .unwrap_or_else(|| local(8002)),
            telemetry,
            alerts: self.alerts.into(),
            faults_token: token.or_else(|| {
                written
                    .as_ref()
                    .and_then(|written| written.faults_token.clone())
            }),
        })
    }
}

impl Company {
    /// The usual addresses.
    pub fn usual() -> Self {
        Self {
            pizza_url: local(8001),
            pokedex_url: Some(local(5000)),
            tracker_url: Some(local(8080)),
            metrics_url: Some(local(9090)),
            alertmanager_url: Some(local(9093)),
            loadgen_url: local(8002),
            telemetry: usual_telemetry(),
            alerts: Alerts::default(),
            faults_token: None,
        }
    }

    /// Where customers go, as far as addresses are known.
    ///
    /// # Errors
    /// When an address is none that can be visited.
    pub fn targets(&self) -> Result<Targets, TargetError> {
        Targets::new(&self.pizza_url)?
            .with_pokedex(self.pokedex_url.as_ref())?
            .with_tracker(self.tracker_url.as_ref())
    }

    /// The address of a service that customers visit, where it is known.
    pub const fn url_of(&self, destination: Destination) -> Option<&Url> {
        match destination {
            Destination::Pizza => Some(&self.pizza_url),
            Destination::Pokedex => self.pokedex_url.as_ref(),
            Destination::Tracker => self.tracker_url.as_ref(),
        }
    }
}

impl Written {
    /// A company that was killed leaves its file behind.
    fn is_alive(&self) -> bool {
        let pid = self.pid.and_then(rustix::process::Pid::from_raw);
        pid.is_none_or(|pid| {
            // Not permitted means that it is there, and another user's.
            rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
        })
    }
}

fn read(path: &Path) -> Result<Option<Written>, CompanyError> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            return Err(CompanyError::Unreadable {
                path: path.to_owned(),
                source,
            });
        }
    };
    let written = serde_json::from_slice(&text).map_err(|source| CompanyError::Malformed {
        path: path.to_owned(),
        source,
    })?;
    Ok(Some(written))
}

/// Where telemetry is in a company that nobody has moved.
fn usual_telemetry() -> BTreeMap<String, Url> {
    let services = SERVICES.iter();
    services
        .map(|service| (service.name.to_owned(), local(service.telemetry_port)))
        .collect()
}

/// Parses `SERVICE=URL`.
pub(crate) fn telemetry_url(text: &str) -> Result<(String, Url), String> {
    let (service, url) = text
        .split_once('=')
        .ok_or("write SERVICE=URL, such as pizza-service=http://127.0.0.1:9111")?;
    let url = url
        .parse()
        .map_err(|error| format!("`{url}` is not a URL: {error}"))?;
    Ok((service.to_owned(), url))
}

/// An address of this machine.
fn local(port: u16) -> Url {
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], port));
    // Unwrap safety: an IPv4 socket address is a valid authority, whatever the port.
    #[expect(clippy::unwrap_used, reason = "the text is a URL by its making")]
    Url::parse(&format!("http://{address}")).unwrap()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        company: CompanyArgs,
    }

    fn args(folder: &Path, more: &[&str]) -> CompanyArgs {
        let folder = folder.to_str().expect("a UTF-8 path");
        let words = ["test", "--company", folder]
            .into_iter()
            .chain(more.iter().copied());
        Cli::try_parse_from(words).expect("arguments").company
    }

    fn company(pid: u32) -> String {
        format!(
            r#"{{"pid":{pid},"faults_token":"sesame","speed":"demo","time_scale":1.0,
            "pizza_url":"http://127.0.0.1:18001","tracker_url":"http://127.0.0.1:18080","metrics_url":"http://127.0.0.1:19090",
            "loadgen_url":"http://127.0.0.1:18002",
            "telemetry":{{"pizza-service":"http://127.0.0.1:19111","loadgen":"http://127.0.0.1:19114"}}}}"#
        )
    }

    #[test]
    fn a_running_company_says_where_it_is_and_flags_win() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(FILE), company(std::process::id())).expect("written");
        let settled = args(folder.path(), &["--pizza-url", "http://pizza:1"])
            .settle()
            .expect("settled");
        assert_eq!(settled.pizza_url.as_str(), "http://pizza:1/");
        assert_eq!(settled.loadgen_url.as_str(), "http://127.0.0.1:18002/");
        assert_eq!(
            settled.alertmanager_url, None,
            "it runs without one, and says so"
        );
        assert_eq!(
            settled.url_of(Destination::Tracker).map(Url::as_str),
            Some("http://127.0.0.1:18080/")
        );
        assert_eq!(settled.pokedex_url, None, "it runs without one");
        assert!(
            settled.telemetry.keys().eq(["loadgen", "pizza-service"]),
            "nothing is made up that may be another company's: {:?}",
            settled.telemetry
        );
        assert_eq!(
            settled.telemetry["pizza-service"].as_str(),
            "http://127.0.0.1:19111/"
        );
        assert_eq!(
            settled.faults_token.expect("a token").expose_secret(),
            "sesame"
        );
    }

    #[test]
    fn without_a_company_the_usual_addresses_stand() {
        let folder = tempfile::tempdir().expect("a folder");
        let settled = args(folder.path(), &[]).settle().expect("settled");
        assert_eq!(settled.pizza_url.as_str(), "http://127.0.0.1:8001/");
        assert_eq!(
            settled.metrics_url.as_ref().map(Url::as_str),
            Some("http://127.0.0.1:9090/")
        );
        assert_eq!(
            settled.telemetry["pokedex-api"].as_str(),
            "http://127.0.0.1:8689/"
        );
        for (destination, url) in [
            (Destination::Pokedex, "http://127.0.0.1:5000/"),
            (Destination::Tracker, "http://127.0.0.1:8080/"),
        ] {
            assert_eq!(settled.url_of(destination).map(Url::as_str), Some(url));
        }
    }

    #[test]
    fn whoever_says_where_telemetry_is_says_it_of_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let told = ["--telemetry", "pizza-service=http://pizza-service:9111"];
        let settled = args(folder.path(), &told).settle().expect("settled");
        let telemetry: Vec<_> = settled
            .telemetry
            .iter()
            .map(|(service, url)| (service.as_str(), url.as_str()))
            .collect();
        assert_eq!(telemetry, [("pizza-service", "http://pizza-service:9111/")]);
    }

    #[test]
    fn the_file_of_a_dead_company_is_not_believed() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = std::process::Command::new("true")
            .spawn()
            .expect("a process");
        child.wait().expect("it ends");
        fs::write(folder.path().join(FILE), company(child.id())).expect("written");
        let settled = args(folder.path(), &[]).settle().expect("settled");
        assert_eq!(settled.pizza_url.as_str(), "http://127.0.0.1:8001/");
    }

    #[test]
    fn a_broken_file_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(FILE), "{").expect("written");
        let error = args(folder.path(), &[]).settle().expect_err("broken");
        assert!(error.to_string().contains("company.json"), "{error}");
    }

    #[test]
    fn the_token_is_never_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        let args = args(folder.path(), &["--faults-token", "sesame-open"]);
        let settled = args.settle().expect("settled");
        assert!(!format!("{args:?}{settled:?}").contains("sesame-open"));
    }
}
