//! A drill of the desk at work.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;
use parking_lot::Mutex;

use super::entry::What;
use super::run::Run;
use crate::drill::screen::{Event, Screen, Tick};
use crate::drill::{Order, run_as};

/// Runs it to its end.
pub(super) async fn conduct(run: Arc<Run>, order: Order) {
    run.begun();
    let screen = Arc::new(Teller {
        run: Arc::clone(&run),
        last_s: Mutex::new(f64::NEG_INFINITY),
    });
    let drill = run_as(run.id(), &order, screen, run.token());
    // A drill that panics has taken its faults back; the desk goes on.
    let record = AssertUnwindSafe(drill).catch_unwind().await.ok();
    run.end(record);
}

/// Tells the bus what a screen would show.
struct Teller {
    run: Arc<Run>,
    last_s: Mutex<f64>,
}

impl Screen for Teller {
    fn note(&self, line: &str) {
        let text = line.to_owned();
        self.run.tell(None, What::Note { text });
    }

    fn event(&self, at_s: f64, event: &Event) {
        self.run.tell(Some(at_s), event.into());
    }

    /// Once a second, and only for those who listen: what stood a second ago is of no use.
    fn tick(&self, tick: &Tick) {
        let mut last_s = self.last_s.lock();
        if tick.at_s - *last_s >= 1.0 {
            *last_s = tick.at_s;
            self.run.stand(tick);
        }
    }
}
