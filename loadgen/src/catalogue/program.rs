//! The program that opens companies: `firedrill`. This room does not know its code, only its command
//! line.

use std::path::{Path, PathBuf};

const NAME: &str = "firedrill";

/// This process's own program, whatever has become of its file.
const ITSELF: &str = "/proc/self/exe";

/// Finds it: the one that was said, else this very program where it is the one (`firedrill loadgen`),
/// else the one beside this program, else the one on `PATH`.
pub fn find(said: Option<&Path>) -> Option<PathBuf> {
    if let Some(said) = said {
        return Some(said.to_owned());
    }
    let own = std::env::current_exe().ok()?;
    if own.file_name().is_some_and(|name| name == NAME) {
        let itself = Path::new(ITSELF);
        return Some(if itself.exists() {
            itself.to_owned()
        } else {
            own
        });
    }
    let beside = own.with_file_name(NAME);
    if beside.is_file() {
        return Some(beside);
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(NAME))
        .find(|program| program.is_file())
}
