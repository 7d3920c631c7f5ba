//! Alerts by Telegram, from a bot to a chat.

use std::path::PathBuf;

use chassis::config::secret;
use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::{PeopleError, Severity, given, given_path, given_secret, needed, secret_file, web_url};

const TOKEN: &str = "ALERT_TELEGRAM_BOT_TOKEN";
const TOKEN_FILE: &str = "ALERT_TELEGRAM_BOT_TOKEN_FILE";
const CHAT: &str = "ALERT_TELEGRAM_CHAT_ID";
const API: &str = "ALERT_TELEGRAM_API_URL";

/// Alerts by Telegram.
#[derive(Args, Clone, Debug, Default)]
#[expect(clippy::struct_field_names, reason = "flags are named as the fields")]
#[command(next_help_heading = "Alerts by Telegram")]
pub struct TelegramArgs {
    /// The token of the bot that tells.
    #[arg(long, env = TOKEN, hide_env_values = true, value_name = "TOKEN")]
    pub alert_telegram_bot_token: Option<SecretString>,

    /// A file with the token, instead of the token itself.
    #[arg(long, env = TOKEN_FILE, value_parser = secret::file(), value_name = "FILE")]
    pub alert_telegram_bot_token_file: Option<PathBuf>,

    /// The chat that is told; a group's number is negative.
    #[arg(long, env = CHAT, value_name = "NUMBER", allow_hyphen_values = true)]
    pub alert_telegram_chat_id: Option<String>,

    /// A Bot API server of your own, instead of Telegram's.
    #[arg(long, env = API, value_name = "URL")]
    pub alert_telegram_api_url: Option<String>,
}

/// A bot and a chat.
#[derive(Clone, Debug)]
pub(super) struct Telegram {
    token: SecretString,
    chat: i64,
    api: Option<String>,
}

impl TelegramArgs {
    pub(super) fn settle(&self) -> Result<Option<Telegram>, PeopleError> {
        let token = given_secret(self.alert_telegram_bot_token.as_ref());
        let file = given_path(self.alert_telegram_bot_token_file.as_ref());
        let chat = given(self.alert_telegram_chat_id.as_ref());
        let api = given(self.alert_telegram_api_url.as_ref());
        let (token, from) = match (token, file) {
            (Some(_), Some(_)) => return Err(PeopleError::Both(TOKEN, TOKEN_FILE)),
            (Some(token), None) => (SecretString::from(token), TOKEN),
            // Alertmanager 0.25 cannot read it from a file, so its configuration must hold it.
            (None, Some(file)) => (secret_file(TOKEN_FILE, file)?.1, TOKEN_FILE),
            (None, None) if chat.is_some() => return needed(None, TOKEN, CHAT),
            (None, None) if api.is_some() => return needed(None, TOKEN, API),
            (None, None) => return Ok(None),
        };
        let chat = needed(chat, CHAT, from)?;
        let chat = chat.parse().map_err(|_| PeopleError::Wrong {
            key: CHAT,
            problem: format!("`{chat}` is not a number"),
        })?;
        Ok(Some(Telegram {
            token,
            chat,
            api: api.map(|url| web_url(API, url)).transpose()?,
        }))
    }
}

impl Telegram {
    /// A ticket makes no sound: a phone lies beside the bed.
    pub(super) fn config(&self, severity: Severity) -> Value {
        let message =
            "<b>{{ template \"firedrill.headline\" . }}</b>\n{{ template \"firedrill.text\" . }}";
        let mut config = json!({
            "bot_token": self.token.expose_secret(),
            "chat_id": self.chat,
            "parse_mode": "HTML",
            "disable_notifications": severity == Severity::Ticket,
            "send_resolved": true,
            "message": message,
        });
        if let Some(api) = &self.api {
            config["api_url"] = api.as_str().into();
        }
        config
    }
}
