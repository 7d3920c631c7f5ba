//! The listening socket of a service's API, which outlives the service's processes: when one of them
//! ends as it should, customers wait a moment for the next one instead of being turned away.

use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;

/// What the child learns it by; see `LISTEN_FDS` of systemd. Its standard input is the socket.
const ENVIRONMENT: [(&str, &str); 2] = [("LISTEN_FDS", "1"), ("LISTEN_FDS_FIRST_FD", "0")];

/// The socket of one child, if it has an API.
#[derive(Debug)]
pub(super) struct Socket {
    address: Option<SocketAddr>,
    listener: Option<TcpListener>,
}

impl Socket {
    pub(super) const fn new(address: Option<SocketAddr>) -> Self {
        Self {
            address,
            listener: None,
        }
    }

    /// Listens, unless it does so already: whoever comes from now on waits for a process.
    pub(super) fn open(&mut self) -> std::io::Result<()> {
        if let (Some(address), None) = (self.address, &self.listener) {
            self.listener = Some(TcpListener::bind(address)?);
        }
        Ok(())
    }

    /// Listens, and gives the next process its share.
    pub(super) fn hand_to(&mut self, command: &mut tokio::process::Command) -> std::io::Result<()> {
        self.open()?;
        let Some(listener) = &self.listener else {
            command.stdin(Stdio::null());
            return Ok(());
        };
        let share = listener.try_clone()?;
        command
            .stdin(Stdio::from(std::os::fd::OwnedFd::from(share)))
            .env_remove("LISTEN_PID")
            .envs(ENVIRONMENT);
        Ok(())
    }

    /// Nobody is there any more: whoever comes is to know at once.
    pub(super) fn close(&mut self) {
        self.listener = None;
    }
}
