//! Alerts in Slack, by an incoming webhook. Its URL is the secret.

use std::path::PathBuf;

use chassis::config::secret;
use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::{PeopleError, given_path, given_secret, secret_file, web_url};

const URL: &str = "ALERT_SLACK_WEBHOOK_URL";
const URL_FILE: &str = "ALERT_SLACK_WEBHOOK_URL_FILE";

/// Alerts in Slack.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Alerts in Slack")]
pub struct SlackArgs {
    /// An incoming webhook of Slack, or of what speaks like it.
    #[arg(long, env = URL, hide_env_values = true, value_name = "URL")]
    pub alert_slack_webhook_url: Option<SecretString>,

    /// A file with the webhook's URL, instead of the URL itself.
    #[arg(long, env = URL_FILE, value_parser = secret::file(), value_name = "FILE")]
    pub alert_slack_webhook_url_file: Option<PathBuf>,
}

/// Where Slack takes messages.
#[derive(Clone, Debug)]
pub(super) enum Slack {
    Url(SecretString),
    File(PathBuf),
}

impl SlackArgs {
    pub(super) fn settle(&self) -> Result<Option<Slack>, PeopleError> {
        let url = given_secret(self.alert_slack_webhook_url.as_ref());
        let file = given_path(self.alert_slack_webhook_url_file.as_ref());
        match (url, file) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => Err(PeopleError::Both(URL, URL_FILE)),
            (Some(url), None) => Ok(Some(Slack::Url(web_url(URL, url)?.into()))),
            (None, Some(file)) => {
                let (path, url) = secret_file(URL_FILE, file)?;
                web_url(URL_FILE, url.expose_secret())?;
                Ok(Some(Slack::File(path)))
            }
        }
    }
}

impl Slack {
    /// Whether its configuration holds the secret itself.
    pub(super) const fn is_secret(&self) -> bool {
        matches!(self, Self::Url(_))
    }

    pub(super) fn config(&self) -> Value {
        let (key, value) = match self {
            Self::Url(url) => ("api_url", url.expose_secret().to_owned()),
            Self::File(path) => ("api_url_file", path.display().to_string()),
        };
        json!({
            key: value,
            "username": "firedrill",
            "send_resolved": true,
            "title": r#"{{ template "firedrill.subject" . }}"#,
            "fallback": r#"{{ template "firedrill.subject" . }}"#,
            "text": r#"{{ template "firedrill.text" . }}"#,
        })
    }
}
