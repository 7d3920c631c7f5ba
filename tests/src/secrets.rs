//! What must appear nowhere in what a service says: the names of faults and drills.

use aho_corasick::{AhoCorasick, MatchKind};

/// Words that telemetry has a meaning of its own for.
const ORDINARY: [&str; 1] = ["error"];

/// How much of a text is shown on either side of what was found.
const AROUND: usize = 120;

/// What must appear nowhere: anywhere in a text where it is unmistakable, as a whole value of JSON, of a
/// label or of a comma-separated row otherwise.
#[derive(Debug)]
pub struct Secrets {
    search: AhoCorasick,
}

impl Secrets {
    /// Names of fault kinds and scenarios, and ids of drills.
    ///
    /// # Panics
    /// When there are more names than a search can hold.
    pub fn new<'name>(names: impl IntoIterator<Item = &'name str>, drills: &[String]) -> Self {
        let names = names.into_iter().filter(|name| !ORDINARY.contains(name));
        let (hyphened, plain): (Vec<_>, Vec<_>) = names
            .map(str::to_owned)
            .partition(|name| name.contains('-'));
        let underscored = hyphened.iter().map(|name| name.replace('-', "_"));
        let whole = plain.into_iter().chain(underscored);
        let whole = whole.flat_map(|name| {
            [
                format!(":\"{name}\""),
                format!("=\"{name}\""),
                format!(",{name},"),
            ]
        });
        let patterns: Vec<String> = whole
            .chain(hyphened.iter().cloned())
            .chain(drills.iter().cloned())
            .collect();
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .build(patterns)
            .expect("a few names");
        Self { search }
    }

    /// The first of them in a text, with what is around it.
    pub fn within(&self, text: &[u8]) -> Option<String> {
        let found = self.search.find(text)?;
        let from = found.start().saturating_sub(AROUND);
        let to = (found.end() + AROUND).min(text.len());
        Some(String::from_utf8_lossy(&text[from..to]).into_owned())
    }
}

#[cfg(test)]
mod tests {
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
        for text in [
            r#"requests_total{fault="latency"} 1"#,
            r#"faults_total{kind="db_latency"} 1"#,
            "db-latency_total 1",
            r#"x{drill="01a2-drill"} 1"#,
            r#"x{scenario="crash"} 1"#,
            r#"{"message":"scenario quince-marmalade begins"}"#,
            r#"{"key":"a","value":{"stringValue":"hang"}}"#,
            r#"{"db-pool":1}"#,
            "12:00,pizza-service,db_latency,1",
        ] {
            assert!(secrets.within(text.as_bytes()).is_some(), "{text}");
        }
        for text in [
            r#"process_cpu{mode="user"} 1"#,
            r#"{"message":"the latency of a request","level":"ERROR"}"#,
            r#"{"error":"connection refused"}"#,
            r#"{"latency":3}"#,
            "12:00,pizza-service,create,1",
        ] {
            assert_eq!(secrets.within(text.as_bytes()), None);
        }
    }

    #[test]
    fn what_is_found_is_shown_with_what_is_around_it() {
        let secrets = Secrets::new(NAMES, &[]);
        let found = secrets.within(b"x{scenario=\"crash\"} 1");
        assert_eq!(found.as_deref(), Some("x{scenario=\"crash\"} 1"));
    }
}
