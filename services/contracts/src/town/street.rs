//! Streets.

use serde::{Deserialize, Serialize};

use super::CornerId;

/// A street: a line of corners with a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Street {
    /// What it is called.
    pub name: String,
    /// What kind it is.
    pub class: StreetClass,
    /// The corners on its way, two at least. House numbers rise along it.
    pub corners: Vec<CornerId>,
}

/// What kind of street one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StreetClass {
    /// A main road.
    Main,
    /// A street where people live.
    Street,
    /// A lane that is hardly wider than a van.
    Lane,
}

impl StreetClass {
    /// All of them, the widest first.
    pub const ALL: [Self; 3] = [Self::Main, Self::Street, Self::Lane];

    /// How wide it is, in metres.
    pub const fn width_metres(self) -> f64 {
        match self {
            Self::Main => 22.0,
            Self::Street => 14.0,
            Self::Lane => 9.0,
        }
    }

    /// How fast one may drive there, in kilometres an hour.
    pub const fn speed_limit_kmh(self) -> f64 {
        match self {
            Self::Main => 60.0,
            Self::Street => 50.0,
            Self::Lane => 30.0,
        }
    }
}
