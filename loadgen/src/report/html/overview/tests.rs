use super::*;
use crate::catalogue::plan;
use crate::report::html::tests::sample;
use crate::scenario;

fn page() -> String {
    let scenario = scenario::load("order-failures").expect("a built-in scenario");
    let planned = plan(&[scenario], 1, None).remove(0);
    let done = vec![(planned, sample::order_failures())];
    let scoreboard = Scoreboard::of(done.iter().map(|(_, record)| record));
    render(&Overview::new(&done, &scoreboard))
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let page = page();
    for outside in [
        "http://", "https://", "<script", "<link", "@import", "url(", "src=",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn it_says_who_did_not_pass_and_what_is_not_proven() {
    let page = page();
    assert!(page.contains("1 did not pass"), "{page}");
    assert!(page.contains("href=\"order-failures/report.html\""));
    assert!(
        page.contains("<em>not proven</em>"),
        "ServiceLatencyHigh is nobody's"
    );
    assert!(page.contains("fired, and should not have, 1 times"));
}
