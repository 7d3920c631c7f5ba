//! What vans are called. Most names hold blanks, which whoever puts them into a URL must encode.

/// Vans that a fleet may have.
pub const MOST_VEHICLES: u8 = 64;

const NAMES: [&str; 8] = [
    "City Truck",
    "Village Van",
    "Village Van 2",
    "Harbour Hopper",
    "Ring Road Runner",
    "Market Mule",
    "Bridge Buggy",
    "Garden Wagon",
];

/// So many names, each once, and always the same ones first.
pub fn names(vehicles: u8) -> Vec<String> {
    let named = NAMES.into_iter().map(str::to_owned);
    let spare = (1..=MOST_VEHICLES).map(|number| format!("Spare Van {number}"));
    named.chain(spare).take(vehicles.into()).collect()
}
