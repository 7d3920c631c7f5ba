//! The small print: faults as injected, deliveries, the monitoring, and what the drill is known by.

use super::markup::{cell, each, section, text};
use super::words;
use crate::report::record::{DrillRecord, FaultRecord, Monitoring, NotificationRecord};

/// Deliveries beyond this many are counted, not listed.
const MOST_DELIVERIES: usize = 200;

/// Everything below the figures.
pub(super) fn facts(record: &DrillRecord) -> String {
    format!(
        "{}{}<div class=\"pair\">\n{}{}</div>\n",
        faults(&record.faults),
        deliveries(&record.notifications),
        monitoring(&record.monitoring),
        identity(record),
    )
}

fn faults(faults: &[FaultRecord]) -> String {
    if faults.is_empty() {
        return String::new();
    }
    let rows = each(faults, |fault| {
        let cells = [
            cell("Fault", &format!("<b>{}</b>", text(&fault.kind))),
            cell("Service", &text(&fault.service).to_string()),
            cell(
                "Parameters",
                &format!("<code>{}</code>", text(&fault.parameters.to_string())),
            ),
            cell("From", &words::seconds(fault.from_s)),
            cell("To", &words::seconds(fault.to_s)),
            cell("Effect", &words::maybe_seconds(fault.effect_s)),
            cell("Strikes", &words::count(fault.strikes)),
        ];
        format!("<tr>{}</tr>\n", cells.concat())
    });
    section(
        "faults",
        "What was broken on purpose",
        &format!(
            "<table class=\"stacks\">\n<thead><tr><th>Fault</th><th>Service</th><th>Parameters</th><th>From</th><th>To</th>\
             <th>Effect</th><th>Strikes</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
        ),
    )
}

fn deliveries(notifications: &[NotificationRecord]) -> String {
    if notifications.is_empty() {
        return String::new();
    }
    let rows = each(notifications.iter().take(MOST_DELIVERIES), |notification| {
        let label = |name: &str| {
            notification
                .labels
                .get(name)
                .map_or(words::NONE, String::as_str)
        };
        let cells = [
            cell("At", &words::seconds(notification.at_s)),
            cell("Status", &text(&notification.status).to_string()),
            cell("Alert", &format!("<b>{}</b>", text(label("alertname")))),
            cell("Service", &text(label("service")).to_string()),
            cell("Severity", &text(label("severity")).to_string()),
            cell("Receiver", &text(&notification.receiver).to_string()),
        ];
        format!("<tr>{}</tr>\n", cells.concat())
    });
    let more = match notifications.len().saturating_sub(MOST_DELIVERIES) {
        0 => String::new(),
        more => format!("<p class=\"quiet\">And {more} more, in alerts.jsonl.</p>\n"),
    };
    format!(
        "<details>\n<summary>What was delivered ({})</summary>\n<table class=\"stacks\">\n<thead><tr><th>At</th><th>Status</th>\
         <th>Alert</th><th>Service</th><th>Severity</th><th>Receiver</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n{more}</details>\n",
        notifications.len()
    )
}

fn monitoring(monitoring: &Monitoring) -> String {
    let entries = [
        (
            "Scrape interval",
            words::seconds(monitoring.scrape_interval_s),
        ),
        (
            "Evaluation interval",
            words::seconds(monitoring.evaluation_interval_s),
        ),
        ("Group wait", words::seconds(monitoring.group_wait_s)),
        (
            "Group interval",
            words::seconds(monitoring.group_interval_s),
        ),
        ("Prometheus", monitoring.prometheus_version.clone()),
        ("Alertmanager", monitoring.alertmanager_version.clone()),
    ];
    section(
        "monitoring",
        "The monitoring it ran against",
        &list(&entries),
    )
}

fn identity(record: &DrillRecord) -> String {
    let entries = [
        ("Drill", record.drill_id.clone()),
        ("Started", words::utc(record.started_at)),
        ("Ended", words::utc(record.ended_at)),
        ("Seed", record.seed.to_string()),
        ("Durations", format!("× {}", record.time_scale)),
        (
            "Format",
            format!("report.json, version {}", record.schema_version),
        ),
    ];
    section("identity", "The drill", &list(&entries))
}

fn list(entries: &[(&str, String)]) -> String {
    let entries = each(entries, |(name, value)| {
        let value = if value.is_empty() { words::NONE } else { value };
        format!("<dt>{name}</dt><dd>{}</dd>\n", text(value))
    });
    format!("<dl>\n{entries}</dl>\n")
}
