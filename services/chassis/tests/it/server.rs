//! The server's bounds, over real sockets: heads, connections, the drain, and clients that leave.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use chassis::Stop;
use chassis::http::{Accepting, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::wait::eventually;

const ACTIVE: &str = "http_server_active_requests";
const HELLO: &str = "GET /hello HTTP/1.1\r\nhost: x\r\n\r\n";
const GATE: &str = "GET /gate HTTP/1.1\r\nhost: x\r\n\r\n";

/// A bound that a test waits out, and one that it must not come near.
const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_mins(1);

struct Running {
    app: App,
    address: SocketAddr,
    stop: Stop,
    serving: JoinHandle<()>,
}

impl Running {
    async fn start(accepting: Accepting) -> Self {
        let app = App::new(&["--rate-limit=0", "--request-timeout=60"]);
        let server = Server::bind(([127, 0, 0, 1], 0).into(), "ADDRESS").await;
        let server = server.expect("a free port");
        let (address, stop) = (server.address(), Stop::new());
        let (router, stopping) = (app.router.clone(), stop.clone());
        let serving = tokio::spawn(async move { server.serve(router, accepting, &stopping).await });
        Self {
            app,
            address,
            stop,
            serving,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("listens")
    }

    /// A connection whose request waits at the gate.
    async fn at_the_gate(&self, how_many: f64) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(GATE.as_bytes()).await.expect("sends");
        eventually("the request runs", async || {
            (self.app.metric(ACTIVE).await == Some(how_many)).then_some(())
        })
        .await;
        stream
    }

    async fn stopped(self) -> Duration {
        let begin = Instant::now();
        self.stop.request();
        self.serving.await.expect("ends");
        begin.elapsed()
    }
}

fn accepting() -> Accepting {
    Accepting {
        header_read_timeout: LONG,
        drain_timeout: LONG,
        max_connections: 64,
    }
}

/// Sends a request and reads its answer's status line; empty where there is none.
async fn ask(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.expect("sends");
    answer(stream).await
}

async fn answer(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    while !text.ends_with(b"hello") && !text.ends_with(b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(read) => text.extend_from_slice(&buffer[..read]),
        }
    }
    let text = String::from_utf8(text).expect("UTF-8");
    text.lines().next().unwrap_or("").to_owned()
}

const OK: &str = "HTTP/1.1 200 OK";

#[tokio::test]
async fn half_a_head_does_not_hold_a_connection() {
    let header_read_timeout = SHORT;
    let running = Running::start(Accepting {
        header_read_timeout,
        ..accepting()
    })
    .await;
    for before in ["", HELLO] {
        for begun in ["", "GET /hello HTTP/1.1\r\nhost: x\r\nx-slow: "] {
            if (before, begun) == (HELLO, "") {
                continue;
            }
            let mut stream = running.connect().await;
            if !before.is_empty() {
                assert_eq!(ask(&mut stream, before).await, OK);
            }
            let begin = Instant::now();
            stream.write_all(begun.as_bytes()).await.expect("sends");
            // A byte now and then does not buy more time.
            let closed = async {
                let mut buffer = [0; 64];
                loop {
                    tokio::select! {
                        read = stream.read(&mut buffer) => break read.unwrap_or(0),
                        () = tokio::time::sleep(SHORT / 6), if !begun.is_empty() => {}
                    }
                    // Fails when the server has just closed, which the read then tells.
                    let _ = stream.write_all(b"a").await;
                }
            };
            let read = tokio::time::timeout(LONG, closed).await.expect("is closed");
            assert_eq!(read, 0, "{before:?} {begun:?}");
            let took = begin.elapsed();
            assert!(
                took >= SHORT && took < SHORT * 20,
                "{took:?} {before:?} {begun:?}"
            );
        }
    }
}

#[tokio::test]
async fn an_idle_connection_outlives_the_limit_for_heads() {
    let header_read_timeout = SHORT;
    let running = Running::start(Accepting {
        header_read_timeout,
        ..accepting()
    })
    .await;
    let mut stream = running.connect().await;
    for _ in 0..3 {
        assert_eq!(ask(&mut stream, HELLO).await, OK);
        // Time itself is what is tested.
        tokio::time::sleep(SHORT * 2).await;
    }
    assert_eq!(ask(&mut stream, HELLO).await, OK);
}

#[tokio::test]
async fn a_slow_answer_is_not_taken_for_a_slow_head() {
    let header_read_timeout = SHORT;
    let running = Running::start(Accepting {
        header_read_timeout,
        ..accepting()
    })
    .await;
    let mut stream = running.at_the_gate(1.0).await;
    tokio::time::sleep(SHORT * 3).await;
    running.app.gate.notify_one();
    assert_eq!(answer(&mut stream).await, OK);
}

#[tokio::test]
async fn the_drain_lets_a_running_request_finish() {
    let running = Running::start(accepting()).await;
    let mut idle = running.connect().await;
    assert_eq!(ask(&mut idle, HELLO).await, OK);
    let mut busy = running.at_the_gate(1.0).await;
    let (app, address) = (running.app.clone(), running.address);
    let stopped = tokio::spawn(running.stopped());
    assert_eq!(
        answer(&mut idle).await,
        "",
        "an idle connection is closed, whoever else is busy"
    );
    eventually("nobody is let in", async || {
        TcpStream::connect(address).await.err()
    })
    .await;
    app.gate.notify_one();
    assert_eq!(answer(&mut busy).await, OK);
    assert!(stopped.await.expect("ends") < LONG / 2);
}

/// Sends a request before anybody else gets a turn.
fn send_at_once(stream: &TcpStream) {
    let sent = stream.try_write(HELLO.as_bytes());
    assert_eq!(sent.expect("has room"), HELLO.len());
}

