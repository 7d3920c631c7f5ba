//! The screen of a game day: the clock, the load, and alerts as they come.

use std::sync::Arc;

use parking_lot::Mutex;

use super::Truth;
use crate::drill::screen::{Event, Screen, Tick};

/// Lines about the load come this often, seconds.
const EVERY_S: f64 = 60.0;

/// Shows what whoever is on duty could see anyway, and writes down the rest.
pub struct Blind {
    screen: Arc<dyn Screen>,
    truth: Arc<Truth>,
    next_s: Mutex<f64>,
}

impl Blind {
    /// Shows it on this screen.
    pub fn new(screen: Arc<dyn Screen>, truth: Arc<Truth>) -> Self {
        Self {
            screen,
            truth,
            next_s: Mutex::new(0.0),
        }
    }
}

impl Screen for Blind {
    fn note(&self, line: &str) {
        self.screen.note(line);
    }

    fn event(&self, at_s: f64, event: &Event) {
        self.truth.note(event);
        match event {
            Event::Alert { .. } | Event::Delivered { .. } => self.screen.event(at_s, event),
            _ => {}
        }
    }

    fn tick(&self, tick: &Tick) {
        self.screen.tick(tick);
        let mut next_s = self.next_s.lock();
        if tick.at_s >= *next_s {
            *next_s = tick.at_s + EVERY_S;
            self.screen.note(&format!(
                "{:>7.1} s  load       {} sent, {} failed",
                tick.at_s, tick.sent, tick.failed
            ));
        }
    }
}
