//! What the generator measured, by phase and flow.

use super::markup::{each, section, text};
use super::words;
use crate::load::report::{Counts, Figures, LoadReport, PhaseReport};
use crate::report::record::DrillRecord;

/// The load tables and the generator's account of itself.
pub(super) fn load(record: &DrillRecord) -> String {
    let load = &record.load;
    if load.phases.is_empty() {
        return String::new();
    }
    let rows = each(&load.phases, phase);
    section(
        "load",
        "What the customers saw",
        &format!(
            "<div class=\"scrolls\" tabindex=\"0\">\n<table class=\"figures\">\n<thead>\n\
             <tr><th rowspan=\"2\">Phase and flow</th><th colspan=\"5\">Visits</th><th colspan=\"5\">Response time, from the intended start</th>\
             <th>Service time</th></tr>\n<tr><th>intended</th><th>sent</th><th>completed</th><th>failed</th><th>dropped</th>\
             <th>p50</th><th>p90</th><th>p99</th><th>p99.9</th><th>max</th><th>p99</th></tr>\n</thead>\n{rows}\
             <tbody class=\"total\">{total}</tbody>\n</table>\n</div>\n{generator}",
            total = row("<b>Whole drill</b>", &load.total),
            generator = generator(load),
        ),
    )
}

fn phase(phase: &PhaseReport) -> String {
    let name = format!(
        "<b>{}</b> <span class=\"quiet\">{} to {}</span>",
        text(&phase.name),
        words::seconds(phase.starts_s),
        words::seconds(phase.ends_s)
    );
    let flows = each(&phase.flows, |flow| {
        row(
            &format!("<span class=\"flow\">{}</span>", flow.flow.name()),
            &flow.figures,
        )
    });
    format!("<tbody>{}{flows}</tbody>\n", row(&name, &phase.total))
}

fn row(name: &str, figures: &Figures) -> String {
    let (response, service) = (&figures.response_time, &figures.service_time);
    let times = [
        (response.count, response.p50_ms),
        (response.count, response.p90_ms),
        (response.count, response.p99_ms),
        (response.count, response.p999_ms),
        (response.count, response.max_ms),
        (service.count, service.p99_ms),
    ];
    let times = each(times, |(count, millis)| {
        let shown = if count == 0 {
            words::NONE.to_owned()
        } else {
            words::millis(millis)
        };
        format!("<td>{shown}</td>")
    });
    format!(
        "<tr><th scope=\"row\">{name}</th>{}{times}</tr>\n",
        counts(figures.counts)
    )
}

fn counts(counts: Counts) -> String {
    let Counts {
        intended,
        sent,
        completed,
        failed,
        dropped,
    } = counts;
    let plain = each([intended, sent, completed], |count| {
        format!("<td>{}</td>", words::count(count))
    });
    let alarming = each([failed, dropped], |count| {
        let class = if count > 0 { " class=\"alarming\"" } else { "" };
        format!("<td{class}>{}</td>", words::count(count))
    });
    plain + &alarming
}

fn generator(load: &LoadReport) -> String {
    let lag = &load.schedule_lag;
    format!(
        "<p class=\"quiet\">The generator sent its visits {} late at the median, {} at the 99th percentile and {} at worst. \
         It dropped {} of what it intended.</p>\n",
        words::millis(lag.p50_ms),
        words::millis(lag.p99_ms),
        words::millis(lag.max_ms),
        words::share(load.total.counts.dropped, load.total.counts.intended),
    )
}
