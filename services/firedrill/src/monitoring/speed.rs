//! The two speeds of the monitoring, and the transform from one to the other.

use anyhow::{Context as _, ensure};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{duration, expression};

/// How fast the monitoring is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speed {
    /// Every duration divided by 15: a drill takes a minute.
    #[default]
    Demo,
    /// As in production.
    Stock,
}

/// Keys of rule files whose values are durations.
const RULE_DURATIONS: [&str; 4] = ["interval", "query_offset", "for", "keep_firing_for"];

/// Keys of `prometheus.yml` and `alertmanager.yml` whose values are durations.
const CONFIG_DURATIONS: [&str; 10] = [
    "evaluation_interval",
    "group_interval",
    "group_wait",
    "refresh_interval",
    "repeat_interval",
    "resolve_timeout",
    "rule_query_offset",
    "scrape_interval",
    "scrape_timeout",
    "timeout",
];

impl Speed {
    /// What durations are divided by.
    pub const fn divisor(self) -> u32 {
        match self {
            Self::Demo => 15,
            Self::Stock => 1,
        }
    }

    /// Its name, as on the command line and in the label `speed`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Stock => "stock",
        }
    }
}

impl std::fmt::Display for Speed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A rule file at the given speed: windows, `for`, `keep_firing_for` and intervals divided, alerts
/// labelled `speed`. At stock speed the text itself.
///
/// # Errors
/// When it is not a rule file, or a duration does not divide into whole milliseconds.
pub fn scale_rules(yaml: &str, speed: Speed) -> anyhow::Result<String> {
    if speed == Speed::Stock {
        return Ok(yaml.to_owned());
    }
    let mut file = read(yaml)?;
    let groups = file.get_mut("groups").and_then(Value::as_array_mut);
    for group in groups.context("a rule file has `groups`")? {
        scale_keys(group, &RULE_DURATIONS, speed)?;
        let rules = group.get_mut("rules").and_then(Value::as_array_mut);
        for rule in rules.context("a group has `rules`")? {
            let rule = rule.as_object_mut().context("a rule is a mapping")?;
            scale_rule(rule, speed)
                .with_context(|| format!("rule {}", rule.get("alert").unwrap_or(&Value::Null)))?;
        }
    }
    write(&file)
}

/// `prometheus.yml` or `alertmanager.yml` at the given speed. At stock speed the text itself.
///
/// # Errors
/// When it is not YAML, or a duration does not divide into whole milliseconds.
pub fn scale_config(yaml: &str, speed: Speed) -> anyhow::Result<String> {
    if speed == Speed::Stock {
        return Ok(yaml.to_owned());
    }
    let mut file = read(yaml)?;
    scale_keys(&mut file, &CONFIG_DURATIONS, speed)?;
    write(&file)
}

/// A scrape job at the given speed.
///
/// # Errors
/// When a duration does not divide into whole milliseconds.
pub(super) fn scale_job(mut job: Value, speed: Speed) -> anyhow::Result<Value> {
    scale_keys(&mut job, &CONFIG_DURATIONS, speed)?;
    Ok(job)
}

/// Reads YAML, keys in their order.
pub(super) fn read(yaml: &str) -> anyhow::Result<Value> {
    serde_saphyr::from_str(yaml).context("not YAML")
}

/// Writes YAML. Strings that other readers would take for something else are quoted.
pub(super) fn write(value: &Value) -> anyhow::Result<String> {
    let yaml = serde_saphyr::to_string(value).context("cannot be written as YAML")?;
    ensure!(
        read(&yaml)? == *value,
        "the YAML written does not read back as it was meant"
    );
    Ok(yaml)
}

fn scale_rule(rule: &mut Map<String, Value>, speed: Speed) -> anyhow::Result<()> {
    let expr = rule.get_mut("expr").context("a rule has `expr`")?;
    let text = expr.as_str().context("`expr` is text")?;
    *expr = expression::scale(text, speed.divisor())?.into();
    if rule.contains_key("alert") {
        let labels = rule
            .entry("labels")
            .or_insert_with(|| Value::Object(Map::new()));
        labels
            .as_object_mut()
            .context("`labels` is a mapping")?
            .insert("speed".to_owned(), speed.name().into());
    }
    Ok(())
}

/// Divides the values of the given keys, however deep they are. `labels` and `annotations` are not
/// ours to read.
fn scale_keys(value: &mut Value, keys: &[&str], speed: Speed) -> anyhow::Result<()> {
    match value {
        Value::Array(items) => items
            .iter_mut()
            .try_for_each(|item| scale_keys(item, keys, speed)),
        Value::Object(map) => {
            for (key, value) in map {
                if keys.contains(&key.as_str()) {
                    let text = value.as_str().with_context(|| format!("`{key}` is text"))?;
                    *value = duration::divide_text(text, speed.divisor())
                        .with_context(|| format!("`{key}`"))?
                        .into();
                } else if !matches!(key.as_str(), "labels" | "annotations") {
                    scale_keys(value, keys, speed)?;
                }
            }
            Ok(())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
