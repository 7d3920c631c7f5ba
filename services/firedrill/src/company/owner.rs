//! One company a data folder.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use rustix::fs::{FlockOperation, flock};

/// Holds the folder. The kernel lets go when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Owner(#[expect(dead_code, reason = "held open for its lock")] File);

/// Takes the folder, or says who has it.
pub(super) fn take(data_dir: &Path) -> anyhow::Result<Owner> {
    let path = data_dir.join("owner.pid");
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .with_context(|| format!("cannot open {}", path.display()))?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        let mut pid = String::new();
        file.read_to_string(&mut pid).ok();
        bail!(
            "another company (process {}) uses {}; stop it, or choose another folder with --data-dir",
            pid.trim(),
            data_dir.display()
        );
    }
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())?;
    Ok(Owner(file))
}
