//! Whom a drill may load and break: this machine, and the private network of its containers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use thiserror::Error;
use url::{Host, Url};

/// An address that a drill must not touch.
#[derive(Debug, Error)]
#[error(
    "{host} is neither this machine nor a private name: to drill it all the same, say --allow-host {host}"
)]
pub struct OffLimits {
    host: String,
}

/// Fails unless the address is loopback, private, a name without dots (a neighbour in a container
/// network), or in `allowed`.
pub fn check(url: &Url, allowed: &[String]) -> Result<(), OffLimits> {
    let private = match url.host() {
        Some(Host::Ipv4(ip)) => is_private_v4(ip),
        Some(Host::Ipv6(ip)) => is_private_v6(ip),
        Some(Host::Domain(name)) => {
            !name.trim_end_matches('.').contains('.') || name.ends_with(".localhost")
        }
        None => false,
    };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    if private
        || allowed
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(host))
    {
        return Ok(());
    }
    Err(OffLimits {
        host: host.to_owned(),
    })
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    ip.is_loopback() || ip.is_private()
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_private_v4(ip),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(url: &str, hosts: &[&str]) -> bool {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        check(&url.parse().expect("a URL"), &hosts).is_ok()
    }

    #[test]
    fn this_machine_and_private_networks_may_be_drilled() {
        for url in [
            "http://127.0.0.1:9111",
            "http://localhost:9111",
            "http://[::1]:9111",
            "http://[::ffff:127.0.0.1]:9111",
            "http://10.0.0.7:9111",
            "http://172.18.0.3",
            "http://192.168.1.2",
            "http://[fd00::7]",
            "http://pizza-service:9111",
        ] {
            assert!(allowed(url, &[]), "{url}");
        }
    }

    #[test]
    fn the_rest_of_the_world_may_not() {
        for url in [
            "http://example.com",
            "http://8.8.8.8",
            "http://172.32.0.1",
            "http://[2001:db8::1]",
            "http://[::ffff:8.8.8.8]",
            "http://0.0.0.0",
            "http://pizza-service.example.com.",
            "http://127.0.0.1.example.com",
        ] {
            assert!(!allowed(url, &[]), "{url}");
        }
    }

    #[test]
    fn a_named_host_is_allowed_and_only_it() {
        assert!(allowed(
            "http://staging.example.com:8001",
            &["staging.example.com"]
        ));
        assert!(allowed("http://[2001:db8::1]:8001", &["2001:db8::1"]));
        assert!(!allowed("http://example.com", &["staging.example.com"]));
        let error = check(&"http://example.com".parse().expect("a URL"), &[]).expect_err("public");
        assert!(
            error.to_string().contains("--allow-host example.com"),
            "{error}"
        );
    }
}
