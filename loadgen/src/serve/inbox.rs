//! Where Alertmanager's webhooks arrive: the newest notifications, each with its time and number.

use std::collections::{BTreeMap, VecDeque};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// How many notifications are kept: more than any drill gets.
const CAPACITY: usize = 4096;

/// The newest notifications.
#[derive(Debug, Default)]
pub struct Inbox {
    ring: Mutex<Ring>,
}

#[derive(Debug, Default)]
struct Ring {
    received: VecDeque<Received>,
    last: u64,
}

/// Alertmanager's webhook, version 4, as far as it is of interest.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// The receiver that they were sent to.
    #[serde(default)]
    pub receiver: String,
    /// Which group.
    #[serde(default)]
    pub group_key: String,
    /// The alerts of one group.
    pub alerts: Vec<WebhookAlert>,
}

/// One alert of a webhook.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct WebhookAlert {
    /// `firing` or `resolved`.
    pub status: String,
    /// Its labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

/// One alert of one webhook, as it was received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Received {
    /// Rises by one with each; from 1.
    pub seq: u64,
    /// When it arrived.
    #[serde(with = "time::serde::rfc3339")]
    pub received_at: OffsetDateTime,
    /// The receiver that it was sent to.
    #[serde(default)]
    pub receiver: String,
    /// Alertmanager's key of its group.
    #[serde(default)]
    pub group: String,
    /// `firing` or `resolved`.
    pub status: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

/// What `GET /alerts/notifications` answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notifications {
    /// What arrived after the number that was asked for, oldest first.
    pub notifications: Vec<Received>,
    /// The newest number; ask for what comes after it next time.
    pub last: u64,
}

impl Inbox {
    /// Takes in a webhook that arrived at `received_at`.
    pub fn put(&self, webhook: Webhook, received_at: OffsetDateTime) {
        let mut ring = self.ring.lock();
        for alert in webhook.alerts {
            ring.last += 1;
            let seq = ring.last;
            if ring.received.len() == CAPACITY {
                ring.received.pop_front();
            }
            ring.received.push_back(Received {
                seq,
                received_at,
                receiver: webhook.receiver.clone(),
                group: webhook.group_key.clone(),
                status: alert.status,
                labels: alert.labels,
            });
        }
    }

    /// What arrived after number `seq`, as far as it is still kept.
    pub fn since(&self, seq: u64) -> Notifications {
        let ring = self.ring.lock();
        let newer = ring.received.iter().filter(|received| received.seq > seq);
        Notifications {
            notifications: newer.cloned().collect(),
            last: ring.last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(names: &[&str]) -> Webhook {
        let alert = |name: &&str| WebhookAlert {
            status: "firing".to_owned(),
            labels: BTreeMap::from([("alertname".to_owned(), (*name).to_owned())]),
        };
        Webhook {
            receiver: "page".to_owned(),
            group_key: "{}:{}".to_owned(),
            alerts: names.iter().map(alert).collect(),
        }
    }

    #[test]
    fn each_alert_gets_a_number_and_is_told_once() {
        let inbox = Inbox::default();
        inbox.put(webhook(&["A", "B"]), OffsetDateTime::UNIX_EPOCH);
        let first = inbox.since(0);
        assert_eq!(
            first
                .notifications
                .iter()
                .map(|received| received.seq)
                .collect::<Vec<_>>(),
            [1, 2]
        );
        assert_eq!(inbox.since(first.last).notifications, []);
        inbox.put(webhook(&["C"]), OffsetDateTime::UNIX_EPOCH);
        let next = inbox.since(first.last);
        assert_eq!(next.notifications[0].labels["alertname"], "C");
        assert_eq!(next.last, 3);
    }

    #[test]
    fn only_the_newest_are_kept() {
        let inbox = Inbox::default();
        for _ in 0..CAPACITY {
            inbox.put(webhook(&["A", "B"]), OffsetDateTime::UNIX_EPOCH);
        }
        let all = inbox.since(0);
        assert_eq!(all.notifications.len(), CAPACITY);
        assert_eq!(all.last, 2 * CAPACITY as u64);
        assert_eq!(all.notifications[0].seq, CAPACITY as u64 + 1);
    }

    #[test]
    fn what_others_add_to_it_does_not_matter() {
        let body = r#"{"receiver":"contact point","status":"firing","orgId":1,"state":"alerting","title":"x","message":"y","version":"1",
            "groupKey":"{}:{alertname=\"A\"}","alerts":[{"status":"resolved","labels":{"alertname":"A","grafana_folder":"f"},"values":{"B":1.5},
            "silenceURL":"","dashboardURL":""}]}"#;
        let webhook: Webhook = serde_json::from_str(body).expect("a webhook");
        assert_eq!(webhook.alerts[0].status, "resolved");
        assert_eq!(webhook.receiver, "contact point");
    }

    #[test]
    fn the_real_thing_is_understood() {
        let body = r#"{"receiver":"webhook","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"Watchdog","severity":"none"},
            "annotations":{"summary":"x"},"startsAt":"2026-01-01T00:00:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"","fingerprint":"ab"}],
            "groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"","version":"4","groupKey":"{}:{}","truncatedAlerts":0}"#;
        let webhook: Webhook = serde_json::from_str(body).expect("a webhook");
        assert_eq!(webhook.alerts[0].labels["severity"], "none");
        let inbox = Inbox::default();
        inbox.put(webhook, OffsetDateTime::UNIX_EPOCH);
        let received = &inbox.since(0).notifications[0];
        assert_eq!(
            (received.receiver.as_str(), received.group.as_str()),
            ("webhook", "{}:{}")
        );
    }
}
