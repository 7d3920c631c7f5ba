use time::Duration;

use super::*;
use crate::drill::verdict::Verdict;
use crate::load::report::LoadReport;

pub(crate) mod sample;

/// What follows `start` up to `end`, for each `start`.
fn between<'a>(page: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    page.split(start)
        .skip(1)
        .filter_map(|rest| rest.split(end).next())
        .collect()
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let page = render(&sample::order_failures());
    for outside in [
        "http://", "https://", "<script", "<link", "@import", "url(", "src=",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn every_tag_is_closed() {
    let page = render(&sample::order_failures());
    for tag in [
        "main", "section", "header", "table", "tbody", "tr", "td", "div", "span", "p", "i", "svg",
        "li", "b", "h2",
    ] {
        let opened =
            page.matches(&format!("<{tag} ")).count() + page.matches(&format!("<{tag}>")).count();
        let closed = page.matches(&format!("</{tag}>")).count();
        assert_eq!(opened, closed, "<{tag}>");
    }
}

#[test]
fn the_verdict_is_a_word_an_icon_and_a_colour() {
    let mut record = sample::order_failures();
    for (verdict, class, word) in [
        (Verdict::Pass, "good", "PASS"),
        (Verdict::NotResolved, "bad", "NOT RESOLVED"),
        (Verdict::Invalid, "unclear", "INVALID"),
    ] {
        record.verdict = verdict;
        let page = render(&record);
        assert!(page.contains(&format!(
            "<header class=\"banner {class}\">\n<svg class=\"icon {class}\""
        )));
        assert!(page.contains(&format!("<p class=\"verdict\">{word}</p>")));
        assert!(page.contains(&format!("Exit code {}.", verdict.exit_code())));
    }
}

#[test]
fn markup_in_any_name_stays_text() {
    const EVIL: &str = "<img src=x onerror=alert(1)>\"'&";
    let mut record = sample::order_failures();
    record.scenario = EVIL.into();
    record.summary = EVIL.into();
    record.teaches = EVIL.into();
    record.drill_id = EVIL.into();
    record.monitoring.prometheus_version = EVIL.into();
    record.monitoring.alertmanager_version = EVIL.into();
    for finding in &mut record.findings {
        finding.reason = EVIL.into();
    }
    for expectation in &mut record.expectations {
        expectation.name = EVIL.into();
        expectation.detail = EVIL.into();
    }
    for fault in &mut record.faults {
        fault.service = EVIL.into();
        fault.kind = EVIL.into();
        fault.parameters = EVIL.into();
    }
    let evil_labels = || {
        [("alertname", EVIL), ("service", EVIL), (EVIL, EVIL)]
            .map(|(name, value)| (name.into(), value.into()))
    };
    for alert in &mut record.alerts {
        alert.labels = evil_labels().into();
    }
    for notification in &mut record.notifications {
        notification.status = EVIL.into();
        notification.labels = evil_labels().into();
    }
    for phase in &mut record.load.phases {
        phase.name = EVIL.into();
    }
    let page = render(&record);
    assert!(!page.contains("<img"), "a name became a tag");
    assert!(!page.contains("alert(1)>\"'"), "a name left its attribute");
    assert!(page.matches("&lt;img src=x onerror=alert(1)&gt;").count() > 20);
}

#[test]
fn one_moment_is_one_place_in_every_lane() {
    // 80 s: a quarter of the axis is 20 s.
    let record = sample::order_failures();
    let page = render(&record);
    assert_eq!(record.ended_at - record.started_at, Duration::seconds(80));
    assert_eq!(record.faults[0].from_s.to_bits(), 20.0_f64.to_bits());
    let shade = between(&page, "class=\"shade\" style=\"", "\"");
    let bar = between(&page, "class=\"bar fault\" style=\"", "\"");
    assert_eq!(shade, ["left:25.00%;width:37.50%"]);
    assert_eq!(bar, shade);
    let firing = between(&page, "class=\"bar firing\" style=\"", "\"");
    assert!(firing.contains(&"left:38.75%;width:40.00%"), "{firing:?}");
}

#[test]
fn an_alert_shows_when_it_was_delivered_and_resolved() {
    let page = render(&sample::order_failures());
    let lanes = between(&page, "<div class=\"lane bars alert ", "</div></div>");
    let lane = lanes
        .iter()
        .find(|lane| lane.contains("ServiceErrorRatio"))
        .expect("its lane");
    for part in [
        "class=\"bar pending\"",
        "class=\"bar firing\"",
        "title=\"delivered at",
        "title=\"resolved at",
    ] {
        assert!(lane.contains(part), "{part}");
    }
    let lane = lanes
        .iter()
        .find(|lane| lane.contains("PizzaOrderFailures<"))
        .expect("its lane");
    assert!(
        !lane.contains("title=\"resolved at"),
        "it still fires at the end"
    );
    assert!(
        lanes
            .first()
            .is_some_and(|lane| lane.starts_with("expected"))
    );
    assert!(
        lanes
            .iter()
            .any(|lane| lane.starts_with("unexpected") && lane.contains("ServiceLatencyHigh"))
    );
}

#[test]
fn figures_are_the_records() {
    let page = render(&sample::order_failures());
    for figure in [
        "11.0\u{202f}s",
        "12.1\u{202f}s",
        "place_order",
        "NOT_RESOLVED",
        "15.9\u{202f}%",
        "2.42.0",
        "2026-03-14 09:26:53 UTC",
    ] {
        assert!(page.contains(figure), "{figure}");
    }
}

#[test]
fn a_drill_that_never_began_is_a_page_too() {
    let mut record = sample::order_failures();
    record.verdict = Verdict::Preflight;
    record.ended_at = record.started_at;
    record.expectations.clear();
    record.faults.clear();
    record.alerts.clear();
    record.notifications.clear();
    record.load = LoadReport::default();
    let page = render(&record);
    assert!(page.contains("PREFLIGHT"));
    assert!(
        !page.contains("NaN") && !page.contains("inf"),
        "a figure of nothing"
    );
    assert!(!page.contains("class=\"chart\""));
}

#[test]
fn a_silent_drill_says_that_nothing_fired() {
    let mut record = sample::order_failures();
    record.alerts.clear();
    assert!(render(&record).contains("none was pending or firing"));
}
