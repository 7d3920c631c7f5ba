use std::os::unix::fs::PermissionsExt as _;

use clap::Parser;
use serde_json::Value;

use super::*;
use crate::monitoring::generate::tests::{check, endpoints};
use crate::monitoring::{Speed, built_in_rules, generate, speed};

#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    people: PeopleArgs,
}

const SECRETS: [&str; 3] = ["hunter2", "T000/B000/secret", "123:telegram-secret"];

/// The flags of each channel, and its name in the configuration.
fn flags(dir: &Path) -> anyhow::Result<[(&'static str, Vec<String>); 4]> {
    let password = dir.join("password");
    fs::write(&password, format!("{}\n", SECRETS[0]))?;
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Ok([
        (
            "email",
            words(&[
                "--alert-email-to=on-call@example.com, boss@example.com",
                "--alert-email-from=firedrill@example.com",
                "--alert-smtp-host=mail.example.com:587",
                "--alert-smtp-user=firedrill",
                &format!("--alert-smtp-password-file={}", password.display()),
            ]),
        ),
        (
            "slack",
            words(&[&format!(
                "--alert-slack-webhook-url=https://hooks.example.com/{}",
                SECRETS[1]
            )]),
        ),
        (
            "telegram",
            words(&[
                &format!("--alert-telegram-bot-token={}", SECRETS[2]),
                "--alert-telegram-chat-id=-1001234567890",
                "--alert-telegram-api-url=http://telegram.example.com",
            ]),
        ),
        (
            "sns",
            words(&["--alert-sns-topic-arn=arn:aws:sns:eu-central-1:123456789012:alerts"]),
        ),
    ])
}

fn args(flags: &[String]) -> anyhow::Result<PeopleArgs> {
    let words = ["test".to_owned()].into_iter().chain(flags.iter().cloned());
    Ok(Cli::try_parse_from(words)?.people)
}

fn refused(flags: &[&str]) -> String {
    let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
    let settled = args(&flags).expect("flags").settle();
    settled.expect_err("it is not whole").to_string()
}

fn receivers(dir: &Path) -> anyhow::Result<Vec<String>> {
    let config = speed::read(&fs::read_to_string(dir.join("alertmanager.yml"))?)?;
    let receivers = config["receivers"].as_array().cloned().unwrap_or_default();
    let name = |receiver: &Value| receiver["name"].as_str().map(str::to_owned);
    Ok(receivers.iter().filter_map(name).collect())
}

#[test]
fn every_combination_is_a_configuration() -> anyhow::Result<()> {
    let secrets = tempfile::tempdir()?;
    let all = flags(secrets.path())?;
    for chosen in 0_u32..16 {
        let chosen = all
            .iter()
            .enumerate()
            .filter(|(bit, _)| chosen & (1 << bit) != 0)
            .map(|(_, one)| one);
        let (names, flags): (Vec<_>, Vec<_>) =
            chosen.map(|(name, flags)| (*name, flags.clone())).unzip();
        let people = args(&flags.concat())?.settle()?;
        for speed in [Speed::Demo, Speed::Stock] {
            let dir = tempfile::tempdir()?;
            generate(dir.path(), speed, &endpoints()?, &built_in_rules(), &people)?;
            check(&dir, "amtool", &["check-config", "alertmanager.yml"])?;
            let mut wanted = vec!["page".to_owned(), "ticket".into(), "watchdog".into()];
            for severity in ["page", "ticket"] {
                wanted.extend(names.iter().map(|name| format!("{severity}-{name}")));
            }
            assert_eq!(receivers(dir.path())?, wanted);
            let mode = dir
                .path()
                .join("alertmanager.yml")
                .metadata()?
                .permissions();
            let holds_one = names.contains(&"slack") || names.contains(&"telegram");
            let readable = mode.mode() & 0o077 != 0;
            assert_eq!(readable, !holds_one, "{names:?}: {:o}", mode.mode());
        }
    }
    Ok(())
}

/// Where Alertmanager sends an alert with these labels, by its own account.
fn way(dir: &tempfile::TempDir, labels: &[&str]) -> anyhow::Result<Option<String>> {
    let mut command = std::process::Command::new("amtool");
    command
        .args(["config", "routes", "test", "--config.file=alertmanager.yml"])
        .args(labels)
        .current_dir(dir.path());
    match command.output() {
        Ok(output) => Ok(Some(String::from_utf8(output.stdout)?.trim().to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            assert!(std::env::var_os("CI").is_none(), "amtool is not on PATH");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

#[test]
fn people_hear_of_all_but_the_watchdog() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let flags: Vec<String> = flags(dir.path())?
        .into_iter()
        .flat_map(|one| one.1)
        .collect();
    let people = args(&flags)?.settle()?;
    assert_eq!(people.ways(), ["mail", "Slack", "Telegram", "SNS"]);
    generate(
        dir.path(),
        Speed::Demo,
        &endpoints()?,
        &built_in_rules(),
        &people,
    )?;
    let page = "page,page-email,page-slack,page-telegram,page-sns";
    for (labels, wanted) in [
        (["alertname=ServiceDown", "severity=page"], page),
        (["alertname=SomebodysOwn", "severity=critical"], page),
        (
            ["alertname=DeadLetters", "severity=ticket"],
            "ticket,ticket-email,ticket-slack,ticket-telegram,ticket-sns",
        ),
        (["alertname=Watchdog", "severity=none"], "watchdog"),
    ] {
        if let Some(way) = way(&dir, &labels)? {
            assert_eq!(way, wanted, "{labels:?}");
        }
    }
    Ok(())
}

#[test]
fn what_is_set_to_nothing_is_not_set() -> anyhow::Result<()> {
    let flags = [
        "--alert-email-to=",
        "--alert-smtp-password-file=",
        "--alert-slack-webhook-url-file=",
        "--alert-telegram-bot-token-file=",
        "--alert-sns-topic-arn=",
    ];
    let people = args(&flags.map(str::to_owned))?.settle()?;
    assert!(people.ways().is_empty());
    Ok(())
}

#[test]
fn without_people_nothing_is_added() -> anyhow::Result<()> {
    // As from a compose file that passes on what is not set.
    let flags = ["--alert-email-to=", "--alert-sns-region= "].map(str::to_owned);
    let people = args(&flags)?.settle()?;
    assert!(people.ways().is_empty());
    Ok(())
}

#[test]
fn half_a_configuration_names_the_missing_key() {
    for (flags, said) in [
        (
            &["--alert-telegram-bot-token=123:telegram-secret"][..],
            "ALERT_TELEGRAM_CHAT_ID is missing: ALERT_TELEGRAM_BOT_TOKEN alone reaches nobody",
        ),
        (
            &["--alert-telegram-chat-id=-5"],
            "ALERT_TELEGRAM_BOT_TOKEN is missing: ALERT_TELEGRAM_CHAT_ID alone reaches nobody",
        ),
        (
            &["--alert-email-to=a@example.com"],
            "ALERT_SMTP_HOST is missing: ALERT_EMAIL_TO alone reaches nobody",
        ),
        (
            &[
                "--alert-email-to=a@example.com",
                "--alert-smtp-host=mail:25",
            ],
            "ALERT_EMAIL_FROM is missing: ALERT_EMAIL_TO alone reaches nobody",
        ),
        (
            &["--alert-smtp-host=mail:25", "--alert-email-from=a@b"],
            "ALERT_EMAIL_TO is missing: ALERT_EMAIL_FROM alone reaches nobody",
        ),
        (
            &["--alert-smtp-user=me"],
            "ALERT_SMTP_PASSWORD_FILE is missing: ALERT_SMTP_USER alone reaches nobody",
        ),
        (
            &["--alert-sns-region=eu-central-1"],
            "ALERT_SNS_TOPIC_ARN is missing: ALERT_SNS_REGION alone reaches nobody",
        ),
    ] {
        assert_eq!(refused(flags), said, "{flags:?}");
    }
}

#[test]
fn what_cannot_be_used_is_named_and_no_secret_is_told() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let (empty, url) = (dir.path().join("empty"), dir.path().join("url"));
    fs::write(&empty, "\n")?;
    fs::write(&url, "hunter2\n")?;
    let file = |path: &Path| format!("--alert-slack-webhook-url-file={}", path.display());
    for (flags, said) in [
        (
            vec!["--alert-slack-webhook-url=hunter2".to_owned()],
            "ALERT_SLACK_WEBHOOK_URL: is not an http:// or https:// URL",
        ),
        (
            vec![file(&url)],
            "ALERT_SLACK_WEBHOOK_URL_FILE: is not an http",
        ),
        (vec![file(&empty)], "empty is empty"),
        (vec![file(&dir.path().join("none"))], "none cannot be read"),
        (
            vec![
                file(&url),
                "--alert-slack-webhook-url=http://hunter2".to_owned(),
            ],
            "ALERT_SLACK_WEBHOOK_URL and ALERT_SLACK_WEBHOOK_URL_FILE say the same thing",
        ),
        (
            vec![
                "--alert-telegram-bot-token=hunter2".to_owned(),
                "--alert-telegram-chat-id=@me".to_owned(),
            ],
            "ALERT_TELEGRAM_CHAT_ID: `@me` is not a number",
        ),
        (
            vec!["--alert-sns-topic-arn=alerts".to_owned()],
            "ALERT_SNS_TOPIC_ARN: `alerts` is not arn:",
        ),
        (
            vec!["--alert-smtp-host=mail".to_owned()],
            "ALERT_SMTP_HOST: `mail` is not HOST:PORT",
        ),
    ] {
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let refused = refused(&flags);
        assert!(refused.contains(said), "{flags:?}: {refused}");
        assert!(!refused.contains("hunter2"), "{refused}");
        assert_eq!(refused.lines().count(), 1, "{refused}");
    }
    Ok(())
}

#[test]
fn secrets_are_never_shown() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let flags: Vec<String> = flags(dir.path())?
        .into_iter()
        .flat_map(|one| one.1)
        .collect();
    let args = args(&flags)?;
    let shown = format!("{args:?}{:?}", args.settle()?);
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
    Ok(())
}
