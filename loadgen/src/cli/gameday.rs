//! `loadgen gameday`.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Args;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use super::dataset::DatasetArgs;
use super::drill::{time_scale, watch_signals};
use super::{or_complain, say, screens};
use crate::company::CompanyArgs;
use crate::drill::verdict::Verdict;
use crate::drill::{self, DeskChoice, Order};
use crate::gameday::{Blind, Pause, Plan, Score, Truth};
use crate::report::record::DrillRecord;
use crate::report::{ReportFolder, jsonl};
use crate::scenario::{Rate, Span};
use crate::serve::baseline::everyday;

#[derive(Args, Debug)]
pub(super) struct GamedayArgs {
    /// What breaks when is drawn with it.
    #[arg(long, value_name = "N")]
    seed: u64,

    /// How long it lasts, at demo speed; rules at stock speed stretch every duration by 15.
    #[arg(long = "for", value_name = "TIME", default_value = "1h")]
    lasts: Span,

    /// How long nothing is broken in between.
    #[arg(long, value_name = "FROM..TO", default_value = "2m..6m")]
    pause: Pause,

    /// The folder for `ground_truth.jsonl`, which alone says what was broken when, and alerts.jsonl.
    #[arg(long, value_name = "DIR", required_unless_present = "dry_run")]
    report: Option<PathBuf>,

    #[command(flatten)]
    dataset: DatasetArgs,

    /// Orders that customers place meanwhile.
    #[arg(long, default_value = "10000/h", value_name = "RATE")]
    baseline: Rate,

    /// Does not say at the end which faults were noticed.
    #[arg(long)]
    no_score: bool,

    /// Prints when something would break, and touches nothing.
    #[arg(long)]
    dry_run: bool,

    /// With --dry-run: prints what, too.
    #[arg(long, requires = "dry_run")]
    reveal: bool,

    /// Stretches every duration [default: 1 for rules at demo speed, else 15].
    #[arg(long, value_name = "FACTOR", value_parser = time_scale)]
    time_scale: Option<f64>,

    /// How long to wait for a company that has just started.
    #[arg(long, value_name = "TIME", default_value = "60s")]
    preflight_timeout: Span,

    /// A host beyond this machine and private names that may be broken; may come several times.
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,

    #[command(flatten)]
    company: CompanyArgs,
}

pub(super) fn run(args: &GamedayArgs) -> ExitCode {
    or_complain(args.run())
}

impl GamedayArgs {
    fn run(&self) -> Result<ExitCode> {
        let plan = Plan::draw(self.seed, self.lasts, self.pause)?;
        let Some(report) = self.report.as_deref().filter(|_| !self.dry_run) else {
            return Ok(say(&outline(&plan, self.reveal)));
        };
        let order = self.order(&plan)?;
        let folder = ReportFolder::open(report)?;
        let truth = Truth::begin(folder.path(), &plan)
            .map(Arc::new)
            .with_context(|| format!("cannot write to {}", folder.path().display()))?;
        let dataset = self.dataset.open(&self.company.company)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        let record = play(&runtime, &order, &truth)?;
        folder.put("alerts.jsonl", jsonl::alerts(&record).as_bytes())?;
        if let Some(failure) = truth.failure() {
            anyhow::bail!(failure);
        }
        say(&self.ending(&record, &truth));
        if let Some(dataset) = &dataset {
            super::dataset::write(&runtime, dataset, &record, &order.company)?;
        }
        Ok(ExitCode::from(code(&record)))
    }

    fn order(&self, plan: &Plan) -> Result<Order> {
        let company = self.company.settle()?;
        let everyday = everyday(self.baseline, plan.lasts, &company.targets()?);
        Ok(Order {
            scenario: plan.scenario(everyday)?,
            seed: None,
            time_scale: self.time_scale,
            company,
            desk: DeskChoice::Leased,
            allow_hosts: self.allow_host.clone(),
            patience: self.preflight_timeout.get(),
            put_off: 0.0,
            survey: None,
        })
    }

    /// What is said when it is over.
    fn ending(&self, record: &DrillRecord, truth: &Truth) -> String {
        let mut text = String::new();
        for finding in &record.findings {
            if matters(finding.verdict) {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "{}  {}", finding.verdict.word(), finding.reason);
            }
        }
        let _ = writeln!(
            text,
            "the game day is over; what was broken when is in {}",
            truth.path().display()
        );
        if !self.no_score && !record.faults.is_empty() {
            let _ = write!(text, "{}", Score::of(record));
        }
        text
    }
}

/// Whether a drill's verdict has a meaning for a game day, which expects nothing.
const fn matters(verdict: Verdict) -> bool {
    matches!(
        verdict,
        Verdict::Preflight | Verdict::Invalid | Verdict::Interrupted
    )
}

fn code(record: &DrillRecord) -> u8 {
    let mut verdicts = record.verdicts.iter();
    let worst = verdicts.find(|verdict| matters(**verdict));
    worst.unwrap_or(&Verdict::Pass).exit_code()
}

fn play(runtime: &Runtime, order: &Order, truth: &Arc<Truth>) -> Result<DrillRecord> {
    let screen = Arc::new(Blind::new(screens::suitable(), Arc::clone(truth)));
    let record = runtime.block_on(async {
        let stop = CancellationToken::new();
        watch_signals(&stop)?;
        Ok::<_, io::Error>(drill::run(order, screen, &stop).await)
    });
    record.context("cannot watch signals")
}

/// The plan in words: times, and what breaks only where that is to be revealed.
fn outline(plan: &Plan, reveal: bool) -> String {
    let mut text = String::new();
    for one in &plan.breaks {
        let lasts = one.ends().saturating_sub(one.from());
        let from = one.from().as_secs();
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{:>3}m{:02}s  for {}s",
            from / 60,
            from % 60,
            lasts.as_secs()
        );
        if reveal {
            for fault in &one.faults {
                let parameters = serde_json::Value::Object(fault.parameters.clone());
                let _ = write!(text, "  {} at {} {parameters}", fault.kind, fault.service);
            }
        }
        text.push('\n');
    }
    text
}
