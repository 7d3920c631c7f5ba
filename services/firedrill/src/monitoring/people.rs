//! Whom alerts are sent to beside the drills' own webhook: by mail, Slack, Telegram and SNS, each as
//! far as the environment names it. Nothing is on by itself.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

mod email;
mod receivers;
mod slack;
mod sns;
mod telegram;

use email::{Email, EmailArgs};
use slack::{Slack, SlackArgs};
use sns::{Sns, SnsArgs};
use telegram::{Telegram, TelegramArgs};

pub(super) use receivers::tell;

/// Whom alerts are sent to, as written.
#[derive(Args, Clone, Debug, Default)]
#[expect(
    missing_docs,
    reason = "a doc comment here would become the help's heading"
)]
pub struct PeopleArgs {
    #[command(flatten)]
    pub email: EmailArgs,
    #[command(flatten)]
    pub slack: SlackArgs,
    #[command(flatten)]
    pub telegram: TelegramArgs,
    #[command(flatten)]
    pub sns: SnsArgs,
}

/// Whom alerts are sent to. Holds secrets; `Debug` shows none.
#[derive(Clone, Debug, Default)]
pub struct People(Vec<Channel>);

/// One way to reach people.
#[derive(Clone, Debug)]
enum Channel {
    Email(Email),
    Slack(Slack),
    Telegram(Telegram),
    Sns(Sns),
}

/// How urgent an alert is, as its label says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Severity {
    Page,
    Ticket,
}

/// Why people cannot be reached as written. Names keys, never a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeopleError {
    /// Only a part is there.
    #[error("{missing} is missing: {given} alone reaches nobody")]
    Half {
        /// The key that must be set as well.
        missing: &'static str,
        /// The key that is set.
        given: &'static str,
    },
    /// The same thing is said twice.
    #[error("{0} and {1} say the same thing; set one of them")]
    Both(&'static str, &'static str),
    /// A value cannot be used.
    #[error("{key}: {problem}")]
    Wrong {
        /// The key.
        key: &'static str,
        /// What is wrong.
        problem: String,
    },
}

impl PeopleArgs {
    /// Whom alerts are sent to; nobody where nothing is set.
    ///
    /// # Errors
    /// When a part is missing or cannot be used.
    pub fn settle(&self) -> Result<People, PeopleError> {
        let channels = [
            self.email.settle()?.map(Channel::Email),
            self.slack.settle()?.map(Channel::Slack),
            self.telegram.settle()?.map(Channel::Telegram),
            self.sns.settle()?.map(Channel::Sns),
        ];
        Ok(People(channels.into_iter().flatten().collect()))
    }
}

impl People {
    /// What the ways to reach them are called; empty where nobody is told.
    pub fn ways(&self) -> Vec<&'static str> {
        self.0.iter().map(Channel::title).collect()
    }

    /// Whether a configuration that tells them holds a secret.
    pub(super) fn are_secret(&self) -> bool {
        self.0.iter().any(|channel| match channel {
            Channel::Slack(slack) => slack.is_secret(),
            Channel::Telegram(_) => true,
            Channel::Email(_) | Channel::Sns(_) => false,
        })
    }
}

impl Channel {
    const fn title(&self) -> &'static str {
        match self {
            Self::Email(_) => "mail",
            Self::Slack(_) => "Slack",
            Self::Telegram(_) => "Telegram",
            Self::Sns(_) => "SNS",
        }
    }

    /// Its name in Alertmanager's configuration, where `_configs` follows it.
    const fn name(&self) -> &'static str {
        match self {
            Self::Email(_) => "email",
            Self::Slack(_) => "slack",
            Self::Telegram(_) => "telegram",
            Self::Sns(_) => "sns",
        }
    }

    /// Its configuration, with its secrets.
    fn config(&self, severity: Severity) -> Value {
        match self {
            Self::Email(email) => email.config(),
            Self::Slack(slack) => slack.config(),
            Self::Telegram(telegram) => telegram.config(severity),
            Self::Sns(sns) => sns.config(severity),
        }
    }
}

impl Severity {
    const ALL: [Self; 2] = [Self::Page, Self::Ticket];

    /// The label's value, and the name of the receiver.
    const fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Ticket => "ticket",
        }
    }
}

/// What is set to nothing, as by a compose file that passes everything on, is not set.
fn given(value: Option<&String>) -> Option<&str> {
    value
        .map(|value| value.trim())
        .filter(|value| !value.is_empty())
}

fn given_secret(value: Option<&SecretString>) -> Option<&str> {
    let value = value.map(|value| value.expose_secret().trim());
    value.filter(|value| !value.is_empty())
}

fn given_path(value: Option<&PathBuf>) -> Option<&Path> {
    let value = value.map(PathBuf::as_path);
    value.filter(|path| !path.as_os_str().is_empty())
}

/// A value without which another one is of no use.
fn needed<T>(
    value: Option<T>,
    missing: &'static str,
    given: &'static str,
) -> Result<T, PeopleError> {
    value.ok_or(PeopleError::Half { missing, given })
}

/// The secret in a file. Its path is made absolute: Alertmanager works in another folder.
fn secret_file(key: &'static str, path: &Path) -> Result<(PathBuf, SecretString), PeopleError> {
    let wrong = |problem: String| PeopleError::Wrong { key, problem };
    let unreadable = |error| wrong(format!("{} cannot be read: {error}", path.display()));
    let text = SecretString::from(fs::read_to_string(path).map_err(unreadable)?);
    let secret = given_secret(Some(&text)).map(SecretString::from);
    let secret = secret.ok_or_else(|| wrong(format!("{} is empty", path.display())))?;
    Ok((path.canonicalize().map_err(unreadable)?, secret))
}

/// An address that Alertmanager can call. The text may be a secret: it is not in the error.
fn web_url(key: &'static str, text: &str) -> Result<String, PeopleError> {
    let good = url::Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if good {
        Ok(text.to_owned())
    } else {
        Err(PeopleError::Wrong {
            key,
            problem: "is not an http:// or https:// URL".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests;
