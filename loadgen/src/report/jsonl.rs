//! One JSON object a line, for those who feed a drill to something else. Times are UTC.

use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::record::DrillRecord;

/// What was really done to the company: each phase of the load and each fault, with its window.
pub fn ground_truth(record: &DrillRecord) -> String {
    let utc = |seconds| utc(record.started_at, seconds);
    let phases = record.load.phases.iter().map(|phase| {
        json!({
            "drill_id": record.drill_id,
            "scenario": record.scenario,
            "kind": "load",
            "phase": phase.name,
            "from": utc(phase.starts_s),
            "to": utc(phase.ends_s),
            "intended": phase.total.counts.intended,
            "completed": phase.total.counts.completed,
            "failed": phase.total.counts.failed,
        })
    });
    let faults = record.faults.iter().map(|fault| {
        json!({
            "drill_id": record.drill_id,
            "scenario": record.scenario,
            "kind": "fault",
            "service": fault.service,
            "fault": fault.kind,
            "parameters": fault.parameters,
            "from": utc(fault.from_s),
            "to": utc(fault.to_s),
            "effect": fault.effect_s.map(utc),
            "strikes": fault.strikes,
        })
    });
    lines(phases.chain(faults))
}

/// What the monitoring said: each stretch of each alert instance, then each notification.
pub fn alerts(record: &DrillRecord) -> String {
    let utc = |seconds| utc(record.started_at, seconds);
    let stretches = record.alerts.iter().flat_map(|lane| {
        lane.stretches.iter().map(move |stretch| {
            json!({
                "drill_id": record.drill_id,
                "kind": "alert",
                "class": lane.class,
                "state": stretch.state,
                "labels": lane.labels,
                "from": utc(stretch.from_s),
                "to": utc(stretch.to_s),
            })
        })
    });
    let notifications = record.notifications.iter().map(|notification| {
        json!({
            "drill_id": record.drill_id,
            "kind": "notification",
            "receiver": notification.receiver,
            "group": notification.group,
            "status": notification.status,
            "labels": notification.labels,
            "at": utc(notification.at_s),
        })
    });
    lines(stretches.chain(notifications))
}

fn lines(values: impl Iterator<Item = Value>) -> String {
    let mut text = String::new();
    for value in values {
        text.push_str(&value.to_string());
        text.push('\n');
    }
    text
}

/// The time so many seconds after the start, to the millisecond.
fn utc(start: OffsetDateTime, seconds: f64) -> Value {
    let at = (start + Duration::seconds_f64(seconds)).truncate_to_millisecond();
    at.format(&Rfc3339).map_or(Value::Null, Value::String)
}
