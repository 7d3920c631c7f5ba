//! How many drills go: a line for each that is over, and on a terminal one for each that runs. All on
//! stderr.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::scoreboard::over;
use crate::catalogue::{Board, Planned};
use crate::drill::screen::{Event, Screen, Tick};
use crate::report::record::DrillRecord;

/// The board that suits stderr. `in_turn` says that one drill waits for what the one before has left.
pub(super) fn suitable(drills: usize, in_turn: bool) -> Arc<dyn Board> {
    if io::stderr().is_terminal() {
        Arc::new(Live::new(drills))
    } else {
        Arc::new(Plain {
            drills,
            over: AtomicUsize::new(0),
            tells_waits: in_turn,
        })
    }
}

/// A line whenever a drill is over, and where drills wait for each other, for what.
struct Plain {
    drills: usize,
    over: AtomicUsize,
    tells_waits: bool,
}

impl Board for Plain {
    fn begins(&self, drill: &Planned) -> Arc<dyn Screen> {
        let name = self.tells_waits.then(|| drill.name.clone());
        Arc::new(Waits(name))
    }

    fn over(&self, drill: &Planned, record: &DrillRecord) {
        let number = self.over.fetch_add(1, Ordering::Relaxed) + 1;
        let line = over(drill, record);
        // Nobody reads: no reason to end the drills.
        let _ = writeln!(io::stderr().lock(), "[{number:>3}/{}]  {line}", self.drills);
    }
}

/// Shows of a drill at most what it waits for before it begins.
struct Waits(Option<String>);

impl Screen for Waits {
    fn note(&self, line: &str) {
        if let Some(name) = &self.0 {
            // As above.
            let _ = writeln!(io::stderr().lock(), "{:9}  {name}: {line}", "");
        }
    }

    fn event(&self, _: f64, _: &Event) {}
    fn tick(&self, _: &Tick) {}
}

/// The same lines above one for each drill that runs and one for all.
struct Live {
    bars: MultiProgress,
    total: ProgressBar,
}

impl Live {
    fn new(drills: usize) -> Self {
        let bars = MultiProgress::new();
        let total = bars.add(ProgressBar::new(drills as u64));
        // The templates are fixed; without them the default ones show as much.
        if let Ok(style) = ProgressStyle::with_template("{pos} of {len} drills, {elapsed}") {
            total.set_style(style);
        }
        total.enable_steady_tick(Duration::from_secs(1));
        Self { bars, total }
    }
}

impl Board for Live {
    fn begins(&self, drill: &Planned) -> Arc<dyn Screen> {
        let bar = self
            .bars
            .insert_before(&self.total, ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("  {wide_msg}") {
            bar.set_style(style);
        }
        bar.set_message(format!("{:<18} opens a company", drill.name));
        Arc::new(Lane {
            name: drill.name.clone(),
            bar,
        })
    }

    fn over(&self, drill: &Planned, record: &DrillRecord) {
        // Fails only where the terminal is gone.
        let _ = self.bars.println(over(drill, record));
        self.total.inc(1);
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.total.finish_and_clear();
    }
}

/// The line of one drill that runs.
struct Lane {
    name: String,
    bar: ProgressBar,
}

impl Screen for Lane {
    fn note(&self, line: &str) {
        self.bar.set_message(format!("{:<18} {line}", self.name));
    }

    fn event(&self, _: f64, _: &Event) {}

    fn tick(&self, tick: &Tick) {
        let mut what = match &tick.waiting_for {
            Some(what) => format!("waiting for {what}"),
            None => format!("of {:.0} s", tick.planned_s),
        };
        if !tick.firing.is_empty() {
            what = format!("{what}, firing: {}", tick.firing.join(", "));
        }
        self.bar
            .set_message(format!("{:<18} {:>5.0} s {what}", self.name, tick.at_s));
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
