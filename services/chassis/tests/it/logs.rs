//! The log: JSON whatever it holds, ids on every line of a request, a level that can be changed.

use serde_json::Value;

use crate::app::TOKEN;
use crate::program::Program;
use crate::wait::eventually;

/// Percent-encodes every byte.
fn encoded(text: &str) -> String {
    text.bytes()
        .fold(String::new(), |text, byte| text + &format!("%{byte:02X}"))
}

#[tokio::test]
async fn every_line_is_json_whatever_it_holds() {
    let program = Program::start(&["--rate-limit=0"], &[]).await;
    let texts = [
        "plain",
        "\"quoted\" \\ back\\slash",
        "line\nfeed\r\ttab\u{0}nul\u{1b}[31mred\u{7f}",
        "{\"json\":true}",
        "🍕 é \u{2028} \u{feff} \u{202e}",
        "\u{10ffff}",
    ];
    for text in texts {
        program.get(&format!("/say?text={}", encoded(text))).await;
        program
            .logged("the line", |line| line["text"] == text)
            .await;
        program
            .logged("shown", |line| line["shown"] == format!("{text:?}"))
            .await;
        let message = |line: &Value| line["message"] == format!("said {text}");
        let line = program.logged("the message", message).await;
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["level_"], "mine");
        assert_eq!(line["trace_id_"], "forged");
        assert_eq!(line["nothing"], Value::Null);
        assert_eq!(line["ratio"], 0.5);
    }
    program.get("/%22%0A%F0%9F%8D%95?q=secret").await;
    let scan = program
        .logged("the scan", |line| line["path"].is_string())
        .await;
    assert_eq!(scan["path"], "/%22%0A%F0%9F%8D%95", "without its query");
}

