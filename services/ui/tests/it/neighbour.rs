//! A service behind the pages that answers as told, over a real socket.

use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::HeaderMap;
use http_body_util::BodyExt as _;
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Came {
    pub(crate) line: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

type Answers = dyn Fn(&Came) -> Response<Body> + Send + Sync;

/// One neighbour.
pub(crate) struct Neighbour {
    pub(crate) url: String,
    came: Arc<Mutex<Vec<Came>>>,
    task: JoinHandle<()>,
}

#[derive(Clone)]
struct Telling {
    came: Arc<Mutex<Vec<Came>>>,
    answers: Arc<Answers>,
}

impl Neighbour {
    pub(crate) async fn start(
        answers: impl Fn(&Came) -> Response<Body> + Send + Sync + 'static,
    ) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let came = Arc::default();
        let telling = Telling {
            came: Arc::clone(&came),
            answers: Arc::new(answers),
        };
        let router = Router::new().fallback(answer).with_state(telling);
        let task = tokio::spawn(async move {
            // Ends with the test.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url, came, task })
    }

    /// What came so far.
    pub(crate) fn came(&self) -> Vec<Came> {
        self.came.lock().clone()
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(telling): State<Telling>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = body
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes);
    let came = Came {
        line: format!("{} {}", head.method, head.uri),
        headers: head.headers,
        body: body.unwrap_or_default(),
    };
    let answer = (telling.answers)(&came);
    telling.came.lock().push(came);
    answer
}
