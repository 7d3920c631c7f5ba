//! The run second by second, for charts.

use std::collections::VecDeque;
use std::time::Duration;

use super::report::{Counts, SecondReport};
use super::times::Times;

/// One entry a second. A second keeps its distribution only while visits of it are in flight, so
/// memory is bounded by the visits' time limit and by `keep`.
#[derive(Debug)]
pub(super) struct Seconds {
    keep: usize,
    open: VecDeque<Open>,
    closed: VecDeque<SecondReport>,
}

#[derive(Debug)]
struct Open {
    second: u32,
    counts: Counts,
    response: Times,
}

impl Seconds {
    /// Keeps the newest `keep` seconds.
    pub(super) fn new(keep: usize) -> Self {
        Self {
            keep,
            open: VecDeque::new(),
            closed: VecDeque::new(),
        }
    }

    /// The run has come to `at`: what lies before is closed as soon as its visits have ended.
    pub(super) fn advance(&mut self, at: Duration) {
        if self.keep == 0 {
            return;
        }
        let now = second_of(at);
        let first = self
            .open
            .back()
            .map_or_else(|| self.after_the_closed(), |last| last.second + 1);
        self.open.extend((first..=now).map(Open::new));
        while self
            .open
            .front()
            .is_some_and(|oldest| oldest.second < now && oldest.is_settled())
        {
            self.close_oldest();
        }
    }

    /// Changes the counts of the second that holds `at`.
    pub(super) fn count(&mut self, at: Duration, change: impl FnOnce(&mut Counts)) {
        if let Some(open) = self.at(at) {
            change(&mut open.counts);
        }
    }

    /// Records the response time of a visit meant for `at`.
    pub(super) fn answered(&mut self, at: Duration, response: Duration) {
        if let Some(open) = self.at(at) {
            open.response.record(response);
        }
    }

    /// All seconds kept, oldest first; visits still in flight stay uncounted.
    pub(super) fn finish(&mut self) -> Vec<SecondReport> {
        while !self.open.is_empty() {
            self.close_oldest();
        }
        std::mem::take(&mut self.closed).into()
    }

    fn at(&mut self, at: Duration) -> Option<&mut Open> {
        let first = self.open.front()?.second;
        let place = second_of(at).checked_sub(first)?;
        self.open.get_mut(usize::try_from(place).ok()?)
    }

    fn after_the_closed(&self) -> u32 {
        self.closed.back().map_or(0, |last| last.second + 1)
    }

    fn close_oldest(&mut self) {
        let Some(oldest) = self.open.pop_front() else {
            return;
        };
        if self.closed.len() == self.keep {
            self.closed.pop_front();
        }
        self.closed.push_back(oldest.report());
    }
}

impl Open {
    fn new(second: u32) -> Self {
        Self {
            second,
            counts: Counts::default(),
            response: Times::default(),
        }
    }

    fn is_settled(&self) -> bool {
        self.counts.sent == self.counts.completed + self.counts.failed
    }

    fn report(&self) -> SecondReport {
        SecondReport {
            second: self.second,
            counts: self.counts,
            response_p50_ms: self.response.quantile_ms(0.5),
            response_p99_ms: self.response.quantile_ms(0.99),
        }
    }
}

fn second_of(at: Duration) -> u32 {
    u32::try_from(at.as_secs()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn an_answer_counts_in_the_second_it_was_meant_for_however_late_it_comes() {
        let mut seconds = Seconds::new(10);
        seconds.advance(ms(500));
        seconds.count(ms(500), |counts| counts.sent += 1);
        seconds.advance(ms(5_200));
        seconds.answered(ms(500), ms(4_700));
        seconds.count(ms(500), |counts| counts.completed += 1);
        seconds.advance(ms(6_000));
        let listed = seconds.finish();
        assert_eq!(listed.len(), 7, "quiet seconds are listed too");
        assert_eq!((listed[0].second, listed[0].counts.completed), (0, 1));
        assert!((listed[0].response_p99_ms - 4_700.0).abs() < 5.0);
        assert_eq!(listed[5].counts, Counts::default());
    }

    #[test]
    fn only_the_newest_are_kept_and_zero_keeps_nothing() {
        let (mut three, mut none) = (Seconds::new(3), Seconds::new(0));
        for second in 0..100 {
            three.advance(ms(second * 1000));
            none.advance(ms(second * 1000));
        }
        assert!(three.open.len() == 1 && three.closed.len() == 3);
        let kept: Vec<_> = three.finish().iter().map(|report| report.second).collect();
        assert_eq!(kept, [97, 98, 99]);
        assert!(none.finish().is_empty());
    }
}
