//! Before a drill: is the company up, the monitoring awake and the field quiet, and could the
//! expected alerts fire at all?

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::desk::Desk;
use super::faults::Faults;
use super::http::Api;
use super::limits::{AlertLimits, Pace};
use super::monitors::Monitors;
use super::route::Routing;
use super::screen::Screen;
use super::verdict::Verdict;
use crate::report::record::Monitoring;
use crate::scenario::{Scenario, Within};

mod checks;
mod foreign;
mod rules;

/// Time between two tries.
const RETRY: Duration = Duration::from_millis(500);
/// Scenarios are written for demo speed; stock rules are this much slower.
const STOCK_SCALE: f64 = 15.0;

/// What is to be drilled.
pub struct Field<'a> {
    /// The scenario, as written.
    pub scenario: &'a Scenario,
    /// The factor on its durations; by the rules' speed where absent.
    pub time_scale: Option<f64>,
    /// How long after the cause somebody is waited for who notices; see [`super::Order::survey`].
    pub survey: Option<Within>,
    /// The monitoring.
    pub monitors: &'a Monitors,
    /// The API that customers use.
    pub pizza: &'a Api,
    /// The services that the scenario breaks.
    pub faults: &'a [Faults],
    /// Where the turn is taken and deliveries are learnt.
    pub desk: &'a Desk,
    /// How long an alert may take where no rule says so.
    pub detection_limit: Duration,
}

/// A field that is ready.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The scenario, stretched to the rules' speed.
    pub scenario: Scenario,
    /// The factor.
    pub time_scale: f64,
    /// The limits of `expect.fires`.
    pub fires: Vec<AlertLimits>,
    /// The limits of `expect.allows`.
    pub allows: Vec<Option<AlertLimits>>,
    /// Alertmanager's routes and receivers.
    pub routing: Routing,
    /// The monitoring's pace, that of its slowest group of rules.
    pub pace: Pace,
    /// Time from one evaluation to the next of its fastest group.
    pub finest: Duration,
    /// What the reports say about the monitoring.
    pub monitoring: Monitoring,
    /// [`Field::survey`], computed and stretched to the rules' speed.
    pub survey: Option<Duration>,
    /// The longest `for` of any rule.
    pub longest_for: Duration,
    /// How long a source that shows nothing pending may take to tell.
    pub listens: Duration,
    /// Whether there is a Watchdog to watch.
    pub watchdog: bool,
    /// What the reader of a verdict should know of the monitoring.
    pub notes: Vec<String>,
    /// The newest notification so far.
    pub seq: u64,
}

impl Field<'_> {
    /// How long a survey waits: as was said, else as long as the slowest alert may take.
    fn surveyed(&self, scale: f64, latest: Duration) -> Option<Duration> {
        self.survey.map(|wait| match wait.scaled(scale) {
            Within::Auto => latest,
            Within::Fixed(span) => span.get(),
        })
    }
}

/// One thing that is in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// What, and what to do about it: one line.
    pub text: String,
    /// Whether it may pass by itself, as in a company that has just started.
    pub passes: bool,
    /// What it says about the drill: mostly that it could not begin, but some answers need no drill.
    pub verdict: Verdict,
}

impl Obstacle {
    /// One that stays until somebody mends it.
    pub(super) fn lasting(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            passes: false,
            verdict: Verdict::Preflight,
        }
    }

    fn passing(text: impl Into<String>) -> Self {
        Self {
            passes: true,
            ..Self::lasting(text)
        }
    }

    /// One that settles the verdict before anything is touched.
    fn settling(verdict: Verdict, text: impl Into<String>) -> Self {
        Self {
            verdict,
            ..Self::lasting(text)
        }
    }
}

/// Waits until the field is ready, at most for `patience`. Fails with everything that is in the
/// way; at once where something is that does not pass by itself.
pub async fn preflight(
    field: &Field<'_>,
    patience: Duration,
    screen: &dyn Screen,
) -> Result<Ready, Vec<Obstacle>> {
    let deadline = Instant::now() + patience;
    let mut told = String::new();
    loop {
        let look = match field.monitors.evaluator() {
            Some(prometheus) => checks::look(field, prometheus).await,
            None => foreign::look(field).await,
        };
        let obstacles = match look {
            Ok(ready) => return Ok(ready),
            Err(obstacles) => obstacles,
        };
        let hopeless = obstacles.iter().any(|obstacle| !obstacle.passes);
        if hopeless || Instant::now() >= deadline {
            return Err(obstacles);
        }
        if let Some(first) = obstacles.first()
            && first.text != told
        {
            screen.note(&format!("waiting: {}", first.text));
            told.clone_from(&first.text);
        }
        sleep(RETRY).await;
    }
}
