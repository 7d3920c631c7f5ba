//! Faults that work by themselves while they last: crash, restart, CPU, memory, log flood, held
//! connections, poison.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior};

use super::{Active, Fault, Faults};

/// What a process that is told to crash ends with.
const CRASH_EXIT_CODE: i32 = 101;

/// Time for the answer to `PUT /faults/crash` or `/faults/restart` to leave before the process does.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// How often faults that grow with time do so.
const TICK: Duration = Duration::from_millis(100);

const MIB: usize = 1 << 20;

/// glibc never serves more than 32 MiB from its heap, where a hole need not go back to the system.
const MAPPED_BY_ITSELF: usize = 64 * MIB;

/// A connection that is held: dropping it gives it back.
pub(crate) type Held = Box<dyn Any + Send>;
type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type Take = dyn Fn() -> Boxed<Option<Held>> + Send + Sync;
type Spoil = dyn Fn() -> Boxed<bool> + Send + Sync;

/// A database pool that connections can be taken from.
#[derive(Clone)]
pub(super) struct Pool(Arc<Take>);

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pool")
    }
}

/// Topics that messages can be published to which nobody can read.
#[derive(Clone)]
pub(super) struct Queue(Arc<Spoil>);

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Queue")
    }
}

impl Faults {
    /// Makes a pool known, so that its connections can be held.
    pub(crate) fn know_pool<F>(&self, take: impl Fn() -> F + Send + Sync + 'static)
    where
        F: Future<Output = Option<Held>> + Send + 'static,
    {
        let take: Arc<Take> = Arc::new(move || Box::pin(take()));
        self.0.pools.write().push(Pool(take));
    }

    /// Makes a queue known, so that poison can be published to it: `spoil` publishes one message
    /// that nobody can read, and says whether it did.
    pub(crate) fn know_queue<F>(&self, spoil: impl Fn() -> F + Send + Sync + 'static)
    where
        F: Future<Output = bool> + Send + 'static,
    {
        let spoil: Arc<Spoil> = Arc::new(move || Box::pin(spoil()));
        self.0.queues.write().push(Queue(spoil));
    }
}

/// Starts the fault's own work, if it has any. All of it ends with the fault.
pub(super) fn begin(faults: &Faults, active: &Active) {
    let mine = active.clone();
    match active.fault {
        Fault::Crash {} => after_last_words(mine, end_process),
        Fault::Restart {} => after_last_words(mine, ask_to_stop),
        Fault::Cpu { threads } => (0..threads).for_each(|_| burn(mine.clone())),
        Fault::Memory {
            mib_per_second,
            cap_mib,
        } => leak(mine, mib_per_second, cap_mib),
        Fault::LogFlood { lines_per_second } => flood(mine, lines_per_second),
        Fault::DbPool { connections } => {
            for pool in faults.0.pools.read().iter() {
                (0..connections).for_each(|_| hold(mine.clone(), pool.clone()));
            }
        }
        Fault::Poison {
            messages_per_second,
        } => {
            for queue in faults.0.queues.read().iter() {
                poison(mine.clone(), queue.clone(), messages_per_second);
            }
        }
        _ => {}
    }
}

fn after_last_words(mine: Active, end: fn()) {
    mine.count();
    tokio::spawn(async move {
        tokio::time::sleep(LAST_WORDS).await;
        if !mine.is_over() {
            end();
        }
    });
}

/// By the signal that a deployment sends, so that all that follows is what follows then.
fn ask_to_stop() {
    let itself = rustix::process::getpid();
    if let Err(error) = rustix::process::kill_process(itself, rustix::process::Signal::TERM) {
        tracing::warn!(%error, "cannot send myself a signal");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a crash is to skip the drain and the flush: that is what is drilled"
)]
fn end_process() {
    std::process::exit(CRASH_EXIT_CODE);
}

/// Threads of their own, so that what starves is the machine and not one runtime's scheduler. They
/// watch the clock themselves, for the same reason.
fn burn(mine: Active) {
    std::thread::spawn(move || {
        let mut noise = 0_u64;
        while !mine.is_over() {
            mine.count();
            for i in 0..1_000_000_u64 {
                noise = std::hint::black_box(noise.wrapping_mul(31).wrapping_add(i));
            }
        }
    });
}

/// One block, written to bit by bit: only what is written to is resident, and a block of this size
/// goes back to the system as soon as it is dropped.
fn leak(mine: Active, mib_per_second: u32, cap_mib: u32) {
    let cap = cap_mib as usize * MIB;
    tokio::spawn(async move {
        let mut block: Vec<u8> = Vec::new();
        if block.try_reserve_exact(cap.max(MAPPED_BY_ITSELF)).is_err() {
            return;
        }
        let mut tick = tokio::time::interval(TICK);
        let begin = Instant::now();
        loop {
            tokio::select! {
                () = mine.ended() => return,
                _ = tick.tick() => {}
            }
            let due = begin.elapsed().as_millis() * u128::from(mib_per_second) / 1000;
            let due = usize::try_from(due)
                .unwrap_or(usize::MAX)
                .saturating_mul(MIB)
                .min(cap);
            while block.len() < due && !mine.is_over() {
                block.resize(block.len() + MIB, 1);
                mine.count();
                // A MiB takes long enough to be fair to requests in between.
                tokio::task::yield_now().await;
            }
        }
    });
}

/// What a service in trouble writes. Nothing in a line tells that it was asked for.
fn flood(mine: Active, lines_per_second: u32) {
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(TICK);
        let begin = Instant::now();
        let mut attempt = 0_u64;
        loop {
            tokio::select! {
                () = mine.ended() => return,
                _ = tick.tick() => {}
            }
            let due = begin.elapsed().as_secs_f64() * f64::from(lines_per_second);
            while (attempt as f64) < due {
                attempt += 1;
                mine.count();
                tracing::warn!(target: "upstream", attempt, "no answer, trying again");
            }
        }
    });
}

/// What cannot be published is not made up for later: a queue that is away is spared. What is being
/// published when the fault ends is given up.
fn poison(mine: Active, queue: Queue, messages_per_second: u32) {
    let mut tick = tokio::time::interval(Duration::from_secs(1) / messages_per_second);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::spawn(async move {
        let work = async {
            loop {
                tick.tick().await;
                if (queue.0)().await {
                    mine.count();
                }
            }
        };
        tokio::select! {
            () = mine.ended() => {}
            () = work => {}
        }
    });
}

fn hold(mine: Active, pool: Pool) {
    tokio::spawn(async move {
        let held = tokio::select! {
            () = mine.ended() => return,
            held = pool.take() => held,
        };
        mine.count();
        mine.ended().await;
        drop(held);
    });
}

impl Pool {
    /// Takes a connection, however long it is until one is free.
    async fn take(&self) -> Held {
        loop {
            if let Some(held) = (self.0)().await {
                return held;
            }
            tokio::time::sleep(TICK).await;
        }
    }
}
