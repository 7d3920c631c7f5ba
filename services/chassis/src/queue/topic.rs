//! The names of queues.

use std::fmt;

use contracts::Event;

/// A queue: one a kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Topic(&'static str);

impl Topic {
    /// The queue of this kind of event.
    pub const fn of<E: Event>() -> Self {
        Self(E::TOPIC)
    }

    /// Its name, which is a closed set: it may be a label.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Where messages go that can never be handled.
    pub(super) fn dead_letters(self) -> String {
        format!("{}.dead", self.0)
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What a service has to do with: its metrics exist at 0 from the start, and the depth of each is
/// watched.
#[derive(Clone, Copy, Debug, Default)]
pub struct Topics<'a> {
    /// Topics that the service publishes to.
    pub publishes: &'a [Topic],
    /// Topics that the service consumes.
    pub consumes: &'a [Topic],
}

impl Topics<'_> {
    /// All of them, each once.
    pub(super) fn all(&self) -> Vec<Topic> {
        let mut all = [self.publishes, self.consumes].concat();
        all.sort_unstable();
        all.dedup();
        all
    }
}
