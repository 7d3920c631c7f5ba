//! Hands lines to a thread of their own, so that a request never waits for a disk or a terminal.
//! Lines that arrive within a few milliseconds leave in one write, and wake the thread once.

use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use tracing::Level;

/// How long the thread gathers lines before it writes them.
const GATHER: Duration = Duration::from_millis(10);

/// Bytes that may wait. Past that a line is dropped rather than a request held up.
const MOST_WAITING: usize = 8 << 20;

/// How long the end of the process may wait for the last lines.
const FLUSH_LIMIT: Duration = Duration::from_secs(1);

/// Levels, with the values of the label.
const LEVELS: [(Level, &str); 5] = [
    (Level::ERROR, "error"),
    (Level::WARN, "warn"),
    (Level::INFO, "info"),
    (Level::DEBUG, "debug"),
    (Level::TRACE, "trace"),
];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct LevelLabels {
    level: &'static str,
}

/// Where lines are put. Cheap to clone.
#[derive(Clone)]
pub(super) struct Lines(Arc<Shared>);

struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
    lines: [Counter; LEVELS.len()],
    dropped: Counter,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<u8>,
    closed: bool,
}

/// The writing thread's end: dropping it writes what waits.
pub(crate) struct Writing {
    shared: Arc<Shared>,
    ended: Receiver<()>,
}

impl std::fmt::Debug for Writing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writing")
    }
}

/// Starts the thread that writes to `out`.
///
/// # Errors
/// When the system has no thread to give.
pub(super) fn start(
    out: impl Write + Send + 'static,
    registry: &mut Registry,
) -> std::io::Result<(Lines, Writing)> {
    let lines = Family::<LevelLabels, Counter>::default();
    let counters = LEVELS.map(|(_, level)| lines.get_or_create_owned(&LevelLabels { level }));
    registry.register(
        "log_lines",
        "Log lines by level, those that were not written included",
        lines,
    );
    let dropped = Counter::default();
    registry.register(
        "log_lines_dropped",
        "Log lines that were not written because too many waited",
        dropped.clone(),
    );
    let shared = Arc::new(Shared {
        queue: Mutex::default(),
        wake: Condvar::new(),
        lines: counters,
        dropped,
    });
    let (end, ended) = channel();
    let theirs = Arc::clone(&shared);
    std::thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || {
            theirs.write_to(out);
            // Nobody listens where the process ended without waiting.
            let _ = end.send(());
        })?;
    let lines = Lines(Arc::clone(&shared));
    Ok((lines, Writing { shared, ended }))
}

impl Lines {
    /// Takes one line, with its line feed.
    pub(super) fn push(&self, level: Level, line: &[u8]) {
        let index = LEVELS.iter().position(|(known, _)| *known == level);
        if let Some(lines) = index.and_then(|index| self.0.lines.get(index)) {
            lines.inc();
        }
        let mut queue = self.0.queue.lock();
        if queue.waiting.len() + line.len() > MOST_WAITING {
            drop(queue);
            self.0.dropped.inc();
            return;
        }
        let first = queue.waiting.is_empty();
        queue.waiting.extend_from_slice(line);
        drop(queue);
        if first {
            self.0.wake.notify_one();
        }
    }
}

impl Shared {
    fn write_to(&self, mut out: impl Write) {
        let mut batch = Vec::new();
        while self.gather(&mut batch) {
            // A log that cannot be written leaves nobody to tell.
            let _ = out.write_all(&batch).and_then(|()| out.flush());
            batch.clear();
        }
    }

    /// Waits for lines and takes them. False when there will be no more.
    fn gather(&self, batch: &mut Vec<u8>) -> bool {
        let mut queue = self.queue.lock();
        while queue.waiting.is_empty() {
            if queue.closed {
                return false;
            }
            self.wake.wait(&mut queue);
        }
        if !queue.closed {
            // Only the end wakes here: lines wake the thread when they are the first.
            self.wake.wait_for(&mut queue, GATHER);
        }
        std::mem::swap(&mut queue.waiting, batch);
        true
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.shared.queue.lock().closed = true;
        self.shared.wake.notify_one();
        // A reader that has stopped reading must not keep the process.
        let _ = self.ended.recv_timeout(FLUSH_LIMIT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A writer that keeps what it is given, and waits at a gate before each write.
    #[derive(Clone, Default)]
    struct Gated {
        gate: Arc<Mutex<()>>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Gated {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let _open = self.gate.lock();
            self.written.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_line_is_written_in_order_before_the_end() {
        let out = Gated::default();
        let (lines, writing) =
            start(out.clone(), &mut Registry::default()).expect("a thread can be had");
        let expected: Vec<u8> = (0..1000)
            .flat_map(|n| format!("line {n}\n").into_bytes())
            .collect();
        for line in expected.split_inclusive(|byte| *byte == b'\n') {
            lines.push(Level::INFO, line);
        }
        drop(writing);
        assert_eq!(*out.written.lock(), expected);
    }

    #[test]
    fn a_stuck_reader_costs_lines_that_are_counted_and_holds_nobody_up() {
        let out = Gated::default();
        let (lines, writing) =
            start(out.clone(), &mut Registry::default()).expect("a thread can be had");
        let shut = out.gate.lock();
        let line = vec![b'x'; 1 << 20];
        for _ in 0..32 {
            lines.push(Level::WARN, &line);
        }
        assert!(lines.0.dropped.get() >= 16, "{}", lines.0.dropped.get());
        drop(shut);
        drop(writing);
        let written = out.written.lock().len() as u64 >> 20;
        assert_eq!(written + lines.0.dropped.get(), 32);
        let counted: Vec<u64> = lines.0.lines.iter().map(Counter::get).collect();
        assert_eq!(counted, [0, 32, 0, 0, 0], "a dropped line was a line");
    }
}
