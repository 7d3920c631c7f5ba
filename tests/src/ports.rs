//! Free ports for a whole company: an offset that no other test has, this process's or another's.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context as _, Result};
use rustix::fs::{FlockOperation, flock};

/// The design's ports that a company of one command may use.
const PORTS: [u16; 13] = [
    5000, 8000, 8001, 8002, 8080, 8689, 9090, 9093, 9110, 9111, 9112, 9113, 9114,
];

/// From one offset to the next. No two of the ports are a multiple of it apart, or one company's port
/// could be another's.
const STEP: usize = 107;

/// An offset whose ports are ours as long as this lives.
#[derive(Debug)]
pub struct Offset {
    value: u16,
    _lock: File,
}

impl Offset {
    /// Takes a free one. All offset ports stay below the range that the system hands out itself.
    ///
    /// # Errors
    /// When there is none.
    pub fn take() -> Result<Self> {
        (2_000..20_000)
            .step_by(STEP)
            .find_map(Self::try_take)
            .context("no free ports for a company")
    }

    fn try_take(value: u16) -> Option<Self> {
        let path = std::env::temp_dir().join(format!("firedrill-test-ports-{value}.lock"));
        let lock = File::create(path).ok()?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).ok()?;
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

/// A port that is free now, for a server that cannot be asked for port 0.
///
/// # Errors
/// When the system has none.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
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
}
