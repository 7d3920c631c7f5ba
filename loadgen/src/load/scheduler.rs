//! The scheduler: one thread that keeps absolute deadlines, whatever the answers do.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use super::report::LoadReport;
use super::shared::{Job, Shared};
use super::tally::Tally;
use super::worker::Worker;
use super::{Arrival, Plan};

/// Sends the arrivals of a plan to the workers, each at its time.
///
/// A thread and not a task: the timers of an async runtime are coarse, a millisecond, and late when
/// the runtime is busy with answers.
#[derive(Debug)]
pub(super) struct Scheduler {
    pub(super) plan: Plan,
    pub(super) shared: Arc<Shared>,
    pub(super) workers: Vec<Worker>,
    pub(super) tally: Tally,
    /// The second of the run that the schedule has come to.
    pub(super) second: Option<u64>,
}

/// How long a stop may go unnoticed, and the longest that the live figures stand still.
const LONGEST_SLEEP: Duration = Duration::from_millis(100);

impl Scheduler {
    /// Runs the plan to its end or until it is stopped, waits for the visits in flight, and reports.
    pub(super) fn run(mut self) -> LoadReport {
        let limit = self.shared.limits.duration;
        for arrival in self.plan.schedule() {
            let in_time = limit.is_none_or(|limit| arrival.at <= limit);
            if !in_time || !self.wait_until(Some(arrival.at)) {
                break;
            }
            self.dispatch(arrival);
        }
        // After the last arrival the last phase is not over yet.
        let end = self.plan.end().into_iter().chain(limit).min();
        self.wait_until(end);
        self.finish()
    }

    /// Sleeps until `at`, or for ever; whether the run goes on.
    fn wait_until(&mut self, at: Option<Duration>) -> bool {
        loop {
            let now = self.shared.elapsed();
            // While the schedule lags, its second lags too: a second is over when all its arrivals
            // have been dispatched.
            self.turn_second(at.map_or(now, |at| at.min(now)));
            if self.shared.stop.is_cancelled() {
                return false;
            }
            let left = at.map_or(LONGEST_SLEEP, |at| at.saturating_sub(now));
            if left.is_zero() {
                return true;
            }
            thread::park_timeout(left.min(LONGEST_SLEEP));
        }
    }

    fn dispatch(&mut self, arrival: Arrival) {
        let job = Job {
            arrival,
            due: self.due(arrival.at),
        };
        let live = self.shared.live.flow(arrival.flow);
        live.intended.fetch_add(1, Ordering::Relaxed);
        let is_sent = self.shared.live.enter(self.shared.limits.in_flight);
        let counter = if is_sent { &live.sent } else { &live.dropped };
        counter.fetch_add(1, Ordering::Relaxed);

        let (sent, dropped) = (u64::from(is_sent), u64::from(!is_sent));
        let counts = &mut self.tally.cell(arrival.phase, arrival.flow).counts;
        counts.intended += 1;
        counts.sent += sent;
        counts.dropped += dropped;
        self.shared.seconds.lock().count(arrival.at, |counts| {
            counts.intended += 1;
            counts.sent += sent;
            counts.dropped += dropped;
        });
        if is_sent {
            self.hand_over(job);
        }
    }

    /// To each worker in turn.
    fn hand_over(&self, job: Job) {
        let turn = job.arrival.index % self.workers.len() as u64;
        let worker = usize::try_from(turn)
            .ok()
            .and_then(|turn| self.workers.get(turn));
        // A worker only goes away by a panic, which `finish` brings to light.
        if !worker.is_some_and(|worker| worker.take(job)) {
            self.shared.stop.cancel();
        }
    }

    fn due(&self, at: Duration) -> Instant {
        self.shared.started + at
    }

    fn turn_second(&mut self, reached: Duration) {
        let second = reached.as_secs();
        if self.second == Some(second) {
            return;
        }
        self.shared.seconds.lock().advance(reached);
        if self.second.replace(second).is_some() {
            self.shared.live.turn_second();
        }
    }

    fn finish(mut self) -> LoadReport {
        let end = self.shared.elapsed();
        for worker in std::mem::take(&mut self.workers) {
            match worker.finish() {
                Ok(tally) => self.tally.merge(&tally),
                // A panic of ours is not to be mistaken for a quiet run.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        let seconds = self.shared.seconds.lock().finish();
        self.tally.report(self.plan.phases(), end, seconds)
    }
}
