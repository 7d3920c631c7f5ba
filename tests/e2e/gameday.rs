//! Game days on a whole company: what breaks is noticed, nobody is told what it was, and one that is
//! stopped leaves nothing broken behind.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use company_tests::{Company, Program, until};
use loadgen::drill::verdict::Verdict;
use loadgen::scenario::FAULT_KINDS;
use rustix::process::Signal;
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");

/// Draws one fault into two minutes, that of `pool-exhaustion`.
const SEED: &str = "1";
const LASTS: &str = "2m";
const PAUSE: &str = "20s..25s";

/// A company gets ready, the day, and a data set's last spans.
const LIMIT: Duration = Duration::from_mins(5);

/// What is broken is healed, and what is written is written.
const SOON: Duration = Duration::from_secs(30);

struct Day {
    program: Program,
    folder: PathBuf,
}

impl Day {
    fn begin(company: &Company) -> Result<Self> {
        let folder = company.data_dir().join("day");
        let program = company.loadgen([
            "gameday".as_ref(),
            "--seed".as_ref(),
            SEED.as_ref(),
            "--for".as_ref(),
            LASTS.as_ref(),
            "--pause".as_ref(),
            PAUSE.as_ref(),
            "--report".as_ref(),
            folder.as_os_str(),
        ])?;
        Ok(Self { program, folder })
    }

    /// The lines of one of its files, those of one kind.
    fn lines(&self, file: &str, kind: &str) -> Result<Vec<Value>> {
        let text = std::fs::read_to_string(self.folder.join(file)).context(file.to_owned())?;
        let lines = text.lines().map(serde_json::from_str);
        let mut lines = lines.collect::<Result<Vec<Value>, _>>()?;
        lines.retain(|line| line["kind"] == kind);
        Ok(lines)
    }

    async fn something_is_broken(&self) -> Result<()> {
        until("something is broken", LIMIT, async || {
            let broken = self.lines("ground_truth.jsonl", "fault_on").ok()?;
            (!broken.is_empty()).then_some(())
        })
        .await
        .with_context(|| self.program.lines())
    }

    /// Whether it has told what breaks.
    fn has_told(&self) -> bool {
        let said = self.program.lines();
        let mut kinds = FAULT_KINDS.iter();
        kinds.any(|kind| said.contains(&format!("{} at ", kind.name)))
    }
}

#[tokio::test]
async fn what_breaks_is_noticed_and_told_only_when_it_is_over() -> Result<()> {
    let company = Company::open(BINARY, &[]).await?;
    let mut day = Day::begin(&company)?;
    day.something_is_broken().await?;
    ensure!(!day.has_told(), "{}", day.program.lines());
    let status = day.program.ended(LIMIT).await?;
    let said = day.program.lines();
    ensure!(status.success(), "{status}: {said}");

    let faults = day.lines("ground_truth.jsonl", "fault")?;
    ensure!(!faults.is_empty(), "{said}");
    for fault in &faults {
        let is_whole = fault["strikes"].as_u64() > Some(0) && fault["to"].is_string();
        ensure!(is_whole, "{fault}");
    }
    ensure!(day.has_told(), "{said}");
    let score = format!("noticed {} of {} faults", faults.len(), faults.len());
    ensure!(said.contains(&score), "no `{score}` in {said}");
    let alerts = day.lines("alerts.jsonl", "alert")?;
    let fired = |alert: &Value| alert["state"] == "firing";
    ensure!(alerts.iter().any(fired), "{alerts:?}");
    company.close().await
}

#[tokio::test]
async fn one_that_is_stopped_leaves_nothing_broken() -> Result<()> {
    let company = Company::open(BINARY, &[]).await?;
    let mut day = Day::begin(&company)?;
    day.something_is_broken().await?;
    day.program.signal(Signal::INT)?;
    let status = day.program.ended(SOON).await?;
    let said = day.program.lines();
    ensure!(
        status.code() == Some(Verdict::Interrupted.exit_code().into()),
        "{status}: {said}"
    );
    let faults = day.lines("ground_truth.jsonl", "fault")?;
    ensure!(faults.len() == 1, "{faults:?}");
    let mut reset = company.loadgen(["reset"])?;
    let status = reset.ended(SOON).await?;
    let said = reset.lines();
    ensure!(status.success(), "{said}");
    let idle = said
        .lines()
        .all(|line| line.ends_with("nothing was broken"));
    ensure!(idle, "{said}");
    company.close().await
}