// One thread: the server hears of the stop and of the requests in the same turn.
#[tokio::test]
async fn requests_that_cross_the_stop_are_answered_and_told_that_they_are_the_last() {
    let running = Running::start(accepting()).await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        let mut stream = running.connect().await;
        assert_eq!(ask(&mut stream, HELLO).await, OK);
        streams.push(stream);
    }
    streams.iter().for_each(send_at_once);
    running.stop.request();
    for mut stream in streams {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("is sent");
        assert!(answer.starts_with(OK), "{answer:?}");
        assert!(answer.contains("\r\nconnection: close\r\n"), "{answer:?}");
    }
    assert!(running.stopped().await < LONG / 2);
}

#[tokio::test]
async fn who_comes_while_the_end_is_announced_is_answered_too() {
    let running = Running::start(accepting()).await;
    let _silent = running.connect().await;
    let mut used = running.connect().await;
    assert_eq!(ask(&mut used, HELLO).await, OK);
    send_at_once(&used);
    running.stop.request();
    // Its answer shows that the server has heard of the stop.
    assert_eq!(answer(&mut used).await, OK);
    let mut late = running.connect().await;
    assert_eq!(ask(&mut late, HELLO).await, OK);
    assert!(running.stopped().await < LONG / 2);
}

#[tokio::test]
async fn idle_connections_are_kept_as_long_as_they_are_asked_for() {
    let running = Running::start(accepting()).await;
    let mut pool = Vec::new();
    for _ in 0..5 {
        let mut stream = running.connect().await;
        assert_eq!(ask(&mut stream, HELLO).await, OK);
        pool.push(stream);
    }
    let mut unused = pool.remove(0);
    let stopped = tokio::spawn(running.stopped());
    // As a pool does that gets none back: one after the other.
    for stream in &mut pool {
        tokio::time::sleep(SHORT).await;
        assert_eq!(ask(stream, HELLO).await, OK);
    }
    assert_eq!(answer(&mut unused).await, "", "it is closed in the end");
    assert!(stopped.await.expect("ends") < LONG / 2);
}

#[tokio::test]
async fn who_was_let_in_last_may_take_a_moment_to_ask() {
    let running = Running::start(accepting()).await;
    let address = running.address;
    let mut late = running.connect().await;
    // Connections are let in one after the other: this one is, so the one before it is too.
    let mut used = running.connect().await;
    assert_eq!(ask(&mut used, HELLO).await, OK);
    let stopped = tokio::spawn(running.stopped());
    eventually("nobody is let in", async || {
        TcpStream::connect(address).await.err()
    })
    .await;
    // Longer than a connection is kept that was used before.
    tokio::time::sleep(SHORT * 2).await;
    assert_eq!(ask(&mut late, HELLO).await, OK);
    assert!(stopped.await.expect("ends") < LONG / 2);
}

#[tokio::test]
async fn connections_that_ask_nothing_do_not_delay_the_exit() {
    let running = Running::start(accepting()).await;
    let mut used = running.connect().await;
    assert_eq!(ask(&mut used, HELLO).await, OK);
    let mut silent = running.connect().await;
    // As above.
    let mut last = running.connect().await;
    assert_eq!(ask(&mut last, HELLO).await, OK);
    assert!(running.stopped().await < LONG / 2);
    for stream in [&mut used, &mut silent, &mut last] {
        assert_eq!(answer(stream).await, "");
    }
}

#[tokio::test]
async fn a_request_that_hangs_does_not_stop_the_exit() {
    let running = Running::start(Accepting {
        drain_timeout: SHORT,
        ..accepting()
    })
    .await;
    let mut stuck = running.at_the_gate(1.0).await;
    let app = running.app.clone();
    let took = running.stopped().await;
    assert!(took >= SHORT && took < SHORT * 20, "{took:?}");
    assert_eq!(app.metric(ACTIVE).await, Some(0.0), "nothing is left of it");
    assert_eq!(answer(&mut stuck).await, "", "it was cut off");
}

#[tokio::test]
async fn connections_past_the_most_wait_their_turn() {
    let running = Running::start(Accepting {
        max_connections: 2,
        ..accepting()
    })
    .await;
    let first = running.at_the_gate(1.0).await;
    let _second = running.at_the_gate(2.0).await;
    let mut third = running.connect().await;
    third.write_all(HELLO.as_bytes()).await.expect("sends");
    let early = tokio::time::timeout(SHORT, answer(&mut third)).await;
    early.expect_err("was let in as a third");
    drop(first);
    assert_eq!(answer(&mut third).await, OK);
}

#[tokio::test]
async fn a_client_that_leaves_is_counted_as_499() {
    let running = Running::start(accepting()).await;
    let left = "http_server_request_duration_seconds_count{http_request_method=\"GET\",\
                http_route=\"/gate\",http_response_status_code=\"499\"}";
    let stream = running.at_the_gate(1.0).await;
    drop(stream);
    eventually("the request is dropped and counted", async || {
        (running.app.metric(left).await == Some(1.0)).then_some(())
    })
    .await;
    assert_eq!(running.app.metric(ACTIVE).await, Some(0.0));
    assert_eq!(*running.app.outcomes.lock(), ["GET /gate 499 -"]);
}

#[tokio::test]
async fn an_address_in_use_is_one_line_that_names_the_setting() {
    let running = Running::start(accepting()).await;
    let error = Server::bind(running.address, "ADDRESS")
        .await
        .expect_err("is taken");
    let text = error.to_string();
    assert!(
        text.contains(&running.address.to_string()) && text.contains("ADDRESS"),
        "{text}"
    );
    assert_eq!(error.exit_code(), 1);
}
