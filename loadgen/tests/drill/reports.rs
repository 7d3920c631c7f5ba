//! The reports of one drill agree with each other and with what was done.

use std::sync::Arc;

use loadgen::drill;
use loadgen::drill::verdict::Verdict;
use loadgen::report::record::{ExpectationRecord, Finding};
use loadgen::report::{ReportFolder, jsonl, junit};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio_util::sync::CancellationToken;

use crate::verdicts::{Silent, must_fire, order};
use crate::world::{Manners, World};

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn utc(value: &Value) -> OffsetDateTime {
    OffsetDateTime::parse(value.as_str().expect("text"), &Rfc3339).expect("a time")
}

#[tokio::test]
async fn ground_truth_and_alerts_tell_the_drill_in_utc() {
    let world = World::start(Manners::default()).await;
    let before = OffsetDateTime::now_utc();
    let record = drill::run(
        &order(&world, must_fire()),
        Arc::new(Silent),
        &CancellationToken::new(),
    )
    .await;
    assert_eq!(record.verdict, Verdict::Pass, "{:?}", record.findings);
    let truth = lines(&jsonl::ground_truth(&record));
    let (load, fault) = (&truth[0], &truth[1]);
    assert_eq!(
        (load["kind"].as_str(), load["phase"].as_str()),
        (Some("load"), Some("steady"))
    );
    assert_eq!(
        (fault["kind"].as_str(), fault["fault"].as_str()),
        (Some("fault"), Some("error"))
    );
    assert!(utc(&fault["from"]) > before && utc(&fault["from"]) < utc(&fault["effect"]));
    assert!(
        utc(&fault["effect"]) < utc(&fault["to"]) && utc(&fault["to"]) < OffsetDateTime::now_utc()
    );
    let alerts = lines(&jsonl::alerts(&record));
    let states: Vec<_> = alerts
        .iter()
        .filter_map(|line| line["state"].as_str())
        .collect();
    assert!(states.ends_with(&["firing"]), "{states:?}");
    let told: Vec<_> = alerts
        .iter()
        .filter_map(|line| line["status"].as_str())
        .collect();
    assert_eq!(told, ["firing", "resolved"]);
}

#[tokio::test]
async fn junit_has_a_case_an_expectation_and_survives_any_text() {
    let world = World::start(Manners {
        notices: false,
        ..Manners::default()
    })
    .await;
    let mut record = drill::run(
        &order(&world, must_fire()),
        Arc::new(Silent),
        &CancellationToken::new(),
    )
    .await;
    record.scenario = "<quick> & \"dirty\"".to_owned();
    record.findings.push(Finding {
        verdict: Verdict::Invalid,
        reason: "]]> </testsuite> \u{0}".to_owned(),
    });
    let failed: Vec<&ExpectationRecord> = record
        .expectations
        .iter()
        .filter(|expectation| !expectation.held)
        .collect();
    assert_eq!(failed.len(), 1);
    let xml = junit::render(&record);
    let count = |what: &str| xml.matches(what).count();
    assert_eq!(count("<testcase "), record.expectations.len() + 1);
    assert_eq!((count("<failure "), count("<error ")), (1, 1));
    assert!(xml.contains("never fired"), "{xml}");
    assert!(
        xml.contains("name=\"&lt;quick&gt; &amp; &quot;dirty&quot;\""),
        "{xml}"
    );
    assert!(!xml.contains('\u{0}'));
    assert_eq!(count("</testsuite>"), 1);
}

#[test]
fn reports_replace_older_ones_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let reports = ReportFolder::open(folder.path()).expect("writable");
    assert_eq!(
        std::fs::read_dir(reports.path())
            .expect("the folder")
            .count(),
        0,
        "the probe is gone"
    );
}
