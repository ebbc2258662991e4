//! Names resolve to public addresses only: the check is made on what is really connected to (NET-4).

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Resolves names and leaves out loopback, private and link-local addresses.
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::task::spawn_blocking(move || public_addresses(name.as_str())).await??;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

fn public_addresses(name: &str) -> std::io::Result<Vec<SocketAddr>> {
    let found: Vec<SocketAddr> = (name, 0).to_socket_addrs()?.filter(|found| is_public(found.ip())).collect();
    if found.is_empty() {
        let text = format!("{name}: нет публичного адреса");
        return Err(std::io::Error::new(std::io::ErrorKind::AddrNotAvailable, text));
    }
    Ok(found)
}

fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let shared = v4.octets().first() == Some(&100) && v4.octets().get(1).is_some_and(|two| two & 0xc0 == 64);
            let zero = v4.octets().first() == Some(&0);
            let unusable = v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_multicast();
            !(unusable || v4.is_broadcast() || v4.is_documentation() || shared || zero)
        }
        IpAddr::V6(v6) => {
            let local = v6.is_unique_local() || v6.is_unicast_link_local();
            !(v6.is_loopback() || v6.is_unspecified() || v6.is_multicast() || local)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_addresses_are_left_out() {
        let inner = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
        ];
        for address in inner {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["185.71.76.1", "100.128.0.1", "2a02:5180:0:1509::1"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        assert!(public_addresses("localhost").is_err());
    }
}
