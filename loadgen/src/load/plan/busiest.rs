//! How hard a load strikes at its hardest, for the caps that are checked before a run.

use std::time::Duration;

use super::curve::Curve;
use crate::scenario::Arrivals;

/// The highest rate; of groups and recordings the most visits that any second holds.
pub(super) fn second(arrivals: &Arrivals, lasts: Duration) -> f64 {
    match arrivals {
        Arrivals::Burst { size, every } => f64::from(*size) * groups_a_second(every.get()),
        Arrivals::Replay { offsets } => {
            let mut offsets: Vec<_> = offsets.iter().map(|offset| offset.get()).collect();
            offsets.sort_unstable();
            most_within_a_second(&offsets) as f64
        }
        rated => Curve::of(rated, lasts.as_secs_f64()).map_or(0.0, |(curve, _)| curve.peak()),
    }
}

fn groups_a_second(every: Duration) -> f64 {
    if every.is_zero() {
        return 1.0;
    }
    every.as_secs_f64().recip().ceil()
}

fn most_within_a_second(offsets: &[Duration]) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (last, offset) in offsets.iter().enumerate() {
        while offset.saturating_sub(offsets[first]) >= Duration::from_secs(1) {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peak(load: serde_json::Value) -> f64 {
        let arrivals: Arrivals = serde_json::from_value(load).expect("a load");
        second(&arrivals, Duration::from_secs(10))
    }

    #[test]
    fn the_busiest_second_of_every_shape() {
        for (load, expected) in [
            (serde_json::json!({"shape": "none"}), 0.0),
            (
                serde_json::json!({"shape": "constant", "rate": "300/m"}),
                5.0,
            ),
            (
                serde_json::json!({"shape": "ramp", "from": "9/s", "to": "2/s"}),
                9.0,
            ),
            (
                serde_json::json!({"shape": "step", "rates": ["1/s", "7/s", "3/s"]}),
                7.0,
            ),
            (
                serde_json::json!({"shape": "spike", "base": "1/s", "peak": "8/s"}),
                8.0,
            ),
            (
                serde_json::json!({"shape": "sine", "mean": "4/s", "amplitude": "2/s", "period": "3s"}),
                6.0,
            ),
            (
                serde_json::json!({"shape": "burst", "size": 10, "every": "300ms"}),
                40.0,
            ),
            (
                serde_json::json!({"shape": "replay", "offsets": ["0s", "900ms", "1s", "1.5s", "5s"]}),
                3.0,
            ),
        ] {
            let found = peak(load.clone());
            assert!((found - expected).abs() < 1e-9, "{load}: {found}");
        }
    }
}
