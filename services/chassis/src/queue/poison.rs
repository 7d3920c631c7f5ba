//! Messages that nobody can read, for those who want to see what becomes of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use uuid::Uuid;

use super::Queues;
use super::publish::{letter, measured};
use super::topic::Topic;

/// What a writer that broke off leaves behind.
const BODY: &[u8] = br#"{"version":2,"payload":{"#;

/// Lets faults publish to these topics, in turn.
pub(super) fn make_known(queues: &Queues, topics: &[Topic]) {
    if topics.is_empty() {
        return;
    }
    let (topics, turn) = (topics.to_vec(), AtomicUsize::new(0));
    // Faults live as long as the process; they must not keep a queue open that nobody else uses.
    let (broker, metrics) = (Arc::downgrade(&queues.broker), queues.metrics.clone());
    queues.faults.know_queue(move || {
        let topic = topics[turn.fetch_add(1, Ordering::Relaxed) % topics.len()];
        let (broker, metrics) = (broker.upgrade(), metrics.clone());
        async move {
            let Some(broker) = broker else { return false };
            let garbage = [letter(Uuid::now_v7(), Bytes::from_static(BODY), None)];
            let sending = broker.publish(topic, &garbage);
            measured(&metrics, topic, 1, sending).await.is_ok()
        }
    });
}
