//! The address a request comes from, as far as it can be believed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};

/// Where proxies note whom they speak for.
const FORWARDED: &str = "x-forwarded-for";

/// The address of the client. Each trusted proxy appends the address that it was called from to `X-Forwarded-For`, so
/// the entry of the outermost trusted one is counted from the end; what stands before it anyone could have written.
/// Where it is missing, the peer itself stands for the client. An IPv6 client is its network of 64 bits.
pub(super) fn client(extensions: &Extensions, headers: &HeaderMap, trusted_proxies: usize) -> IpAddr {
    let peer = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
    let told = trusted_proxies.checked_sub(1).and_then(|before_last| {
        let entries = headers.get_all(FORWARDED).iter().filter_map(|value| value.to_str().ok());
        let entries: Vec<&str> = entries.flat_map(|value| value.split(',')).collect();
        entries.iter().rev().nth(before_last)?.trim().parse().ok()
    });
    network(told.unwrap_or(peer))
}

/// What one client can be expected to have for itself.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_of(peer: &str, forwarded: &[&'static str], trusted: usize) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 4711)));
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED, value.parse().unwrap());
        }
        client(&extensions, &headers, trusted).to_string()
    }

    #[test]
    fn only_what_trusted_proxies_wrote_is_believed() {
        assert_eq!(client_of("192.0.2.7", &["198.51.100.1"], 0), "192.0.2.7");
        assert_eq!(client_of("192.0.2.7", &["203.0.113.9, 198.51.100.1"], 1), "198.51.100.1");
        assert_eq!(client_of("192.0.2.7", &["203.0.113.9", "198.51.100.1,192.0.2.9"], 2), "198.51.100.1");
        assert_eq!(client_of("192.0.2.7", &["198.51.100.1"], 2), "192.0.2.7");
        assert_eq!(client_of("192.0.2.7", &["nonsense"], 1), "192.0.2.7");
        assert_eq!(client_of("192.0.2.7", &[], 1), "192.0.2.7");
    }

    #[test]
    fn an_ipv6_client_is_its_network() {
        assert_eq!(client_of("2001:db8:1:2:3:4:5:6", &[], 0), "2001:db8:1:2::");
        assert_eq!(client_of("::ffff:192.0.2.7", &[], 0), "192.0.2.7");
    }
}
