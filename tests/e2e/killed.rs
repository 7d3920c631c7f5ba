//! A drill that is killed leaves nothing behind: whatever it broke heals by itself.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use company_tests::{Company, Program, until};
use loadgen::scenario::FAULT_KINDS;
use rustix::process::{Pid, Signal};
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");

/// From a drill's start until its fault is in force: the company must be quiet first.
const BROKEN_WITHIN: Duration = Duration::from_mins(1);

/// A fault's window, its margin, and a process that starts anew.
const HEALED_WITHIN: Duration = Duration::from_secs(30);

/// The services with their telemetry ports.
const SERVICES: [(&str, u16); 6] = [
    ("pizza-service", 9111),
    ("position-tracker", 9112),
    ("position-simulator", 9113),
    ("pokedex-api", 8689),
    ("loadgen", 9114),
    ("ui", 9110),
];

/// What is broken at once: kinds with their parameters. Those that end the process come alone. In an
/// order in which little fires: a drill does not begin before it is over. Dead letters are news for long.
const ROUNDS: [&[(&str, &str)]; 6] = [
    &[("crash", "")],
    &[
        ("error", ""),
        ("latency", "delay_ms = 300"),
        ("hang", "route = \"/menu\""),
        ("not-ready", ""),
    ],
    &[
        ("cpu", ""),
        ("memory", "mib_per_second = 20, cap_mib = 40"),
        ("log-flood", "lines_per_second = 20"),
        ("label-explosion", "series = 5"),
    ],
    &[
        ("db-error", ""),
        ("db-latency", "delay_ms = 300"),
        ("db-pool", "connections = 100"),
    ],
    &[("restart", "")],
    &[
        ("queue-disconnect", ""),
        ("consumer-stall", ""),
        ("consumer-lost", ""),
        ("poison", "messages_per_second = 1"),
        (
            "dependency",
            "neighbour = \"pokedex-api\", error_ratio = 1.0",
        ),
    ],
];

/// A scenario that does nothing but break pizza-service, for a few seconds at once.
fn scenario(round: &[(&str, &str)]) -> String {
    let mut text = String::from(
        r#"
version = 1
name = "killed"
summary = "Something breaks, and whoever broke it is killed."
teaches = "A fault has a time limit of its own."
seed = 1

[[phases]]
name = "quiet"
for = "30s"
load = { shape = "none" }
mix = {}

[expect]
fires = []

[[expect.effect]]
proof = "query"
promql = "up"
"#,
    );
    for (kind, parameters) in round {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n[[faults]]\nservice = \"pizza-service\"\nkind = \"{kind}\"\n\
             parameters = {{ {parameters} }}\nfrom = \"0s\"\nfor = \"3s\"\n"
        );
    }
    text
}

fn ends_process(kind: &str) -> bool {
    FAULT_KINDS
        .iter()
        .any(|known| known.name == kind && known.ends_process)
}

/// A company, and what is asked of it.
struct Field {
    company: Company,
    token: String,
    http: reqwest::Client,
}

impl Field {
    async fn open() -> Result<Self> {
        // Few customers: enough that it is no drought, and too few for a ratio of errors.
        let company = Company::open(BINARY, &["--baseline", "2000/h"]).await?;
        let token = company.facts()?["faults_token"]
            .as_str()
            .context("a token")?
            .to_owned();
        Ok(Self {
            company,
            token,
            http: company_tests::http::client(),
        })
    }

    /// The kinds that are in force at a service; nothing while it does not answer.
    async fn faults(&self, port: u16) -> Option<Vec<String>> {
        let url = format!("{}/faults", self.company.url(port));
        let asked = self.http.get(url).bearer_auth(&self.token);
        let listed: Value = asked.send().await.ok()?.json().await.ok()?;
        let kinds = listed["faults"].as_array()?.iter();
        let kinds = kinds.filter_map(|fault| fault["kind"].as_str());
        Some(kinds.map(str::to_owned).collect())
    }

    async fn is_ready(&self, port: u16) -> Option<()> {
        let url = format!("{}/readyz", self.company.url(port));
        let answer = self.http.get(url).send().await.ok()?;
        answer.status().is_success().then_some(())
    }

    fn drill(&self, round: &[(&str, &str)]) -> Result<Program> {
        let file = self.company.data_dir().join("killed.toml");
        std::fs::write(&file, scenario(round))?;
        // Without a lease, which a killed drill keeps for a quarter of a minute.
        self.company.loadgen([
            "--scenario".as_ref(),
            file.as_os_str(),
            "--no-lease".as_ref(),
            "--webhook-listen=127.0.0.1:0".as_ref(),
        ])
    }

    /// Whether the faults have come: they are listed, or have ended the process that held them.
    async fn is_broken(&self, round: &[(&str, &str)], process: Option<Pid>) -> Option<()> {
        if round.iter().any(|(kind, _)| ends_process(kind)) {
            let now = self.company.process("pizza-service");
            return (now != process).then_some(());
        }
        let active = self.faults(9111).await?;
        let mut kinds = round.iter();
        kinds
            .all(|(kind, _)| active.iter().any(|active| active == kind))
            .then_some(())
    }

    /// Every fault is gone, and everybody is ready.
    async fn heals(&self, what: &str) -> Result<()> {
        for (service, port) in SERVICES {
            until(
                &format!("{service} is healthy again after {what}"),
                HEALED_WITHIN,
                async || {
                    let active = self.faults(port).await?;
                    active.is_empty().then_some(())?;
                    self.is_ready(port).await
                },
            )
            .await?;
        }
        Ok(())
    }

    /// `loadgen reset` has nothing to do.
    async fn needs_no_reset(&self, what: &str) -> Result<()> {
        let mut reset = self.company.loadgen(["reset"])?;
        let status = reset.ended(HEALED_WITHIN).await?;
        let said = until("its last word", HEALED_WITHIN, async || {
            let said = reset.lines();
            (said.lines().count() >= SERVICES.len()).then_some(said)
        })
        .await?;
        ensure!(status.success(), "{what}: {said}");
        let idle = said
            .lines()
            .filter(|line| line.ends_with("nothing was broken"));
        ensure!(idle.count() == SERVICES.len(), "{what}: {said}");
        Ok(())
    }
}

#[tokio::test]
async fn a_killed_drill_leaves_nothing_behind_whatever_it_broke() -> Result<()> {
    let kinds = ROUNDS.iter().flat_map(|round| round.iter());
    let kinds: BTreeSet<_> = kinds.map(|(kind, _)| *kind).collect();
    let known = FAULT_KINDS.iter().map(|kind| kind.name);
    assert_eq!(kinds, known.collect(), "every kind has its round");

    let field = Field::open().await?;
    for round in ROUNDS {
        let what = format!("{:?}", round[0].0);
        let process = field.company.process("pizza-service");
        let mut drill = field.drill(round)?;
        until("it is in force", BROKEN_WITHIN, async || {
            field.is_broken(round, process).await
        })
        .await
        .with_context(|| format!("{what}: {}", drill.lines()))?;
        drill.signal(Signal::KILL)?;
        drill.ended(HEALED_WITHIN).await?;
        field.heals(&what).await?;
        field.needs_no_reset(&what).await?;
    }
    field.company.close().await
}
