//! What the real Alertmanager makes of the generated configuration: who is told, what is held back,
//! and that each thing is told once.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use company_tests::{Alert, Alertmanager, Ear, Word, until};
use firedrill::monitoring::{Endpoints, PeopleArgs, Speed, built_in_rules, generate};
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_firedrill");

/// At demo speed a group waits 1 s, and 4 s between two notifications; the rest is a busy machine's.
const SOON: Duration = Duration::from_secs(30);
/// Two `group_interval`s and a bit: what has not been told by then is not told.
const QUIET: Duration = Duration::from_secs(10);

#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    people: PeopleArgs,
}

/// An Alertmanager as in the company of one command, and the ear at its webhooks.
struct Office {
    alertmanager: Alertmanager,
    webhook: Ear,
    _folder: TempDir,
}

impl Office {
    async fn open(flags: &[String]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let webhook = Ear::http("").await?;
        let endpoints = Endpoints {
            webhook: format!("{}/alerts/webhook", webhook.url()).parse()?,
            ..Endpoints::usual()?
        };
        let words = ["test".to_owned()].into_iter().chain(flags.iter().cloned());
        let people = Cli::try_parse_from(words)?.people.settle()?;
        generate(
            folder.path(),
            Speed::Demo,
            &endpoints,
            &built_in_rules(),
            &people,
        )?;
        Ok(Self {
            alertmanager: Alertmanager::start(folder.path()).await?,
            webhook,
            _folder: folder,
        })
    }

    /// The notifications so far: receiver, and each alert with its state.
    fn told(&self) -> Vec<(String, BTreeSet<String>)> {
        self.webhook.words().iter().map(told).collect()
    }

    /// Waits until so many notifications are there.
    async fn has_told(&self, count: usize) -> Result<()> {
        let enough = until("notifications", SOON, async || {
            (self.told().len() >= count).then_some(())
        });
        let enough = enough.await;
        enough.map_err(|error| error.context(format!("{:#?}", self.told())))
    }

    /// The same, and that it stays at that.
    async fn tells(&self, count: usize) -> Result<Vec<(String, BTreeSet<String>)>> {
        self.has_told(count).await?;
        let more = until("more notifications", QUIET, async || {
            (self.told().len() > count).then_some(())
        });
        assert!(more.await.is_err(), "more was told: {:#?}", self.told());
        Ok(self.told())
    }
}

fn told(word: &Word) -> (String, BTreeSet<String>) {
    let json = word.json();
    let alerts = json["alerts"].as_array().into_iter().flatten();
    let alerts = alerts.map(|alert| {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or("?").to_owned();
        let (name, service) = (
            text(&alert["labels"]["alertname"]),
            text(&alert["labels"]["service"]),
        );
        format!("{name} of {service} {}", text(&alert["status"]))
    });
    (
        json["receiver"].as_str().unwrap_or("?").to_owned(),
        alerts.collect(),
    )
}

fn notification(receiver: &str, alerts: &[&str]) -> (String, BTreeSet<String>) {
    (
        receiver.to_owned(),
        alerts.iter().map(|alert| (*alert).to_owned()).collect(),
    )
}

#[tokio::test]
async fn a_dead_service_holds_back_its_symptoms_and_nothing_else() -> Result<()> {
    let office = Office::open(&[]).await?;
    let down = Alert::page("ServiceDown", "pizza-service");
    let symptoms = [
        Alert::page("ServiceErrorRatio", "pizza-service"),
        Alert::page("ErrorBudgetBurnFast", "pizza-service"),
        Alert::ticket("DatabaseSlow", "pizza-service"),
    ];
    let rest = [
        // A cause, and a fact that stays true.
        Alert::page("ServiceRestarting", "pizza-service"),
        Alert::page("PizzaOrderFailures", "pizza-service"),
        Alert::ticket("DeadLetters", "pizza-service"),
        // A neighbour's.
        Alert::page("ServiceErrorRatio", "position-tracker"),
    ];
    office
        .alertmanager
        .fire(&[&[down], &symptoms[..], &rest[..]].concat())
        .await?;
    for symptom in symptoms {
        office.alertmanager.inhibits(symptom).await?;
    }
    let mut fired = office.tells(3).await?;
    fired.sort();
    assert_eq!(
        fired,
        [
            notification(
                "page",
                &[
                    "PizzaOrderFailures of pizza-service firing",
                    "ServiceDown of pizza-service firing",
                    "ServiceRestarting of pizza-service firing",
                ]
            ),
            notification("page", &["ServiceErrorRatio of position-tracker firing"]),
            notification("ticket", &["DeadLetters of pizza-service firing"]),
        ]
    );
    // Nobody was told of the symptoms, so nobody is told that they are over.
    office.alertmanager.resolve(&symptoms).await?;
    office.tells(3).await?;
    office
        .alertmanager
        .resolve(&[&[down], &rest[..]].concat())
        .await?;
    let mut resolved = office.tells(6).await?.split_off(3);
    resolved.sort();
    assert_eq!(
        resolved,
        [
            notification(
                "page",
                &[
                    "PizzaOrderFailures of pizza-service resolved",
                    "ServiceDown of pizza-service resolved",
                    "ServiceRestarting of pizza-service resolved",
                ]
            ),
            notification("page", &["ServiceErrorRatio of position-tracker resolved"]),
            notification("ticket", &["DeadLetters of pizza-service resolved"]),
        ]
    );
    Ok(())
}

