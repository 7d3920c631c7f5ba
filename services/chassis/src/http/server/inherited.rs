//! Listening sockets that were handed over by whoever started this process: while one process of a
//! service ends and the next one begins, connections wait in them instead of being refused. The
//! protocol is systemd's, `LISTEN_FDS`.

use std::net::{SocketAddr, TcpListener};

use listenfd::ListenFd;
use parking_lot::Mutex;

static INHERITED: Mutex<Vec<TcpListener>> = Mutex::new(Vec::new());

/// Receives what was handed over. Changes the environment: to be called before there are other
/// threads.
///
/// # Errors
/// When something was handed over that is not a listening socket.
pub(crate) fn receive() -> std::io::Result<()> {
    let mut handed_over = ListenFd::from_env();
    let mut sockets = INHERITED.lock();
    for index in 0..handed_over.len() {
        sockets.extend(handed_over.take_tcp_listener(index)?);
    }
    Ok(())
}

/// The socket that listens on this address already, if there is one. Gives it away once.
pub(super) fn take(address: SocketAddr) -> Option<TcpListener> {
    let mut sockets = INHERITED.lock();
    let index = sockets
        .iter()
        .position(|socket| socket.local_addr().is_ok_and(|own| own == address))?;
    Some(sockets.swap_remove(index))
}
