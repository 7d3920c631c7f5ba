//! What a drill asks of Alertmanager.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::Url;

use super::http::{self, Api, HttpError};
use super::matcher::Matcher;
use super::prometheus::Labels;

/// Alertmanager's HTTP API.
#[derive(Clone, Debug)]
pub struct Alertmanager(Api);

/// What Alertmanager says of itself.
#[derive(Clone, Debug)]
pub struct Status {
    /// Its version.
    pub version: String,
    /// Its configuration, as YAML.
    pub configuration: String,
}

/// An alert that Alertmanager holds.
#[derive(Clone, Debug, Deserialize)]
pub struct HeldAlert {
    /// Its labels.
    pub labels: Labels,
    #[serde(default)]
    status: HeldStatus,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct HeldStatus {
    inhibited_by: Vec<String>,
}

impl HeldAlert {
    /// Whether another alert holds it back.
    pub fn is_inhibited(&self) -> bool {
        !self.status.inhibited_by.is_empty()
    }
}

/// A silence.
#[derive(Clone, Debug, Deserialize)]
pub struct Silence {
    /// Its id.
    pub id: String,
    /// Who set it.
    #[serde(rename = "createdBy", default)]
    pub created_by: String,
    /// What its author said about it.
    #[serde(default)]
    pub comment: String,
    /// Whether it is in force.
    status: SilenceStatus,
    /// What it silences; all must match.
    pub matchers: Vec<Matcher>,
}

#[derive(Clone, Debug, Deserialize)]
struct SilenceStatus {
    state: String,
}

impl Silence {
    /// Whether it is in force now or will be.
    pub fn counts(&self) -> bool {
        self.status.state != "expired"
    }
}

impl Alertmanager {
    /// The one at that address.
    pub fn new(client: reqwest::Client, base: Url) -> Self {
        Self(Api::new(client, base))
    }

    /// Its address.
    pub fn url(&self) -> &Url {
        self.0.base()
    }

    /// Whether it is ready; else why not.
    pub async fn ready(&self) -> Result<(), HttpError> {
        self.0.text("/-/ready").await.map(drop)
    }

    /// Its version and configuration.
    pub async fn status(&self) -> Result<Status, HttpError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Answer {
            version_info: VersionInfo,
            config: Config,
        }
        #[derive(Deserialize)]
        struct VersionInfo {
            version: String,
        }
        #[derive(Deserialize)]
        struct Config {
            original: String,
        }
        let answer: Answer = self.0.get("/api/v2/status").await?;
        Ok(Status {
            version: answer.version_info.version,
            configuration: answer.config.original,
        })
    }

    /// Every alert that it holds: active, silenced and inhibited.
    pub async fn alerts(&self) -> Result<Vec<HeldAlert>, HttpError> {
        self.0.get("/api/v2/alerts").await
    }

    /// Every silence that it knows.
    pub async fn silences(&self) -> Result<Vec<Silence>, HttpError> {
        self.0.get("/api/v2/silences").await
    }

    /// Sets a silence from now until then, and returns its id.
    pub async fn silence(
        &self,
        matchers: &[Matcher],
        until: OffsetDateTime,
        created_by: &str,
        comment: &str,
    ) -> Result<String, HttpError> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(rename = "silenceID")]
            silence_id: String,
        }
        let body = json!({
            "matchers": matchers,
            "startsAt": rfc3339(OffsetDateTime::now_utc()),
            "endsAt": rfc3339(until),
            "createdBy": created_by,
            "comment": comment,
        });
        let request = self.0.request(Method::POST, "/api/v2/silences").json(&body);
        let answer: Answer = http::json(self.0.send(request).await?).await?;
        Ok(answer.silence_id)
    }

    /// Ends a silence.
    pub async fn expire(&self, id: &str) -> Result<(), HttpError> {
        let path = format!("/api/v2/silence/{id}");
        let request = self.0.request(Method::DELETE, &path);
        self.0.send(request).await.map(drop)
    }
}

/// As Alertmanager reads it. A year of five digits is no time of ours.
fn rfc3339(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}
