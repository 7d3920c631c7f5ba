//! The town that all of the company knows: its corners, the streets between them, and what makes a
//! drawing of them a map. One data file, `data/town.json`, is all of it.
//!
//! The plane is in metres, `x` to the east and `y` to the north, from the map's south-western
//! corner.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

mod check;
mod place;
mod point;
mod street;

pub use check::MapError;
pub use place::{METRES_A_HOUSE, Place};
pub use point::Point;
pub use street::{Street, StreetClass};

/// The data file, as it is, for whoever draws it.
pub const JSON: &str = include_str!("../data/town.json");

static EMBERWICK: LazyLock<Town> = LazyLock::new(|| {
    // Unwrap safety: the file is part of the program, and a test parses it.
    Town::parse(JSON).expect("the data file is a town")
});

/// A corner's number: corners are numbered from 0, in the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CornerId(pub u16);

/// A street map. What [`Town::parse`] returns is whole: every corner that is named exists, and there
/// is a way from each to every other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Town {
    /// What it is called.
    pub name: String,
    /// Metres from the western edge of the map to the eastern.
    pub width: f64,
    /// Metres from the southern edge to the northern.
    pub height: f64,
    /// Where the shop is, and vans wait.
    pub shop: CornerId,
    /// What bridges are for.
    pub river: River,
    /// What is green.
    pub parks: Vec<Park>,
    /// The streets, no two of one name.
    pub streets: Vec<Street>,
    /// The corners, by number.
    pub corners: Vec<Corner>,
}

/// A place where streets begin, bend, meet or end.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Corner {
    /// Its number.
    pub id: CornerId,
    /// Metres to the east.
    pub x: f64,
    /// Metres to the north.
    pub y: f64,
}

/// The river.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct River {
    /// What it is called.
    pub name: String,
    /// Metres from bank to bank.
    pub width: f64,
    /// Its middle, downstream.
    pub line: Vec<Point>,
}

/// A park.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Park {
    /// What it is called.
    pub name: String,
    /// Its border, without a repetition of the first point.
    pub outline: Vec<Point>,
}

impl Town {
    /// The company's town.
    pub fn emberwick() -> &'static Self {
        &EMBERWICK
    }

    /// Reads a map and checks that it is one.
    ///
    /// # Errors
    /// When the text is no map, or the map is broken; the error says where.
    pub fn parse(json: &str) -> Result<Self, MapError> {
        let town: Self =
            serde_json::from_str(json).map_err(|error| MapError::Unreadable(error.to_string()))?;
        check::check(&town)?;
        Ok(town)
    }

    /// Where a corner is; none for a number that no corner has.
    pub fn point(&self, corner: CornerId) -> Option<Point> {
        let corner = self.corners.get(usize::from(corner.0))?;
        Some(Point {
            x: corner.x,
            y: corner.y,
        })
    }

    /// The stretches of all streets, from corner to corner, each once.
    pub fn stretches(&self) -> impl Iterator<Item = Stretch> + '_ {
        self.streets.iter().flat_map(|street| {
            street.corners.windows(2).filter_map(|ends| {
                let (from, to) = (ends[0], ends[1]);
                Some(Stretch {
                    from,
                    to,
                    metres: self.point(from)?.distance(self.point(to)?),
                    class: street.class,
                })
            })
        })
    }
}

/// A straight piece of a street. Both ways may be driven.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// One end.
    pub from: CornerId,
    /// The other.
    pub to: CornerId,
    /// How long it is.
    pub metres: f64,
    /// What kind of street it belongs to.
    pub class: StreetClass,
}
