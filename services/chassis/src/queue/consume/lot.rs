//! What is handed to a handler at once.

use std::collections::VecDeque;

use contracts::Event;

use crate::queue::MAX_BODY_BYTES;
use crate::queue::broker::{Delivery, Reason, Settled, Verdict};
use crate::queue::message::Incoming;
use crate::queue::spans::{MessageSpan, Operation};
use crate::queue::topic::Topic;

/// Messages that were delivered more often are handled one by one: a consumer may have died of one
/// of them. A second time is no sign of that, as a stop and a lost connection look the same to some
/// brokers.
const TRIES_TOGETHER: u32 = 2;

/// Messages that are handled together.
pub(super) struct Lot<E> {
    pub(super) messages: Vec<Incoming<E>>,
    pub(super) spans: Vec<MessageSpan>,
    deliveries: Vec<Delivery>,
}

/// Reads the deliveries: those with their events, and those that are dead already.
pub(super) fn read<E: Event>(
    deliveries: Vec<Delivery>,
    max_tries: u32,
) -> (Vec<(Delivery, E)>, Vec<Settled>) {
    let (mut readable, mut dead) = (Vec::with_capacity(deliveries.len()), Vec::new());
    for delivery in deliveries {
        match read_one(&delivery, max_tries) {
            Ok(event) => readable.push((delivery, event)),
            Err(reason) => dead.push(Settled {
                delivery,
                verdict: Verdict::Dead(reason),
            }),
        }
    }
    (readable, dead)
}

fn read_one<E: Event>(delivery: &Delivery, max_tries: u32) -> Result<E, Reason> {
    let body = &delivery.letter.body;
    if body.len() > MAX_BODY_BYTES {
        return Err(Reason::TooLarge);
    }
    if delivery.tries > max_tries {
        return Err(Reason::TooManyTries);
    }
    serde_json::from_slice(body).map_err(|_| Reason::Undecodable)
}

/// Puts messages together that may be: in order, and suspects each alone.
pub(super) fn together<E: Event>(
    readable: Vec<(Delivery, E)>,
    system: &'static str,
    topic: Topic,
) -> VecDeque<Lot<E>> {
    let mut groups: Vec<Vec<(Delivery, E)>> = Vec::new();
    let mut open = false;
    for one in readable {
        let is_suspect = one.0.tries > TRIES_TOGETHER;
        match groups.last_mut() {
            Some(group) if open && !is_suspect => group.push(one),
            _ => groups.push(vec![one]),
        }
        open = !is_suspect;
    }
    let lots = groups.into_iter();
    lots.map(|group| Lot::new(group, system, topic)).collect()
}

impl<E: Event> Lot<E> {
    fn new(group: Vec<(Delivery, E)>, system: &'static str, topic: Topic) -> Self {
        let operation = Operation {
            system,
            topic,
            messages: group.len(),
        };
        let mut lot = Self {
            messages: Vec::with_capacity(group.len()),
            spans: Vec::with_capacity(group.len()),
            deliveries: Vec::with_capacity(group.len()),
        };
        for (delivery, event) in group {
            let letter = &delivery.letter;
            let span = operation.consume(letter.id, letter.traceparent.as_deref());
            lot.messages.push(Incoming {
                id: letter.id,
                event,
                traceparent: span.traceparent(),
                published_at: letter.published_at,
                tries: delivery.tries,
            });
            lot.spans.push(span);
            lot.deliveries.push(delivery);
        }
        lot
    }

    /// Each message alone.
    pub(super) fn split(self) -> Vec<Self> {
        let messages = self.messages.into_iter().zip(self.spans);
        messages
            .zip(self.deliveries)
            .map(|((message, span), delivery)| Self {
                messages: vec![message],
                spans: vec![span],
                deliveries: vec![delivery],
            })
            .collect()
    }
}

impl<E> Lot<E> {
    /// Whether nothing suggests that a consumer died of it.
    pub(super) fn is_fresh(&self) -> bool {
        self.deliveries
            .iter()
            .all(|delivery| delivery.tries <= TRIES_TOGETHER)
    }

    pub(super) fn deliveries(&self) -> &[Delivery] {
        &self.deliveries
    }

    pub(super) fn into_deliveries(self) -> Vec<Delivery> {
        self.deliveries
    }

    /// The lot's end, with one verdict a message.
    pub(super) fn settled(self, verdicts: Vec<Verdict>) -> Vec<Settled> {
        let spans = self.spans.iter().zip(&verdicts);
        for (span, verdict) in spans {
            if let Verdict::Dead(reason) = verdict {
                span.fail(reason.name());
            }
        }
        let settled = self.deliveries.into_iter().zip(verdicts);
        settled
            .map(|(delivery, verdict)| Settled { delivery, verdict })
            .collect()
    }
}