#[tokio::test]
async fn lines_are_counted_by_their_level() {
    let program = Program::start(&[], &[]).await;
    let lines = async |level: &str| {
        let sample = format!("log_lines_total{{level=\"{level}\"}}");
        program.metric(&sample).await
    };
    let info = lines("info").await.expect("a number");
    assert_eq!(lines("warn").await, Some(0.0));
    program.get("/say?text=x").await;
    eventually("a line of the handler and the request's own", async || {
        (lines("info").await == Some(info + 2.0)).then_some(())
    })
    .await;
    assert_eq!(lines("warn").await, Some(1.0));
    for level in ["error", "debug", "trace"] {
        assert_eq!(lines(level).await, Some(0.0), "{level}");
    }
    program.get("/panic").await;
    eventually("a panic, and the request that it failed", async || {
        (lines("error").await >= Some(2.0)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_request_is_one_canonical_line_and_its_id_is_on_all_lines() {
    let program = Program::start(&[], &[]).await;
    let answer = program.get("/say?text=x").await;
    let id = answer.headers()["x-request-id"]
        .to_str()
        .expect("text")
        .to_owned();
    let line = program
        .logged("the canonical line", |line| line["request_id"] == id)
        .await;
    let fields: Vec<_> = line.as_object().expect("an object").keys().collect();
    assert_eq!(
        fields,
        [
            "timestamp",
            "level",
            "service",
            "target",
            "message",
            "method",
            "route",
            "status",
            "duration_ms",
            "request_id",
            "trace_id",
            "span_id"
        ]
    );
    assert_eq!(line["service"], "probe");
    assert_eq!(line["target"], "request");
    assert_eq!(line["status"], 200);
    let mine: Vec<_> = program
        .log()
        .into_iter()
        .filter(|other| other["trace_id"] == line["trace_id"])
        .collect();
    assert_eq!(mine.len(), 3, "two of the handler, one canonical: {mine:?}");
    assert!(mine.iter().all(|other| other["span_id"] == line["span_id"]));
}

#[tokio::test]
async fn a_failure_says_why_to_the_log_alone() {
    let program = Program::start(&[], &[]).await;
    let answer = program.get("/panic").await;
    assert_eq!(answer.status(), 500);
    let text = answer.text().await.expect("text");
    assert!(!text.contains("as asked"), "{text}");
    let line = program
        .logged("the canonical line", |line| line["status"] == 500)
        .await;
    assert_eq!(line["level"], "ERROR");
    assert_eq!(line["error_code"], "internal_error");
    assert_eq!(line["cause"], "panic: as asked");
    let panic = program
        .logged("the panic", |line| line["target"] == "panic")
        .await;
    assert_eq!(panic["message"], "as asked");
    assert_eq!(panic["trace_id"], line["trace_id"]);
    assert!(
        panic["place"]
            .as_str()
            .is_some_and(|place| place.contains("probe.rs:"))
    );
}

#[tokio::test]
async fn a_refusal_says_to_the_log_who_asked_too_much() {
    let program = Program::start(&["--rate-limit=1"], &[]).await;
    while program.get("/hello").await.status() != 429 {}
    let line = program
        .logged("the refusal", |line| line["status"] == 429)
        .await;
    assert_eq!(
        (&line["level"], &line["cause"]),
        (&"INFO".into(), &"from 127.0.0.1".into())
    );
    assert_eq!(line["error_code"], "rate_limited");
}

#[tokio::test]
async fn the_level_can_be_changed_while_it_runs() {
    let program = Program::start(&[], &[]).await;
    let said = async |text: &str, level: &str| {
        program.get(&format!("/say?text={text}")).await;
        program
            .logged("the canonical line", |line| line["route"] == "/say")
            .await;
        let lines = program.log();
        lines
            .iter()
            .any(|line| line["text"] == text && line["level"] == level)
    };
    assert!(!said("one", "DEBUG").await);
    assert_eq!(program.put("/log-level", "info,probe=debug").await, 204);
    program.get("/say?text=two").await;
    program
        .logged("a debug line", |line| {
            line["text"] == "two" && line["level"] == "DEBUG"
        })
        .await;
    assert_eq!(program.put("/log-level", "no such,,=thing").await, 422);
    assert_eq!(program.put("/log-level", "warn").await, 204);
    program.get("/say?text=three").await;
    program
        .logged("a warning", |line| line["shown"] == "\"three\"")
        .await;
    assert!(
        program.log().iter().all(|line| line["text"] != "three"),
        "info is off"
    );
}

#[tokio::test]
async fn no_secret_is_logged() {
    let password = "hunter2hunter2";
    let url = format!("postgres://pizza:{password}@127.0.0.1/pizza");
    let mut program = Program::start(&[], &[("POSTGRES_URL", &url), ("RUST_LOG", "trace")]).await;
    assert_eq!(
        program
            .put("/faults/not-ready", r#"{"ttl_seconds":9}"#)
            .await,
        200
    );
    program
        .get_with("/hello", "authorization", "Bearer a-customers-token")
        .await;
    program
        .get_with("/hello?card=4111111111111111", "cookie", "session=abcdef")
        .await;
    program.terminate().await;
    let (log, stderr) = (program.log_text(), program.stderr());
    assert!(
        log.contains("configuration"),
        "the probe logs its configuration"
    );
    for secret in [
        TOKEN,
        password,
        "a-customers-token",
        "4111111111111111",
        "session=abcdef",
    ] {
        assert!(
            !log.contains(secret) && !stderr.contains(secret),
            "{secret} was logged"
        );
    }
}

#[tokio::test]
async fn a_flood_of_lines_is_just_lines() {
    let program = Program::start(&[], &[]).await;
    let flood = r#"{"ttl_seconds":60,"lines_per_second":2000}"#;
    assert_eq!(program.put("/faults/log-flood", flood).await, 200);
    let lines = eventually("a thousand lines", async || {
        let lines = program.log();
        let mine: Vec<_> = lines
            .into_iter()
            .filter(|line| line["attempt"].is_u64())
            .collect();
        (mine.len() >= 1000).then_some(mine)
    })
    .await;
    assert_eq!(lines[0]["level"], "WARN");
    let gone = program.take_back_faults().await;
    let strikes = gone["faults"][0]["strikes"].as_u64().expect("a number");
    assert!(strikes >= 1000, "{strikes}");
    assert_eq!(program.told_of_faults(), None);
    assert_eq!(program.metric("log_lines_dropped_total").await, Some(0.0));
}
