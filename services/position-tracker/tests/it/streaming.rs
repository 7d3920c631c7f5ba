//! The stream of positions, over real sockets.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use chassis::Stop;
use chassis::http::{Accepting, Server};
use company_tests::until;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;

use crate::app::{TestApp, a_minute_ago, seen};

const SOON: Duration = Duration::from_secs(20);

/// A service that listens.
struct Serving {
    app: TestApp,
    address: SocketAddr,
    stop: Stop,
    task: JoinHandle<()>,
}

impl Serving {
    async fn start(flags: &[&str]) -> Result<Self> {
        let app = TestApp::with(flags).await?;
        let server = Server::bind(([127, 0, 0, 1], 0).into(), "ADDRESS").await?;
        let address = server.address();
        let (router, stop) = (app.router(), app.stop.clone());
        let accepting = Accepting {
            header_read_timeout: SOON,
            drain_timeout: Duration::from_mins(5),
            max_connections: 100,
        };
        let stopping = stop.clone();
        let task = tokio::spawn(async move { server.serve(router, accepting, &stopping).await });
        Ok(Self {
            app,
            address,
            stop,
            task,
        })
    }

    async fn listen(&self) -> Result<Client> {
        Client::over(TcpStream::connect(self.address).await?).await
    }

    /// A client that has asked, and that the network takes little for.
    async fn listen_and_not_read(&self) -> Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(4096)?;
        let mut stream = socket.connect(self.address).await?;
        stream.write_all(REQUEST).await?;
        Ok(stream)
    }

    async fn has(&self, sample: &str, value: f64) -> Result<()> {
        until(sample, SOON, async || {
            let now = self.app.metric(sample).ok()?;
            (now.to_bits() == value.to_bits()).then_some(())
        })
        .await
    }

    /// Asks it to stop; it must not wait for anybody.
    async fn end(self) -> Result<()> {
        self.stop.request();
        tokio::time::timeout(SOON, self.task).await??;
        ensure!(self.stop.finished(SOON).await, "a task did not end");
        Ok(())
    }
}

const REQUEST: &[u8] = b"GET /vehicles/stream HTTP/1.1\r\nhost: x\r\n\r\n";
const CLIENTS: &str = "vehicle_stream_clients";
const DROPPED: &str = "vehicle_stream_dropped_clients_total";

/// A client that reads.
struct Client {
    head: String,
    lines: BufReader<TcpStream>,
}

impl Client {
    async fn over(mut stream: TcpStream) -> Result<Self> {
        stream.write_all(REQUEST).await?;
        let mut client = Self {
            head: String::new(),
            lines: BufReader::new(stream),
        };
        while !client.head.ends_with("\r\n\r\n") {
            let read = client.lines.read_line(&mut client.head);
            ensure!(tokio::time::timeout(SOON, read).await?? > 0, "no answer");
        }
        Ok(client)
    }

    /// The next event's name and data.
    async fn next(&mut self) -> Result<(String, Value)> {
        let mut name = String::new();
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line);
            ensure!(tokio::time::timeout(SOON, read).await?? > 0, "no event");
            if let Some(event) = line.strip_prefix("event: ") {
                event.trim_end().clone_into(&mut name);
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return Ok((name, serde_json::from_str(data)?));
            }
        }
    }

    /// Names and `x`s of the next event.
    async fn heard(&mut self) -> Result<(String, Vec<(String, f64)>)> {
        let (event, data) = self.next().await?;
        let vehicles = data["vehicles"].as_array().context("vehicles")?;
        let one = |vehicle: &Value| {
            let name = vehicle["name"].as_str()?.to_owned();
            Some((name, vehicle["position"]["x"].as_f64()?))
        };
        let vehicles: Option<Vec<_>> = vehicles.iter().map(one).collect();
        Ok((event, vehicles.context("a vehicle")?))
    }

    /// Reads to the end.
    async fn rest(&mut self) -> Result<String> {
        let mut rest = String::new();
        tokio::time::timeout(SOON, self.lines.read_to_string(&mut rest)).await??;
        Ok(rest)
    }
}

fn event(name: &str, vehicles: &[(&str, f64)]) -> (String, Vec<(String, f64)>) {
    let vehicles = vehicles.iter().map(|(name, x)| ((*name).to_owned(), *x));
    (name.to_owned(), vehicles.collect())
}

