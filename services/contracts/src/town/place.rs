//! From an address to a place on the map.

use super::{CornerId, Point, Street, Town};

/// Houses stand this far apart along a street, and number 1 so far from its beginning.
pub const METRES_A_HOUSE: f64 = 8.0;

/// Where an address is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Where the house is.
    pub point: Point,
    /// The corner where a van stops for it: of its street's, the nearest.
    pub corner: CornerId,
}

impl Town {
    /// Where an address is. `12 Mill Lane` is on the map when there is a Mill Lane that is long
    /// enough; letter case and blanks around do not matter. Any other text has a corner all the
    /// same: the same one each time, on each machine.
    pub fn locate(&self, address: &str) -> Place {
        let address = address.trim();
        self.house(address)
            .unwrap_or_else(|| self.somewhere(address))
    }

    /// The highest house number of a street; 0 where it is too short for a house.
    pub fn last_number(&self, street: &Street) -> u32 {
        let length: f64 = self
            .sides(street)
            .map(|(_, from, to)| from.distance(to))
            .sum();
        let houses = (length / METRES_A_HOUSE).floor();
        // A whole number from 0 on; a street of four thousand million houses is not drawn.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "see above"
        )]
        {
            houses as u32
        }
    }

    fn house(&self, address: &str) -> Option<Place> {
        let (number, name) = address.split_once(char::is_whitespace)?;
        let number: u32 = number.parse().ok()?;
        let name = name.trim_start();
        let street = self
            .streets
            .iter()
            .find(|street| street.name.eq_ignore_ascii_case(name))?;
        if number == 0 || number > self.last_number(street) {
            return None;
        }
        self.along(street, f64::from(number) * METRES_A_HOUSE)
    }

    /// The place that is so many metres from a street's beginning.
    fn along(&self, street: &Street, mut metres: f64) -> Option<Place> {
        let mut last = None;
        for (ends, from, to) in self.sides(street) {
            let length = from.distance(to);
            let share = (metres / length).min(1.0);
            let place = Place {
                point: from.towards(to, share),
                corner: if share < 0.5 { ends[0] } else { ends[1] },
            };
            if metres <= length {
                return Some(place);
            }
            metres -= length;
            last = Some(place);
        }
        // What rounding has put beyond the end is at the end.
        last
    }

    fn sides<'a>(
        &'a self,
        street: &'a Street,
    ) -> impl Iterator<Item = (&'a [CornerId], Point, Point)> {
        street
            .corners
            .windows(2)
            .filter_map(|ends| Some((ends, self.point(ends[0])?, self.point(ends[1])?)))
    }

    fn somewhere(&self, address: &str) -> Place {
        let hash = stable_hash(address) % self.corners.len().max(1) as u64;
        let chosen = usize::try_from(hash).unwrap_or_default();
        let id = self
            .corners
            .get(chosen)
            .map_or(self.shop, |corner| corner.id);
        Place {
            point: self.point(id).unwrap_or(Point { x: 0.0, y: 0.0 }),
            corner: id,
        }
    }
}

/// FNV-1a: written down here because the standard library's hash may change with its version.
fn stable_hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
    })
}
