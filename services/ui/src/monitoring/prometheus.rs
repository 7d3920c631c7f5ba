//! Asking Prometheus.

use std::collections::BTreeMap;

use chassis::Problem;
use chassis::http::client::Neighbour;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::form_urlencoded::Serializer;

use super::Minutes;
use crate::gateway::unavailable;

/// A series' labels.
pub(super) type Labels = BTreeMap<String, String>;

/// The server that is asked.
#[derive(Clone, Debug)]
pub(super) struct Prometheus(pub(super) Neighbour);

/// One series' value now.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Sample {
    pub(super) metric: Labels,
    value: (f64, String),
}

/// One series over time.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Series {
    pub(super) metric: Labels,
    values: Vec<(f64, String)>,
}

#[derive(Deserialize)]
struct Answer<T> {
    data: Data<T>,
}

#[derive(Deserialize)]
struct Data<T> {
    result: Vec<T>,
}

impl Sample {
    /// None where it is no number: 0 of 0 is no ratio.
    pub(super) fn value(&self) -> Option<f64> {
        number(&self.value.1)
    }
}

impl Series {
    /// Seconds since the Unix epoch, each with a value; none where it is no number.
    pub(super) fn points(&self) -> impl Iterator<Item = (f64, Option<f64>)> + '_ {
        self.values.iter().map(|(at, text)| (*at, number(text)))
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

impl Prometheus {
    /// The values of all series now.
    pub(super) async fn now(&self, query: &str) -> Result<Vec<Sample>, Problem> {
        let query = Serializer::new(String::new())
            .append_pair("query", query)
            .finish();
        self.ask("/api/v1/query", &query).await
    }

    /// The values of all series from `now` minus `minutes` to `now`, in seconds since the epoch.
    pub(super) async fn range(
        &self,
        query: &str,
        now: f64,
        minutes: Minutes,
    ) -> Result<Vec<Series>, Problem> {
        let query = Serializer::new(String::new())
            .append_pair("query", query)
            .append_pair("start", &(now - minutes.seconds()).to_string())
            .append_pair("end", &now.to_string())
            .append_pair("step", &minutes.step().to_string())
            .finish();
        self.ask("/api/v1/query_range", &query).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        route: &'static str,
        query: &str,
    ) -> Result<Vec<T>, Problem> {
        let path = format!("{route}?{query}");
        let answer: Result<Answer<T>, _> = self.0.get(route, &path).await;
        answer
            .map(|answer| answer.data.result)
            .map_err(|error| unavailable(self.0.name(), &error))
    }
}
