//! The trivial server in a process of its own, so that it takes no memory or threads of the process
//! that is being measured.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use url::Url;

use super::trivial::trivial_server;

/// The flag that makes the same command line serve instead of measure.
pub(super) const SERVE_FLAG: &str = "serve-trivially";

/// This program, started once more to serve. It ends with its standard input, and so with its
/// parent, however that ends.
#[derive(Debug)]
pub(super) struct ServingChild {
    child: Child,
    url: Url,
}

impl ServingChild {
    pub(super) fn start() -> Result<Self> {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let mut child = Command::new(program)
            .args(std::env::args_os().skip(1))
            .arg(format!("--{SERVE_FLAG}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the server's process")?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout)
                .read_line(&mut line)
                .context("the server's process says nothing")?;
        }
        let url = line.trim().parse();
        let serving = url.map(|url| Self { child, url });
        serving.with_context(|| format!("the server's process names no address, but {line:?}"))
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }
}

impl Drop for ServingChild {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It has nothing left to do but end; without waiting it would stay as a zombie.
        let _ = self.child.wait();
    }
}

/// The child's side: serves until standard input ends.
pub(super) fn serve() -> Result<()> {
    let server =
        trivial_server(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).context("cannot listen")?;
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", server.url())?;
    stdout.flush()?;
    let read = io::stdin().lock().read_to_end(&mut Vec::new())?;
    ensure!(read == 0, "standard input is only there to end");
    Ok(())
}
