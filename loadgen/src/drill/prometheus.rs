//! What a drill asks of Prometheus, or of a server that answers as it does. Such a server need not
//! have all of its paths.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::duration::deserialize as duration;
use super::http::{Api, HttpError, json, where_there};

/// Labels of a series or an alert.
pub type Labels = BTreeMap<String, String>;

/// Paths that servers which speak Prometheus's language may lack.
const READY: &str = "/-/ready";
const BUILD: &str = "/api/v1/status/buildinfo";
const TARGETS: &str = "/api/v1/targets";
const ALERTS: &str = "/api/v1/alerts";

/// Prometheus's HTTP API.
#[derive(Clone, Debug)]
pub struct Prometheus(Api);

/// A target that is scraped.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Its labels, `job` and `service` among them.
    pub labels: Labels,
    /// `up`, `down` or `unknown`.
    pub health: String,
    /// Why it is down.
    #[serde(default)]
    pub last_error: String,
    /// How often it is scraped.
    #[serde(deserialize_with = "duration")]
    pub scrape_interval: Duration,
}

/// A group of rules.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleGroup {
    /// The group's name.
    pub name: String,
    /// Time from one evaluation to the next, seconds.
    pub interval: f64,
    /// Its alerting rules.
    pub rules: Vec<Rule>,
    /// When it was evaluated last, as Prometheus writes it.
    #[serde(default)]
    pub last_evaluation: String,
}

/// An alerting rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// The `alertname`.
    pub name: String,
    /// Its expression.
    pub query: String,
    /// Its `for`, seconds.
    #[serde(default)]
    pub duration: f64,
    /// Its `keep_firing_for`, seconds.
    #[serde(default)]
    pub keep_firing_for: f64,
    /// The labels it adds.
    #[serde(default)]
    pub labels: Labels,
    /// `ok`, `err` or `unknown`.
    pub health: String,
    /// Why its evaluation fails.
    #[serde(default)]
    pub last_error: String,
    /// Its instances that are pending or firing.
    #[serde(default)]
    pub alerts: Vec<Alert>,
}

/// An alert instance.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Alert {
    /// Its labels, `alertname` among them.
    pub labels: Labels,
    /// Its state.
    pub state: AlertState,
}

/// The state of an alert instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    /// Its expression is true, its `for` has not passed yet.
    Pending,
    /// It fires.
    Firing,
    /// Neither; only within rules.
    Inactive,
}

/// A series of a range query: its labels, and the seconds since 1970 at which it has a sample.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its labels.
    pub labels: Labels,
    /// Sample times, rising.
    pub times: Vec<f64>,
}

#[derive(Deserialize)]
struct Answer<T> {
    data: T,
}

#[derive(Deserialize)]
struct QueryData<T> {
    result: T,
}

impl Prometheus {
    /// The one at that address.
    pub fn new(client: reqwest::Client, base: Url) -> Self {
        Self(Api::new(client, base))
    }

    /// Its address.
    pub fn url(&self) -> &Url {
        self.0.base()
    }

    /// Whether it is ready; else why not. Where it has no word for that, whether it answers a query.
    pub async fn ready(&self) -> Result<(), HttpError> {
        match where_there(self.0.text(READY).await)? {
            Some(_) => Ok(()),
            None => self.any("vector(1)").await.map(drop),
        }
    }

