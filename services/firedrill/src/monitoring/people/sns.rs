//! Alerts to a topic of Amazon SNS. Who may publish there is the machine's role, or what else the
//! AWS SDK finds: no secret of ours.

use clap::Args;
use serde_json::{Value, json};

use super::{PeopleError, Severity, given, needed, web_url};

const TOPIC: &str = "ALERT_SNS_TOPIC_ARN";
const REGION: &str = "ALERT_SNS_REGION";
const API: &str = "ALERT_SNS_API_URL";

/// Alerts to Amazon SNS.
#[derive(Args, Clone, Debug, Default)]
#[expect(clippy::struct_field_names, reason = "flags are named as the fields")]
#[command(next_help_heading = "Alerts to Amazon SNS")]
pub struct SnsArgs {
    /// The topic that is told.
    #[arg(long, env = TOPIC, value_name = "ARN")]
    pub alert_sns_topic_arn: Option<String>,

    /// Its region [default: the topic's own].
    #[arg(long, env = REGION, value_name = "REGION")]
    pub alert_sns_region: Option<String>,

    /// Another endpoint than the region's, as one within a VPC.
    #[arg(long, env = API, value_name = "URL")]
    pub alert_sns_api_url: Option<String>,
}

/// A topic.
#[derive(Clone, Debug)]
pub(super) struct Sns {
    topic: String,
    region: String,
    api: Option<String>,
}

impl SnsArgs {
    pub(super) fn settle(&self) -> Result<Option<Sns>, PeopleError> {
        let topic = given(self.alert_sns_topic_arn.as_ref());
        let region = given(self.alert_sns_region.as_ref());
        let api = given(self.alert_sns_api_url.as_ref());
        let Some(topic) = topic else {
            return match (region, api) {
                (None, None) => Ok(None),
                (Some(_), _) => needed(None, TOPIC, REGION),
                (None, Some(_)) => needed(None, TOPIC, API),
            };
        };
        let own = region_of(topic).ok_or_else(|| PeopleError::Wrong {
            key: TOPIC,
            problem: format!("`{topic}` is not arn:aws:sns:REGION:ACCOUNT:NAME"),
        })?;
        Ok(Some(Sns {
            topic: topic.to_owned(),
            region: region.unwrap_or(own).to_owned(),
            api: api.map(|url| web_url(API, url)).transpose()?,
        }))
    }
}

/// `arn:PARTITION:sns:REGION:ACCOUNT:NAME`
fn region_of(topic: &str) -> Option<&str> {
    let parts: Vec<&str> = topic.split(':').collect();
    match parts[..] {
        ["arn", _, "sns", region, account, name] if ![region, account, name].contains(&"") => {
            Some(region)
        }
        _ => None,
    }
}

impl Sns {
    /// Subscribers can choose by the attribute `severity`.
    pub(super) fn config(&self, severity: Severity) -> Value {
        let mut config = json!({
            "topic_arn": self.topic,
            "sigv4": { "region": self.region },
            "send_resolved": true,
            "subject": r#"{{ template "firedrill.headline" . }}"#,
            "message": r#"{{ template "firedrill.text" . }}"#,
            "attributes": { "severity": severity.name() },
        });
        if let Some(api) = &self.api {
            config["api_url"] = api.as_str().into();
        }
        config
    }
}
