//! Waiting until a child answers that it is ready.

use std::time::Duration;

use url::Url;

const PAUSE: Duration = Duration::from_millis(20);

/// Asks until the answer is a success. Returns whether that happened within `limit`.
pub(super) async fn wait(http: &reqwest::Client, url: &Url, limit: Duration) -> bool {
    let asking = async {
        loop {
            let answer = http
                .get(url.clone())
                .timeout(Duration::from_secs(1))
                .send()
                .await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::time::timeout(limit, asking).await.is_ok()
}
