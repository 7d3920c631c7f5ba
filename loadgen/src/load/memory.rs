//! What answers taught: orders to follow or cancel, and the page to read next.

use parking_lot::Mutex;

use super::visit::Recall;

/// A bounded memory that all workers share. When it is full a new order takes an older one's place.
#[derive(Debug, Default)]
pub(super) struct Memory {
    orders: Mutex<Vec<String>>,
    next_page: Mutex<Option<String>>,
}

/// Orders remembered at most.
const MOST_ORDERS: usize = 1_000;
/// The longest id or cursor that is believed.
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
}
