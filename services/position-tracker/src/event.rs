//! Server-sent events. They have no ids, so that a client that comes back sends no `Last-Event-ID`:
//! each stream begins with all there is to know.

use std::sync::Arc;

use bytes::Bytes;
use contracts::Position;

use crate::sighting::Sighting;
use crate::wire;

/// All vehicles, and after how many milliseconds to come back.
pub fn vehicles(all: &[(Arc<str>, Position)]) -> Bytes {
    event("retry: 2000\nevent: vehicles\n", &wire::fleet(all))
}

/// Positions that have become their vehicles' newest, the oldest first.
pub fn positions<'a>(sightings: impl Iterator<Item = &'a Sighting<'a>>) -> Bytes {
    let positions = sightings.map(|sighting| (sighting.vehicle, &sighting.position));
    event("event: positions\n", &wire::list(positions))
}

/// `json` is one line.
fn event(head: &str, json: &[u8]) -> Bytes {
    [head.as_bytes(), b"data: ", json, b"\n\n"].concat().into()
}
