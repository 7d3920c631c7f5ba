//! One connection: hyper, and whatever may end it before its client does.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use axum::Router;
use axum::body::Body;
use futures::FutureExt as _;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::ServiceExt as _;

use super::activity::Activity;
use super::counted::Counted;
use super::parting::{FIRST_REQUEST, Parting, Turn};
use super::patience::Patience;
use super::{Accepting, HangUp, Peer};

/// One connection, until it ends.
pub(super) async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    accepting: Accepting,
    parting: Parting,
) {
    // Answers are small: waiting for more to send would only delay them.
    let _ = stream.set_nodelay(true);
    let activity = Arc::new(Activity::default());
    let mut patience = Patience::new(Arc::clone(&activity), accepting.header_read_timeout);
    let hang_up = HangUp::default();
    let line = hang_up.clone();
    let stream = Counted {
        stream,
        activity: Arc::clone(&activity),
        parting: parting.clone(),
    };
    let is_of_before = !parting.is_announced();
    let (announcing, of_connection) = (parting.clone(), Arc::clone(&activity));
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let busy = of_connection.begin();
        if is_of_before && announcing.is_announced() {
            announcing.note_request();
        }
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        request.extensions_mut().insert(hang_up.clone());
        let answer = router.clone().oneshot(request);
        let parting = announcing.clone();
        async move {
            let _busy = busy;
            answer.await.map(|answer| parting.mark(answer))
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let mut announced = pin!(parting.announced().fuse());
    let mut over = pin!(parting.over().fuse());
    let mut is_finishing = false;
    poll_fn(|cx| {
        if announced.as_mut().poll(cx).is_ready() {
            patience.look_again(FIRST_REQUEST);
        }
        // Only to be woken by it: the connection is looked at whatever the reason.
        let _ = over.as_mut().poll(cx);
        if let Poll::Ready(ended) = connection.as_mut().poll(cx) {
            // A client that went away or sent no HTTP: nothing of ours to report.
            if let Err(error) = ended {
                tracing::debug!(%error, "connection ended early");
            }
            return Poll::Ready(());
        }
        if line.poll(cx).is_ready() || patience.poll(cx).is_ready() {
            return Poll::Ready(());
        }
        match parting.turn(&activity, patience.waited()) {
            Turn::Leave => return Poll::Ready(()),
            Turn::Finish if !is_finishing => {
                is_finishing = true;
                connection.as_mut().graceful_shutdown();
                cx.waker().wake_by_ref();
            }
            Turn::Stay | Turn::Finish => {}
        }
        Poll::Pending
    })
    .await;
}
