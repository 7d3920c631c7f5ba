//! Where the timeline goes: a live line on a terminal, plain lines otherwise. Both on stderr.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::events;
use crate::drill::screen::{Event, Screen, Tick};

/// The screen that suits stderr.
pub(super) fn suitable() -> Arc<dyn Screen> {
    if io::stderr().is_terminal() {
        Arc::new(Live::new())
    } else {
        Arc::new(Plain)
    }
}

/// A line whenever something happens.
struct Plain;

impl Screen for Plain {
    fn note(&self, line: &str) {
        // Nobody reads: no reason to end a drill.
        let _ = writeln!(io::stderr().lock(), "{line}");
    }

    fn event(&self, at_s: f64, event: &Event) {
        self.note(&events::line(at_s, event));
    }

    fn tick(&self, _: &Tick) {}
}

/// The same lines above one that shows how things stand.
struct Live(ProgressBar);

impl Live {
    fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8));
        // The template is fixed; without it the default one shows as much.
        if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(500));
        Self(bar)
    }
}

impl Screen for Live {
    fn note(&self, line: &str) {
        self.0.println(line);
    }

    fn event(&self, at_s: f64, event: &Event) {
        self.0.println(events::line(at_s, event));
    }

    fn tick(&self, tick: &Tick) {
        self.0.set_message(standing(tick));
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// How things stand, in one line.
fn standing(tick: &Tick) -> String {
    const WIDTH: usize = 24;
    let share = (tick.at_s / tick.planned_s.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to WIDTH"
    )]
    let full = (share * WIDTH as f64) as usize;
    let bar = format!("{}{}", "#".repeat(full), "-".repeat(WIDTH - full));
    let firing = if tick.firing.is_empty() {
        String::new()
    } else {
        format!("  firing: {}", tick.firing.join(", "))
    };
    let waiting = tick
        .waiting_for
        .as_ref()
        .map(|what| format!("  waiting for {what}"))
        .unwrap_or_default();
    format!(
        "{:>7.1} s  [{bar}] of {:.0} s  {} sent, {} failed{firing}{waiting}",
        tick.at_s, tick.planned_s, tick.sent, tick.failed
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_how_things_stand() {
        let tick = Tick {
            at_s: 30.0,
            planned_s: 60.0,
            sent: 160,
            failed: 2,
            firing: vec!["ServiceDown".to_owned()],
            waiting_for: None,
        };
        assert_eq!(
            standing(&tick),
            "   30.0 s  [############------------] of 60 s  160 sent, 2 failed  firing: ServiceDown"
        );
    }
}
