//! What happens as it happens: one stream from each service that has one, passed on to every page
//! that listens. Two hundred pages cost the service one listener.

use std::sync::Arc;

use bytes::Bytes;
use chassis::Stop;
use chassis::http::stream::{StreamMetrics, Streams};
use parking_lot::Mutex;
use prometheus_client::registry::Registry;

use crate::neighbours::Neighbours;

mod frame;
mod source;
mod vans;

use frame::Frame;
use source::Source;
use vans::Vans;

/// The streams. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Live {
    /// Where vans are.
    pub vehicles: Channel,
    /// What drills do.
    pub events: Channel,
}

impl Live {
    /// Begins to listen.
    pub fn start(
        neighbours: &Neighbours,
        limit: u32,
        registry: &mut Registry,
        stop: &Stop,
    ) -> Self {
        let vans = StreamMetrics::register(registry, "ui_vehicle_stream", "positions");
        let drills = StreamMetrics::register(registry, "ui_event_stream", "drills");
        let vehicles = Channel::new(Some(Vans::default()), Streams::start(limit, vans, stop));
        let events = Channel::new(None, Streams::start(limit, drills, stop));
        Source::of(&neighbours.tracker, "/vehicles/stream").start(&vehicles, stop);
        Source::of(&neighbours.loadgen, "/events").start(&events, stop);
        Self { vehicles, events }
    }
}

/// One stream for many pages. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Channel(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    streams: Streams,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Whether the service's own stream is open.
    is_up: bool,
    /// What a page that comes late must know; none where it asks elsewhere.
    vans: Option<Vans>,
}

impl Channel {
    fn new(vans: Option<Vans>, streams: Streams) -> Self {
        let state = State { is_up: false, vans };
        Self(Arc::new(Inner {
            streams,
            state: Mutex::new(state),
        }))
    }

    /// Where pages join.
    pub fn streams(&self) -> &Streams {
        &self.0.streams
    }

    /// What a page hears first: when to come back, whether the service is there, and what is known.
    pub fn greeting(&self) -> Bytes {
        let state = self.0.state.lock();
        let mut text = format!("retry: 2000\n{}", source_event(state.is_up));
        if let Some(vans) = &state.vans {
            text.push_str(&vans.event());
        }
        text.into()
    }

    fn take(&self, frame: &Frame) {
        if let Some(vans) = &mut self.0.state.lock().vans {
            vans.take(frame);
        }
        self.0.streams.publish(|| frame.bytes());
    }

    /// The service's own stream has opened, or broken. Whether that is news.
    fn is_up(&self, is_up: bool) -> bool {
        let was_up = std::mem::replace(&mut self.0.state.lock().is_up, is_up);
        if was_up != is_up {
            self.0.streams.publish(|| source_event(is_up).into());
        }
        was_up != is_up
    }
}

fn source_event(is_up: bool) -> String {
    format!("event: source\ndata: {{\"up\":{is_up}}}\n\n")
}
