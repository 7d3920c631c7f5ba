//! Telling listeners what happens. Each has a bounded queue of its own: who does not read what waits
//! there is dropped, and neither the others nor the drill wait for it. What happened is kept for a
//! while, for those who come back; figures, which are old a second later, are not.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chassis::Stop;
use chassis::http::server::HangUp;
use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio_util::sync::CancellationToken;

use super::entry::Entry;
use super::listener::Listener;

/// Events that are kept.
const KEPT: usize = 1000;
/// Events that may wait for one listener beyond those it missed.
const MOST_WAITING: usize = 64;
/// Listeners at once.
const MOST_LISTENERS: usize = 64;
/// How long listeners get to take the stream's end when the service stops.
const PARTING: Duration = Duration::from_secs(1);

/// The bus. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Bus(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Numbers of another process mean nothing to this one.
    process: String,
    state: Mutex<State>,
    ended: CancellationToken,
}

#[derive(Debug, Default)]
struct State {
    last: u64,
    kept: VecDeque<(u64, Bytes)>,
    clients: Vec<Client>,
}

#[derive(Debug)]
struct Client {
    events: mpsc::Sender<Bytes>,
    connection: Option<HangUp>,
}

impl Client {
    /// Whether it still listens.
    fn send(&self, event: &Bytes) -> bool {
        match self.events.try_send(event.clone()) {
            Ok(()) => true,
            Err(TrySendError::Closed(_)) => false,
            Err(TrySendError::Full(_)) => {
                self.hang_up();
                false
            }
        }
    }

    /// The end of the stream alone would wait, with all that was written before it, for a client
    /// that does not read.
    fn hang_up(&self) {
        if let Some(connection) = &self.connection {
            connection.now();
        }
    }
}

impl Bus {
    /// A bus whose streams end once [`Bus::end`] is called, or with the service's tasks.
    pub fn start(stop: &Stop) -> Self {
        let bus = Self(Arc::new(Inner {
            process: format!("{:08x}", rand::random::<u32>()),
            state: Mutex::default(),
            ended: CancellationToken::new(),
        }));
        stop.spawn(bus.clone().part());
        bus
    }

    /// Ends every stream, once what was told is read.
    pub fn end(&self) {
        self.0.ended.cancel();
    }

    /// Tells what happened, and keeps it.
    pub(super) fn tell(&self, entry: &Entry) {
        // Strings and numbers always serialise.
        let value = serde_json::to_value(entry).unwrap_or_default();
        let name = value["event"].as_str().unwrap_or("event");
        let mut state = self.0.state.lock();
        state.last += 1;
        let number = state.last;
        let process = &self.0.process;
        let text = format!("id: {process}-{number}\nevent: {name}\ndata: {value}\n\n");
        let event = Bytes::from(text);
        if state.kept.len() == KEPT {
            state.kept.pop_front();
        }
        state.kept.push_back((number, event.clone()));
        state.clients.retain(|client| client.send(&event));
    }

    /// Tells those who listen now.
    pub(super) fn pass(&self, name: &str, figures: &impl Serialize) {
        let mut state = self.0.state.lock();
        if state.clients.is_empty() {
            return;
        }
        let json = serde_json::to_string(figures).unwrap_or_default();
        let event = Bytes::from(format!("event: {name}\ndata: {json}\n\n"));
        state.clients.retain(|client| client.send(&event));
    }

    /// Somebody who hears all that is told from now on, and before that what is kept of the time
    /// after `last`, the id of what they heard last. Nothing where as many as allowed listen.
    pub(super) fn join(&self, last: Option<&str>, connection: Option<HangUp>) -> Option<Listener> {
        let mut state = self.0.state.lock();
        state.clients.retain(|client| !client.events.is_closed());
        if state.clients.len() >= MOST_LISTENERS || self.0.ended.is_cancelled() {
            return None;
        }
        let mut missed = last.map_or_else(VecDeque::new, |last| state.after(self.number(last)));
        // After how many milliseconds to come back.
        missed.push_front(Bytes::from_static(b"retry: 2000\n\n"));
        let (events, waiting) = mpsc::channel(MOST_WAITING);
        state.clients.push(Client { events, connection });
        Some(Listener::new(missed, waiting, self.0.ended.clone()))
    }

    /// The number in an id; 0 for one that is not of this process.
    fn number(&self, id: &str) -> u64 {
        let own = id
            .split_once('-')
            .filter(|(process, _)| *process == self.0.process);
        own.and_then(|(_, number)| number.parse().ok()).unwrap_or(0)
    }

    /// At the end the connections of those who do not even read the stream's end are cut, or they
    /// would hold up the drain.
    async fn part(self) {
        self.0.ended.cancelled().await;
        tokio::time::sleep(PARTING).await;
        self.0.state.lock().clients.iter().for_each(Client::hang_up);
    }
}

impl State {
    /// What is kept of the time after that number, and a word of what is not.
    fn after(&self, number: u64) -> VecDeque<Bytes> {
        let first = self
            .kept
            .front()
            .map_or(self.last + 1, |(number, _)| *number);
        let is_gap = number + 1 < first;
        let gap = is_gap.then(|| Bytes::from_static(b"event: missed\ndata: {}\n\n"));
        let newer = self.kept.iter().filter(|(kept, _)| *kept > number);
        gap.into_iter()
            .chain(newer.map(|(_, event)| event.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests;
