//! Programs that die with their parent. This process starts itself as `firedrill tied PID PROGRAM`,
//! which asks the kernel for SIGKILL at its parent's death and then becomes PROGRAM: the request
//! outlives `exec`. Linux only; elsewhere a supervisor that is killed leaves its children.
//!
//! The kernel watches the parent's *thread*: the supervisor starts children from its main thread.

use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use tokio::process::Command;

/// What process lists show of this program's own roles.
const NAME: &str = "firedrill";

/// The running program, whatever has become of its file.
const ITSELF: &str = "/proc/self/exe";

/// A program, and the process that it must not outlive.
#[derive(Args, Debug)]
pub struct TiedArgs {
    /// The parent's process id.
    parent: i32,
    /// The program and its arguments.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    command: Vec<OsString>,
}

/// A command for `program` that dies with this process. Arguments are added as usual.
///
/// # Errors
/// When the running binary cannot be named.
pub(crate) fn command(program: &Path) -> std::io::Result<Command> {
    let mut command = Command::new(itself()?);
    command
        .arg0(NAME)
        .arg("tied")
        .arg(std::process::id().to_string())
        .arg("--")
        .arg(program);
    Ok(command)
}

/// This program, to be started again. On Linux by way of the process, which still works after the
/// file was replaced by a newer build.
///
/// # Errors
/// When the running binary cannot be named.
pub(crate) fn itself() -> std::io::Result<PathBuf> {
    if cfg!(target_os = "linux") {
        Ok(PathBuf::from(ITSELF))
    } else {
        std::env::current_exe()
    }
}

impl TiedArgs {
    /// Becomes the program. Returns only if that fails.
    pub fn run(self) -> ExitCode {
        if !tie(self.parent) {
            return ExitCode::FAILURE;
        }
        let mut words = self.command.into_iter();
        let program = words.next().unwrap_or_default();
        let mut command = std::process::Command::new(&program);
        if program == ITSELF {
            command.arg0(NAME);
        }
        let error = command.args(words).exec();
        let _ = writeln!(std::io::stderr(), "{}: {error}", program.display());
        ExitCode::FAILURE
    }
}

/// Asks for the signal, then looks whether the parent died before it could be asked for.
#[cfg(target_os = "linux")]
fn tie(parent: i32) -> bool {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    set_parent_process_death_signal(Some(Signal::KILL)).is_ok()
        && getppid().is_some_and(|now| now.as_raw_nonzero().get() == parent)
}

#[cfg(not(target_os = "linux"))]
fn tie(_: i32) -> bool {
    true
}
