//! What the desk's own drills need to know.

use std::path::PathBuf;

use chassis::boot::BootError;
use chassis::config::secret::{self, Keys};
use clap::Args;
use secrecy::SecretString;
use url::Url;

use crate::company::{CompanyArgs, telemetry_url};

/// What the desk's own drills need to know.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Drills")]
pub struct DrillsConfig {
    /// The data folder of the company; its company.json gives the defaults of what follows.
    #[arg(
        long,
        value_name = "DIR",
        env = "DATA_DIR",
        default_value = ".firedrill"
    )]
    pub company: PathBuf,

    /// A service's telemetry port; may come several times. Others are then not known.
    #[arg(long, value_name = "SERVICE=URL", env = "TELEMETRY_URLS", value_delimiter = ',', value_parser = telemetry_url)]
    pub telemetry: Vec<(String, Url)>,

    /// The bearer token that starting and stopping a drill asks for; without it nothing does.
    #[arg(
        long,
        value_name = "TOKEN",
        env = DRILLS_TOKEN.value,
        hide_env_values = true
    )]
    pub drills_token: Option<SecretString>,

    /// A file with that token.
    #[arg(long, value_name = "FILE", env = DRILLS_TOKEN.file, value_parser = secret::file())]
    pub drills_token_file: Option<PathBuf>,
}

const DRILLS_TOKEN: Keys = Keys {
    value: "DRILLS_TOKEN",
    file: "DRILLS_TOKEN_FILE",
};

impl DrillsConfig {
    /// The token, wherever it is.
    ///
    /// # Errors
    /// See [`secret::settle`].
    pub fn token(&self) -> Result<Option<SecretString>, BootError> {
        let file = self.drills_token_file.as_deref();
        secret::settle(DRILLS_TOKEN, self.drills_token.as_ref(), file)
    }

    /// Where to look for the company. What the service has been told itself counts first.
    pub fn company(
        &self,
        neighbours: [Option<Url>; 3],
        monitors: [Option<Url>; 2],
        itself: Option<Url>,
        faults_token: Option<SecretString>,
    ) -> CompanyArgs {
        let [pizza_url, pokedex_url, tracker_url] = neighbours;
        let [metrics_url, alertmanager_url] = monitors;
        CompanyArgs {
            pizza_url,
            pokedex_url,
            tracker_url,
            metrics_url,
            alertmanager_url,
            loadgen_url: itself,
            telemetry: self.telemetry.clone(),
            faults_token,
            ..CompanyArgs::of(&self.company)
        }
    }
}
