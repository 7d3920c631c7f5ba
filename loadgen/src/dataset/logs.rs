//! `logs/*.jsonl`: the services' own lines of the window, from the company's log files.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use time::OffsetDateTime;

use super::{DatasetError, Window, Written, cannot_write};

/// Bytes of one file at most.
const MOST_BYTES: usize = 256 * 1024 * 1024;
/// A longer line is not one of a service's.
const LONGEST_LINE: u64 = 1024 * 1024;

#[derive(Deserialize)]
struct Line {
    #[serde(with = "time::serde::rfc3339")]
    timestamp: OffsetDateTime,
}

/// Copies the lines of the window, file by file.
pub(super) fn write(folder: &Path, logs: &Path, window: Window) -> Result<Written, DatasetError> {
    let files = match files(logs) {
        Ok(files) => files,
        Err(error) => {
            let why = format!("logs: {} can't be read: {error}", logs.display());
            return Ok(Written::missing(why));
        }
    };
    let mut written = Written::default();
    for (service, source) in files {
        let name = format!("{service}.jsonl");
        match File::open(&source) {
            Ok(file) => {
                let rows = copy(BufReader::new(file), &folder.join(&name), window)?;
                written.files.push((format!("logs/{name}"), rows));
            }
            Err(error) => written.missing.push(format!("logs of {service}: {error}")),
        }
    }
    Ok(written)
}

fn files(logs: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(logs)? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "log")
            && let Some(service) = path.file_stem().and_then(|stem| stem.to_str())
        {
            files.push((service.to_owned(), path.clone()));
        }
    }
    files.sort();
    Ok(files)
}

/// Returns how many lines are of the window. What is no line of a service's is passed over.
fn copy(mut source: BufReader<File>, path: &Path, window: Window) -> Result<usize, DatasetError> {
    let failed = cannot_write(path);
    let mut out = BufWriter::new(File::create(path).map_err(&failed)?);
    let (mut rows, mut bytes, mut line) = (0, 0, Vec::new());
    loop {
        line.clear();
        let mut bounded = io::Read::take(&mut source, LONGEST_LINE);
        // A file that can't be read any further has no more lines.
        let read = bounded.read_until(b'\n', &mut line).unwrap_or(0);
        if read == 0 || bytes > MOST_BYTES {
            break;
        }
        let is_meant =
            serde_json::from_slice::<Line>(&line).is_ok_and(|line| window.contains(line.timestamp));
        if is_meant {
            out.write_all(&line).map_err(&failed)?;
            rows += 1;
            bytes += line.len();
        }
    }
    out.flush().map_err(&failed)?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn lines_of_the_window_are_copied_and_others_are_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let logs = folder.path().join("logs");
        fs::create_dir(&logs).expect("made");
        let line = |minute: u32| format!("{{\"timestamp\":\"2026-01-01T00:{minute:02}:00Z\"}}\n");
        let text = [line(1), "no JSON\n".to_owned(), line(5), line(9)].concat();
        fs::write(logs.join("a.log"), text).expect("written");
        fs::write(logs.join("a.log.1"), line(5)).expect("written");
        let window = Window {
            from: datetime!(2026-01-01 0:05 UTC),
            to: datetime!(2026-01-01 0:08 UTC),
        };
        let written = write(folder.path(), &logs, window).expect("written");
        assert_eq!(written.files, [("logs/a.jsonl".to_owned(), 1)]);
        let copied = fs::read_to_string(folder.path().join("a.jsonl")).expect("read");
        assert_eq!(copied, line(5));
    }

    #[test]
    fn a_company_without_log_files_is_said_to_have_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let window = Window {
            from: OffsetDateTime::UNIX_EPOCH,
            to: OffsetDateTime::UNIX_EPOCH,
        };
        let written = write(folder.path(), &folder.path().join("none"), window);
        assert_eq!(written.expect("no error").missing.len(), 1);
    }
}
