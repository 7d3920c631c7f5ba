//! The four figures that people ask for first.

use super::markup::{each, text};
use super::words;
use crate::report::record::{DrillRecord, ExpectationRecord};

struct Tile {
    name: &'static str,
    value: String,
    note: String,
}

/// Time to detect, to deliver, to resolve; and what the customers had of it.
pub(super) fn tiles(record: &DrillRecord) -> String {
    let tiles = [
        detect(record),
        deliver(record),
        resolve(record),
        customers(record),
    ];
    let tiles = each(tiles, |tile| {
        format!(
            "<div class=\"tile\"><p class=\"name\">{}</p><p class=\"value\">{}</p><p class=\"quiet\">{}</p></div>\n",
            tile.name,
            tile.value,
            text(&tile.note)
        )
    });
    format!("<div class=\"tiles\">\n{tiles}</div>\n")
}

fn of_kind<'a>(record: &'a DrillRecord, kind: &str) -> Vec<&'a ExpectationRecord> {
    record
        .expectations
        .iter()
        .filter(|expectation| expectation.kind == kind)
        .collect()
}

/// The slowest of those that have the figure, and how many have it.
fn slowest(
    all: &[&ExpectationRecord],
    figure: fn(&ExpectationRecord) -> Option<f64>,
) -> (Option<f64>, usize) {
    let figures: Vec<f64> = all.iter().filter_map(|one| figure(one)).collect();
    (figures.iter().copied().reduce(f64::max), figures.len())
}

fn of_alerts(seen: usize, all: usize) -> String {
    match (seen, all) {
        (_, 0) => "no alert was meant to fire".to_owned(),
        (1, 1) => "the one alert expected".to_owned(),
        (seen, all) if seen == all => format!("the slowest of {all} alerts"),
        (seen, all) => format!("{seen} of {all} alerts"),
    }
}

fn detect(record: &DrillRecord) -> Tile {
    let fires = of_kind(record, "fires");
    let (value, seen) = slowest(&fires, |one| one.took_s);
    let (from_effect, _) = slowest(&fires, |one| one.from_effect_s);
    let after_effect = from_effect.map_or_else(String::new, |from_effect| {
        format!("; {} from the proven effect", words::seconds(from_effect))
    });
    Tile {
        name: "Time to detect",
        value: words::maybe_seconds(value),
        note: of_alerts(seen, fires.len()) + &after_effect,
    }
}

fn deliver(record: &DrillRecord) -> Tile {
    let fires = of_kind(record, "fires");
    let (value, seen) = slowest(&fires, |one| one.delivered_s);
    Tile {
        name: "Time to deliver",
        value: words::maybe_seconds(value),
        note: of_alerts(seen, fires.len()),
    }
}

fn resolve(record: &DrillRecord) -> Tile {
    let resolves = of_kind(record, "resolves");
    let (value, seen) = slowest(&resolves, |one| one.took_s);
    Tile {
        name: "Time to resolve",
        value: words::maybe_seconds(value),
        note: of_alerts(seen, resolves.len()),
    }
}

fn customers(record: &DrillRecord) -> Tile {
    let total = &record.load.total;
    let counts = total.counts;
    Tile {
        name: "Failed for customers",
        value: words::share(counts.failed, counts.sent),
        note: format!(
            "{} of {} visits; p99 {}",
            words::count(counts.failed),
            words::count(counts.sent),
            words::millis(total.response_time.p99_ms)
        ),
    }
}
