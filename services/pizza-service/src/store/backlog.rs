//! What waits, in numbers. Looking at the oldest costs the same however much waits; counting does
//! not.

use time::OffsetDateTime;

/// The oldest of what waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Oldest {
    /// When the oldest order was placed that is neither delivered nor cancelled.
    pub open: Option<OffsetDateTime>,
    /// When the order was placed whose event waits longest for the queue.
    pub unpublished: Option<OffsetDateTime>,
}

/// How much waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Orders that are neither delivered nor cancelled.
    pub open: u64,
    /// Events that the queue has not confirmed.
    pub unpublished: u64,
}
