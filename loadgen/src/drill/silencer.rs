//! Sets the silences of a scenario at their time and takes them back, whatever happens.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use time::OffsetDateTime;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::alertmanager::Alertmanager;
use super::clock::Clock;
use super::http::HttpError;
use super::matcher::Matcher;
use super::screen::{Event, Screen};
use crate::report::record::SilenceRecord;
use crate::scenario::{AlertMatcher, SilenceWindow};

/// Who sets them, as Alertmanager shows it.
pub const AUTHOR: &str = "loadgen";

/// A silence outlives its window by this much if nobody takes it back.
const MARGIN: Duration = Duration::from_secs(5);
/// How long Alertmanager may take to let go of a silence.
const PATIENCE: Duration = Duration::from_secs(10);
/// Time between two tries.
const RETRY: Duration = Duration::from_millis(200);

/// What became of the silences.
#[derive(Clone, Debug, Default)]
pub struct Silenced {
    /// Those that were set.
    pub records: Vec<SilenceRecord>,
    /// Why others were not, or could not be taken back.
    pub failures: Vec<String>,
}

/// The silences of one drill.
pub struct Silencer {
    tasks: JoinSet<()>,
    silenced: Arc<Mutex<Silenced>>,
    stop: CancellationToken,
}

/// One window on its way.
struct Silencing {
    window: SilenceWindow,
    alertmanager: Alertmanager,
    comment: String,
    clock: Clock,
    screen: Arc<dyn Screen>,
    silenced: Arc<Mutex<Silenced>>,
    stop: CancellationToken,
}

impl Silencer {
    /// Starts one task a window; each waits for its time. Without an Alertmanager there is nothing to
    /// set: whoever prepares the drill has refused such windows.
    pub fn start(
        windows: &[SilenceWindow],
        alertmanager: Option<&Alertmanager>,
        drill_id: &str,
        clock: Clock,
        screen: &Arc<dyn Screen>,
    ) -> Self {
        let silenced = Arc::<Mutex<Silenced>>::default();
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        for (window, alertmanager) in windows.iter().zip(alertmanager.into_iter().cycle()) {
            let silencing = Silencing {
                window: window.clone(),
                alertmanager: alertmanager.clone(),
                comment: comment(drill_id),
                clock,
                screen: Arc::clone(screen),
                silenced: Arc::clone(&silenced),
                stop: stop.clone(),
            };
            tasks.spawn(silencing.run());
        }
        Self {
            tasks,
            silenced,
            stop,
        }
    }

    /// Takes back what is still set, and waits until it is.
    pub async fn finish(mut self) -> Silenced {
        self.stop.cancel();
        while let Some(joined) = self.tasks.join_next().await {
            if let Err(error) = joined {
                let failure = format!("the silencer failed: {error}");
                self.silenced.lock().failures.push(failure);
            }
        }
        std::mem::take(&mut *self.silenced.lock())
    }
}

impl Silencing {
    async fn run(self) {
        let begins = self.clock.instant(self.window.from.get());
        if !self.wait_until(begins).await {
            return;
        }
        let from_s = self.clock.now_s();
        let id = match self.set().await {
            Ok(id) => id,
            Err(error) => return self.trouble(format!("{} was not silenced: {error}", self.who())),
        };
        self.tell(&Event::SilenceOn(self.who().to_string()));
        self.wait_until(self.clock.instant(self.window.ends()))
            .await;
        // From here on somebody may hear of it again.
        let to_s = self.clock.now_s();
        if let Err(error) = end(&self.alertmanager, &id).await {
            self.trouble(format!(
                "the silence of {} could not be taken back: {error}",
                self.who()
            ));
        }
        self.silenced.lock().records.push(SilenceRecord {
            alert: self.window.alert.clone(),
            labels: self.window.labels.clone(),
            from_s,
            to_s,
        });
        self.tell(&Event::SilenceOff(self.who().to_string()));
    }

    /// Whether that time came before the drill's end.
    async fn wait_until(&self, when: Instant) -> bool {
        tokio::select! {
            () = sleep_until(when) => true,
            () = self.stop.cancelled() => false,
        }
    }

    async fn set(&self) -> Result<String, HttpError> {
        let labels = self.window.labels.iter();
        let matchers: Vec<_> = std::iter::once(Matcher::equal("alertname", &self.window.alert))
            .chain(labels.map(|(name, value)| Matcher::equal(name, value)))
            .collect();
        let until = OffsetDateTime::now_utc() + self.window.lasts.get() + MARGIN;
        self.alertmanager
            .silence(&matchers, until, AUTHOR, &self.comment)
            .await
    }

    fn who(&self) -> AlertMatcher {
        self.window.matcher()
    }

    fn trouble(&self, reason: String) {
        self.tell(&Event::Trouble(reason.clone()));
        self.silenced.lock().failures.push(reason);
    }

    fn tell(&self, event: &Event) {
        self.screen.event(self.clock.now_s(), event);
    }
}

/// What Alertmanager shows beside the silence: whoever finds one knows whose it was.
fn comment(drill_id: &str) -> String {
    format!("set by drill {drill_id}; it ends by itself")
}

/// Ends a silence. Tries again while Alertmanager does not answer.
async fn end(alertmanager: &Alertmanager, id: &str) -> Result<(), HttpError> {
    let begin = Instant::now();
    loop {
        match alertmanager.expire(id).await {
            Ok(()) => return Ok(()),
            Err(error) if error.status().is_some() || begin.elapsed() >= PATIENCE => {
                return Err(error);
            }
            Err(_) => sleep(RETRY).await,
        }
    }
}

/// Takes back every silence that this drill has set and that is still there. Returns one line for
/// each that stayed.
pub async fn take_back(alertmanager: &Alertmanager, drill_id: &str) -> Vec<String> {
    let all = match timeout(PATIENCE, alertmanager.silences()).await {
        Ok(Ok(all)) => all,
        Ok(Err(error)) => return vec![format!("silences could not be looked for: {error}")],
        Err(_) => return vec!["silences could not be looked for in time".to_owned()],
    };
    let comment = comment(drill_id);
    let ours = all
        .iter()
        .filter(|silence| silence.comment == comment && silence.counts());
    let mut stayed = Vec::new();
    for silence in ours {
        if let Err(error) = end(alertmanager, &silence.id).await {
            stayed.push(format!(
                "the silence {} could not be taken back: {error}",
                silence.id
            ));
        }
    }
    stayed
}
