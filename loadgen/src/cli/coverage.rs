//! `loadgen coverage`: which faults of the catalogue would somebody's rules catch?

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::catalogue::{ManyArgs, conduct, scenarios};
use super::{complain, say};
use crate::catalogue::run::Stage;
use crate::catalogue::survey::{Finding, Survey};
use crate::catalogue::{How, plan};
use crate::drill::duration::show;
use crate::drill::verdict::{EXIT_BAD_SCENARIO, EXIT_USAGE};
use crate::scenario::Span;

#[derive(Args, Debug)]
pub(super) struct CoverageArgs {
    /// The faults to try: built-in scenarios or files with commas between them, or `all`.
    #[arg(long, value_name = "NAME|FILE|all", default_value = "all")]
    scenario: String,

    /// How long after the cause an alert still counts, at demo speed.
    #[arg(long, value_name = "TIME", default_value = "60s")]
    wait: Span,

    /// Writes coverage.json into this folder, and the reports of each drill.
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,

    /// How long to wait for a company that has just started.
    #[arg(long, value_name = "TIME", default_value = "60s")]
    preflight_timeout: Span,

    #[command(flatten)]
    many: ManyArgs,
}

pub(super) fn run(args: &CoverageArgs) -> ExitCode {
    let scenarios = match scenarios(&args.scenario, args.many.skipped()) {
        Ok(scenarios) => scenarios,
        Err(error) => return complain(error, EXIT_BAD_SCENARIO),
    };
    let folder = match super::catalogue::folder(args.report.as_deref()) {
        Ok(folder) => folder,
        Err(error) => return complain(error, EXIT_USAGE),
    };
    let plan = plan(&scenarios, 1, None);
    let done = how(args).and_then(|how| conduct(&plan, &how).map_err(|error| error.to_string()));
    let done = match done {
        Ok(done) => done,
        Err(problem) => return complain(problem, EXIT_USAGE),
    };
    let survey = Survey::of(&done, args.wait.get());
    say(&text(&survey));
    if let Some(folder) = folder {
        let written = done
            .iter()
            .try_for_each(|(drill, record)| folder.inner(&drill.name)?.write(record))
            .and_then(|()| folder.put_json("coverage.json", &survey));
        if let Err(error) = written {
            return complain(error, EXIT_USAGE);
        }
        say(&format!("reports in {}\n", folder.path().display()));
    }
    ExitCode::from(survey.verdict().exit_code())
}

fn how(args: &CoverageArgs) -> Result<How, String> {
    Ok(How {
        stage: Stage::Own(args.many.opening()?, args.many.at_once()),
        time_scale: None,
        allow_hosts: Vec::new(),
        patience: args.preflight_timeout.get(),
        survey: Some(args.wait.get()),
        keep_logs: args.report.clone(),
    })
}

fn text(survey: &Survey) -> String {
    let lines: Vec<String> = survey.findings.iter().map(line).collect();
    let Survey { caught, quiet, .. } = survey;
    format!(
        "{}\n\n{} of {} faults caught; {} of {} scenarios quiet in which nothing may fire\n",
        lines.join("\n"),
        caught.part,
        caught.of,
        quiet.part,
        quiet.of
    )
}

fn line(finding: &Finding) -> String {
    format!("{:<20} {}", finding.drill, what(finding))
}

fn what(finding: &Finding) -> String {
    if let Some(trouble) = &finding.trouble {
        return format!("NOTHING CAN BE SAID: {trouble}");
    }
    match (finding.must_be_quiet, finding.alarms.split_first()) {
        (true, None) => "quiet, as it should be".to_owned(),
        (false, None) => "NOT CAUGHT".to_owned(),
        (true, Some((first, _))) => format!("FALSE ALARM by {first}"),
        (false, Some((first, others))) => {
            let others = match others.len() {
                0 => String::new(),
                1 => ", then 1 more".to_owned(),
                more => format!(", then {more} more"),
            };
            format!("caught by {first} after {}{others}", show(first.after_s))
        }
    }
}
