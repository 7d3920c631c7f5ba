//! Where visits go.

use http::HeaderValue;
use http::uri::PathAndQuery;
use thiserror::Error;
use url::{Host, Url};

use super::{Destination, Flow};

/// The services under load. Every flow knows which of them it visits.
#[derive(Clone, Debug)]
pub struct Targets {
    pizza: Origin,
    pokedex: Option<Origin>,
    tracker: Option<Origin>,
}

/// A flow that cannot be sent: nobody said where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "customers who come for `{}` visit {}, whose address is not known; say {} URL",
    .0.name(),
    .0.destination().service(),
    .0.destination().flag()
)]
pub struct NoAddress(pub Flow);

/// Why an address was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TargetError {
    /// Something else than `http://`.
    #[error("{0} is no target: only http:// addresses are visited")]
    Scheme(Url),
    /// No host to connect to.
    #[error("{0} is no target: it names no host")]
    Host(Url),
}

/// One service's address, taken apart once.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// The name or address to connect to, an IPv6 address without its brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// The `Host` header.
    pub(crate) authority: HeaderValue,
    /// What stands before every path; no slash at its end.
    prefix: String,
}

impl Targets {
    /// `pizza` is the base address of pizza-service, where most flows go.
    pub fn new(pizza: &Url) -> Result<Self, TargetError> {
        Ok(Self {
            pizza: Origin::new(pizza)?,
            pokedex: None,
            tracker: None,
        })
    }

    /// The same, and pokedex-api at this base address, if it is known.
    pub fn with_pokedex(self, pokedex: Option<&Url>) -> Result<Self, TargetError> {
        let pokedex = pokedex.map(Origin::new).transpose()?;
        Ok(Self { pokedex, ..self })
    }

    /// The same, and position-tracker at this base address, if it is known.
    pub fn with_tracker(self, tracker: Option<&Url>) -> Result<Self, TargetError> {
        let tracker = tracker.map(Origin::new).transpose()?;
        Ok(Self { tracker, ..self })
    }

    /// Whether all of these flows have somewhere to go. Fails with the first that has not.
    pub fn serve(&self, mut flows: impl Iterator<Item = Flow>) -> Result<(), NoAddress> {
        let homeless = flows.find(|flow| self.origin(flow.destination()).is_none());
        homeless.map_or(Ok(()), |flow| Err(NoAddress(flow)))
    }

    pub(super) fn origin(&self, of: Destination) -> Option<&Origin> {
        match of {
            Destination::Pizza => Some(&self.pizza),
            Destination::Pokedex => self.pokedex.as_ref(),
            Destination::Tracker => self.tracker.as_ref(),
        }
    }
}

impl Origin {
    pub(crate) fn new(base: &Url) -> Result<Self, TargetError> {
        if base.scheme() != "http" {
            return Err(TargetError::Scheme(base.clone()));
        }
        let no_host = || TargetError::Host(base.clone());
        let host = match base.host().ok_or_else(no_host)? {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let authority =
            HeaderValue::from_str(&base[url::Position::BeforeHost..url::Position::AfterPort]);
        Ok(Self {
            host,
            port: base.port_or_known_default().unwrap_or(80),
            authority: authority.map_err(|_| no_host())?,
            prefix: base.path().trim_end_matches('/').to_owned(),
        })
    }

    /// The request target of `path` at this service.
    pub(crate) fn target(&self, path: &str) -> Result<PathAndQuery, http::uri::InvalidUri> {
        PathAndQuery::try_from(format!("{}{path}", self.prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(url: &str) -> Result<Origin, TargetError> {
        Origin::new(&url.parse().expect(url))
    }

    #[test]
    fn an_address_is_taken_apart() {
        for (url, host, port, authority, target) in [
            (
                "http://127.0.0.1:8001",
                "127.0.0.1",
                8001,
                "127.0.0.1:8001",
                "/menu",
            ),
            (
                "http://pizza-service/",
                "pizza-service",
                80,
                "pizza-service",
                "/menu",
            ),
            (
                "http://[::1]:8001/shop/",
                "::1",
                8001,
                "[::1]:8001",
                "/shop/menu",
            ),
        ] {
            let origin = origin(url).expect(url);
            assert_eq!((origin.host.as_str(), origin.port), (host, port));
            assert_eq!(origin.authority, authority);
            assert_eq!(origin.target("/menu").expect("a path").as_str(), target);
        }
    }

    #[test]
    fn a_flow_without_an_address_is_named() {
        let url = |text: &str| text.parse::<Url>().expect("a URL");
        let shop = Targets::new(&url("http://pizza")).expect("an address");
        assert_eq!(shop.serve([Flow::Browse, Flow::Scan].into_iter()), Ok(()));
        let error = shop
            .serve([Flow::Browse, Flow::LookAtVans].into_iter())
            .expect_err("no tracker");
        assert_eq!(
            error.to_string(),
            "customers who come for `look_at_vans` visit position-tracker, whose address is not known; say --tracker-url URL"
        );
        let town = shop
            .with_tracker(Some(&url("http://tracker")))
            .and_then(|shop| shop.with_pokedex(Some(&url("http://pokedex"))))
            .expect("addresses");
        assert_eq!(town.serve(Flow::ALL.into_iter()), Ok(()));
    }

    #[test]
    fn what_can_not_be_visited_is_refused() {
        let error = origin("https://shop.example").expect_err("TLS");
        assert_eq!(
            error.to_string(),
            "https://shop.example/ is no target: only http:// addresses are visited"
        );
        assert!(origin("unix:/run/pizza").is_err());
    }
}
