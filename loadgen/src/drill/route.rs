//! Which way Alertmanager sends an alert, and how long it lets it wait.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;

use super::duration;
use super::matcher::Matcher;
use super::prometheus::Labels;

/// Alertmanager's own defaults.
const DEFAULT_GROUP_WAIT: Duration = Duration::from_secs(30);
const DEFAULT_GROUP_INTERVAL: Duration = Duration::from_mins(5);
const DEFAULT_REPEAT_INTERVAL: Duration = Duration::from_hours(4);

/// Alertmanager's routing tree, and who is at its ends.
#[derive(Clone, Debug, Default)]
pub struct Routing {
    root: Node,
    receivers: BTreeSet<String>,
}

/// How one alert is grouped and sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grouping {
    /// How long a new group waits for more.
    pub group_wait: Duration,
    /// How long a group that was sent waits until changes are sent.
    pub group_interval: Duration,
    /// How long a group that has not changed waits until it is sent once more.
    pub repeat_interval: Duration,
}

impl Default for Grouping {
    /// Alertmanager's own.
    fn default() -> Self {
        Self {
            group_wait: DEFAULT_GROUP_WAIT,
            group_interval: DEFAULT_GROUP_INTERVAL,
            repeat_interval: DEFAULT_REPEAT_INTERVAL,
        }
    }
}

/// Why the configuration could not be understood.
#[derive(Debug, Error)]
#[error("Alertmanager's configuration can't be read: {0}")]
pub struct RoutingError(String);

#[derive(Clone, Debug, Default, Deserialize)]
struct Node {
    #[serde(default)]
    group_wait: Option<String>,
    #[serde(default)]
    group_interval: Option<String>,
    #[serde(default)]
    repeat_interval: Option<String>,
    #[serde(default)]
    matchers: Vec<String>,
    #[serde(default, rename = "match")]
    equal: Labels,
    #[serde(default, rename = "match_re")]
    regex: Labels,
    #[serde(default)]
    routes: Vec<Node>,
}

impl Routing {
    /// Reads Alertmanager's configuration, YAML.
    pub fn parse(configuration: &str) -> Result<Self, RoutingError> {
        #[derive(Deserialize)]
        struct Configuration {
            route: Node,
            #[serde(default)]
            receivers: Vec<Receiver>,
        }
        #[derive(Deserialize)]
        struct Receiver {
            name: String,
        }
        let configuration: Configuration = serde_saphyr::from_str(configuration)
            .map_err(|error| RoutingError(error.to_string()))?;
        let names = configuration.receivers.into_iter();
        Ok(Self {
            root: configuration.route,
            receivers: names.map(|receiver| receiver.name).collect(),
        })
    }

    /// Whether there is a receiver of that name.
    pub fn has_receiver(&self, name: &str) -> bool {
        self.receivers.contains(name)
    }

    /// How an alert with these labels is grouped. Follows the first matching child at each level;
    /// what a child leaves out it inherits.
    pub fn grouping(&self, labels: &Labels) -> Grouping {
        let mut grouping = Grouping::default();
        let mut node = &self.root;
        loop {
            node.refine(&mut grouping);
            match node.routes.iter().find(|child| child.matches(labels)) {
                Some(child) => node = child,
                None => return grouping,
            }
        }
    }
}

impl Node {
    fn refine(&self, grouping: &mut Grouping) {
        let read = |text: &Option<String>| text.as_deref().and_then(duration::parse);
        grouping.group_wait = read(&self.group_wait).unwrap_or(grouping.group_wait);
        grouping.group_interval = read(&self.group_interval).unwrap_or(grouping.group_interval);
        grouping.repeat_interval = read(&self.repeat_interval).unwrap_or(grouping.repeat_interval);
    }

    fn matches(&self, labels: &Labels) -> bool {
        let old_form = |pairs: &Labels, is_regex| {
            pairs.iter().all(|(name, value)| {
                let matcher = Matcher {
                    name: name.clone(),
                    value: value.clone(),
                    is_regex,
                    is_equal: true,
                };
                matcher.matches(labels)
            })
        };
        let new_form = self.matchers.iter().flat_map(|text| split(text));
        old_form(&self.equal, false)
            && old_form(&self.regex, true)
            && new_form
                .map(Matcher::parse)
                .all(|matcher| matcher.is_some_and(|matcher| matcher.matches(labels)))
    }
}

/// One entry may hold several matchers in braces: `{a="1", b="2"}`.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let inner = text.trim().trim_start_matches('{').trim_end_matches('}');
    let mut quoted = false;
    inner
        .split(move |c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        })
        .map(str::trim)
        .filter(|matcher| !matcher.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIGURATION: &str = r#"
route:
  receiver: webhook
  group_by: [service]
  group_wait: 15s
  group_interval: 1m
  repeat_interval: 12h
  routes:
    - matchers: [alertname="Watchdog"]
      group_wait: 0s
    - matchers: ['{severity="page", service=~"a,b|pizza-.*"}']
      group_interval: 2m
      routes:
        - match: { alertname: PizzaOrderSurge }
          group_wait: 2s
receivers:
  - name: webhook
"#;

    fn grouping(labels: &[(&str, &str)]) -> Grouping {
        let labels = labels
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Routing::parse(CONFIGURATION)
            .expect("a configuration")
            .grouping(&labels)
    }

    #[test]
    fn the_deepest_match_decides_and_the_rest_is_inherited() {
        let root = grouping(&[("alertname", "Other"), ("severity", "ticket")]);
        assert_eq!(root.group_wait, Duration::from_secs(15));
        assert_eq!(root.group_interval, Duration::from_mins(1));
        assert_eq!(root.repeat_interval, Duration::from_hours(12));
        assert_eq!(
            grouping(&[("alertname", "Watchdog")]).group_wait,
            Duration::ZERO
        );
        let deep = grouping(&[
            ("alertname", "PizzaOrderSurge"),
            ("severity", "page"),
            ("service", "pizza-service"),
        ]);
        assert_eq!(deep.group_wait, Duration::from_secs(2));
        assert_eq!(deep.group_interval, Duration::from_mins(2));
    }

    #[test]
    fn a_configuration_without_routes_is_an_error() {
        assert!(Routing::parse("receivers: []").is_err());
        let bare = Routing::parse("route: {receiver: webhook}").expect("a route");
        assert_eq!(bare.grouping(&Labels::new()), Grouping::default());
    }

    #[test]
    fn receivers_are_known_by_name() {
        let routing = Routing::parse(CONFIGURATION).expect("a configuration");
        assert!(routing.has_receiver("webhook"));
        assert!(!routing.has_receiver("page"));
    }
}
