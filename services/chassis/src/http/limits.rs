//! Refusing work: too much at once, or too much from one client.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::extract::Request;
use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota};

use super::server::Peer;
use crate::config::HttpConfig;

/// At most so many requests at once; one more is shed.
#[derive(Debug)]
pub(super) struct Concurrency {
    active: AtomicU32,
    limit: u32,
}

/// A place that is given back when the request ends, however it ends.
pub(super) struct Place<'a>(&'a AtomicU32);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Concurrency {
    pub(super) const fn new(limit: u32) -> Self {
        Self {
            active: AtomicU32::new(0),
            limit,
        }
    }

    /// A place, if there is one.
    pub(super) fn enter(&self) -> Option<Place<'_>> {
        let place = Place(&self.active);
        // The place is dropped, and so given back, when it was one too many.
        (self.active.fetch_add(1, Ordering::AcqRel) < self.limit).then_some(place)
    }
}

/// So many requests a second for each client address.
#[derive(Debug)]
pub(super) struct RateLimit {
    limiter: Option<DefaultKeyedRateLimiter<IpAddr>>,
    requests: AtomicU32,
    trusted_proxies: u8,
}

/// A client whose share is used up.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) client: IpAddr,
    pub(super) wait: Duration,
}

/// Forget idle clients after so many requests.
const SWEEP_EVERY: u32 = 65_536;

impl RateLimit {
    /// The configured limit; 0 is none.
    pub(super) fn new(config: &HttpConfig) -> Self {
        let rate = NonZeroU32::new(config.rate_limit);
        Self {
            limiter: rate.map(|rate| DefaultKeyedRateLimiter::keyed(Quota::per_second(rate))),
            requests: AtomicU32::new(0),
            trusted_proxies: config.trusted_proxies,
        }
    }

    /// Whether the request may go on.
    ///
    /// # Errors
    /// Whose share is used up, and for how long.
    pub(super) fn check(&self, request: &Request) -> Result<(), Refused> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        if self.requests.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            limiter.retain_recent();
        }
        let client = client(request, self.trusted_proxies);
        limiter
            .check_key(&household(client))
            .map_err(|refused| Refused {
                client,
                wait: refused.wait_time_from(limiter.clock().now()),
            })
    }
}

/// The addresses that count as one client: an IPv6 user has a whole /64 to pick from.
fn household(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => {
            let network = address.to_bits() & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// The client's address: the connection's, or what the outermost trusted proxy saw. Entries left
/// of that one are the client's own word.
fn client(request: &Request, trusted_proxies: u8) -> IpAddr {
    let peer = request
        .extensions()
        .get::<Peer>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    if trusted_proxies == 0 {
        return peer;
    }
    request
        .headers()
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .rev()
        .nth(usize::from(trusted_proxies) - 1)
        .and_then(|address| address.trim().parse().ok())
        .unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn request(forwarded: &str) -> Request {
        let mut request = Request::builder()
            .header("x-forwarded-for", forwarded)
            .body(Body::empty())
            .expect("a request");
        request
            .extensions_mut()
            .insert(Peer(([10, 0, 0, 9], 1).into()));
        request
    }

    #[test]
    fn a_forged_forwarded_entry_is_not_believed() {
        let request = request("6.6.6.6, 203.0.113.7");
        assert_eq!(client(&request, 0), IpAddr::from([10, 0, 0, 9]));
        assert_eq!(client(&request, 1), IpAddr::from([203, 0, 113, 7]));
    }

    #[test]
    fn a_missing_or_broken_entry_falls_back_to_the_connection() {
        assert_eq!(client(&request("nonsense"), 1), IpAddr::from([10, 0, 0, 9]));
        assert_eq!(
            client(&request("203.0.113.7"), 3),
            IpAddr::from([10, 0, 0, 9])
        );
    }

    #[test]
    fn an_ipv6_user_is_one_client_whatever_address_it_picks() {
        let of = |text: &str| household(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2::5"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::5"), of("2001:db8:1:3::5"));
        assert_eq!(of("::ffff:10.0.0.9"), IpAddr::from([10, 0, 0, 9]));
    }
}
