//! Server-sent events, as they come in pieces.

use std::mem;

use bytes::Bytes;

/// Bytes of one event, at most. More is not what a service of ours sends.
const MOST_BYTES: usize = 1024 * 1024;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// Its name.
    pub(super) event: String,
    /// Its data, one line.
    pub(super) data: String,
}

/// An event that is too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

impl Frame {
    /// As it goes out. Without an id: what a page missed it asks for.
    pub(super) fn bytes(&self) -> Bytes {
        format!("event: {}\ndata: {}\n\n", self.event, self.data).into()
    }

    fn parse(text: &str) -> Option<Self> {
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.strip_prefix(' ').unwrap_or(line).to_owned())
        };
        Some(Self {
            event: field("event:")?,
            data: field("data:")?,
        })
    }
}

/// What has come of events that are not whole yet.
#[derive(Debug, Default)]
pub(super) struct Frames(Vec<u8>);

impl Frames {
    /// Adds a piece. Returns the events that are whole now; comments and the like are none.
    pub(super) fn add(&mut self, piece: &[u8]) -> Result<Vec<Frame>, TooLarge> {
        self.0.extend_from_slice(piece);
        let Some(end) = self.0.windows(2).rposition(|pair| pair == b"\n\n") else {
            return if self.0.len() > MOST_BYTES {
                Err(TooLarge)
            } else {
                Ok(Vec::new())
            };
        };
        let rest = self.0.split_off(end + 2);
        let whole = mem::replace(&mut self.0, rest);
        // What is whole is text: a character that a piece has cut in two is one again.
        let whole = String::from_utf8_lossy(&whole);
        Ok(whole.split("\n\n").filter_map(Frame::parse).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(event: &str, data: &str) -> Frame {
        Frame {
            event: event.to_owned(),
            data: data.to_owned(),
        }
    }

    #[test]
    fn events_are_put_together_from_any_pieces() {
        let text = "retry: 2000\n\nid: a-1\nevent: phase\ndata: {\"a\":1}\n\n: still here\n\n\
            event: load\ndata:\"é\"\n\n";
        let expected = [frame("phase", "{\"a\":1}"), frame("load", "\"é\"")];
        for size in 1..text.len() {
            let mut frames = Frames::default();
            let mut all = Vec::new();
            for piece in text.as_bytes().chunks(size) {
                all.extend(frames.add(piece).expect("small"));
            }
            assert_eq!(all, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn an_event_without_an_end_is_refused() {
        let mut frames = Frames::default();
        let piece = vec![b'x'; 64 * 1024];
        let refused = (0..20).any(|_| frames.add(&piece).is_err());
        assert!(refused);
    }
}
