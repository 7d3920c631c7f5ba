//! Where the children's lines go: all of them into one file a child, and to the terminal what a
//! person must see, behind the child's name.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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

    /// One line of a child.
    fn take(&self, name: &str, line: &str) {
        if self.write(name, line).is_err() {
            // The disk is full, say: the terminal is what is left.
            print(name, line);
            return;
        }
        let shown = match self.show {
            ShowLogs::Off => false,
            ShowLogs::Warn => is_alarming(line),
            ShowLogs::All => true,
        };
        if shown {
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

/// What a line says of itself: JSON of our services, `key=value` of Prometheus's family. A line of
/// neither kind is a complaint or a panic.
fn is_alarming(line: &str) -> bool {
    #[derive(Deserialize)]
    struct Line<'a> {
        level: &'a str,
        target: &'a str,
    }
    if let Ok(line) = serde_json::from_str::<Line<'_>>(line) {
        return matches!(line.level, "WARN" | "ERROR") && line.target != "request";
    }
    let says = |level: &str| line.contains(&format!("level={level}"));
    says("error") || (!says("warn") && !says("info") && !says("debug"))
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
        for (line, alarming) in [
            (
                r#"{"level":"WARN","target":"chassis::db","message":"waiting"}"#,
                true,
            ),
            (
                r#"{"level":"ERROR","target":"request","message":"request"}"#,
                false,
            ),
            (
                r#"{"level":"INFO","target":"chassis","message":"ready"}"#,
                false,
            ),
            ("ts=1 caller=x level=info msg=ready", false),
            ("ts=1 caller=x level=error msg=broken", true),
            ("thread 'main' panicked", true),
        ] {
            assert_eq!(is_alarming(line), alarming, "{line}");
        }
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
