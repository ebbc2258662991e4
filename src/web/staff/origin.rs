//! Where a request comes from: the client's address behind believed proxies only (NET-2), and whether the page that
//! sent a form is ours (STF-6).

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, ORIGIN, USER_AGENT};
use ipnet::IpNet;

use crate::domain::staff::Origin;

/// Address and browser of a request.
#[must_use]
pub fn of(request: &HttpRequest, proxies: &[IpNet]) -> Origin {
    let agent = text(request.headers(), USER_AGENT.as_str()).unwrap_or_default().to_owned();
    let peer = request.peer_addr().map(|peer| peer.ip());
    let forwarded: Vec<&str> =
        request.headers().get_all("X-Forwarded-For").filter_map(|value| value.to_str().ok()).collect();
    let address = peer.map(|peer| client_address(peer, &forwarded.join(","), proxies));
    Origin { address: address.map(|address| address.to_string()).unwrap_or_default(), agent }
}

/// The right-most hop that is no proxy of ours; what stands left of it anybody could have written.
fn client_address(peer: IpAddr, forwarded: &str, proxies: &[IpNet]) -> IpAddr {
    let is_ours = |address: &IpAddr| proxies.iter().any(|network| network.contains(address));
    let mut client = peer;
    for hop in forwarded.rsplit(',').map(str::trim) {
        if !is_ours(&client) {
            break;
        }
        match hop.parse() {
            Ok(address) => client = address,
            Err(_) => break,
        }
    }
    client
}

/// Whether the browser says that a form of another site sent this. Browsers that say nothing are left to the token.
#[must_use]
pub fn is_foreign(headers: &HeaderMap, public_url: &str) -> bool {
    if let Some(site) = text(headers, "Sec-Fetch-Site") {
        return !matches!(site, "same-origin" | "none");
    }
    text(headers, ORIGIN.as_str()).is_some_and(|origin| !public_url.is_empty() && origin != public_origin(public_url))
}

/// Scheme, host and port of the public address.
fn public_origin(public_url: &str) -> String {
    url::Url::parse(public_url).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    #[test]
    fn only_our_proxies_are_believed() {
        let proxies: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let client = |peer: &str, forwarded| client_address(peer.parse().unwrap(), forwarded, &proxies).to_string();
        assert_eq!(client("192.0.2.1", "198.51.100.1"), "192.0.2.1", "a stranger's word");
        assert_eq!(client("10.0.0.1", "198.51.100.1"), "198.51.100.1");
        assert_eq!(client("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2"), "198.51.100.1");
        assert_eq!(client("10.0.0.1", ""), "10.0.0.1");
        assert_eq!(client("10.0.0.1", "198.51.100.1, junk"), "10.0.0.1");
    }

    #[test]
    fn forms_of_other_sites_are_told() {
        let says = |name: &str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value).unwrap());
            is_foreign(&headers, "https://pay.shop.example/base")
        };
        for site in ["cross-site", "same-site", "anything"] {
            assert!(says("Sec-Fetch-Site", site), "{site}");
        }
        assert!(!says("Sec-Fetch-Site", "same-origin"));
        assert!(!says("Origin", "https://pay.shop.example"));
        for origin in ["https://evil.example", "null", "http://pay.shop.example", "https://pay.shop.example:8443"] {
            assert!(says("Origin", origin), "{origin}");
        }
        assert!(!is_foreign(&HeaderMap::new(), "https://pay.shop.example"));
    }
}
