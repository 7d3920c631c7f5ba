//! Free ports for a whole company, and one by one, that no other test has, this process's or another's.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;

use anyhow::{Context as _, Result};
use rustix::fs::{FlockOperation, flock};

/// The design's ports that a company of one command may use.
const PORTS: [u16; 13] = [
    5000, 8000, 8001, 8002, 8080, 8689, 9090, 9093, 9110, 9111, 9112, 9113, 9114,
];

/// From one offset to the next. No two of the ports are a multiple of it apart, or one company's port
/// could be another's.
const STEP: usize = 107;

/// Where a company's ports are moved to: below `SINGLE`.
const OFFSETS: Range<u16> = 2_000..20_000;

/// Ports one by one: below those that the system hands out itself.
const SINGLE: Range<u16> = 29_200..32_700;

/// An offset whose ports are ours as long as this lives.
#[derive(Debug)]
pub struct Offset {
    value: u16,
    _lock: File,
}

impl Offset {
    /// Takes a free one.
    ///
    /// # Errors
    /// When there is none.
    pub fn take() -> Result<Self> {
        OFFSETS
            .step_by(STEP)
            .find_map(Self::try_take)
            .context("no free ports for a company")
    }

    fn try_take(value: u16) -> Option<Self> {
        let lock = lock(value)?;
        let free = PORTS
            .iter()
            .all(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port + value)).is_ok());
        free.then_some(Self { value, _lock: lock })
    }

    /// What is added to each port.
    pub const fn value(&self) -> u16 {
        self.value
    }

    /// A base URL on one of the design's ports, moved.
    pub fn url(&self, port: u16) -> String {
        format!("http://127.0.0.1:{}", port + self.value)
    }
}

/// A port for a server that cannot be asked for port 0: no other test has it as long as this process
/// lives, so a server can be away for a while and come back to it. Nor does a connection take it
/// meanwhile: it is below the range from which systems take a caller's port.
///
/// # Errors
/// When there is none.
pub fn free_port() -> Result<u16> {
    SINGLE
        .into_iter()
        .find(|port| try_take_single(*port))
        .context("no free port")
}

fn try_take_single(port: u16) -> bool {
    let Some(lock) = lock(port) else {
        return false;
    };
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
    if free {
        // Held until the process ends, by the kernel.
        std::mem::forget(lock);
    }
    free
}

/// None when somebody has it: it is a lock between tests, not between them and the rest of the machine.
fn lock(name: u16) -> Option<File> {
    let path = std::env::temp_dir().join(format!("firedrill-test-ports-{name}.lock"));
    let file = File::create(path).ok()?;
    flock(&file, FlockOperation::NonBlockingLockExclusive).ok()?;
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_companies_share_a_port() {
        for one in PORTS {
            for other in PORTS.into_iter().filter(|other| *other > one) {
                assert_ne!(usize::from(other - one) % STEP, 0, "{one} and {other}");
            }
        }
    }

    #[test]
    fn ports_of_companies_and_single_ones_keep_apart() {
        let highest = PORTS.into_iter().max().expect("a port") + OFFSETS.end;
        assert!(highest <= SINGLE.start, "{highest}");
    }

    #[test]
    fn a_port_is_given_once() {
        let (one, other) = (free_port().expect("one"), free_port().expect("other"));
        assert_ne!(one, other);
    }
}