#[tokio::test]
async fn what_a_neighbour_lacks_is_held_back_too() -> Result<()> {
    let office = Office::open(&[]).await?;
    let lacks = [
        Alert::ticket("PizzaStickerFallback", "pizza-service"),
        Alert::page("PizzaOrdersStuck", "pizza-service"),
        Alert::page("VehiclePositionsStale", "position-tracker"),
    ];
    let dead = [
        Alert::page("ServiceDown", "pokedex-api"),
        Alert::page("ServiceDown", "position-simulator"),
    ];
    office
        .alertmanager
        .fire(&[&dead[..], &lacks[..]].concat())
        .await?;
    for lack in lacks {
        office.alertmanager.inhibits(lack).await?;
    }
    let mut told = office.tells(2).await?;
    told.sort();
    assert_eq!(
        told,
        [
            notification("page", &["ServiceDown of pokedex-api firing"]),
            notification("page", &["ServiceDown of position-simulator firing"]),
        ]
    );
    Ok(())
}

#[tokio::test]
async fn an_alert_that_joins_a_group_is_told_with_it_and_none_is_told_twice() -> Result<()> {
    let office = Office::open(&[]).await?;
    let (first, second) = (
        Alert::page("ServiceErrorRatio", "pizza-service"),
        Alert::page("ServiceLatencyHigh", "pizza-service"),
    );
    office.alertmanager.fire(&[first]).await?;
    office.has_told(1).await?;
    office.alertmanager.fire(&[first, second]).await?;
    office.has_told(2).await?;
    office.alertmanager.resolve(&[first]).await?;
    office.has_told(3).await?;
    office.alertmanager.resolve(&[second]).await?;
    let told = office.tells(4).await?;
    let (ratio, latency) = (
        "ServiceErrorRatio of pizza-service",
        "ServiceLatencyHigh of pizza-service",
    );
    let [ratio_fires, ratio_resolved] =
        ["firing", "resolved"].map(|state| format!("{ratio} {state}"));
    let [latency_fires, latency_resolved] =
        ["firing", "resolved"].map(|state| format!("{latency} {state}"));
    assert_eq!(
        told,
        [
            notification("page", &[&ratio_fires]),
            notification("page", &[&ratio_fires, &latency_fires]),
            notification("page", &[&ratio_resolved, &latency_fires]),
            notification("page", &[&latency_resolved]),
        ]
    );
    Ok(())
}

