//! Where the company is: flags and the environment, else what a running company wrote down, else
//! the design's own addresses.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chassis::config::{FAULTS_TOKEN, secret};
use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::written::{CompanyError, Written, read};
use super::{Company, FILE, local, usual_telemetry};
use crate::drill::source::{AlertArgs, AlertSource};
use crate::scenario::Span;

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
        let pizza = first(self.pizza_url.as_ref(), said(|written| &written.pizza_url));
        let pokedex = first(
            self.pokedex_url.as_ref(),
            said(|written| &written.pokedex_url),
        );
        let tracker = first(
            self.tracker_url.as_ref(),
            said(|written| &written.tracker_url),
        );
        let metrics = first(
            self.metrics_url.as_ref(),
            said(|written| &written.metrics_url),
        );
        let alertmanager = first(
            self.alertmanager_url.as_ref(),
            said(|written| &written.alertmanager_url),
        );
        let loadgen = first(
            self.loadgen_url.as_ref(),
            said(|written| &written.loadgen_url),
        );
        Ok(Company {
            pizza_url: pizza.unwrap_or_else(|| local(8001)),
            pokedex_url: pokedex.or_else(|| usual(5000)),
            tracker_url: tracker.or_else(|| usual(8080)),
            metrics_url: metrics.or_else(|| usual(9090)),
            alertmanager_url: alertmanager.or_else(|| usual(9093)),
            loadgen_url: loadgen.unwrap_or_else(|| local(8002)),
            telemetry,
            alerts: self.alerts.into(),
            faults_token: token.or_else(|| written.and_then(|written| written.faults_token)),
        })
    }
}

/// What was told, else what was written down.
fn first(told: Option<&Url>, written: Option<Url>) -> Option<Url> {
    told.cloned().or(written)
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
