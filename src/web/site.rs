//! What the delivery floor keeps for itself: rates, proxies, metrics, the host it answers for.

use std::net::IpAddr;
use std::time::Duration;

use url::Url;

use super::client::{Proxies, Rates};
use super::metrics::Metrics;
use crate::base::config::Settings;

/// State of the HTTP side.
pub struct Site {
    /// Rates.
    pub rates: Rates,
    /// Proxies that are believed.
    pub proxies: Proxies,
    /// Networks that may read `/metrics`.
    pub metrics_allow: Proxies,
    /// Counters.
    pub metrics: Metrics,
    /// How long a small body may take to arrive.
    pub body_time: Duration,
    public: Option<Url>,
}

impl Site {
    /// From the settings.
    ///
    /// # Errors
    /// As [`Metrics::new`].
    pub fn new(settings: &Settings) -> Result<Self, prometheus::Error> {
        Ok(Self {
            rates: Rates::new(&settings.limits),
            proxies: Proxies::new(&settings.server.proxies),
            metrics_allow: Proxies::new(&settings.server.metrics_allow),
            metrics: Metrics::new()?,
            body_time: Duration::from_secs(u64::from(settings.limits.body_seconds.max(1))),
            public: Url::parse(&settings.server.public_url).ok(),
        })
    }

    /// Whether customers come over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// Whether a `Host` header names us: the public address, or this machine (NET-2).
    #[must_use]
    pub fn knows_host(&self, host: &str) -> bool {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let loopback = name == "localhost" || address.is_ok_and(|address| address.is_loopback());
        let ours = self.public.as_ref().and_then(Url::host_str).is_some_and(|ours| ours.eq_ignore_ascii_case(name));
        ours || loopback || self.public.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn net_2_only_our_name_and_this_machine_are_known() {
        let mut settings = Settings::default();
        settings.server.public_url = "https://pay.example.ru".to_owned();
        let site = Site::new(&settings).unwrap();
        for known in ["pay.example.ru", "PAY.example.ru:443", "127.0.0.1:8080", "localhost", "[::1]:8080", "127.0.0.2"]
        {
            assert!(site.knows_host(known), "{known}");
        }
        for foreign in [
            "",
            "evil.example",
            "127.0.0.1.evil.example",
            "127.evil.example:80",
            "pay.example.ru.evil.example",
            "0.0.0.0",
        ] {
            assert!(!site.knows_host(foreign), "{foreign}");
        }
    }
}
