//! Writes a folder that Prometheus and Alertmanager can run from.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};
use url::Url;

use super::embedded::{ALERTMANAGER, File, PROMETHEUS, RULES, TEMPLATES};
use super::people::{self, People};
use super::speed::{self, Speed};

/// The first words of every file written here but the targets; a file without them is somebody's own.
const MARK: &str = "# Written by firedrill";

/// Modes of what is written: for everybody who may read the folder, or for its owner alone.
const PUBLIC: u32 = 0o644;
const SECRET: u32 = 0o600;

/// Where everything listens, as Prometheus and Alertmanager reach it.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// Each service's name and telemetry address, `HOST:PORT`.
    pub services: Vec<(String, String)>,
    /// Prometheus's own address.
    pub prometheus: String,
    /// Alertmanager's own address.
    pub alertmanager: String,
    /// Where Alertmanager delivers; the watchdog's path is beside it.
    pub webhook: Url,
    /// Further scrape jobs, of what runs beside the company; at stock speed.
    pub jobs: Vec<Value>,
}

impl Endpoints {
    /// The company of one command on its usual ports.
    ///
    /// # Errors
    /// Never with the addresses as they are.
    pub fn usual() -> anyhow::Result<Self> {
        let local = |port: u16| format!("127.0.0.1:{port}");
        let service = |(name, port): (&str, u16)| (name.to_owned(), local(port));
        let services = [
            ("pokedex-api", 8689),
            ("position-tracker", 9112),
            ("position-simulator", 9113),
            ("pizza-service", 9111),
            ("loadgen", 9114),
        ];
        Ok(Self {
            services: services.into_iter().map(service).collect(),
            prometheus: local(9090),
            alertmanager: local(9093),
            webhook: Url::parse("http://127.0.0.1:8002/alerts/webhook")?,
            jobs: Vec::new(),
        })
    }
}

/// A file of alerting rules at stock speed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFile {
    /// Its name, such as `pizza.yml`.
    pub name: String,
    /// Its whole text.
    pub text: String,
}

/// The rules that are built in.
pub fn built_in_rules() -> Vec<RuleFile> {
    let file = |file: &File| RuleFile {
        name: file.path.trim_start_matches("rules/").to_owned(),
        text: file.text.to_owned(),
    };
    RULES.iter().map(file).collect()
}

/// The rules of somebody's own folder: every `*.yml` and `*.yaml` in it.
///
/// # Errors
/// When the folder cannot be read, or has no rules.
pub fn rules_in(folder: &Path) -> anyhow::Result<Vec<RuleFile>> {
    let unreadable = || format!("{} cannot be read", folder.display());
    let mut rules = Vec::new();
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let path = entry?.path();
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else {
            continue;
        };
        if path.extension().is_some_and(|e| e == "yml" || e == "yaml") {
            rules.push(RuleFile {
                name: format!("{stem}.yml"),
                text: fs::read_to_string(&path)
                    .with_context(|| format!("{} cannot be read", path.display()))?,
            });
        }
    }
    ensure!(!rules.is_empty(), "{} has no *.yml", folder.display());
    Ok(rules)
}

/// Writes `prometheus.yml`, `alertmanager.yml`, `rules/*.yml`, `targets/*.json` and what people read
/// into `dir`, at the given speed, for the given addresses and people and with the given rules. What
/// an earlier version wrote there is replaced.
///
/// # Errors
/// When a file cannot be written, one is in the way that was not written here, or a rule is not
/// PromQL.
pub fn generate(
    dir: &Path,
    speed: Speed,
    endpoints: &Endpoints,
    rules: &[RuleFile],
    people: &People,
) -> anyhow::Result<()> {
    for folder in ["rules", "targets", "templates"] {
        let path = dir.join(folder);
        fs::create_dir_all(&path).with_context(|| format!("{} cannot be made", path.display()))?;
    }
    remove_earlier_rules(&dir.join("rules"))?;
    for file in rules {
        let scaled = speed::scale_rules(&file.text, speed).with_context(|| file.name.clone())?;
        write(dir, &format!("rules/{}", file.name), speed, &scaled, PUBLIC)?;
    }
    let prometheus = speed::scale_config(PROMETHEUS.text, speed)
        .and_then(|yaml| also_scrape(yaml, &endpoints.jobs, speed))
        .context("prometheus.yml")?;
    write(dir, PROMETHEUS.path, speed, &prometheus, PUBLIC)?;
    let alertmanager = speed::scale_config(ALERTMANAGER.text, speed)
        .and_then(|yaml| deliver_to(&yaml, &endpoints.webhook))
        .and_then(|mut config| {
            people::tell(people, &mut config)?;
            speed::write(&config)
        })
        .context("alertmanager.yml")?;
    let mode = if people.are_secret() { SECRET } else { PUBLIC };
    write(dir, ALERTMANAGER.path, speed, &alertmanager, mode)?;
    write(dir, TEMPLATES.path, speed, TEMPLATES.text, PUBLIC)?;
    write_targets(dir, endpoints)
}

