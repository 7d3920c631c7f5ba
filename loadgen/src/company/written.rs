//! What a running company writes down about itself.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chassis::boot::BootError;
use secrecy::SecretString;
use serde::Deserialize;
use thiserror::Error;
use url::Url;

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
pub(super) struct Written {
    pid: Option<i32>,
    pub(super) faults_token: Option<SecretString>,
    pub(super) pizza_url: Option<Url>,
    pub(super) pokedex_url: Option<Url>,
    pub(super) tracker_url: Option<Url>,
    pub(super) metrics_url: Option<Url>,
    pub(super) alertmanager_url: Option<Url>,
    pub(super) loadgen_url: Option<Url>,
    #[serde(default)]
    pub(super) telemetry: BTreeMap<String, Url>,
}

impl Written {
    /// A company that was killed leaves its file behind.
    pub(super) fn is_alive(&self) -> bool {
        let pid = self.pid.and_then(rustix::process::Pid::from_raw);
        pid.is_none_or(|pid| {
            // Not permitted means that it is there, and another user's.
            rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
        })
    }
}

/// The file, where there is one.
pub(super) fn read(path: &Path) -> Result<Option<Written>, CompanyError> {
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
