//! When the next question is due.

use std::time::{Duration, Instant};

use tokio::time::sleep_until;

/// One connection's share of a rate.
#[derive(Debug)]
pub(super) struct Pace {
    due: Instant,
    /// None: as soon as the last question was answered.
    step: Option<Duration>,
}

impl Pace {
    /// The paces of all connections, so many questions a second together, each at another moment.
    pub(super) fn shares(
        start: Instant,
        connections: usize,
        per_second: Option<f64>,
    ) -> impl Iterator<Item = Self> {
        let apart = per_second.map(|rate| Duration::from_secs_f64(1.0 / rate));
        (0..u32::try_from(connections).unwrap_or(u32::MAX)).map(move |place| Self {
            due: start + apart.unwrap_or_default() * place,
            step: apart.map(|apart| apart * u32::try_from(connections).unwrap_or(u32::MAX)),
        })
    }

    /// Waits until the next question is due. Returns the moment from which its latency counts: when
    /// the answer before came too late, that is when it should have been asked, and what the timer
    /// adds does not count.
    pub(super) async fn next(&mut self) -> Instant {
        let Some(step) = self.step else {
            return Instant::now();
        };
        let due = self.due;
        self.due += step;
        if due <= Instant::now() {
            return due;
        }
        sleep_until(due.into()).await;
        Instant::now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn connections_take_turns_and_what_is_late_counts_from_when_it_was_due() {
        let start = Instant::now();
        tokio::time::sleep(Duration::from_millis(2)).await;
        let mut paces: Vec<_> = Pace::shares(start, 2, Some(4000.0)).collect();
        for (place, pace) in paces.iter_mut().enumerate() {
            let first = start + Duration::from_micros(250) * u32::try_from(place).expect("small");
            assert_eq!(pace.next().await, first);
            assert_eq!(pace.next().await, first + Duration::from_micros(500));
        }
    }

    #[tokio::test]
    async fn nothing_is_asked_before_it_is_due() {
        let start = Instant::now() + Duration::from_millis(20);
        let mut pace = Pace::shares(start, 1, Some(1000.0)).next().expect("one");
        assert!(pace.next().await >= start);
    }

    #[tokio::test]
    async fn without_a_rate_it_is_always_time() {
        let begin = Instant::now();
        let mut pace = Pace::shares(begin, 1, None).next().expect("one");
        let (first, second) = (pace.next().await, pace.next().await);
        assert!(first >= begin && second >= first);
    }
}