/// Rules that are no longer ours must not be loaded by `rules/*.yml`.
fn remove_earlier_rules(folder: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "yml") && is_ours(&path)? {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

fn is_ours(path: &Path) -> anyhow::Result<bool> {
    let text = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(text.starts_with(MARK.as_bytes()))
}

/// The scrape jobs of a file in the form of Prometheus's own `scrape_config_files`.
///
/// # Errors
/// When it cannot be read, or is none.
pub fn jobs_in(file: &Path) -> anyhow::Result<Vec<Value>> {
    let unusable = || file.display().to_string();
    let text = fs::read_to_string(file).with_context(unusable)?;
    let mut config = speed::read(&text).with_context(unusable)?;
    match config.get_mut("scrape_configs").map(Value::take) {
        Some(Value::Array(jobs)) => Ok(jobs),
        _ => bail!("{} has no list `scrape_configs`", file.display()),
    }
}

/// Adds further jobs to those that every company has.
fn also_scrape(yaml: String, jobs: &[Value], speed: Speed) -> anyhow::Result<String> {
    if jobs.is_empty() {
        return Ok(yaml);
    }
    let mut config = speed::read(&yaml)?;
    let known = config
        .get_mut("scrape_configs")
        .and_then(Value::as_array_mut);
    let known = known.context("no `scrape_configs`")?;
    for job in jobs {
        known.push(speed::scale_job(job.clone(), speed)?);
    }
    speed::write(&config)
}

/// Sends every webhook to the host of `webhook`, each to its own path there.
fn deliver_to(yaml: &str, webhook: &Url) -> anyhow::Result<Value> {
    let mut config = speed::read(yaml)?;
    let receivers = config.get_mut("receivers").and_then(Value::as_array_mut);
    for receiver in receivers.context("no `receivers`")? {
        let hooks = receiver
            .get_mut("webhook_configs")
            .and_then(Value::as_array_mut);
        for hook in hooks.into_iter().flatten() {
            let url = hook["url"].as_str().context("a webhook has a `url`")?;
            let path = Url::parse(url)?.path().to_owned();
            hook["url"] = webhook.join(&path)?.as_str().into();
        }
    }
    Ok(config)
}

fn write(dir: &Path, path: &str, speed: Speed, text: &str, mode: u32) -> anyhow::Result<()> {
    let target = dir.join(path);
    if target.exists() && !is_ours(&target)? {
        bail!(
            "{} is in the way and was not written by firedrill; name another folder",
            target.display()
        );
    }
    let header = format!("{MARK} at {speed} speed from prometheus/{path}; changes here are lost.");
    write_file(&target, &format!("{header}\n{text}"), mode)
}

fn write_targets(dir: &Path, endpoints: &Endpoints) -> anyhow::Result<()> {
    let services: Vec<Value> = endpoints
        .services
        .iter()
        .map(|(service, address)| target(service, address))
        .collect();
    let files = [
        ("services", services),
        (
            "prometheus",
            vec![target("prometheus", &endpoints.prometheus)],
        ),
        (
            "alertmanager",
            vec![target("alertmanager", &endpoints.alertmanager)],
        ),
    ];
    for (name, targets) in files {
        let text = serde_json::to_string_pretty(&targets)?;
        write_file(
            &dir.join("targets").join(name).with_extension("json"),
            &(text + "\n"),
            PUBLIC,
        )?;
    }
    Ok(())
}

fn target(service: &str, address: &str) -> Value {
    json!({"targets": [address], "labels": {"service": service}})
}

/// Whole or not at all, so that nobody reads a half; and made anew, because a file that is there keeps
/// its mode.
fn write_file(path: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let fresh = path.with_extension("new");
    let write = || {
        // A left-over keeps the mode that it was made with.
        let _ = fs::remove_file(&fresh);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&fresh)?;
        file.write_all(text.as_bytes())?;
        fs::rename(&fresh, path)
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
pub(super) mod tests;
