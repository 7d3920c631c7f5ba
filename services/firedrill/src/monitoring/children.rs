//! The monitoring's own programs: where they are, and how they are started beside the company.

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use url::Url;

use super::Speed;
use super::embedded::{ALERTMANAGER, PROMETHEUS};

/// A program of the monitoring, under all names that it is packaged under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// What people call it.
    pub title: &'static str,
    /// Names on PATH, the preferred one first.
    names: &'static [&'static str],
    /// Its package on Debian and Ubuntu.
    pub package: &'static str,
}

/// Prometheus.
pub const PROMETHEUS_PROGRAM: Program = Program {
    title: "Prometheus",
    names: &["prometheus"],
    package: "prometheus",
};

/// Alertmanager. Debian's package gives the program its own name; everybody else's does not.
pub const ALERTMANAGER_PROGRAM: Program = Program {
    title: "Alertmanager",
    names: &["prometheus-alertmanager", "alertmanager"],
    package: "prometheus-alertmanager",
};

/// A program that is not there, and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{} is not on PATH ({}); on Debian and Ubuntu: apt-get install {}",
    .0.title,
    .0.names.join(" or "),
    .0.package
)]
pub struct Missing(pub Program);

impl Program {
    /// Finds the program in a list of folders as in `PATH`.
    ///
    /// # Errors
    /// [`Missing`], whose text names the package.
    pub fn find(self, path: &OsStr) -> Result<PathBuf, Missing> {
        let folders: Vec<PathBuf> = std::env::split_paths(path).collect();
        self.names
            .iter()
            .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
            .find(|candidate| is_executable(candidate))
            .ok_or(Missing(self))
    }
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// Where the children's folders are. Both are best absolute.
#[derive(Clone, Copy, Debug)]
pub struct Folders<'a> {
    /// What [`generate`](super::generate) wrote.
    pub config: &'a Path,
    /// Each child keeps its data in a folder of its own under this one.
    pub data: &'a Path,
}

/// How long and how much Prometheus remembers: a day of drills, not a history.
const RETENTION_TIME: &str = "24h";
const RETENTION_SIZE: &str = "512MB";

/// Prometheus's resend delay at stock speed, seconds: its own default.
const RESEND_DELAY_S: u32 = 60;

/// The arguments of Prometheus. It can neither be reloaded nor stopped over HTTP.
pub fn prometheus_arguments(
    folders: Folders<'_>,
    listen: SocketAddr,
    speed: Speed,
) -> Vec<OsString> {
    vec![
        flag("--config.file", folders.config.join(PROMETHEUS.path)),
        flag("--storage.tsdb.path", folders.data.join("prometheus")),
        flag("--storage.tsdb.retention.time", RETENTION_TIME),
        flag("--storage.tsdb.retention.size", RETENTION_SIZE),
        flag("--web.listen-address", listen.to_string()),
        "--enable-feature=exemplar-storage".into(),
        // An Alertmanager that comes back must learn of what fires in the drill's time, not in a minute.
        flag(
            "--rules.alert.resend-delay",
            format!("{}s", RESEND_DELAY_S / speed.divisor()),
        ),
        "--log.level=warn".into(),
    ]
}

/// The arguments of Alertmanager. It gossips with nobody, so it opens no port for that.
pub fn alertmanager_arguments(folders: Folders<'_>, listen: SocketAddr) -> Vec<OsString> {
    vec![
        flag("--config.file", folders.config.join(ALERTMANAGER.path)),
        flag("--storage.path", folders.data.join("alertmanager")),
        flag("--web.listen-address", listen.to_string()),
        "--cluster.listen-address=".into(),
        "--log.level=warn".into(),
    ]
}

fn flag(name: &str, value: impl AsRef<OsStr>) -> OsString {
    let mut flag = OsString::from(name);
    flag.push("=");
    flag.push(value);
    flag
}

/// Answers 200 once the child that listens there is ready; the same path for both.
///
/// # Errors
/// Never: an address always makes a URL.
pub fn ready_url(listen: SocketAddr) -> Result<Url, url::ParseError> {
    Url::parse(&format!("http://{listen}/-/ready"))
}

#[cfg(test)]
mod tests;
