//! `report.html`: one drill on one page that needs no script, no network and no second file.

use super::record::DrillRecord;

mod banner;
mod chart;
mod expectations;
mod facts;
mod load;
mod looks;
mod markup;
pub mod overview;
mod tiles;
mod words;

use markup::text;

/// The page's whole style; both themes are in it.
const STYLE: &str = include_str!("html/style.css");

/// The page of one drill.
pub fn render(record: &DrillRecord) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{verdict}: {scenario} drill</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         {banner}{tiles}{expectations}{chart}{load}{facts}</main>\n</body>\n</html>\n",
        verdict = record.verdict.word(),
        scenario = text(&record.scenario),
        banner = banner::banner(record),
        tiles = tiles::tiles(record),
        expectations = expectations::expectations(record),
        chart = chart::chart(record),
        load = load::load(record),
        facts = facts::facts(record),
    )
}

#[cfg(test)]
pub(crate) mod tests;
