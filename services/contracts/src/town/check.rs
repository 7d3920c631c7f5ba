//! Whether a map is whole: what others rely on without asking.

use std::collections::HashSet;

use super::{CornerId, Point, Street, Town};

/// Why a text is no map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MapError {
    /// It cannot be read.
    Unreadable(String),
    /// Two streets have this name.
    NameTaken(String),
    /// The corner at this place of the list has another number, or lies outside the map.
    WrongCorner(usize),
    /// This street has fewer than two corners, stands still, or names a corner that is not there.
    WrongStreet(String),
    /// There is no shop at this corner, for there is no such corner.
    WrongShop,
    /// There is no way from the shop to this corner.
    CutOff(u16),
}

impl std::fmt::Display for MapError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreadable(why) => write!(out, "the map cannot be read: {why}"),
            Self::NameTaken(name) => write!(out, "two streets are called {name}"),
            Self::WrongCorner(place) => {
                write!(out, "corner {place} has another number or is outside")
            }
            Self::WrongStreet(name) => write!(out, "{name} does not lead from corner to corner"),
            Self::WrongShop => write!(out, "the shop is at no corner"),
            Self::CutOff(corner) => write!(out, "there is no way to corner {corner}"),
        }
    }
}

impl std::error::Error for MapError {}

pub(super) fn check(town: &Town) -> Result<(), MapError> {
    corners(town)?;
    streets(town)?;
    town.point(town.shop).ok_or(MapError::WrongShop)?;
    connected(town)
}

fn corners(town: &Town) -> Result<(), MapError> {
    for (place, corner) in town.corners.iter().enumerate() {
        let inside =
            (0.0..=town.width).contains(&corner.x) && (0.0..=town.height).contains(&corner.y);
        if usize::from(corner.id.0) != place || !inside {
            return Err(MapError::WrongCorner(place));
        }
    }
    Ok(())
}

fn streets(town: &Town) -> Result<(), MapError> {
    let mut names = HashSet::new();
    for street in &town.streets {
        if !names.insert(street.name.to_lowercase()) {
            return Err(MapError::NameTaken(street.name.clone()));
        }
        if !leads_somewhere(town, street) {
            return Err(MapError::WrongStreet(street.name.clone()));
        }
    }
    Ok(())
}

fn leads_somewhere(town: &Town, street: &Street) -> bool {
    let points: Option<Vec<Point>> = street.corners.iter().map(|id| town.point(*id)).collect();
    points.is_some_and(|points| {
        points.len() >= 2
            && points
                .windows(2)
                .all(|ends| ends[0].distance(ends[1]) > 0.0)
    })
}

fn connected(town: &Town) -> Result<(), MapError> {
    let mut next = vec![Vec::new(); town.corners.len()];
    for stretch in town.stretches() {
        next[usize::from(stretch.from.0)].push(stretch.to);
        next[usize::from(stretch.to.0)].push(stretch.from);
    }
    let mut reached = HashSet::from([town.shop]);
    let mut open = vec![town.shop];
    while let Some(CornerId(corner)) = open.pop() {
        open.extend(
            next[usize::from(corner)]
                .iter()
                .filter(|to| reached.insert(**to)),
        );
    }
    match town
        .corners
        .iter()
        .find(|corner| !reached.contains(&corner.id))
    {
        Some(corner) => Err(MapError::CutOff(corner.id.0)),
        None => Ok(()),
    }
}
