//! `loadgen --scenario all`: many drills, their scoreboard and their reports.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;
use tokio_util::sync::CancellationToken;

use super::drill::{DrillArgs, watch_signals};
use super::{complain, say, summary};
use crate::catalogue::company::Opening;
use crate::catalogue::run::Stage;
use crate::catalogue::{self, Board, How, Keep, Planned, Scoreboard, plan, program};
use crate::drill::verdict::{EXIT_BAD_SCENARIO, EXIT_USAGE, Verdict};
use crate::report::catalogue::Overview;
use crate::report::record::DrillRecord;
use crate::report::{ReportError, ReportFolder};
use crate::scenario::{self, Scenario, ScenarioError};

mod board;
mod scoreboard;

/// Every built-in scenario.
const ALL: &str = "all";

/// Many drills at once or in a row.
#[derive(Args, Debug)]
#[command(next_help_heading = "Several drills")]
pub(super) struct ManyArgs {
    /// Opens so many companies at once, a fresh one for each drill; 0 drills the open one, one drill
    /// after the other [default: 4, or 0 where a company is named].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=32))]
    companies: Option<u8>,

    /// Runs everything so many times, each time with the next seed.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    repeat: Option<u32>,

    /// Leaves a scenario out; may come several times.
    #[arg(long, value_name = "NAME")]
    skip: Vec<String>,

    /// The program that opens companies [default: the one beside this, else on PATH].
    #[arg(long, env = "FIREDRILL", value_name = "PROGRAM")]
    firedrill: Option<PathBuf>,

    /// The alerting rules of fresh companies, instead of the built-in ones: a folder of rule files.
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,

    /// How fast alerts follow in fresh companies.
    #[arg(long, value_name = "SPEED", value_parser = PossibleValuesParser::new(["demo", "stock"]))]
    speed: Option<String>,
}

/// How many fresh companies two cores carry side by side without disturbing each other's figures.
const COMPANIES: u8 = 4;

/// How long a drill waits for its fresh company.
const FRESH: Duration = Duration::from_mins(1);

/// How long it waits on the open one until nothing of the drill before is left. At demo speed an hour
/// is four minutes, and some alerts count by the hour.
const COOL_DOWN: Duration = Duration::from_mins(6);

impl ManyArgs {
    /// Whether something was said that one drill alone has no use for.
    pub(super) const fn is_wanted(&self) -> bool {
        self.companies.is_some()
            || self.repeat.is_some()
            || self.rules.is_some()
            || self.speed.is_some()
    }

    /// How many fresh companies at once, at least one.
    pub(super) fn at_once(&self) -> usize {
        self.companies.unwrap_or(COMPANIES).max(1).into()
    }

    /// What is left out.
    pub(super) fn skipped(&self) -> &[String] {
        &self.skip
    }

    /// How fresh companies are opened.
    pub(super) fn opening(&self) -> Result<Opening, String> {
        let program = program::find(self.firedrill.as_deref()).ok_or(
            "the program firedrill, which opens companies, is not there; say where by --firedrill, or drill an open company by --companies 0",
        )?;
        let mut arguments = Vec::new();
        if let Some(rules) = &self.rules {
            let rules = rules
                .canonicalize()
                .map_err(|error| format!("--rules {}: {error}", rules.display()))?;
            arguments.extend(["--rules".to_owned(), rules.display().to_string()]);
        }
        if let Some(speed) = &self.speed {
            arguments.extend(["--speed".to_owned(), speed.clone()]);
        }
        Ok(Opening { program, arguments })
    }
}

/// Whether that is more than one scenario.
pub(super) fn names_several(names: &str) -> bool {
    names == ALL || names.contains(',')
}

pub(super) fn run(args: &DrillArgs, names: &str) -> ExitCode {
    let scenarios = match scenarios(names, &args.many.skip) {
        Ok(scenarios) => scenarios,
        Err(error) => return complain(error, EXIT_BAD_SCENARIO),
    };
    let folder = match folder(args.report.as_deref()) {
        Ok(folder) => folder,
        Err(error) => return complain(error, EXIT_USAGE),
    };
    let datasets = args.dataset.place().map(|place| place.folder);
    if let Err(error) = self::folder(datasets.as_deref()) {
        return complain(error, EXIT_USAGE);
    }
    let plan = plan(&scenarios, args.many.repeat.unwrap_or(1), args.seed);
    let done = how(args).and_then(|how| conduct(&plan, &how).map_err(|error| error.to_string()));
    let done = match done {
        Ok(done) => done,
        Err(problem) => return complain(problem, EXIT_USAGE),
    };
    conclude(&done, plan.len(), folder.as_ref(), datasets.as_deref())
}

pub(super) fn folder(path: Option<&Path>) -> Result<Option<ReportFolder>, ReportError> {
    path.map(ReportFolder::open).transpose()
}

pub(super) fn scenarios(names: &str, skip: &[String]) -> Result<Vec<Scenario>, ScenarioError> {
    let all = scenario::built_ins().iter().map(|built_in| built_in.name);
    let names: Vec<&str> = if names == ALL {
        all.collect()
    } else {
        names.split(',').map(str::trim).collect()
    };
    names
        .into_iter()
        .filter(|name| !skip.iter().any(|skipped| skipped == name))
        .map(scenario::load)
        .collect()
}

fn how(args: &DrillArgs) -> Result<How, String> {
    let many = &args.many;
    let at_once = many.companies.unwrap_or_else(|| {
        if args.company.is_named() || args.no_lease {
            0
        } else {
            COMPANIES
        }
    });
    let stage = if at_once == 0 {
        let company = args.company.settle().map_err(|error| error.to_string())?;
        let desk = args.desk(&company)?;
        Stage::Open {
            company: Box::new(company),
            desk,
            home: args.company.company.clone(),
        }
    } else {
        Stage::Own(many.opening()?, at_once.into())
    };
    Ok(How {
        time_scale: args.time_scale,
        allow_hosts: args.allow_host.clone(),
        patience: args.patience(match stage {
            Stage::Own(..) => FRESH,
            Stage::Open { .. } => COOL_DOWN,
        }),
        stage,
        survey: None,
        keep: Keep {
            logs: args.report.clone(),
            datasets: args.dataset.place(),
        },
    })
}

pub(super) fn conduct(plan: &[Planned], how: &How) -> io::Result<Vec<(Planned, DrillRecord)>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let stop = CancellationToken::new();
        watch_signals(&stop)?;
        let in_turn = matches!(how.stage, Stage::Open { .. });
        let board: Arc<dyn Board> = board::suitable(plan.len(), in_turn);
        Ok(catalogue::run(plan, how, &board, &stop).await)
    })
}

fn conclude(
    done: &[(Planned, DrillRecord)],
    planned: usize,
    folder: Option<&ReportFolder>,
    datasets: Option<&Path>,
) -> ExitCode {
    let scoreboard = Scoreboard::of(done.iter().map(|(_, record)| record));
    say(&scoreboard::text(
        done,
        &scoreboard,
        summary::wants_colour(),
    ));
    if let Some(datasets) = datasets {
        say(&format!("data sets in {}\n", datasets.display()));
    }
    if let Some(folder) = folder {
        let overview = Overview::new(done, &scoreboard);
        if let Err(error) = folder.write_all(&overview) {
            return complain(error, EXIT_USAGE);
        }
        say(&format!("reports in {}\n", folder.path().display()));
    }
    let worst = done.iter().map(|(_, record)| record.verdict).max();
    let verdict = match worst {
        Some(verdict) if done.len() == planned => verdict,
        _ => Verdict::Interrupted,
    };
    ExitCode::from(verdict.exit_code())
}
