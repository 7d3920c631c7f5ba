//! A process as its supervisor and its machine see it.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::program::{Program, run};
use crate::receiver::Receiver;
use crate::wait::eventually;

const MIB: f64 = 1_048_576.0;

#[tokio::test]
async fn a_termination_ends_it_in_order() {
    let mut program = Program::start(&[], &[]).await;
    program.get("/hello").await;
    let (status, took) = program.terminate().await;
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert_eq!(program.stderr(), "");
    let log = program.log();
    assert!(
        log.iter().any(|line| line["route"] == "/hello"),
        "the last lines are written"
    );
}

#[tokio::test]
async fn a_request_that_hangs_does_not_keep_the_process() {
    let mut program = Program::start(&["--drain-timeout=0.3", "--request-timeout=600"], &[]).await;
    program.put("/faults/hang", r#"{"ttl_seconds":600}"#).await;
    let hanging = tokio::spawn({
        let url = program.url("/hello");
        async move { reqwest::get(url).await.map(|answer| answer.status()) }
    });
    eventually("a request hangs", async || {
        (program.metric("http_server_active_requests").await == Some(1.0)).then_some(())
    })
    .await;
    let (status, took) = program.terminate().await;
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    hanging.await.expect("ends").expect_err("was answered");
    program
        .logged("which limit was hit", |line| line["limit_s"] == 0.3)
        .await;
}

#[tokio::test]
async fn a_wrong_setting_is_one_line_and_exit_64() {
    for (flags, key) in [
        (&["--log=chassis=loud"][..], "RUST_LOG"),
        (&["--data-dir=/proc/nowhere"], "DATA_DIR"),
        (&["--faults-token-file=/nowhere"], "FAULTS_TOKEN_FILE"),
    ] {
        let (code, stderr) = run(&[flags, &["--log-file=/dev/null"]].concat());
        assert_eq!(code, Some(64), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.starts_with(&format!("probe: {key}: ")), "{stderr}");
    }
}

#[tokio::test]
async fn a_log_that_cannot_be_opened_is_one_line_and_exit_1() {
    let (code, stderr) = run(&["--log-file=/proc/nowhere/log"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(
        stderr.starts_with("probe: cannot open the log /proc/nowhere/log: "),
        "{stderr}"
    );
}

#[tokio::test]
async fn an_address_in_use_is_one_line_and_exit_1() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let data = format!("--data-dir={}", folder.path().display());
    let (code, stderr) = run(&["--address", &address, &data, "--log-file=/dev/null"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(
        stderr.contains(&address) && stderr.contains("ADDRESS"),
        "{stderr}"
    );
}

#[tokio::test]
async fn a_crash_is_a_crash() {
    let mut program = Program::start(&[], &[]).await;
    assert_eq!(
        program.put("/faults/crash", r#"{"ttl_seconds":9}"#).await,
        200
    );
    let status = program.ended().await;
    assert_eq!(status.code(), Some(101));
    assert_eq!(program.told_of_faults(), None);
}

#[tokio::test]
async fn a_restart_is_an_end_in_good_order() {
    let mut program = Program::start(&[], &[]).await;
    program.put("/faults/hang", r#"{"ttl_seconds":1}"#).await;
    let running = tokio::spawn({
        let url = program.url("/hello");
        async move { reqwest::get(url).await.map(|answer| answer.status()) }
    });
    eventually("a request is under way", async || {
        (program.metric("http_server_active_requests").await == Some(1.0)).then_some(())
    })
    .await;
    assert_eq!(
        program.put("/faults/restart", r#"{"ttl_seconds":9}"#).await,
        200
    );
    let status = program.ended().await;
    assert!(status.success(), "{status}");
    let answered = running.await.expect("ends").expect("was finished first");
    assert_eq!(answered, 200);
    assert_eq!(program.told_of_faults(), None);
}

#[tokio::test]
async fn cpu_threads_end_with_what_asked_for_them() {
    let program = Program::start(&[], &[]).await;
    let threads = async || program.metric("process_threads").await.expect("a number");
    let before = threads().await;
    program
        .put("/faults/cpu", r#"{"ttl_seconds":60,"threads":3}"#)
        .await;
    eventually("three threads more", async || {
        (threads().await >= before + 3.0).then_some(())
    })
    .await;
    let used = program
        .metric("process_cpu_seconds_total")
        .await
        .expect("a number");
    eventually("they calculate", async || {
        let now = program.metric("process_cpu_seconds_total").await?;
        (now > used + 0.2).then_some(())
    })
    .await;
    let gone = program.take_back_faults().await;
    assert!(gone["faults"][0]["strikes"].as_u64() > Some(3), "{gone}");
    eventually("they end", async || {
        (threads().await < before + 3.0).then_some(())
    })
    .await;

    program
        .put("/faults/cpu", r#"{"ttl_seconds":5,"threads":20}"#)
        .await;
    eventually("the next ones begin", async || {
        (threads().await >= before + 20.0).then_some(())
    })
    .await;
    eventually("they die by themselves", async || {
        (threads().await < before + 20.0).then_some(())
    })
    .await;
    assert_eq!(
        program.take_back_faults().await["faults"],
        serde_json::json!([])
    );
}

#[tokio::test]
async fn memory_is_taken_up_to_its_cap_and_given_back_each_time() {
    let program = Program::start(&[], &[]).await;
    let resident = async || {
        let bytes = program.metric("process_resident_memory_bytes").await;
        bytes.expect("a number") / MIB
    };
    let before = resident().await;
    for _ in 0..2 {
        let leak = r#"{"ttl_seconds":60,"mib_per_second":500,"cap_mib":120}"#;
        program.put("/faults/memory", leak).await;
        eventually("120 MiB more", async || {
            (resident().await > before + 110.0).then_some(())
        })
        .await;
        let gone = program.take_back_faults().await;
        assert!(gone["faults"][0]["strikes"].as_u64() <= Some(120), "{gone}");
        eventually("they are given back", async || {
            (resident().await < before + 40.0).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn promtool_finds_nothing_wrong_with_the_metrics() {
    let receiver = Receiver::start().await.expect("a port");
    let endpoint = receiver.endpoint();
    let program = Program::start(&[], &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]).await;
    program.get("/rows").await;
    let text = program.metrics().await;
    for name in [
        "process_cpu_seconds_total ",
        "process_resident_memory_bytes ",
        "process_start_time_seconds ",
        "process_open_fds ",
        "process_max_fds ",
        "build_info{",
        "log_lines_dropped_total 0",
        "log_lines_total{level=\"error\"} 0",
        "service_ready 1",
    ] {
        assert!(
            text.contains(&format!("\n{name}")),
            "{name} is missing:\n{text}"
        );
    }
    let Ok(mut promtool) = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
    else {
        return;
    };
    let mut stdin = promtool.stdin.take().expect("is piped");
    stdin
        .write_all(as_prometheus(&text).as_bytes())
        .expect("reads");
    drop(stdin);
    let output = promtool.wait_with_output().expect("ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

/// promtool reads the older text format: exemplars, units and the end are unknown to it, and a
/// counter is called what its sample is called.
fn as_prometheus(text: &str) -> String {
    let is_counter = |name: &str| text.contains(&format!("\n# TYPE {name} counter\n"));
    let mut old = String::new();
    for line in text.lines() {
        let words: Vec<_> = line.splitn(4, ' ').collect();
        match words[..] {
            ["#", "UNIT" | "EOF", ..] => continue,
            ["#", kind, name, rest] if is_counter(name) => {
                old.extend(["# ", kind, " ", name, "_total ", rest]);
            }
            ["#", ..] => old.push_str(line),
            _ => old.push_str(line.split(" # ").next().unwrap_or(line)),
        }
        old.push('\n');
    }
    old
}
