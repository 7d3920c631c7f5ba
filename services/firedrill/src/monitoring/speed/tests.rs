use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::monitoring::embedded::{ALERTMANAGER, PROMETHEUS, RULES};

/// Every rule of every built-in file: its group's value and its own.
fn alerts(speed: Speed) -> anyhow::Result<Vec<Value>> {
    let mut alerts = Vec::new();
    for file in RULES {
        let file = read(&scale_rules(file.text, speed)?)?;
        for group in file["groups"].as_array().context("groups")? {
            alerts.extend(group["rules"].as_array().context("rules")?.iter().cloned());
        }
    }
    Ok(alerts)
}

#[test]
fn stock_speed_is_the_file_itself() -> anyhow::Result<()> {
    for file in RULES {
        assert_eq!(scale_rules(file.text, Speed::Stock)?, file.text);
    }
    assert_eq!(
        scale_config(PROMETHEUS.text, Speed::Stock)?,
        PROMETHEUS.text
    );
    Ok(())
}

#[test]
fn a_rule_at_demo_speed() -> anyhow::Result<()> {
    let yaml = r"
groups:
  - name: g
    interval: 30s
    rules:
      - alert: A
        expr: |
          sum(rate(x_total[10m])) * 3600
            > 20000
        for: 1m
        keep_firing_for: 30s
        labels: {severity: page, timeout: 5m}
        annotations: {for: 5m}
      - record: r
        expr: rate(x_total[5m])
";
    let scaled = read(&scale_rules(yaml, Speed::Demo)?)?;
    let expected = serde_json::json!({"groups": [{"name": "g", "interval": "2s", "rules": [
        {"alert": "A", "expr": "sum(rate(x_total[40s])) * 3600 > 20000", "for": "4s",
         "keep_firing_for": "2s",
         "labels": {"severity": "page", "timeout": "5m", "speed": "demo"},
         "annotations": {"for": "5m"}},
        {"record": "r", "expr": "rate(x_total[20s])"},
    ]}]});
    assert_eq!(scaled, expected);
    Ok(())
}

#[test]
fn what_does_not_divide_is_refused_by_name() {
    let yaml = "groups: [{name: g, rules: [{alert: A, expr: 'x > 1', for: 10s}]}]";
    let error = scale_rules(yaml, Speed::Demo).expect_err("10 s / 15");
    assert!(format!("{error:#}").contains("`for`: `10s`"), "{error:#}");
}

#[test]
fn both_speeds_have_the_same_alerts_but_for_time() -> anyhow::Result<()> {
    let stock = alerts(Speed::Stock)?;
    let demo = alerts(Speed::Demo)?;
    assert_eq!(stock.len(), demo.len());
    for (stock, mut demo) in stock.into_iter().zip(demo) {
        assert_eq!(demo["labels"]["speed"], "demo");
        demo["labels"]
            .as_object_mut()
            .context("labels")?
            .remove("speed");
        for key in ["alert", "labels", "annotations"] {
            assert_eq!(demo[key], stock[key]);
        }
        // Scaling by 1 only prints: what is left to differ are the spans of time.
        let printed = expression::scale(stock["expr"].as_str().context("expr")?, 1)?;
        let demo = demo["expr"].as_str().context("expr")?;
        assert_eq!(without_spans(demo), without_spans(&printed));
        for (demo, stock) in spans(demo).iter().zip(spans(&printed)) {
            assert_eq!(duration::parse(demo)? * 15, duration::parse(&stock)?);
        }
    }
    Ok(())
}

/// Words that are durations: `5m` in `[5m]` and `offset 5m`.
fn spans(expression: &str) -> Vec<String> {
    words(expression)
        .filter(|word| duration::parse(word).is_ok())
        .map(str::to_owned)
        .collect()
}

fn without_spans(expression: &str) -> Vec<&str> {
    words(expression)
        .filter(|word| duration::parse(word).is_err())
        .collect()
}

fn words(expression: &str) -> impl Iterator<Item = &str> {
    expression.split([' ', '[', ']', '(', ')', ',', '{', '}'])
}

#[test]
fn every_alert_says_what_people_need() -> anyhow::Result<()> {
    let runbooks = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/runbooks.md"),
    )?;
    let mut names = BTreeSet::new();
    for alert in alerts(Speed::Stock)? {
        let name = alert["alert"].as_str().context("alert")?.to_owned();
        let annotations = &alert["annotations"];
        assert!(annotations["summary"].is_string(), "{name}");
        let description = annotations["description"].as_str().context("description")?;
        assert!(description.contains("$value"), "{name}: no live value");
        let anchor = format!("docs/runbooks.md#{}", name.to_lowercase());
        assert_eq!(annotations["runbook_url"], anchor.as_str());
        assert!(
            runbooks.contains(&format!("\n## {name}\n")),
            "{name}: no runbook"
        );
        let severity = alert["labels"]["severity"].as_str().context("severity")?;
        assert!(["page", "ticket", "none"].contains(&severity), "{name}");
        assert!(names.insert(name), "two alerts of one name");
    }
    let sections = runbooks.matches("\n## ").count();
    assert_eq!(sections, names.len(), "a runbook without an alert");
    Ok(())
}

/// A duration under a key that nobody knows would stay as it is at demo speed.
#[test]
fn every_duration_of_the_configuration_is_known() -> anyhow::Result<()> {
    for file in [PROMETHEUS, ALERTMANAGER] {
        let stock = read(file.text)?;
        let demo = read(&scale_config(file.text, Speed::Demo)?)?;
        let scaled = compare(&stock, &demo, file.path)?;
        assert!(scaled >= 4, "{}: only {scaled} durations", file.path);
    }
    Ok(())
}

/// Counts the durations, each of which must have been divided; everything else must be equal.
fn compare(stock: &Value, demo: &Value, path: &str) -> anyhow::Result<usize> {
    let mut count = 0;
    match (stock, demo) {
        (Value::Object(stock), Value::Object(demo)) => {
            assert_eq!(stock.len(), demo.len());
            for (key, value) in stock {
                count += compare(value, &demo[key], &format!("{path}.{key}"))?;
            }
        }
        (Value::Array(stock), Value::Array(demo)) => {
            assert_eq!(stock.len(), demo.len());
            for (stock, demo) in stock.iter().zip(demo) {
                count += compare(stock, demo, path)?;
            }
        }
        (Value::String(stock), Value::String(demo)) if duration::parse(stock).is_ok() => {
            assert_eq!(
                duration::parse(demo)? * 15,
                duration::parse(stock)?,
                "{path}"
            );
            count += 1;
        }
        (stock, demo) => assert_eq!(stock, demo, "{path}"),
    }
    Ok(count)
}