#[tokio::test]
async fn people_really_receive_a_page_and_its_end() -> Result<()> {
    let (mail, slack) = (Ear::smtp().await?, Ear::http("ok").await?);
    let telegram =
        Ear::http(r#"{"ok":true,"result":{"message_id":1,"date":1,"chat":{"id":-5}}}"#).await?;
    let sns = Ear::http(
        "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>",
    )
    .await?;
    let office = Office::open(&[
        "--alert-email-to=on-call@example.com".to_owned(),
        "--alert-email-from=firedrill@example.com".to_owned(),
        format!("--alert-smtp-host={}", mail.address()),
        "--alert-smtp-plain".to_owned(),
        format!("--alert-slack-webhook-url={}/hook", slack.url()),
        "--alert-telegram-bot-token=123:token".to_owned(),
        "--alert-telegram-chat-id=-5".to_owned(),
        format!("--alert-telegram-api-url={}", telegram.url()),
        "--alert-sns-topic-arn=arn:aws:sns:eu-central-1:123456789012:alerts".to_owned(),
        format!("--alert-sns-api-url={}", sns.url()),
    ])
    .await?;
    let page = Alert::page("ServiceDown", "pizza-service");
    office.alertmanager.fire(&[page]).await?;
    people_hear([&mail, &slack, &telegram, &sns], "FIRING").await?;
    office.alertmanager.resolve(&[page]).await?;
    people_hear([&mail, &slack, &telegram, &sns], "RESOLVED").await?;
    let by_telegram = telegram
        .hears("Telegram", SOON, |word| word.body.contains("FIRING"))
        .await?;
    assert_eq!(by_telegram.path, "/bot123:token/sendMessage");
    assert!(
        by_telegram.body.contains("PAGE pizza-service"),
        "{by_telegram:?}"
    );
    let subject = "Subject: PAGE pizza-service: ServiceDown";
    mail.hears(subject, SOON, |word| word.body.contains(subject))
        .await?;
    let topic = "arn%3Aaws%3Asns%3Aeu-central-1%3A123456789012%3Aalerts";
    sns.hears("the topic", SOON, |word| word.body.contains(topic))
        .await?;
    // The watchdog is for machines.
    let watchdog = Alert {
        severity: "none",
        ..Alert::page("Watchdog", "prometheus")
    };
    office.alertmanager.fire(&[watchdog]).await?;
    let heard = office
        .webhook
        .hears("the Watchdog", SOON, |word| word.path == "/alerts/watchdog");
    assert_eq!(told(&heard.await?).0, "watchdog");
    for ear in [&mail, &slack, &telegram, &sns] {
        assert!(
            !ear.words()
                .iter()
                .any(|word| word.body.contains("Watchdog")),
            "{ear:?}"
        );
    }
    Ok(())
}

/// Summary, description, service, severity and runbook reach each of them.
async fn people_hear(ears: [&Ear; 4], state: &str) -> Result<()> {
    for ear in ears {
        let word = ear
            .hears(state, SOON, |word| plain(&word.body).contains(state))
            .await?;
        let text = plain(&word.body);
        for part in [
            "ServiceDown of pizza-service",
            "Less than 5 %",
            "service pizza-service, severity page",
            "runbook docs/runbooks.md#servicedown",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    Ok(())
}

/// The text of a form or of a mail, roughly as a person would read it.
fn plain(body: &str) -> String {
    let unfolded = body.replace("=\r\n", "");
    let unplussed = if unfolded.contains("Action=Publish") {
        unfolded.replace('+', " ")
    } else {
        unfolded
    };
    unplussed
        .replace("%25", "%")
        .replace("%2C", ",")
        .replace("%2F", "/")
        .replace("%23", "#")
}

/// What it prints, under these variables alone.
async fn firedrill(
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<(Option<i32>, String)> {
    let mut command = tokio::process::Command::new(BINARY);
    command
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied());
    let output = command.output().await?;
    let text = String::from_utf8([output.stdout, output.stderr].concat())?;
    Ok((output.status.code(), text))
}

#[tokio::test]
async fn half_a_configuration_is_one_line_and_no_secret() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let folder = folder.path().display().to_string();
    let half = [("ALERT_TELEGRAM_BOT_TOKEN", "123:hunter2")];
    for (arguments, who) in [
        (&["rules", "--out", &folder][..], "firedrill rules"),
        (&["--data-dir", &folder], "firedrill"),
    ] {
        let (code, said) = firedrill(arguments, &half).await?;
        assert_eq!(code, Some(64), "{said}");
        assert_eq!(
            said,
            format!(
                "{who}: ALERT_TELEGRAM_CHAT_ID is missing: ALERT_TELEGRAM_BOT_TOKEN alone reaches nobody\n"
            )
        );
    }
    let (code, help) = firedrill(&["rules", "--help"], &half).await?;
    assert_eq!(code, Some(0));
    assert!(help.contains("ALERT_SLACK_WEBHOOK_URL_FILE"), "{help}");
    assert!(!help.contains("hunter2"), "{help}");
    Ok(())
}
