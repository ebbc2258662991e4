//! What the delivery floor keeps for itself: rates, proxies, metrics, the host it answers for.

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
        let loopback = name == "localhost" || name == "[::1]" || name.starts_with("127.");
        let ours = self.public.as_ref().and_then(Url::host_str).is_some_and(|ours| ours.eq_ignore_ascii_case(name));
        ours || loopback || self.public.is_none()
    }
}
