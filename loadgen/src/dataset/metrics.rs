//! `metrics/*.csv`: what Prometheus has of the company, one file a metric name, one row a sample.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{DatasetError, Window, Written, cannot_write, csv};
use crate::drill::http::HttpError;
use crate::drill::prometheus::{Labels, Prometheus};

/// What of Prometheus's is the company's.
const JOB: &str = r#"job="firedrill""#;
/// Metric names at most; further ones are left off, by the alphabet.
const MOST_NAMES: usize = 400;
/// Series of one name at most: one with more is left off whole.
const MOST_SERIES: usize = 20_000;
/// Rows of one name at most: the file ends there.
const MOST_ROWS: usize = 2_000_000;
/// Samples in one answer.
const MOST_SAMPLES: usize = 50_000;

/// The series of one name.
#[derive(Debug, Default)]
struct Family {
    labels: BTreeSet<String>,
    series: usize,
}

/// Writes every metric of the company over the window.
pub(super) async fn write(
    folder: &Path,
    prometheus: &Prometheus,
    window: Window,
    step_s: f64,
) -> Result<Written, DatasetError> {
    let mut written = Written::default();
    let (from, to) = (unix_s(window.from), unix_s(window.to));
    let series = match prometheus.series(&format!("{{{JOB}}}"), from, to).await {
        Ok(series) => series,
        Err(error) => return Ok(Written::missing(format!("metrics: {error}"))),
    };
    let families = families(series);
    let left_off = families.len().saturating_sub(MOST_NAMES);
    if left_off > 0 {
        written
            .missing
            .push(format!("metrics: {left_off} names over {MOST_NAMES}"));
    }
    for (name, family) in families.into_iter().take(MOST_NAMES) {
        if family.series > MOST_SERIES {
            let series = family.series;
            written
                .missing
                .push(format!("{name}: its {series} series are too many"));
            continue;
        }
        let path = folder.join(format!("{name}.csv"));
        let samples = Samples {
            prometheus,
            name: &name,
            family: &family,
            from,
            to,
            step_s,
        };
        let (rows, problem) = samples.write(&path).await?;
        written.missing.extend(problem);
        written.files.push((format!("metrics/{name}.csv"), rows));
    }
    Ok(written)
}

fn families(series: Vec<Labels>) -> BTreeMap<String, Family> {
    let mut families = BTreeMap::<String, Family>::new();
    for mut labels in series {
        // A name is a word of letters, digits, underscores and colons: it can be a file's.
        if let Some(name) = labels.remove("__name__") {
            let family = families.entry(name).or_default();
            family.series += 1;
            family.labels.extend(labels.into_keys());
        }
    }
    families
}

/// One file on its way.
struct Samples<'a> {
    prometheus: &'a Prometheus,
    name: &'a str,
    family: &'a Family,
    from: f64,
    to: f64,
    step_s: f64,
}

impl Samples<'_> {
    /// Writes the file piece by piece. Returns its rows, and why it is not whole, if so.
    async fn write(&self, path: &Path) -> Result<(usize, Option<String>), DatasetError> {
        let failed = cannot_write(path);
        let mut out = BufWriter::new(File::create(path).map_err(&failed)?);
        let labels = self.family.labels.iter().map(String::as_str);
        let heads = ["time"].into_iter().chain(labels).chain(["value"]);
        csv::record(&mut out, heads).map_err(&failed)?;
        let points = (MOST_SAMPLES / self.family.series.max(1)).clamp(1, 10_000);
        let stretch = self.step_s * points as f64;
        let (mut rows, mut problem, mut at) = (0, None, self.from);
        while at <= self.to && problem.is_none() {
            let until = (at + stretch - self.step_s).min(self.to);
            match self.piece(at, until).await {
                Ok(series) => {
                    for (labels, values) in series {
                        rows += values.len();
                        self.rows(&mut out, &labels, &values).map_err(&failed)?;
                    }
                }
                Err(error) => problem = Some(format!("{}: {error}", self.name)),
            }
            at += stretch;
            if rows > MOST_ROWS {
                problem = Some(format!("{}: it ends after {rows} rows", self.name));
            }
        }
        out.flush().map_err(&failed)?;
        Ok((rows, problem))
    }

    async fn piece(
        &self,
        from: f64,
        to: f64,
    ) -> Result<Vec<(Labels, Vec<(f64, String)>)>, HttpError> {
        let query = format!("{}{{{JOB}}}", self.name);
        self.prometheus.samples(&query, from, to, self.step_s).await
    }

    fn rows(
        &self,
        out: &mut BufWriter<File>,
        labels: &Labels,
        values: &[(f64, String)],
    ) -> std::io::Result<()> {
        let label = |name: &String| labels.get(name).map_or("", String::as_str);
        let shared: Vec<&str> = self.family.labels.iter().map(label).collect();
        for (at, value) in values {
            let time = time_at(*at);
            let fields = [time.as_str()].into_iter().chain(shared.iter().copied());
            csv::record(out, fields.chain([value.as_str()]))?;
        }
        Ok(())
    }
}

fn unix_s(at: OffsetDateTime) -> f64 {
    // Nanoseconds of this century fit an f64 to well under a microsecond.
    at.unix_timestamp_nanos() as f64 / 1e9
}

fn time_at(unix_s: f64) -> String {
    let at = OffsetDateTime::UNIX_EPOCH + time::Duration::seconds_f64(unix_s);
    let at = at.truncate_to_millisecond().format(&Rfc3339);
    at.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_gathered_by_name() {
        let labels = |pairs: &[(&str, &str)]| -> Labels {
            let pairs = pairs.iter();
            pairs
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect()
        };
        let families = families(vec![
            labels(&[("__name__", "up"), ("service", "a")]),
            labels(&[("__name__", "up"), ("service", "b"), ("zone", "c")]),
            labels(&[("__name__", "other")]),
        ]);
        assert!(families.keys().eq(["other", "up"]));
        assert_eq!(families["up"].series, 2);
        assert!(families["up"].labels.iter().eq(["service", "zone"]));
    }

    #[test]
    fn times_are_utc_to_the_millisecond() {
        assert_eq!(time_at(1_767_225_600.25), "2026-01-01T00:00:00.25Z");
    }
}
