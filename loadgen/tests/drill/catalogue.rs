//! Several drills by the program: on the open company, and on companies of their own, for which a
//! little program stands that says where the world is and goes when its standard input ends.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::verdicts::MUST_FIRE;
use crate::world::{Manners, World};

/// Nothing is broken, and nothing may fire.
const CALM: &str = r#"
version = 1
name = "calm"
summary = "Nothing happens."
teaches = "Silence is a promise too."
seed = 8

[[phases]]
name = "steady"
for = "1500ms"
load = { shape = "constant", rate = "40/s", spacing = "even" }
mix = { place_order = 1, browse = 1 }

[expect]
fires = []

[[expect.effect]]
proof = "load"
phase = "steady"
at_least = "20/s"
"#;

/// A world, and a folder with scenarios, reports and whatever companies need.
struct Stage {
    world: World,
    folder: TempDir,
}

impl Stage {
    async fn new(manners: Manners) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, scenario) in [("quick.toml", MUST_FIRE), ("calm.toml", CALM)] {
            fs::write(folder.path().join(name), scenario).expect("written");
        }
        fs::create_dir(folder.path().join("tmp")).expect("made");
        Self {
            world: World::start(manners).await,
            folder,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Both scenarios.
    fn both(&self) -> String {
        let path = |name| self.path(name).display().to_string();
        format!("{},{}", path("quick.toml"), path("calm.toml"))
    }

    fn loadgen<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loadgen"));
        command
            .args(arguments)
            .env_clear()
            .env("TMPDIR", self.path("tmp"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// On companies of their own, one at a time: there is but one world.
    fn on_own_companies(&self, arguments: &[&str]) -> Command {
        let firedrill = self.company(
            "cat > /dev/null
             rm -rf \"$folder\"",
        );
        let mut command = self.loadgen(arguments.iter().copied());
        command
            .args(["--companies", "1", "--firedrill"])
            .arg(firedrill)
            .env("ALERT_SMTP_HOST", "mail.example:25");
        command
    }

    /// A program that opens a company, and then does this.
    fn company(&self, then: &str) -> PathBuf {
        let (url, desk) = (&self.world.url, &self.world.desk);
        let opened = self.path("opened");
        let script = format!(
            r#"#!/bin/sh
            test "$1 $2" = "--temporary --data-dir" || exit 64
            test -z "$ALERT_SMTP_HOST" || exit 65
            folder=$3
            echo "$$ $folder" >> "{opened}"
            mkdir "$folder/logs" && echo "a line" > "$folder/logs/pizza-service.log"
            cat > "$folder/new" <<END
            {{"pid": $$, "faults_token": "sesame", "pizza_url": "{url}", "metrics_url": "{url}",
              "alertmanager_url": "{url}", "loadgen_url": "{desk}", "telemetry": {{"pizza-service": "{url}"}}}}
END
            mv "$folder/new" "$folder/company.json"
            {then}
            "#,
            opened = opened.display()
        );
        let path = self.path("firedrill");
        fs::write(&path, script).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("made executable");
        path
    }

    /// The processes and the folders of all companies that were opened.
    fn opened(&self) -> Vec<(Pid, PathBuf)> {
        let text = fs::read_to_string(self.path("opened")).unwrap_or_default();
        let company = |line: &str| {
            let (pid, folder) = line.split_once(' ')?;
            Some((Pid::from_raw(pid.parse().ok()?)?, PathBuf::from(folder)))
        };
        text.lines().filter_map(company).collect()
    }

    /// Until no company is left, neither its process nor its folder.
    async fn all_are_gone(&self) {
        let deadline = Instant::now() + Duration::from_secs(10);
        let is_left =
            |(pid, folder): &(Pid, PathBuf)| folder.exists() || test_kill_process(*pid).is_ok();
        while self.opened().iter().any(is_left) {
            assert!(Instant::now() < deadline, "left: {:?}", self.opened());
            sleep(Duration::from_millis(10)).await;
        }
        let left: Vec<_> = fs::read_dir(self.path("tmp"))
            .expect("the folder")
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_none_or(|ending| ending != "lock"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }

    async fn is_broken(&self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.world.broken().is_none() {
            assert!(Instant::now() < deadline, "nothing was broken in time");
            sleep(Duration::from_millis(10)).await;
        }
    }
}

fn read(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

async fn run(mut command: Command) -> (Option<i32>, String, String) {
    read(command.output().await.expect("it runs"))
}

fn send(child: &Child, signal: Signal) {
    let id = child.id().and_then(|id| i32::try_from(id).ok());
    let id = id.and_then(Pid::from_raw).expect("it runs");
    kill_process(id, signal).expect("it is ours");
}

fn json(path: &Path) -> Value {
    let text = fs::read(path).expect("a report");
    serde_json::from_slice(&text).expect("JSON")
}

#[tokio::test]
async fn drills_on_a_named_company_come_one_after_the_other_with_an_overview() {
    let stage = Stage::new(Manners::default()).await;
    let (both, reports) = (stage.both(), stage.path("reports"));
    let mut command = stage.loadgen(["--scenario", &both, "--report"]);
    command.arg(&reports).args(stage.world.arguments());
    let (code, stdout, stderr) = run(command).await;
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert!(stderr.contains("[  1/2]  PASS          quick"), "{stderr}");
    assert!(stderr.contains("[  2/2]  PASS          calm"), "{stderr}");
    assert!(
        stdout.contains("recall                         1.000 (1 of 1)"),
        "{stdout}"
    );
    let overview = json(&reports.join("report.json"));
    assert_eq!(overview["schema_version"], 1);
    assert_eq!(overview["verdict"], "PASS");
    assert_eq!(overview["scoreboard"]["recall"]["ratio"], 1.0);
    assert_eq!(overview["scoreboard"]["precision"]["ratio"], 1.0);
    assert_eq!(overview["scoreboard"]["false_alarms"], 0);
    assert_eq!(overview["drills"][0]["culprit_named"], true);
    assert_eq!(overview["drills"][1]["culprit_named"], Value::Null);
    let junit = fs::read_to_string(reports.join("junit.xml")).expect("a report");
    for suite in ["<testsuite name=\"quick\"", "<testsuite name=\"calm\""] {
        assert!(junit.contains(suite), "{junit}");
    }
    for file in ["report.html", "quick/report.html", "calm/alerts.jsonl"] {
        assert!(reports.join(file).exists(), "{file}");
    }
}

#[tokio::test]
async fn the_worst_drill_gives_the_exit_code() {
    let stage = Stage::new(Manners {
        notices: false,
        ..Manners::default()
    })
    .await;
    let both = stage.both();
    let mut command = stage.loadgen(["--scenario", &both]);
    command.args(stage.world.arguments());
    let (code, stdout, stderr) = run(command).await;
    assert_eq!(code, Some(20), "{stdout}{stderr}");
    assert!(stdout.contains("MISSED        quick"), "{stdout}");
    assert!(
        stdout.contains("drills passed                  0.500 (1 of 2)"),
        "{stdout}"
    );
    assert!(stdout.contains("NOT PROVEN"), "{stdout}");
}

#[tokio::test]
async fn on_a_named_company_it_is_told_what_a_drill_waits_for() {
    let stage = Stage::new(Manners {
        restless: true,
        ..Manners::default()
    })
    .await;
    let both = stage.both();
    let mut command = stage.loadgen(["--scenario", &both, "--preflight-timeout", "1s"]);
    command.args(stage.world.arguments());
    let (code, stdout, stderr) = run(command).await;
    assert_eq!(code, Some(3), "{stdout}{stderr}");
    assert!(stderr.contains("quick: waiting: "), "{stderr}");
}

#[tokio::test]
async fn each_drill_has_a_company_of_its_own_that_is_gone_afterwards() {
    let stage = Stage::new(Manners::default()).await;
    let (scenario, reports) = (stage.path("quick.toml"), stage.path("reports"));
    let scenario = scenario.to_str().expect("UTF-8");
    let mut command = stage.on_own_companies(&["--scenario", scenario, "--repeat", "2"]);
    command.arg("--report").arg(&reports);
    let (code, stdout, stderr) = run(command).await;
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    let opened = stage.opened();
    assert_eq!(opened.len(), 2, "{opened:?}");
    assert_ne!(opened[0], opened[1]);
    stage.all_are_gone().await;
    for (drill, seed) in [("quick-7", 7), ("quick-8", 8)] {
        assert_eq!(json(&reports.join(drill).join("report.json"))["seed"], seed);
        assert!(!reports.join(drill).join("logs").exists(), "it passed");
    }
}

#[tokio::test]
async fn of_a_drill_that_did_not_pass_the_logs_are_kept() {
    let stage = Stage::new(Manners {
        notices: false,
        ..Manners::default()
    })
    .await;
    let (both, reports) = (stage.both(), stage.path("reports"));
    let mut command = stage.on_own_companies(&["--scenario", &both]);
    command.arg("--report").arg(&reports);
    let (code, stdout, stderr) = run(command).await;
    assert_eq!(code, Some(20), "{stdout}{stderr}");
    assert!(reports.join("quick/logs/pizza-service.log").exists());
    assert!(!reports.join("calm/logs").exists());
    stage.all_are_gone().await;
}

#[tokio::test]
async fn control_c_closes_the_companies_and_leaves_the_rest_out() {
    let stage = Stage::new(Manners::default()).await;
    let both = stage.both();
    let child = stage
        .on_own_companies(&["--scenario", &both])
        .spawn()
        .expect("it starts");
    stage.is_broken().await;
    send(&child, Signal::INT);
    let (code, stdout, stderr) = read(child.wait_with_output().await.expect("it ends"));
    assert_eq!(code, Some(130), "{stdout}{stderr}");
    assert_eq!(stage.world.broken(), None, "{stderr}");
    assert_eq!(stage.opened().len(), 1, "the second one has not begun");
    stage.all_are_gone().await;
}

#[tokio::test]
async fn companies_do_not_outlive_a_loadgen_that_is_killed() {
    let stage = Stage::new(Manners::default()).await;
    let both = stage.both();
    let mut child = stage
        .on_own_companies(&["--scenario", &both])
        .spawn()
        .expect("it starts");
    stage.is_broken().await;
    send(&child, Signal::KILL);
    child.wait().await.expect("it ends");
    assert_eq!(stage.opened().len(), 1);
    stage.all_are_gone().await;
}

#[tokio::test]
async fn a_company_that_does_not_open_is_told_by_its_last_line() {
    let stage = Stage::new(Manners::default()).await;
    let firedrill = stage.path("firedrill");
    fs::write(
        &firedrill,
        "#!/bin/sh\necho 'firedrill: no room' >&2\nexit 1\n",
    )
    .expect("written");
    fs::set_permissions(&firedrill, fs::Permissions::from_mode(0o700)).expect("made executable");
    let both = stage.both();
    let mut command = stage.loadgen(["--scenario", &both, "--companies", "2", "--firedrill"]);
    command.arg(&firedrill);
    let (code, stdout, stderr) = run(command).await;
    assert_eq!(code, Some(3), "{stdout}{stderr}");
    assert!(
        stdout.contains("the company did not open: firedrill: no room"),
        "{stdout}"
    );
    assert!(
        stdout.contains("recall                         0.000 (0 of 1)"),
        "what did not begin was expected all the same: {stdout}"
    );
    stage.all_are_gone().await;
}

#[tokio::test]
async fn coverage_tells_who_caught_a_fault_whatever_its_name() {
    let stage = Stage::new(Manners::default()).await;
    let other = MUST_FIRE.replace(
        "alert = \"ServiceErrorRatio\"",
        "alert = \"NobodyHasThisRule\"",
    );
    fs::write(stage.path("quick.toml"), other).expect("written");
    let (both, reports) = (stage.both(), stage.path("reports"));
    let mut command = stage.on_own_companies(&["coverage", "--scenario", &both]);
    command.arg("--report").arg(&reports);
    let (code, stdout, stderr) = run(command).await;
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert!(
        stdout.contains("caught by ServiceErrorRatio (pizza-service) after"),
        "{stdout}"
    );
    assert!(stdout.contains("quiet, as it should be"), "{stdout}");
    assert!(stdout.contains("1 of 1 faults caught"), "{stdout}");
    assert!(
        stderr.contains("DONE          quick                fired: ServiceErrorRatio"),
        "{stderr}"
    );
    assert_eq!(json(&reports.join("coverage.json"))["caught"]["ratio"], 1.0);
    assert!(reports.join("quick/report.html").exists());
}

#[tokio::test]
async fn coverage_names_the_fault_that_no_rule_would_catch() {
    let stage = Stage::new(Manners {
        notices: false,
        ..Manners::default()
    })
    .await;
    let both = stage.both();
    let command = stage.on_own_companies(&["coverage", "--wait", "1s", "--scenario", &both]);
    let (code, stdout, stderr) = run(command).await;
    assert_eq!(code, Some(20), "{stdout}{stderr}");
    assert!(
        stdout.contains("quick                NOT CAUGHT"),
        "{stdout}"
    );
    assert!(stdout.contains("0 of 1 faults caught"), "{stdout}");
}
