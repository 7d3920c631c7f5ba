//! `loadgen coverage`: which faults of the catalogue would somebody's rules catch?

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::catalogue::{ManyArgs, conduct, scenarios};
use super::{complain, say};
use crate::catalogue::run::Stage;
use crate::catalogue::survey::{Alarm, Finding, Survey};
use crate::catalogue::{How, Keep, plan};
use crate::drill::duration::show;
use crate::drill::verdict::{EXIT_BAD_SCENARIO, EXIT_USAGE};
use crate::scenario::{Span, Within};

#[derive(Args, Debug)]
pub(super) struct CoverageArgs {
    /// The faults to try: built-in scenarios or files with commas between them, or `all`.
    #[arg(long, value_name = "NAME|FILE|all", default_value = "all")]
    scenario: String,

    /// How long after the end of its cause an alert still counts, at demo speed; `auto` is as long as
    /// the slowest of the loaded rules may take, by its window, its `for` and the intervals.
    #[arg(long, value_name = "TIME|auto", default_value = "auto")]
    wait: Within,

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
    let survey = Survey::of(&done);
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
        survey: Some(args.wait),
        keep: Keep {
            logs: args.report.clone(),
            datasets: None,
        },
    })
}

fn text(survey: &Survey) -> String {
    let lines: Vec<String> = survey.findings.iter().map(line).collect();
    let Survey { caught, quiet, .. } = survey;
    format!(
        "{}\n\n{} of {} faults caught, by alerts until {} after the end of their cause; {} of {} scenarios quiet in which nothing may fire\n",
        lines.join("\n"),
        caught.part,
        caught.of,
        show(survey.waited_s),
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
    let false_alarm = finding
        .false_alarms
        .first()
        .map(|first| format!("FALSE ALARM by {first}{}", more(&finding.false_alarms)));
    if finding.must_be_quiet {
        return false_alarm.unwrap_or_else(|| "quiet, as it should be".to_owned());
    }
    let caught = match finding.alarms.first() {
        None => "NOT CAUGHT".to_owned(),
        Some(first) => format!(
            "caught by {first} after {}{}",
            show(first.after_s),
            more(&finding.alarms)
        ),
    };
    match false_alarm {
        None => caught,
        Some(false_alarm) => format!("{caught}; before its cause {false_alarm}"),
    }
}

/// Those behind the first one.
fn more(alarms: &[Alarm]) -> String {
    match alarms.len() {
        0 | 1 => String::new(),
        many => format!(", then {} more", many - 1),
    }
}
