//! Silences that a drill sets: in time, for as long as it says, and gone afterwards whatever happens.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;
use loadgen::drill;
use loadgen::drill::screen::{Event, Screen, Tick};
use loadgen::drill::verdict::Verdict;
use loadgen::scenario::{self, Scenario};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio_util::sync::CancellationToken;

use crate::verdicts::{MUST_FIRE, Silent, order, reasons};
use crate::world::{ALERT, Manners, World};

/// The quick drill, under a silence that nearly covers it.
fn silenced() -> Scenario {
    let silence = "[[silences]]\nalert = \"ServiceErrorRatio\"\n\
                   labels = { service = \"pizza-service\" }\nfrom = \"100ms\"\nfor = \"2300ms\"\n\n[[faults]]";
    let text = MUST_FIRE.replacen("[[faults]]", silence, 1) + "notifies = false\n";
    scenario::parse("silenced.toml", &text).expect("a scenario")
}

/// What was set, all of which must be gone.
fn set(world: &World) -> Vec<Value> {
    let all = world.state.inner.lock().silences.clone();
    assert!(
        all.iter().all(|(_, there)| !there),
        "none may be left: {all:?}"
    );
    all.into_iter().map(|(silence, _)| silence).collect()
}

fn time(silence: &Value, field: &str) -> OffsetDateTime {
    let text = silence[field].as_str().expect("a time");
    OffsetDateTime::parse(text, &Rfc3339).expect("a time")
}

#[tokio::test]
async fn a_silenced_alert_fires_and_nobody_hears() {
    let world = World::start(Manners::default()).await;
    let order = order(&world, silenced());
    let record = drill::run(&order, Arc::new(Silent), &CancellationToken::new()).await;
    assert_eq!(record.verdict, Verdict::Pass, "{}", reasons(&record));
    assert!(record.alerts.iter().any(|lane| lane.class == "expected"));
    let mut said = record.notifications.iter();
    assert!(said.all(|word| word.status != "firing"));
    let [silence] = &set(&world)[..] else {
        panic!("one silence");
    };
    assert_eq!(silence["matchers"][0]["value"], ALERT);
    assert_eq!(silence["matchers"][1]["value"], "pizza-service");
    assert_eq!(silence["matchers"][1]["isRegex"], false);
    assert_eq!(silence["createdBy"], "loadgen");
    let comment = silence["comment"].as_str().expect("a comment");
    assert!(
        comment.contains("drill") && comment.contains(&record.drill_id),
        "{comment}"
    );
    let lasts = (time(silence, "endsAt") - time(silence, "startsAt")).as_seconds_f64();
    assert!((2.3..10.0).contains(&lasts), "it ends by itself: {lasts}");
    let recorded = &record.silences[0];
    assert!((0.1..1.0).contains(&recorded.from_s), "{recorded:?}");
    assert!((2.4..3.4).contains(&recorded.to_s), "{recorded:?}");
}

#[tokio::test]
async fn unexpected_where_a_silence_is_not_kept() {
    let world = World::start(Manners {
        ignores_silences: true,
        ..Manners::default()
    })
    .await;
    let order = order(&world, silenced());
    let record = drill::run(&order, Arc::new(Silent), &CancellationToken::new()).await;
    assert_eq!(record.verdict, Verdict::Unexpected, "{}", reasons(&record));
    assert!(
        reasons(&record).contains("nobody hears of ServiceErrorRatio"),
        "{}",
        reasons(&record)
    );
    assert_eq!(set(&world).len(), 1);
}

#[tokio::test]
async fn a_drill_that_is_stopped_takes_its_silence_back() {
    let world = World::start(Manners::default()).await;
    let (stop, order) = (CancellationToken::new(), order(&world, silenced()));
    let screen = Arc::new(OnSilence(Some(stop.clone())));
    let record = drill::run(&order, screen, &stop).await;
    assert_eq!(record.verdict, Verdict::Interrupted, "{}", reasons(&record));
    assert_eq!(set(&world).len(), 1);
}

#[tokio::test]
async fn a_drill_that_panics_takes_its_silence_back() {
    let world = World::start(Manners::default()).await;
    let (stop, order) = (CancellationToken::new(), order(&world, silenced()));
    let drill = drill::run(&order, Arc::new(OnSilence(None)), &stop);
    let panicked = AssertUnwindSafe(drill).catch_unwind().await;
    assert!(panicked.is_err(), "the panic is not swallowed");
    assert_eq!(set(&world).len(), 1);
}

/// Stops the drill as soon as something is silenced, or fails a little later.
struct OnSilence(Option<CancellationToken>);

impl Screen for OnSilence {
    fn note(&self, _: &str) {}
    fn event(&self, _: f64, event: &Event) {
        if let (Event::SilenceOn(_), Some(stop)) = (event, &self.0) {
            stop.cancel();
        }
    }
    fn tick(&self, tick: &Tick) {
        assert!(self.0.is_some() || tick.at_s < 1.2, "as this screen does");
    }
}
