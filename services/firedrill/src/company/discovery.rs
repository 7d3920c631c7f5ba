//! `company.json` in the data folder: where everything is, and the token for faults. `loadgen` and
//! people's scripts read it.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use serde_json::json;

use super::CompanyConfig;
use super::addresses::{Addresses, Place, TELEMETRY};
use super::roles::Secret;

const NAME: &str = "company.json";

/// Writes the file, whole or not at all, readable by its owner alone: it holds a secret.
pub(super) fn write(
    config: &CompanyConfig,
    data_dir: &Path,
    addresses: Addresses,
    secret: &Secret,
    monitors: bool,
) -> anyhow::Result<()> {
    let mut telemetry = serde_json::Map::new();
    for (service, place) in TELEMETRY {
        telemetry.insert(service.into(), addresses.url(place)?.as_str().into());
    }
    let mut facts = json!({
        "pid": std::process::id(),
        "speed": config.speed,
        "pizza_url": addresses.url(Place::PizzaApi)?,
        "pokedex_url": addresses.url(Place::PokedexApi)?,
        "tracker_url": addresses.url(Place::TrackerApi)?,
        "loadgen_url": addresses.url(Place::LoadgenApi)?,
        "telemetry": telemetry,
    });
    if let Some(token) = secret.token() {
        facts["faults_token"] = token.into();
    }
    if monitors {
        facts["metrics_url"] = addresses.url(Place::Prometheus)?.as_str().into();
        facts["alertmanager_url"] = addresses.url(Place::Alertmanager)?.as_str().into();
    }
    let path = data_dir.join(NAME);
    let fresh = data_dir.join(".company.json.new");
    // A left-over keeps the mode that it was made with.
    let _ = fs::remove_file(&fresh);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&fresh)
        .with_context(|| format!("cannot write {}", fresh.display()))?;
    writeln!(file, "{facts:#}")?;
    fs::rename(&fresh, &path).with_context(|| format!("cannot write {}", path.display()))
}

/// The company is closed: nobody should look for it.
pub(super) fn remove(data_dir: &Path) {
    // It may never have been written.
    let _ = fs::remove_file(data_dir.join(NAME));
}
