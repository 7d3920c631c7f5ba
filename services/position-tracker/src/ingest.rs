//! What happens to positions that come in: checked, stored, then known, then told.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chassis::queue::{Busy, Handler, Incoming, Refusal, Settlement};
use contracts::VehiclePosition;
use time::OffsetDateTime;

use crate::event;
use crate::fleet::Fleet;
use crate::metrics::{Ignored, PositionMetrics};
use crate::retention::Retention;
use crate::sighting::{Sighting, Unfit};
use crate::store::{Store, StoreError};
use chassis::http::stream::Streams;

/// How long storing one batch may take: a connection that hangs must not hang the service.
const STORE_LIMIT: Duration = Duration::from_secs(5);

/// Messages taken at once: enough for tens of thousands a second, and some seconds' worth of a town
/// of eight vans, after which others see that it has stopped to take any.
pub const BATCH: u16 = 64;

/// A dead letter's reason.
const INVALID: Settlement = Settlement::Dead(Refusal("invalid_position"));

/// Handles positions. It is the only one that adds to the fleet.
#[derive(Clone, Debug)]
pub struct Ingest {
    /// Where they are kept.
    pub store: Arc<dyn Store>,
    /// Where the newest ones are known.
    pub fleet: Fleet,
    /// Who hears of them.
    pub streams: Streams,
    /// What history keeps.
    pub retention: Retention,
    /// Vehicles that there may be.
    pub vehicle_limit: usize,
    /// What became of them.
    pub metrics: PositionMetrics,
}

#[async_trait]
impl Handler for Ingest {
    type Event = VehiclePosition;

    async fn handle(&self, batch: &[Incoming<VehiclePosition>]) -> Result<Vec<Settlement>, Busy> {
        let events: Vec<_> = batch.iter().map(|incoming| &incoming.event).collect();
        self.take(&events, OffsetDateTime::now_utc()).await
    }
}

/// A batch, sorted by what is to become of each position.
#[derive(Debug, Default)]
struct Sorted<'a> {
    /// One an event; those that are to be stored are done unless the store says otherwise.
    settlements: Vec<Settlement>,
    /// To be stored, each with its event's index.
    fit: Vec<Sighting<'a>>,
    places: Vec<usize>,
    /// Why the others are not.
    ignored: Vec<Ignored>,
}

impl Ingest {
    /// Takes a batch at the time `now`.
    ///
    /// # Errors
    /// When the database does not work. Nothing is counted then, and the batch is to be tried again.
    async fn take(
        &self,
        events: &[&VehiclePosition],
        now: OffsetDateTime,
    ) -> Result<Vec<Settlement>, Busy> {
        let mut sorted = self.sort(events, now);
        let stored = self.store(&mut sorted).await?;
        let moved = self.fleet.advance(&sorted.fit);
        self.count(&sorted, &stored, &moved);
        self.tell(&sorted.fit, &moved);
        Ok(sorted.settlements)
    }

    fn sort<'a>(&self, events: &[&'a VehiclePosition], now: OffsetDateTime) -> Sorted<'a> {
        let oldest = self.retention.oldest(now);
        let mut newcomers = Newcomers::of(self);
        let mut sorted = Sorted::default();
        for (place, event) in events.iter().enumerate() {
            let mut settlement = Settlement::Done;
            match Sighting::of(event, now, oldest) {
                Ok(sighting) if newcomers.admit(sighting.vehicle) => {
                    sorted.fit.push(sighting);
                    sorted.places.push(place);
                }
                Ok(_) => sorted.ignored.push(Ignored::TooManyVehicles),
                Err(Unfit::FromTheFuture) => sorted.ignored.push(Ignored::FromTheFuture),
                Err(Unfit::TooOld) => sorted.ignored.push(Ignored::OutOfOrder),
                Err(Unfit::Invalid) => {
                    sorted.ignored.push(Ignored::Invalid);
                    settlement = INVALID;
                }
            }
            sorted.settlements.push(settlement);
        }
        sorted
    }

    /// Stores what is fit. Says of each whether it was new. What the database refuses is no longer
    /// fit afterwards.
    async fn store(&self, sorted: &mut Sorted<'_>) -> Result<Vec<bool>, Busy> {
        match self.try_store(&sorted.fit).await {
            Ok(stored) => Ok(stored),
            Err(StoreError::Refused(_)) => self.store_each(sorted).await,
            Err(error) => Err(Busy(error.to_string())),
        }
    }

    /// One by one: what one of them has must not keep the others waiting for ever.
    async fn store_each(&self, sorted: &mut Sorted<'_>) -> Result<Vec<bool>, Busy> {
        let fit = std::mem::take(&mut sorted.fit);
        let mut stored = Vec::with_capacity(fit.len());
        for (sighting, place) in fit.into_iter().zip(std::mem::take(&mut sorted.places)) {
            match self.try_store(&[sighting]).await {
                Ok(new) => {
                    stored.extend(new);
                    sorted.fit.push(sighting);
                }
                Err(StoreError::Refused(error)) => {
                    tracing::error!(%error, "the database refuses a position that is valid");
                    sorted.ignored.push(Ignored::Invalid);
                    sorted.settlements[place] = INVALID;
                }
                Err(error) => return Err(Busy(error.to_string())),
            }
        }
        Ok(stored)
    }

    async fn try_store(&self, sightings: &[Sighting<'_>]) -> Result<Vec<bool>, StoreError> {
        if sightings.is_empty() {
            return Ok(Vec::new());
        }
        tokio::time::timeout(STORE_LIMIT, self.store.store(sightings))
            .await
            .unwrap_or_else(|_| Err(StoreError::timed_out()))
    }

    fn count(&self, sorted: &Sorted<'_>, stored: &[bool], moved: &[bool]) {
        for reason in &sorted.ignored {
            self.metrics.ignore(*reason, 1);
        }
        for outcome in stored.iter().zip(moved) {
            match outcome {
                // Not new to the database, but to us: an earlier attempt has stored it, and its
                // answer was lost.
                (_, true) => {
                    self.metrics.stored.inc();
                }
                (true, false) => {
                    self.metrics.stored.inc();
                    self.metrics.ignore(Ignored::OutOfOrder, 1);
                }
                (false, false) => self.metrics.ignore(Ignored::Duplicate, 1),
            }
        }
    }

    fn tell(&self, sightings: &[Sighting<'_>], moved: &[bool]) {
        if moved.contains(&true) {
            self.streams.publish(|| {
                let moved = sightings.iter().zip(moved);
                event::positions(moved.filter_map(|(sighting, moved)| moved.then_some(sighting)))
            });
        }
    }
}

/// Vehicles that the fleet does not know yet, while there is room for them.
struct Newcomers<'f, 'e> {
    fleet: &'f Fleet,
    room: usize,
    names: HashSet<&'e str>,
}

impl<'f, 'e> Newcomers<'f, 'e> {
    fn of(ingest: &'f Ingest) -> Self {
        Self {
            fleet: &ingest.fleet,
            room: ingest.vehicle_limit.saturating_sub(ingest.fleet.size()),
            names: HashSet::new(),
        }
    }

    /// Whether a position of this vehicle can be taken.
    fn admit(&mut self, name: &'e str) -> bool {
        if self.fleet.knows(name) || self.names.contains(name) {
            return true;
        }
        self.names.len() < self.room && self.names.insert(name)
    }
}
