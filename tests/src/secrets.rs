//! What must appear nowhere in what a service says: the names of faults and drills.

use serde_json::Value;

/// Words that telemetry has a meaning of its own for.
const ORDINARY: [&str; 1] = ["error"];

/// What must appear nowhere: within a value where it is unmistakable, as a whole value otherwise.
#[derive(Debug)]
pub struct Secrets {
    within: Vec<String>,
    whole: Vec<String>,
}

impl Secrets {
    /// Names of fault kinds and scenarios, and ids of drills.
    pub fn new<'name>(names: impl IntoIterator<Item = &'name str>, drills: &[String]) -> Self {
        let names = names.into_iter().filter(|name| !ORDINARY.contains(name));
        let (mut within, whole): (Vec<_>, Vec<_>) = names
            .map(str::to_owned)
            .partition(|name| name.contains('-'));
        let underscored: Vec<_> = within.iter().map(|name| name.replace('-', "_")).collect();
        within.extend(drills.iter().cloned());
        Self {
            within,
            whole: [whole, underscored].concat(),
        }
    }

    fn in_text(&self, text: &str) -> Option<&String> {
        let within = self.within.iter().find(|name| text.contains(name.as_str()));
        within.or_else(|| self.whole.iter().find(|name| text == name.as_str()))
    }

    /// In any value of a JSON text, and in any key.
    pub fn in_json(&self, value: &Value) -> Option<&String> {
        match value {
            Value::String(text) => self.in_text(text),
            Value::Array(values) => values.iter().find_map(|value| self.in_json(value)),
            Value::Object(fields) => fields.iter().find_map(|(key, value)| {
                let within = self.within.iter().find(|name| key.contains(name.as_str()));
                within.or_else(|| self.in_json(value))
            }),
            _ => None,
        }
    }

    /// In a metric's line: its name, and the value of each label.
    pub fn in_metric(&self, line: &str) -> Option<&String> {
        let within = self.within.iter().find(|name| line.contains(name.as_str()));
        within.or_else(|| line.split('"').find_map(|part| self.in_text(part)))
    }

    /// In a row of comma-separated values.
    pub fn in_row(&self, row: &str) -> Option<&String> {
        let within = self.within.iter().find(|name| row.contains(name.as_str()));
        within.or_else(|| row.split([',', '"']).find_map(|field| self.in_text(field)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NAMES: [&str; 7] = [
        "crash",
        "db-latency",
        "db-pool",
        "error",
        "hang",
        "latency",
        "quince-marmalade",
    ];

    #[test]
    fn the_search_finds_names_where_they_would_be() {
        let secrets = Secrets::new(NAMES, &["01a2-drill".to_owned()]);
        for line in [
            r#"requests_total{fault="latency"} 1"#,
            r#"faults_total{kind="db_latency"} 1"#,
            "db-latency_total 1",
            r#"x{drill="01a2-drill"} 1"#,
            r#"x{scenario="crash"} 1"#,
        ] {
            assert!(secrets.in_metric(line).is_some(), "{line}");
        }
        assert!(secrets.in_metric(r#"process_cpu{mode="user"} 1"#).is_none());
        for value in [
            json!({ "message": "scenario quince-marmalade begins" }),
            json!({ "attributes": [{ "key": "a", "value": { "stringValue": "hang" } }] }),
            json!({ "db-pool": 1 }),
        ] {
            assert!(secrets.in_json(&value).is_some(), "{value}");
        }
        assert!(secrets.in_row("12:00,pizza-service,db_latency,1").is_some());
        assert!(secrets.in_row("12:00,pizza-service,create,1").is_none());
        let ordinary = json!({ "message": "the latency of a request", "level": "ERROR" });
        assert!(secrets.in_json(&ordinary).is_none());
    }
}
