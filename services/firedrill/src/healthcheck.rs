//! `firedrill healthcheck`: asks a service whether it wants requests, from inside an image that has
//! neither a shell nor curl.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use chassis::boot::EXIT_CONFIG;
use clap::Args;
use loadgen::serve::control::itself;
use url::Url;

/// A service that takes longer than this to say that it is well is not.
const LIMIT: Duration = Duration::from_secs(2);

/// Whom to ask.
#[derive(Args, Clone, Debug)]
pub struct HealthcheckArgs {
    /// What to ask; without it, `/readyz` on the telemetry port.
    #[arg(value_name = "URL")]
    pub url: Option<Url>,

    /// Where the service's telemetry port listens, as the service itself is told.
    #[arg(long, env = "TELEMETRY_ADDRESS", value_name = "ADDRESS")]
    pub telemetry_address: Option<SocketAddr>,
}

impl HealthcheckArgs {
    /// Asks once. Anything but a good answer in time is one line on standard error and exit code 1.
    pub fn run(&self) -> ExitCode {
        let Some(url) = self.url() else {
            let problem = "is not set, and no URL was given; which service is meant?";
            return complain(format_args!("TELEMETRY_ADDRESS: {problem}"), EXIT_CONFIG);
        };
        match ask(&url, LIMIT) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => complain(format_args!("{url}: {error:#}"), 1),
        }
    }

    fn url(&self) -> Option<Url> {
        let readiness = |address| itself(address)?.join("/readyz").ok();
        self.url
            .clone()
            .or_else(|| self.telemetry_address.and_then(readiness))
    }
}

fn ask(url: &Url, limit: Duration) -> anyhow::Result<()> {
    chassis::http::client::use_ring();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(async {
        let client = reqwest::Client::builder()
            // A service says itself how it is.
            .no_proxy()
            .timeout(limit)
            .build()?;
        let answer = client.get(url.clone()).send().await.map_err(|error| {
            if error.is_timeout() {
                anyhow::anyhow!("no answer within {} s", limit.as_secs_f64())
            } else {
                anyhow::Error::from(error.without_url())
            }
        })?;
        ensure!(answer.status().is_success(), "{}", answer.status());
        Ok(())
    })
}

fn complain(problem: impl std::fmt::Display, code: u8) -> ExitCode {
    // A closed stderr leaves nobody to tell.
    let _ = writeln!(std::io::stderr().lock(), "firedrill healthcheck: {problem}");
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::net::TcpListener;

    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        check: HealthcheckArgs,
    }

    fn url(words: &[&str]) -> Option<String> {
        let words = ["healthcheck"].iter().chain(words);
        let cli = Cli::try_parse_from(words).expect("arguments");
        cli.check.url().map(String::from)
    }

    #[test]
    fn the_telemetry_port_is_asked_from_within() {
        for (address, asked) in [
            ("0.0.0.0:9111", "http://127.0.0.1:9111/readyz"),
            ("[::]:9111", "http://[::1]:9111/readyz"),
            ("10.0.0.7:9111", "http://10.0.0.7:9111/readyz"),
        ] {
            let flag = format!("--telemetry-address={address}");
            assert_eq!(url(&[&flag]).as_deref(), Some(asked));
        }
        let other = "http://127.0.0.1:1/livez";
        let both = url(&["--telemetry-address=0.0.0.0:2", other]);
        assert_eq!(both.as_deref(), Some(other));
    }

    /// Answers one request with this head, or not at all.
    fn answering(head: Option<&'static str>) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("somebody asks");
            if let Some(head) = head {
                let _ = stream.read(&mut [0; 1024]);
                let _ = write!(stream, "HTTP/1.1 {head}\r\ncontent-length: 0\r\n\r\n");
            }
            // Until whoever asks has had enough.
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        });
        itself(address).expect("a URL")
    }

    #[test]
    fn only_a_good_answer_in_time_is_one() {
        let limit = Duration::from_secs(20);
        ask(&answering(Some("200 OK")), limit).expect("is well");
        let said = |url: &Url, limit| format!("{:#}", ask(url, limit).expect_err("is not"));
        let busy = said(&answering(Some("503 Service Unavailable")), limit);
        assert_eq!(busy, "503 Service Unavailable");
        let silent = said(&answering(None), Duration::from_millis(100));
        assert_eq!(silent, "no answer within 0.1 s");
        let nobody = {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
            itself(listener.local_addr().expect("an address")).expect("a URL")
        };
        let refused = said(&nobody, limit);
        assert!(refused.contains("refused"), "{refused}");
    }
}
