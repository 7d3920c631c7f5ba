//! Phases: named, with time, customers and something for them to do.

use std::time::Duration;

use super::{Problems, is_kebab_case, unique};
use crate::scenario::{Arrivals, Phase};

pub(super) fn lint(phases: &[Phase], found: &mut Problems) {
    found.check(
        !phases.is_empty(),
        "phases",
        "there is none, write at least one [[phases]]",
    );
    for (index, phase) in phases.iter().enumerate() {
        let at = format!("phases[{index}]");
        found.check(
            is_kebab_case(&phase.name),
            format!("{at}.name"),
            format!(
                "`{}` is not of lower-case words joined by hyphens",
                phase.name
            ),
        );
        found.check(
            !phase.lasts.get().is_zero(),
            format!("{at}.for"),
            "lasts no time",
        );
        let idle = matches!(phase.load, Arrivals::None {});
        let weighted = phase.mix.values().any(|weight| *weight > 0);
        found.check(
            idle || weighted,
            format!("{at}.mix"),
            "no flow has a weight above 0, so customers have nothing to do",
        );
        arrivals(&phase.load, phase.lasts.get(), &format!("{at}.load"), found);
    }
    unique(
        phases.iter().map(|phase| phase.name.as_str()),
        |index| format!("phases[{index}].name"),
        found,
    );
}

fn arrivals(load: &Arrivals, lasts: Duration, at: &str, found: &mut Problems) {
    match load {
        Arrivals::None {} | Arrivals::Constant { .. } | Arrivals::Ramp { .. } => {}
        Arrivals::Step { rates, .. } => {
            found.check(!rates.is_empty(), format!("{at}.rates"), "there is none");
        }
        Arrivals::Spike { base, peak, .. } => found.check(
            peak.per_second() >= base.per_second(),
            format!("{at}.peak"),
            "is below the base",
        ),
        Arrivals::Sine {
            mean,
            amplitude,
            period,
            ..
        } => {
            found.check(
                amplitude.per_second() <= mean.per_second(),
                format!("{at}.amplitude"),
                "is above the mean, so the rate would fall below 0",
            );
            found.check(
                !period.get().is_zero(),
                format!("{at}.period"),
                "lasts no time",
            );
        }
        Arrivals::Burst { size, every } => {
            found.check(*size > 0, format!("{at}.size"), "is 0, so nobody comes");
            found.check(
                !every.get().is_zero(),
                format!("{at}.every"),
                "lasts no time",
            );
        }
        Arrivals::Replay { offsets } => {
            found.check(offsets.is_sorted(), format!("{at}.offsets"), "do not rise");
            found.check(
                offsets.iter().all(|offset| offset.get() <= lasts),
                format!("{at}.offsets"),
                "go past the phase's end",
            );
        }
    }
}
