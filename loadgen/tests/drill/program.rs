//! The program itself: exit codes, signals, what it prints.

use std::process::{Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::verdicts::MUST_FIRE;
use crate::world::{Manners, World};

/// The program in an environment of its own.
fn loadgen(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loadgen"));
    command
        .args(arguments)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

async fn output(arguments: &[&str]) -> (Option<i32>, String, String) {
    read(loadgen(arguments).output().await.expect("it runs"))
}

fn read(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// A drill of the quick scenario, begun.
fn drill(world: &World, folder: &TempDir, more: &[&str]) -> Command {
    let scenario = folder.path().join("quick.toml");
    std::fs::write(&scenario, MUST_FIRE).expect("written");
    let mut command = loadgen(&["--scenario", scenario.to_str().expect("UTF-8")]);
    command.args(world.arguments()).args(more);
    command
}

#[tokio::test]
async fn a_drill_prints_its_verdict_and_writes_its_reports() {
    let world = World::start(Manners::default()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let reports = folder.path().join("deep/reports");
    let mut command = drill(
        &world,
        &folder,
        &["--report", reports.to_str().expect("UTF-8"), "--seed", "9"],
    );
    let (code, stdout, stderr) = read(command.output().await.expect("it runs"));
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert!(
        stdout.contains("PASS  quick: Everything fails for a moment."),
        "{stdout}"
    );
    assert!(
        stdout.contains("ServiceErrorRatio{service=\"pizza-service\"} fires: detected after"),
        "{stdout}"
    );
    assert!(
        !stdout.contains('\u{1b}'),
        "no colour into a pipe: {stdout}"
    );
    for event in [
        "phase      steady",
        "fault      error at pizza-service",
        "FIRING     ServiceErrorRatio (pizza-service)",
        "mended",
    ] {
        assert!(stderr.contains(event), "{event}: {stderr}");
    }
    let mut names: Vec<_> = std::fs::read_dir(&reports)
        .expect("the folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "alerts.jsonl",
            "ground_truth.jsonl",
            "junit.xml",
            "report.html",
            "report.json"
        ]
    );
    let json = std::fs::read(reports.join("report.json")).expect("read");
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(json["verdict"], "PASS");
    assert_eq!(json["schema_version"], 1);
    assert_eq!(json["seed"], 9);
}

#[tokio::test]
async fn the_exit_code_is_the_verdicts() {
    let folder = tempfile::tempdir().expect("a folder");
    for (manners, code, word) in [
        (
            Manners {
                notices: false,
                ..Manners::default()
            },
            20,
            "MISSED",
        ),
        (
            Manners {
                overreacts: true,
                ..Manners::default()
            },
            21,
            "UNEXPECTED",
        ),
        (
            Manners {
                restless: true,
                ..Manners::default()
            },
            3,
            "PREFLIGHT",
        ),
    ] {
        let world = World::start(manners).await;
        let mut command = drill(&world, &folder, &["--preflight-timeout", "1s"]);
        let (got, stdout, stderr) = read(command.output().await.expect("it runs"));
        assert_eq!(got, Some(code), "{word}: {stdout}{stderr}");
        assert!(stdout.contains(word), "{stdout}");
    }
}

/// Until something is broken.
async fn broken(world: &World) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while world.broken().is_none() {
        assert!(Instant::now() < deadline, "nothing was broken in time");
        sleep(Duration::from_millis(10)).await;
    }
}

fn interrupt(child: &Child) {
    let id = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw)
        .expect("it runs");
    kill_process(id, Signal::INT).expect("it is ours");
}

#[tokio::test]
async fn control_c_takes_the_faults_back() {
    let world = World::start(Manners::default()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let reports = folder.path().join("reports");
    let child = drill(
        &world,
        &folder,
        &["--report", reports.to_str().expect("UTF-8")],
    )
    .spawn()
    .expect("it starts");
    broken(&world).await;
    interrupt(&child);
    let (code, stdout, stderr) = read(child.wait_with_output().await.expect("it ends"));
    assert_eq!(code, Some(130), "{stdout}{stderr}");
    assert_eq!(world.broken(), None, "{stderr}");
    assert!(stdout.contains("INTERRUPTED"), "{stdout}");
    assert!(reports.join("report.json").exists());
}

#[tokio::test]
async fn control_c_once_more_ends_at_once() {
    let world = World::start(Manners {
        clings: true,
        ..Manners::default()
    })
    .await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = drill(&world, &folder, &[]).spawn().expect("it starts");
    broken(&world).await;
    interrupt(&child);
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    while let Some(line) = lines.next_line().await.expect("text") {
        if line.starts_with("stopping:") {
            break;
        }
    }
    interrupt(&child);
    let ended = tokio::time::timeout(Duration::from_secs(2), child.wait()).await;
    let status = ended.expect("it does not wait").expect("it ends");
    assert_eq!(status.code(), Some(130));
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_to_stops_the_drill_before_it_begins() {
    let world = World::start(Manners::default()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").expect("written");
    let mut command = drill(
        &world,
        &folder,
        &["--report", file.join("reports").to_str().expect("UTF-8")],
    );
    let (code, stdout, stderr) = read(command.output().await.expect("it runs"));
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(
        stderr.starts_with("loadgen: cannot write reports to "),
        "{stderr}"
    );
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(world.state.inner.lock().put.is_empty());
}

#[tokio::test]
async fn reset_takes_back_what_somebody_left() {
    let world = World::start(Manners::default()).await;
    let soon = tokio::time::Instant::now() + Duration::from_mins(1);
    world.state.inner.lock().fault = Some(("latency".to_owned(), soon, 3));
    let arguments = world.arguments();
    let mut words = vec!["reset"];
    words.extend(arguments.iter().map(String::as_str));
    let (code, stdout, stderr) = output(&words).await;
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(stdout, "pizza-service: took back latency\n");
    assert_eq!(world.broken(), None);
    let (code, stdout, _) = output(&words).await;
    assert_eq!(
        (code, stdout.as_str()),
        (Some(0), "pizza-service: nothing was broken\n")
    );
}

#[tokio::test]
async fn wrong_usage_and_bad_scenarios_have_codes_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let bad = folder.path().join("bad.toml");
    std::fs::write(&bad, MUST_FIRE.replace("seed = 7", "sede = 7").as_bytes()).expect("written");
    let bad = bad.to_str().expect("UTF-8");
    for (arguments, code, said) in [
        (vec![], 1, "--scenario"),
        (vec!["--no-such-flag"], 1, "--no-such-flag"),
        (
            vec!["--scenario", "surge", "--time-scale", "0"],
            1,
            "out of range",
        ),
        (vec!["--scenario", "nope"], 2, "no scenario `nope`"),
        (
            vec!["--scenario", bad],
            2,
            "bad.toml:6:1: unknown field `sede`",
        ),
        (vec!["lint", bad, "surge"], 2, "unknown field `sede`"),
        (vec!["show", "nope"], 2, "no scenario `nope`"),
        (vec!["serve", "--baseline", "many"], 64, "is not a rate"),
    ] {
        let (got, _, stderr) = output(&arguments).await;
        assert_eq!(got, Some(code), "{arguments:?}: {stderr}");
        assert!(stderr.contains(said), "{arguments:?}: {stderr}");
    }
}

#[tokio::test]
async fn what_touches_nothing_prints_to_stdout() {
    let (code, stdout, _) = output(&["list"]).await;
    assert_eq!((code, stdout.lines().count()), (Some(0), 35), "{stdout}");
    let (code, stdout, _) = output(&["show", "surge"]).await;
    assert_eq!(code, Some(0));
    assert!(
        stdout.starts_with("version = 1\nname = \"surge\""),
        "{stdout}"
    );
    let (code, stdout, _) = output(&["lint", "surge", "blip"]).await;
    assert_eq!(
        (code, stdout.as_str()),
        (Some(0), "surge: good\nblip: good\n")
    );
    let (_, plan, _) = output(&["--scenario", "surge", "--dry-run"]).await;
    let (_, again, _) = output(&["--scenario", "surge", "--dry-run"]).await;
    let (_, other, _) = output(&["--scenario", "surge", "--dry-run", "--seed", "1"]).await;
    assert!(plan.lines().count() > 100);
    assert_eq!(plan, again);
    assert_ne!(plan, other);
}