#[tokio::test]
async fn a_client_hears_where_all_are_and_then_what_changes() -> Result<()> {
    let serving = Serving::start(&[]).await?;
    let begin = a_minute_ago();
    let at = |name, second| {
        let at = begin + time::Duration::seconds(second);
        seen(name, at, second as f64)
    };
    serving
        .app
        .handle(&[at("City Truck", 1), at("b", 2)])
        .await?;
    let mut client = serving.listen().await?;
    assert!(client.head.starts_with("HTTP/1.1 200 "), "{}", client.head);
    assert!(client.head.contains("content-type: text/event-stream\r\n"));
    assert!(client.head.contains("cache-control: no-store\r\n"));
    let all = event("vehicles", &[("City Truck", 1.0), ("b", 2.0)]);
    assert_eq!(client.heard().await?, all);

    serving
        .app
        .handle(&[at("b", 3), at("City Truck", 3), at("b", 4)])
        .await?;
    let moved = [("b", 3.0), ("City Truck", 3.0), ("b", 4.0)];
    assert_eq!(client.heard().await?, event("positions", &moved));

    // What moved nothing is not told.
    serving.app.handle(&[at("b", 1), at("b", 4)]).await?;
    serving.app.handle(&[at("b", 2), at("b", 5)]).await?;
    assert_eq!(client.heard().await?, event("positions", &[("b", 5.0)]));

    serving.has(CLIENTS, 1.0).await?;
    drop(client);
    serving.has(CLIENTS, 0.0).await?;
    serving.end().await
}

#[tokio::test]
async fn the_stop_ends_streams_politely() -> Result<()> {
    let serving = Serving::start(&[]).await?;
    let mut client = serving.listen().await?;
    assert_eq!(client.heard().await?, event("vehicles", &[]));
    serving.end().await?;
    // The last chunk: an end, not an abort.
    assert!(client.rest().await?.ends_with("0\r\n\r\n"));
    Ok(())
}

#[tokio::test]
async fn one_stream_too_many_is_refused() -> Result<()> {
    let serving = Serving::start(&["--stream-limit=1"]).await?;
    let first = serving.listen().await?;
    let refused = serving.app.get("/vehicles/stream").await?;
    refused.expect_problem(503, "too_many_streams");
    assert_eq!(refused.header("retry-after"), "1");
    drop(first);
    serving.has(CLIENTS, 0.0).await?;
    serving.listen().await?;
    serving.end().await
}

/// So many vehicles that one event of all fills what the network takes for a client soon.
const CROWD: i64 = 1_000;

async fn all_move(serving: &Serving, round: i64) -> Result<()> {
    let at = a_minute_ago() + time::Duration::milliseconds(round);
    let names: Vec<_> = (0..CROWD).map(|n| format!("Van {n}")).collect();
    let batch: Vec<_> = names
        .iter()
        .map(|name| seen(name, at, round as f64))
        .collect();
    serving.app.handle(&batch).await?;
    Ok(())
}

#[tokio::test]
async fn a_slow_reader_is_cut_off_and_the_others_hear_everything() -> Result<()> {
    let serving = Serving::start(&[]).await?;
    let mut quick = serving.listen().await?;
    let mut slow = serving.listen_and_not_read().await?;
    serving.has(CLIENTS, 2.0).await?;
    assert_eq!(quick.heard().await?, event("vehicles", &[]));
    let mut round = 0;
    while serving.app.metric(DROPPED)? < 1.0 {
        round += 1;
        ensure!(round < 1_000, "nobody was dropped");
        all_move(&serving, round).await?;
        let (name, moved) = quick.heard().await?;
        assert_eq!((name.as_str(), moved.len()), ("positions", 1_000));
    }
    serving.has(CLIENTS, 1.0).await?;

    // Its connection is gone: behind what was on the way there is an end, and no last chunk.
    let mut rest = Vec::new();
    let read = tokio::time::timeout(SOON, slow.read_to_end(&mut rest)).await?;
    assert!(
        read.is_err() || !rest.ends_with(b"0\r\n\r\n"),
        "it was told a polite end"
    );
    all_move(&serving, round + 1).await?;
    assert_eq!(quick.heard().await?.1.len(), 1_000);
    serving.end().await
}

#[tokio::test]
async fn a_client_that_does_not_read_does_not_hold_up_the_stop() -> Result<()> {
    let serving = Serving::start(&[]).await?;
    let _slow = serving.listen_and_not_read().await?;
    serving.has(CLIENTS, 1.0).await?;
    // Enough that it is stuck in the network, and too few to be dropped.
    for round in 0..60 {
        all_move(&serving, round).await?;
    }
    assert!(serving.app.metric(DROPPED)? < 1.0);
    serving.end().await
}
