//! Ports for a company beside others: an offset that no other process of this user has.

use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, TcpListener};

use rustix::fs::{FlockOperation, flock};

/// The ports that a company of one command uses.
const PORTS: [u16; 13] = [
    5000, 8000, 8001, 8002, 8080, 8689, 9090, 9093, 9110, 9111, 9112, 9113, 9114,
];

/// From one offset to the next. No two of the ports are a multiple of it apart, or one company's port
/// could be another's.
const STEP: usize = 107;

/// Clear of a company on its usual ports, and below the range that systems hand out themselves.
const OFFSETS: std::ops::Range<u16> = 10_000..22_000;

/// An offset whose ports are ours as long as this lives.
#[derive(Debug)]
pub(super) struct Offset {
    value: u16,
    _lock: File,
}

impl Offset {
    pub(super) fn take() -> io::Result<Self> {
        OFFSETS
            .step_by(STEP)
            .find_map(Self::try_take)
            .ok_or_else(|| io::Error::new(io::ErrorKind::AddrInUse, "no free ports for a company"))
    }

    fn try_take(value: u16) -> Option<Self> {
        let path = std::env::temp_dir().join(format!("firedrill-ports-{value}.lock"));
        let lock = File::create(path).ok()?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).ok()?;
        let free = PORTS
            .iter()
            .all(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port + value)).is_ok());
        free.then_some(Self { value, _lock: lock })
    }

    pub(super) const fn value(&self) -> u16 {
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_have_the_same() {
        let (one, other) = (Offset::take().expect("one"), Offset::take().expect("other"));
        assert_ne!(one.value(), other.value());
    }

    #[test]
    fn no_two_companies_share_a_port() {
        for one in PORTS {
            for other in PORTS.into_iter().filter(|other| *other > one) {
                assert_ne!(usize::from(other - one) % STEP, 0, "{one} and {other}");
            }
        }
    }
}
