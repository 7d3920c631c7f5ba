//! A connection that its own answer ends, over a real socket.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::routing::get;
use axum::{Extension, Router};
use chassis::Stop;
use chassis::http::server::HangUp;
use chassis::http::{Accepting, Server};
use futures::stream;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

/// More than any buffer on the way takes.
const CHUNK: Bytes = Bytes::from_static(&[b'x'; 1 << 16]);

const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn an_answer_that_nobody_reads_can_be_cut_off() {
    let (handles, mut connections) = mpsc::unbounded_channel();
    let endless = get(async move |Extension(connection): Extension<HangUp>| {
        handles.send(connection).expect("the test waits for it");
        Body::from_stream(stream::repeat_with(|| Ok::<_, Infallible>(CHUNK)))
    });
    let server = Server::bind(([127, 0, 0, 1], 0).into(), "ADDRESS").await;
    let server = server.expect("a free port");
    let (address, stop) = (server.address(), Stop::new());
    let stopping = stop.clone();
    let serving = tokio::spawn(async move {
        let accepting = Accepting {
            header_read_timeout: SOON,
            drain_timeout: Duration::from_mins(5),
            max_connections: 2,
        };
        let routes = Router::new().route("/endless", endless);
        server.serve(routes, accepting, &stopping).await;
    });

    let mut client = TcpStream::connect(address).await.expect("listens");
    let request = b"GET /endless HTTP/1.1\r\nhost: x\r\n\r\n";
    client.write_all(request).await.expect("sends");
    let connection = connections.recv().await.expect("the request came");
    connection.now();
    let mut nowhere = tokio::io::sink();
    let read = tokio::time::timeout(SOON, tokio::io::copy(&mut client, &mut nowhere));
    // What was sent already is there; then the connection ends, whether politely or not.
    let _ = read.await.expect("the connection ends");

    // Nor does it hold up the drain.
    stop.request();
    let drained = tokio::time::timeout(SOON, serving).await;
    drained.expect("the drain ends").expect("no panic");
}
