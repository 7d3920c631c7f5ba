//! What answers taught: orders to follow or cancel, the page to read next, and vans to ask after.

use parking_lot::Mutex;
use serde::Deserialize;
use url::Url;

use super::visit::Recall;

/// A bounded memory that all workers share. When it is full a new order takes an older one's place.
#[derive(Debug, Default)]
pub(super) struct Memory {
    orders: Mutex<Vec<String>>,
    next_page: Mutex<Option<String>>,
    vans: Mutex<Vec<String>>,
}

/// The part of a list of vans that is of interest.
#[derive(Deserialize)]
struct Vans {
    vehicles: Vec<Van>,
}

#[derive(Deserialize)]
struct Van {
    name: String,
}

/// Orders remembered at most.
const MOST_ORDERS: usize = 1_000;
/// Vans remembered at most.
const MOST_VANS: usize = 100;
/// The longest id, name or cursor that is believed.
const LONGEST: usize = 256;

impl Memory {
    /// Remembers an order by the `Location` it was given.
    pub(super) fn placed(&self, location: &str) {
        let Some(id) = location.rsplit('/').next().filter(|id| is_plain(id)) else {
            return;
        };
        let mut orders = self.orders.lock();
        if orders.len() < MOST_ORDERS {
            orders.push(id.to_owned());
        } else {
            let place = scatter(id) % MOST_ORDERS;
            id.clone_into(&mut orders[place]);
        }
    }

    /// Remembers where the list goes on after a page that was read: at the start after the last.
    pub(super) fn read_page(&self, next: Option<&str>) {
        *self.next_page.lock() = next
            .filter(|cursor| !cursor.is_empty() && cursor.len() <= LONGEST)
            .map(|cursor| url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect());
    }

    /// Remembers the vans of a list that was read, in place of those before. One that cannot be read
    /// teaches nothing.
    pub(super) fn saw_vans(&self, body: &[u8]) {
        let Ok(seen) = serde_json::from_slice::<Vans>(body) else {
            return;
        };
        let names = seen.vehicles.iter().map(|van| van.name.as_str());
        *self.vans.lock() = names.filter_map(van_path).take(MOST_VANS).collect();
    }
}

impl Recall for Memory {
    fn order(&self, draw: u64) -> Option<String> {
        let orders = self.orders.lock();
        orders.get(place(draw, orders.len())?).cloned()
    }

    fn forget_order(&self, draw: u64) -> Option<String> {
        let mut orders = self.orders.lock();
        let place = place(draw, orders.len())?;
        Some(orders.swap_remove(place))
    }

    fn next_page(&self) -> Option<String> {
        self.next_page.lock().clone()
    }

    fn van(&self, draw: u64) -> Option<String> {
        let vans = self.vans.lock();
        vans.get(place(draw, vans.len())?).cloned()
    }
}

/// The path of a van. Names may hold anything: `City Truck` is `/vehicles/City%20Truck`. One that a
/// path cannot say, such as `..`, has none.
fn van_path(name: &str) -> Option<String> {
    if name.is_empty() || name.len() > LONGEST {
        return None;
    }
    let mut url = Url::parse("http://tracker/vehicles").ok()?;
    url.path_segments_mut().ok()?.push(name);
    (url.path() != "/vehicles").then(|| url.path().to_owned())
}

fn place(draw: u64, len: usize) -> Option<usize> {
    let place = draw.checked_rem(u64::try_from(len).ok()?)?;
    usize::try_from(place).ok()
}

/// Ids go into paths: nothing is believed that would need escaping there.
fn is_plain(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !id.is_empty() && id.len() <= LONGEST && id.bytes().all(plain)
}

fn scatter(id: &str) -> usize {
    id.bytes().fold(0, |hash: usize, byte| {
        hash.wrapping_mul(31).wrapping_add(usize::from(byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placed_order_is_recalled_until_it_is_forgotten() {
        let memory = Memory::default();
        assert_eq!(memory.order(7), None);
        memory.placed("/orders/abc-1");
        memory.placed("http://shop/orders/abc-2");
        assert_eq!(memory.order(3).as_deref(), Some("abc-2"));
        assert_eq!(memory.forget_order(3).as_deref(), Some("abc-2"));
        assert_eq!(memory.order(3).as_deref(), Some("abc-1"));
    }

    #[test]
    fn it_never_grows_beyond_its_bound() {
        let memory = Memory::default();
        for number in 0..5 * MOST_ORDERS {
            memory.placed(&format!("/orders/{number}"));
        }
        assert_eq!(memory.orders.lock().len(), MOST_ORDERS);
    }

    #[test]
    fn what_would_not_fit_into_a_path_is_not_believed() {
        let memory = Memory::default();
        for location in [
            "",
            "/",
            "/orders/a b",
            "/orders/a?b",
            "/orders/ä",
            "/orders/a\r\nb",
        ] {
            memory.placed(location);
        }
        assert_eq!(memory.order(0), None);
        memory.read_page(Some("a b&c"));
        assert_eq!(memory.next_page().as_deref(), Some("a+b%26c"));
        memory.read_page(None);
        assert_eq!(memory.next_page(), None);
    }

    #[test]
    fn vans_are_remembered_by_what_a_path_calls_them() {
        let memory = Memory::default();
        let see = |names: &[&str]| {
            let vans: Vec<_> = names
                .iter()
                .map(|name| serde_json::json!({ "name": name, "position": {} }))
                .collect();
            memory.saw_vans(
                serde_json::json!({ "vehicles": vans })
                    .to_string()
                    .as_bytes(),
            );
        };
        see(&["City Truck", "a/b?c#d", "..", ""]);
        assert_eq!(memory.van(0).as_deref(), Some("/vehicles/City%20Truck"));
        assert_eq!(memory.van(1).as_deref(), Some("/vehicles/a%2Fb%3Fc%23d"));
        assert_eq!(memory.van(2).as_deref(), Some("/vehicles/City%20Truck"));
        memory.saw_vans(b"<html>");
        assert!(
            memory.van(0).is_some(),
            "an answer that cannot be read teaches nothing"
        );
        see(&[]);
        assert_eq!(memory.van(0), None);
        let many: Vec<String> = (0..2 * MOST_VANS)
            .map(|number| format!("Van {number}"))
            .collect();
        see(&many.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(memory.vans.lock().len(), MOST_VANS);
    }
}
