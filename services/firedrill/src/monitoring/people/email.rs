//! Alerts by mail.

use std::path::PathBuf;

use chassis::config::secret;
use clap::Args;
use clap::builder::FalseyValueParser;
use serde_json::{Value, json};

use super::{PeopleError, given, given_path, needed, secret_file};

const TO: &str = "ALERT_EMAIL_TO";
const FROM: &str = "ALERT_EMAIL_FROM";
const HOST: &str = "ALERT_SMTP_HOST";
const USER: &str = "ALERT_SMTP_USER";
const PASSWORD_FILE: &str = "ALERT_SMTP_PASSWORD_FILE";

/// Alerts by mail.
#[derive(Args, Clone, Debug, Default)]
#[expect(clippy::struct_field_names, reason = "flags are named as the fields")]
#[command(next_help_heading = "Alerts by mail")]
pub struct EmailArgs {
    /// Who gets alerts by mail; several addresses with commas between them.
    #[arg(long, env = TO, value_name = "ADDRESSES")]
    pub alert_email_to: Option<String>,

    /// Whom they come from.
    #[arg(long, env = FROM, value_name = "ADDRESS")]
    pub alert_email_from: Option<String>,

    /// The SMTP server.
    #[arg(long, env = HOST, value_name = "HOST:PORT")]
    pub alert_smtp_host: Option<String>,

    /// The user that the server asks for.
    #[arg(long, env = USER, value_name = "NAME")]
    pub alert_smtp_user: Option<String>,

    /// A file with the user's password.
    #[arg(long, env = PASSWORD_FILE, value_parser = secret::file(), value_name = "FILE")]
    pub alert_smtp_password_file: Option<PathBuf>,

    /// Sends mail without TLS too, as to a server on this machine.
    #[arg(long, env = "ALERT_SMTP_PLAIN", value_parser = FalseyValueParser::new())]
    pub alert_smtp_plain: bool,
}

/// A mail server, and who gets mail from it.
#[derive(Clone, Debug)]
pub(super) struct Email {
    to: String,
    from: String,
    host: String,
    login: Option<(String, PathBuf)>,
    plain: bool,
}

impl EmailArgs {
    pub(super) fn settle(&self) -> Result<Option<Email>, PeopleError> {
        let to = given(self.alert_email_to.as_ref());
        let from = given(self.alert_email_from.as_ref());
        let host = given(self.alert_smtp_host.as_ref());
        let user = given(self.alert_smtp_user.as_ref());
        let password = given_path(self.alert_smtp_password_file.as_ref());
        let keys = [
            (to.is_some(), TO),
            (from.is_some(), FROM),
            (host.is_some(), HOST),
            (user.is_some(), USER),
            (password.is_some(), PASSWORD_FILE),
        ];
        let Some((_, first)) = keys.into_iter().find(|(set, _)| *set) else {
            return Ok(None);
        };
        let login = match (user, password) {
            (None, None) => None,
            (Some(user), Some(file)) => {
                Some((user.to_owned(), secret_file(PASSWORD_FILE, file)?.0))
            }
            (Some(_), None) => return needed(None, PASSWORD_FILE, USER),
            (None, Some(_)) => return needed(None, USER, PASSWORD_FILE),
        };
        let host = needed(host, HOST, first)?;
        if !is_address(host) {
            return Err(PeopleError::Wrong {
                key: HOST,
                problem: format!("`{host}` is not HOST:PORT"),
            });
        }
        Ok(Some(Email {
            to: needed(to, TO, first)?.to_owned(),
            from: needed(from, FROM, first)?.to_owned(),
            host: host.to_owned(),
            login,
            plain: self.alert_smtp_plain,
        }))
    }
}

fn is_address(text: &str) -> bool {
    text.rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

impl Email {
    pub(super) fn config(&self) -> Value {
        let mut config = json!({
            "to": self.to,
            "from": self.from,
            "smarthost": self.host,
            "require_tls": !self.plain,
            "send_resolved": true,
            "headers": { "Subject": r#"{{ template "firedrill.subject" . }}"# },
            "html": "",
            "text": r#"{{ template "firedrill.text" . }}"#,
        });
        if let Some((user, password)) = &self.login {
            config["auth_username"] = user.as_str().into();
            config["auth_password_file"] = password.display().to_string().into();
        }
        config
    }
}
