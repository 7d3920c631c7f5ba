//! Where the children's lines go: all of them into one file a child, and to the terminal what a
//! person must see, behind the child's name.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::ValueEnum;
use parking_lot::Mutex;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};

/// A log file that has grown past this is put aside as `.1`, in place of the one before.
const ROTATE_BYTES: u64 = 16 << 20;

/// Which lines of the children appear on the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShowLogs {
    /// None but the supervisor's own.
    Off,
    /// Warnings and errors that are not about a single request.
    Warn,
    /// All.
    All,
}

/// Takes lines of all children.
#[derive(Debug)]
pub struct LineSink {
    folder: PathBuf,
    show: ShowLogs,
    closing: AtomicBool,
    files: Mutex<HashMap<String, Log>>,
}

#[derive(Debug)]
struct Log {
    file: File,
    bytes: u64,
}

impl LineSink {
    /// Files go into `folder`, which is made.
    ///
    /// # Errors
    /// When it cannot be.
    pub fn new(folder: &Path, show: ShowLogs) -> std::io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            show,
            closing: AtomicBool::new(false),
            files: Mutex::default(),
        })
    }

    /// The file of a child, for messages.
    pub fn path(&self, name: &str) -> String {
        self.file(name).display().to_string()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.log"))
    }

    /// The supervisor's own word about a child.
    pub fn say(&self, name: &str, what: &str) {
        print(name, what);
    }

    /// The children end one by one from now on. That each misses those before it need not be warned of.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    fn shows(&self, line: &str) -> bool {
        match self.show {
            ShowLogs::Off => false,
            ShowLogs::Warn if self.closing.load(Ordering::Relaxed) => {
                weight(line) > Weight::Warning
            }
            ShowLogs::Warn => weight(line) > Weight::Usual,
            ShowLogs::All => true,
        }
    }

    /// One line of a child.
    fn take(&self, name: &str, line: &str) {
        if self.write(name, line).is_err() {
            // The disk is full, say: the terminal is what is left.
            print(name, line);
            return;
        }
        if self.shows(line) {
            print(name, line);
        }
    }

    fn write(&self, name: &str, line: &str) -> std::io::Result<()> {
        let mut files = self.files.lock();
        if !files.contains_key(name) {
            files.insert(name.to_owned(), Log::open(&self.file(name))?);
        }
        let Some(log) = files.get_mut(name) else {
            return Ok(());
        };
        log.file.write_all(line.as_bytes())?;
        log.file.write_all(b"\n")?;
        log.bytes += line.len() as u64 + 1;
        if log.bytes > ROTATE_BYTES {
            let path = self.file(name);
            fs::rename(&path, path.with_extension("log.1"))?;
            *log = Log::open(&path)?;
        }
        Ok(())
    }
}

impl Log {
    fn open(path: &Path) -> std::io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let bytes = file.metadata()?.len();
        Ok(Self { file, bytes })
    }
}

/// Copies a child's output, line by line, until it ends.
pub(super) async fn copy(source: Box<dyn AsyncRead + Unpin>, name: String, sink: Arc<LineSink>) {
    let mut lines = BufReader::new(source).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        sink.take(&name, &String::from_utf8_lossy(&line));
    }
}

/// How much a line matters to a person at the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// It tells what goes well, or is about a single request.
    Usual,
    Warning,
    Error,
}

/// What a line says of itself: JSON of our services, `key=value` of Prometheus's family. A line of
/// neither kind is a complaint or a panic.
fn weight(line: &str) -> Weight {
    #[derive(Deserialize)]
    struct Line<'a> {
        level: &'a str,
        target: &'a str,
    }
    if let Ok(line) = serde_json::from_str::<Line<'_>>(line) {
        return match line.level {
            _ if line.target == "request" => Weight::Usual,
            "WARN" => Weight::Warning,
            "ERROR" => Weight::Error,
            _ => Weight::Usual,
        };
    }
    // Their warnings are many, and about themselves.
    let is_usual = ["warn", "info", "debug"]
        .iter()
        .any(|level| line.contains(&format!("level={level}")));
    if is_usual && !line.contains("level=error") {
        Weight::Usual
    } else {
        Weight::Error
    }
}

fn print(name: &str, line: &str) {
    // A closed terminal is no reason to stop the company.
    let _ = writeln!(std::io::stderr().lock(), "{name:>18} | {line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_sees_what_is_not_about_one_request() {
        for (line, expected) in [
            (
                r#"{"level":"WARN","target":"chassis::db","message":"waiting"}"#,
                Weight::Warning,
            ),
            (
                r#"{"level":"ERROR","target":"chassis::db","message":"broken"}"#,
                Weight::Error,
            ),
            (
                r#"{"level":"ERROR","target":"request","message":"request"}"#,
                Weight::Usual,
            ),
            (
                r#"{"level":"INFO","target":"chassis","message":"ready"}"#,
                Weight::Usual,
            ),
            ("ts=1 caller=x level=info msg=ready", Weight::Usual),
            ("ts=1 caller=x level=error msg=broken", Weight::Error),
            ("thread 'main' panicked", Weight::Error),
        ] {
            assert_eq!(weight(line), expected, "{line}");
        }
    }

    #[test]
    fn while_it_closes_nobody_is_warned_and_errors_are_still_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        let sink = LineSink::new(folder.path(), ShowLogs::Warn).expect("a sink");
        let warning = r#"{"level":"WARN","target":"traces","message":"not exported"}"#;
        assert!(sink.shows(warning));
        sink.close();
        assert!(!sink.shows(warning));
        assert!(sink.shows("thread 'main' panicked"));
    }

    #[test]
    fn a_large_log_is_put_aside_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let sink = LineSink::new(folder.path(), ShowLogs::Off).expect("a sink");
        let line = "x".repeat(1 << 20);
        for _ in 0..40 {
            sink.take("a", &line);
        }
        let sizes: u64 = fs::read_dir(folder.path())
            .expect("readable")
            .map(|entry| entry.expect("an entry").metadata().expect("a size").len())
            .sum();
        assert!(
            sizes <= 2 * (ROTATE_BYTES + (2 << 20)),
            "{sizes} bytes are kept"
        );
        assert!(folder.path().join("a.log.1").exists());
    }
}