    /// Those paths that a drill would ask for, and can do without, that it does not have.
    pub async fn missing(&self) -> Result<Vec<&'static str>, HttpError> {
        let mut missing = Vec::new();
        for path in [READY, BUILD, TARGETS, ALERTS] {
            if where_there(self.0.text(path).await)?.is_none() {
                missing.push(path);
            }
        }
        Ok(missing)
    }

    /// Its version; nothing where it does not say.
    pub async fn version(&self) -> Result<Option<String>, HttpError> {
        #[derive(Deserialize)]
        struct BuildInfo {
            version: String,
        }
        let info: Option<BuildInfo> = where_there(self.data(BUILD, &[]).await)?;
        Ok(info.map(|info| info.version))
    }

    /// The targets that it scrapes; nothing where it does not say.
    pub async fn targets(&self) -> Result<Option<Vec<Target>>, HttpError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Targets {
            active_targets: Vec<Target>,
        }
        let targets = self.data(TARGETS, &[("state", "active")]).await;
        let targets: Option<Targets> = where_there(targets)?;
        Ok(targets.map(|targets| targets.active_targets))
    }

    /// The groups with alerting rules.
    pub async fn rules(&self) -> Result<Vec<RuleGroup>, HttpError> {
        #[derive(Deserialize)]
        struct Groups {
            groups: Vec<RuleGroup>,
        }
        let groups: Groups = self.data("/api/v1/rules", &[("type", "alert")]).await?;
        Ok(groups.groups)
    }

    /// Every alert instance that is pending or firing; nothing where only its rules tell.
    pub async fn alerts(&self) -> Result<Option<Vec<Alert>>, HttpError> {
        #[derive(Deserialize)]
        struct Alerts {
            alerts: Vec<Alert>,
        }
        let alerts: Option<Alerts> = where_there(self.data(ALERTS, &[]).await)?;
        Ok(alerts.map(|alerts| alerts.alerts))
    }

    /// Whether an instant query returns anything; a scalar always does.
    pub async fn any(&self, promql: &str) -> Result<bool, HttpError> {
        let data: QueryData<serde_json::Value> =
            self.data("/api/v1/query", &[("query", promql)]).await?;
        Ok(data
            .result
            .as_array()
            .is_some_and(|samples| !samples.is_empty()))
    }

    /// The series that a range query returns. Times are seconds since 1970, `step` is seconds.
    pub async fn range(
        &self,
        promql: &str,
        from: f64,
        to: f64,
        step: f64,
    ) -> Result<Vec<Series>, HttpError> {
        let (start, end, step) = (
            format!("{from:.3}"),
            format!("{to:.3}"),
            format!("{step:.3}"),
        );
        let parameters = [
            ("query", promql),
            ("start", &start),
            ("end", &end),
            ("step", &step),
        ];
        let data: QueryData<Vec<RangeSeries>> =
            self.data("/api/v1/query_range", &parameters).await?;
        Ok(data.result.into_iter().map(Series::from).collect())
    }

    /// The labels of every series that has a sample in that time, seconds since 1970.
    pub async fn series(
        &self,
        selector: &str,
        from: f64,
        to: f64,
    ) -> Result<Vec<Labels>, HttpError> {
        let (start, end) = (format!("{from:.3}"), format!("{to:.3}"));
        let parameters = [("match[]", selector), ("start", &start), ("end", &end)];
        self.data("/api/v1/series", &parameters).await
    }

    /// The samples that a range query returns, their values as Prometheus writes them.
    pub async fn samples(
        &self,
        promql: &str,
        from: f64,
        to: f64,
        step: f64,
    ) -> Result<Vec<(Labels, Vec<(f64, String)>)>, HttpError> {
        #[derive(Deserialize)]
        struct Samples {
            metric: Labels,
            values: Vec<(f64, String)>,
        }
        let [start, end, step] = [from, to, step].map(|seconds| format!("{seconds:.3}"));
        let parameters = [
            ("query", promql),
            ("start", &start),
            ("end", &end),
            ("step", &step),
        ];
        let data: QueryData<Vec<Samples>> = self.data("/api/v1/query_range", &parameters).await?;
        let series = data.result.into_iter();
        Ok(series.map(|one| (one.metric, one.values)).collect())
    }

    async fn data<T: DeserializeOwned>(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
    ) -> Result<T, HttpError> {
        let request = self.0.request(Method::GET, path).query(parameters);
        let answer: Answer<T> = json(self.0.send(request).await?).await?;
        Ok(answer.data)
    }
}

#[derive(Deserialize)]
struct RangeSeries {
    metric: Labels,
    values: Vec<(f64, serde::de::IgnoredAny)>,
}

impl From<RangeSeries> for Series {
    fn from(series: RangeSeries) -> Self {
        Self {
            labels: series.metric,
            times: series.values.into_iter().map(|(time, _)| time).collect(),
        }
    }
}

impl AlertState {
    /// The state in a word, as reports carry it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Firing => "firing",
            Self::Inactive => "inactive",
        }
    }
}

/// Whether these labels are the Watchdog's, the alert that fires always.
pub fn is_watchdog(labels: &Labels) -> bool {
    labels
        .get("alertname")
        .is_some_and(|name| name == "Watchdog")
}
