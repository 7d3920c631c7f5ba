//! Vans, as position-tracker shows them.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// Characters that a vehicle's name may have.
pub const MAX_NAME_CHARACTERS: usize = 100;

/// Where a van is at one moment. The plane is the town map's: metres, `x` to the east, `y` to the
/// north.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Position {
    /// Metres to the east of the map's origin.
    #[schema(example = 420.5)]
    pub x: f64,
    /// Metres to the north of the map's origin.
    #[schema(example = 87.0)]
    pub y: f64,
    /// Degrees clockwise from north, from 0 up to but not including 360.
    #[schema(example = 90.0, minimum = 0, maximum = 360)]
    pub heading: f64,
    /// Kilometres an hour on the map; 0 when it stands.
    #[schema(example = 36.0, minimum = 0)]
    pub speed: f64,
    /// The trip that it is on; null when it waits at the shop.
    #[schema(required = true)]
    pub trip_id: Option<Uuid>,
    /// When it was there.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// A van and its newest position.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Vehicle {
    /// Its name. It may hold blanks: encode it in URLs.
    #[schema(example = "City Truck", min_length = 1, max_length = 100)]
    pub name: String,
    /// Where it is.
    pub position: Position,
}

/// All vans.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VehicleList {
    /// The vans, by name.
    pub vehicles: Vec<Vehicle>,
}

/// Where a van was, the oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct History {
    /// The positions.
    pub positions: Vec<Position>,
    /// What `since` takes to go on; null at the end.
    #[schema(required = true)]
    pub next: Option<String>,
}
