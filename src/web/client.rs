//! Who is speaking: the client's address behind configured proxies, and how often it may speak.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;

use actix_web::HttpRequest;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use ipnet::IpNet;

use crate::base::config::Limits;

/// Addresses whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Reads networks and single addresses; what cannot be read was refused with the settings.
    #[must_use]
    pub fn new(texts: &[String]) -> Self {
        Self(texts.iter().filter_map(|text| network(text)).collect())
    }

    /// Whether the list holds an address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client's address: the right-most hop that is not one of our proxies (NET-2).
    #[must_use]
    pub fn client(&self, request: &HttpRequest) -> IpAddr {
        let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip());
        if !self.contains(peer) {
            return peer;
        }
        let hops: Vec<IpAddr> = request
            .headers()
            .get_all("x-forwarded-for")
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map_while(|hop| hop.trim().parse().ok())
            .collect();
        hops.into_iter().rev().find(|hop| !self.contains(*hop)).unwrap_or(peer)
    }
}

/// Reads `10.0.0.0/8` or `10.1.2.3`.
#[must_use]
pub fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Rates per client address, and per order for starts of a payment.
pub struct Rates {
    /// Requests of pay pages.
    pub pay: Rate<IpAddr>,
    /// News asked for by waiting pages.
    pub status: Rate<IpAddr>,
    /// Unknown links.
    pub misses: Rate<IpAddr>,
    /// Starts of a payment.
    pub starts: Rate<String>,
    /// Logins.
    pub logins: Rate<IpAddr>,
    /// Wrong passwords of 1C.
    pub onec_misses: Rate<IpAddr>,
    /// Notifications about ids that are not ours.
    pub unknown_notifications: Rate<IpAddr>,
}

impl Rates {
    /// The configured rates.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            pay: Rate::per_minute(limits.pay_per_minute),
            status: Rate::per_minute(limits.status_per_minute),
            misses: Rate::per_minute(limits.misses_per_minute),
            starts: Rate::per_minute(limits.starts_per_minute),
            logins: Rate::per_minute(limits.logins_per_minute),
            onec_misses: Rate::per_minute(limits.onec_misses_per_minute),
            unknown_notifications: Rate::per_second(limits.unknown_notifications_per_second),
        }
    }

    /// Forgets addresses that have been quiet.
    pub fn tidy(&self) {
        for rate in
            [&self.pay, &self.status, &self.misses, &self.logins, &self.onec_misses, &self.unknown_notifications]
        {
            rate.0.retain_recent();
        }
        self.starts.0.retain_recent();
    }
}

/// One rate.
pub struct Rate<K: Clone + std::hash::Hash + Eq>(DefaultKeyedRateLimiter<K>);

impl<K: Clone + std::hash::Hash + Eq> Rate<K> {
    fn per_minute(count: u32) -> Self {
        Self(RateLimiter::keyed(Quota::per_minute(at_least_one(count))))
    }

    fn per_second(count: u32) -> Self {
        Self(RateLimiter::keyed(Quota::per_second(at_least_one(count))))
    }

    /// Counts one; refuses with the seconds to wait.
    ///
    /// # Errors
    /// The seconds of `Retry-After`.
    pub fn count(&self, key: &K) -> Result<(), u32> {
        self.0.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            u32::try_from(wait.as_secs()).unwrap_or(60).saturating_add(1)
        })
    }
}

fn at_least_one(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn client(proxies: &[&str], peer: &str, forwarded: &str) -> String {
        let proxies = Proxies::new(&proxies.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        let request = TestRequest::default()
            .peer_addr(format!("{peer}:1").parse().unwrap())
            .insert_header(("x-forwarded-for", forwarded))
            .to_http_request();
        proxies.client(&request).to_string()
    }

    #[test]
    fn net_2_only_configured_proxies_are_believed() {
        assert_eq!(client(&[], "203.0.113.9", "185.71.76.1"), "203.0.113.9");
        assert_eq!(client(&["127.0.0.1"], "127.0.0.1", "185.71.76.1, 203.0.113.9"), "203.0.113.9");
        assert_eq!(client(&["127.0.0.1", "10.0.0.0/8"], "127.0.0.1", "203.0.113.9, 10.1.1.1"), "203.0.113.9");
        assert_eq!(client(&["127.0.0.1"], "127.0.0.1", "nonsense"), "127.0.0.1");
    }
}
