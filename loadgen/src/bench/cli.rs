//! The command lines of the benchmarks.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use bytes::Bytes;
use clap::Args;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

use super::child::{SERVE_FLAG, ServingChild, serve};
use super::{BenchConfig, GeneratorConfig, generator_check, run};
use crate::scenario::{Rate, Span};

/// Asks one question as fast as it is answered, or at a rate (closed loop), to compare with other tools
#[derive(Clone, Debug, Args)]
pub struct BenchArgs {
    /// The address to ask, http:// only
    url: Url,
    /// Connections, each with one request at a time
    #[arg(long, short = 'c', default_value_t = 32, value_parser = connections)]
    connections: usize,
    /// How long to ask, such as 10s; a bare number is seconds
    #[arg(long, short = 'd', default_value = "10s", value_parser = span)]
    duration: Span,
    /// Questions at most, such as 2000/s; one that is late counts from when it was due
    #[arg(long, value_parser = rate)]
    rate: Option<Rate>,
    /// The request's method [default: GET, with a body POST]
    #[arg(long, short = 'X')]
    method: Option<Method>,
    /// A header of the request, `Name: value`; may be given more than once
    #[arg(long = "header", short = 'H', value_name = "HEADER", value_parser = header)]
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The request's body, sent as JSON unless a header says otherwise
    #[arg(long, short = 'b')]
    body: Option<String>,
}

/// Checks that the generator keeps its schedule, against a trivial server in a process of its own
#[derive(Clone, Debug, Args)]
pub struct GeneratorArgs {
    /// Visits to send, such as 5000/s
    #[arg(long, default_value = "5000/s")]
    rate: Rate,
    /// How long to send them, such as 30s; a bare number is seconds
    #[arg(long, default_value = "30s", value_parser = span)]
    duration: Span,
    /// Be the trivial server
    #[arg(long = SERVE_FLAG, hide = true)]
    serve_trivially: bool,
}

impl BenchArgs {
    /// Measures and prints. Exit code 1 if nothing was ever answered. Blocks; needs no runtime.
    pub fn run(self) -> Result<ExitCode> {
        let report = run(&self.config())?;
        let mut out = io::stdout().lock();
        report.write_text(&mut out)?;
        out.flush()?;
        Ok(ExitCode::from(u8::from(report.requests == 0)))
    }

    fn config(self) -> BenchConfig {
        let mut headers: HeaderMap = self.headers.into_iter().collect();
        let default_method = if self.body.is_some() {
            Method::POST
        } else {
            Method::GET
        };
        if self.body.is_some() {
            let json = HeaderValue::from_static("application/json");
            headers.entry(http::header::CONTENT_TYPE).or_insert(json);
        }
        BenchConfig {
            url: self.url,
            connections: self.connections,
            duration: self.duration.get(),
            per_second: self.rate.map(Rate::per_second),
            method: self.method.unwrap_or(default_method),
            headers,
            body: self.body.map(Bytes::from).unwrap_or_default(),
        }
    }
}

impl GeneratorArgs {
    /// Measures and prints. Exit code 1 if a goal was missed. Blocks; must not be called from
    /// within an async runtime.
    pub fn run(self) -> Result<ExitCode> {
        if self.serve_trivially {
            serve()?;
            return Ok(ExitCode::SUCCESS);
        }
        let server = ServingChild::start()?;
        let config = GeneratorConfig {
            rate: self.rate,
            lasts: self.duration,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let report = runtime.block_on(generator_check(config, server.url()))?;
        let mut out = io::stdout().lock();
        report.write_text(&mut out)?;
        out.flush()?;
        Ok(ExitCode::from(u8::from(!report.shortfalls().is_empty())))
    }
}

fn connections(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("a number of connections is 1 or more".to_owned()),
        Ok(number) => Ok(number),
    }
}

fn rate(text: &str) -> Result<Rate> {
    let rate: Rate = text.parse()?;
    anyhow::ensure!(rate.per_second() > 0.0, "a rate of nothing asks nothing");
    Ok(rate)
}

fn span(text: &str) -> Result<Span, crate::scenario::SpanError> {
    let is_bare = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_bare {
        format!("{text}s").parse()
    } else {
        text.parse()
    }
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue)> {
    let (name, value) = text
        .split_once(':')
        .context("a header is written `Name: value`")?;
    Ok((name.trim().parse()?, value.trim().parse()?))
}

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches};

    use super::*;

    fn bench(arguments: &[&str]) -> Result<BenchConfig, clap::Error> {
        let command = BenchArgs::augment_args(Command::new("bench"));
        let matches = command.try_get_matches_from([&["bench"], arguments].concat())?;
        Ok(BenchArgs::from_arg_matches(&matches)?.config())
    }

    #[test]
    fn an_address_is_enough() {
        let config = bench(&["http://127.0.0.1:1/menu"]).expect("valid");
        assert_eq!((config.method, config.connections), (Method::GET, 32));
        assert_eq!(config.duration.as_secs(), 10);
        assert!(config.headers.is_empty() && config.body.is_empty());
    }

    #[test]
    fn a_body_is_posted_as_json_unless_told_otherwise() {
        let address = "http://127.0.0.1:1/orders";
        let config =
            bench(&[address, "--body", "{}", "--duration", "3", "-c", "7"]).expect("valid");
        assert_eq!((config.method, config.connections), (Method::POST, 7));
        assert_eq!(config.headers["content-type"], "application/json");
        assert_eq!(config.duration.as_secs(), 3);
        let config = bench(&[
            address,
            "--body",
            "hi",
            "-X",
            "PUT",
            "-H",
            "Content-Type: text/plain",
        ])
        .expect("valid");
        assert_eq!(
            (config.method, config.headers["content-type"].as_bytes()),
            (Method::PUT, &b"text/plain"[..])
        );
    }

    #[test]
    fn a_rate_is_kept_to_where_there_is_one() {
        let address = "http://127.0.0.1:1/menu";
        assert_eq!(bench(&[address]).expect("valid").per_second, None);
        let config = bench(&[address, "--rate", "2000/s"]).expect("valid");
        assert_eq!(config.per_second, Some(2000.0));
    }

    #[test]
    fn nonsense_is_refused() {
        let address = "http://127.0.0.1:1/";
        for arguments in [
            &[address, "-c", "0"][..],
            &[address, "-d", "soon"],
            &[address, "--rate", "0/s"],
            &[address, "-H", "novalue"],
            &["nowhere"],
        ] {
            assert!(bench(arguments).is_err(), "{arguments:?}");
        }
    }
}
