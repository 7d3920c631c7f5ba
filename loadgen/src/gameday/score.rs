//! Which faults were noticed.

use std::fmt;

use serde::Serialize;

use crate::report::record::{AlertLane, DrillRecord, FaultRecord};

/// An alert that begins to fire this long after a fault's end is still its own, at demo speed,
/// seconds: the longest window of a rule and its `for`.
const BOUND_S: f64 = 60.0;

/// Which faults were noticed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    /// Each fault, in order.
    pub faults: Vec<Noticed>,
    /// Alert instances that began to fire within no fault's time.
    pub without_cause: usize,
    /// How long after a fault's end an alert still counted, seconds.
    pub bound_s: f64,
}

/// One fault, and by what it was noticed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Noticed {
    /// The broken service.
    pub service: String,
    /// The fault's kind.
    pub fault: String,
    /// When it began, seconds after the start.
    pub from_s: f64,
    /// The first alert of the broken service itself.
    pub by_own: Option<Notice>,
    /// The first alert of any service.
    pub by_any: Option<Notice>,
}

/// An alert that began to fire.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Notice {
    /// Its name.
    pub alert: String,
    /// Whose it is.
    pub service: String,
    /// Seconds after the fault began.
    pub after_s: f64,
}

impl Score {
    /// The score of a game day that was recorded.
    pub fn of(record: &DrillRecord) -> Self {
        Self::judge(&record.faults, &record.alerts, record.time_scale)
    }

    fn judge(faults: &[FaultRecord], alerts: &[AlertLane], time_scale: f64) -> Self {
        let bound_s = BOUND_S * time_scale;
        let onsets = onsets(alerts);
        let within =
            |fault: &FaultRecord, at_s: f64| (fault.from_s..=fault.to_s + bound_s).contains(&at_s);
        let noticed = faults.iter().map(|fault| {
            let first = |own: bool| {
                let mut its = onsets.iter().filter(|(at_s, lane)| {
                    within(fault, *at_s) && (!own || label(lane, "service") == fault.service)
                });
                let (at_s, lane) = its.next()?;
                Some(Notice {
                    alert: label(lane, "alertname").to_owned(),
                    service: label(lane, "service").to_owned(),
                    after_s: at_s - fault.from_s,
                })
            };
            Noticed {
                service: fault.service.clone(),
                fault: fault.kind.clone(),
                from_s: fault.from_s,
                by_own: first(true),
                by_any: first(false),
            }
        });
        let is_lonely = |at_s: f64| !faults.iter().any(|fault| within(fault, at_s));
        Self {
            faults: noticed.collect(),
            without_cause: onsets.iter().filter(|(at_s, _)| is_lonely(*at_s)).count(),
            bound_s,
        }
    }

    fn noticed(&self, by: impl Fn(&Noticed) -> bool) -> usize {
        self.faults.iter().filter(|fault| by(fault)).count()
    }
}

/// When which alert began to fire, in order.
fn onsets(lanes: &[AlertLane]) -> Vec<(f64, &AlertLane)> {
    let mut onsets: Vec<_> = lanes
        .iter()
        .flat_map(|lane| {
            let firing = lane.stretches.iter().filter(|one| one.state == "firing");
            firing.map(move |stretch| (stretch.from_s, lane))
        })
        .collect();
    onsets.sort_by(|one, other| one.0.total_cmp(&other.0));
    onsets
}

fn label<'a>(lane: &'a AlertLane, name: &str) -> &'a str {
    lane.labels.get(name).map_or("", String::as_str)
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "noticed {} of {} faults, {} of them by an alert of the broken service; {} alerts had no cause",
            self.noticed(|fault| fault.by_any.is_some()),
            self.faults.len(),
            self.noticed(|fault| fault.by_own.is_some()),
            self.without_cause
        )?;
        for fault in &self.faults {
            let notice = fault.by_own.as_ref().or(fault.by_any.as_ref());
            let how = notice.map_or_else(
                || "not noticed".to_owned(),
                |notice| {
                    let (alert, service) = (&notice.alert, &notice.service);
                    format!("{alert} ({service}) after {:.1} s", notice.after_s)
                },
            );
            let what = format!("{} at {}", fault.fault, fault.service);
            writeln!(f, "{:>9.1} s  {what:<40} {how}", fault.from_s)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
