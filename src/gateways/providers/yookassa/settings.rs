//! Settings of one shop, and what makes them impossible.

use std::time::Duration;

use ipnet::IpNet;
use url::{Host, Url};

use crate::base::{Kopecks, Mode, Secret};
use crate::gateways::providers::ProviderError;

/// The real service.
pub const API_URL: &str = "https://api.yookassa.ru/v3";

/// Networks notifications come from: the list of the official SDK (PyPI yookassa 3.13.0, `SecurityHelper`).
const WEBHOOK_NETWORKS: [&str; 10] = [
    "185.71.76.0/27",
    "185.71.77.0/27",
    "77.75.153.0/25",
    "77.75.154.128/25",
    "77.75.156.11/32",
    "77.75.156.35/32",
    "2a02:5180:0:1509::/64",
    "2a02:5180:0:2655::/64",
    "2a02:5180:0:1533::/64",
    "2a02:5180:0:2669::/64",
];

/// Networks notifications come from, unless set otherwise.
#[must_use]
pub fn default_webhook_networks() -> Vec<IpNet> {
    WEBHOOK_NETWORKS.iter().filter_map(|network| network.parse().ok()).collect()
}

/// One shop at YooKassa.
#[derive(Debug, Clone)]
pub struct YookassaSettings {
    /// Our name of the account: the last part of its notification address.
    pub account: String,
    /// The shop's id.
    pub shop_id: String,
    /// The shop's key.
    pub secret_key: Secret,
    /// Address of the API; plain http on loopback only.
    pub api_url: String,
    /// Live or test; none: told by the key's prefix.
    pub mode: Option<Mode>,
    /// Largest card payment the shop's contract allows; none: not known here, the provider will say.
    pub card_most: Option<Kopecks>,
    /// Networks notifications come from.
    pub webhook_networks: Vec<IpNet>,
    /// Whether the sender's network is checked: only where the real address of the sender is known (WHK-9).
    pub check_sender: bool,
    /// Time to connect.
    pub connect_timeout: Duration,
    /// Time of a whole call.
    pub total_timeout: Duration,
    /// First pause before a repeat; doubles with each.
    pub retry_pause: Duration,
}

impl YookassaSettings {
    /// The real service with usual times.
    #[must_use]
    pub fn new(account: &str, shop_id: &str, secret_key: Secret) -> Self {
        Self {
            account: account.to_owned(),
            shop_id: shop_id.to_owned(),
            secret_key,
            api_url: API_URL.to_owned(),
            mode: None,
            card_most: None,
            webhook_networks: default_webhook_networks(),
            check_sender: false,
            connect_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(20),
            retry_pause: Duration::from_millis(500),
        }
    }

    /// The mode by setting and by the key's prefix, which must agree.
    pub(super) fn checked_mode(&self) -> Result<Mode, ProviderError> {
        let by_key = match self.secret_key.reveal() {
            key if key.starts_with("test_") => Some(Mode::Test),
            key if key.starts_with("live_") => Some(Mode::Live),
            _ => None,
        };
        match (self.mode, by_key) {
            (Some(set), Some(told)) if set != told => {
                Err(self.wrong("ключ другого режима: тестовый вместо боевого или наоборот"))
            }
            (Some(mode), _) | (None, Some(mode)) => Ok(mode),
            (None, None) => Err(self.wrong("по ключу не видно, боевой он или тестовый: укажите mode")),
        }
    }

    /// The address of the API, when shop, key and address are usable.
    pub(super) fn checked_url(&self) -> Result<Url, ProviderError> {
        let printable = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !printable(&self.shop_id) || self.shop_id.contains(':') {
            return Err(self.wrong("не указан shop_id"));
        }
        if !printable(self.secret_key.reveal()) {
            return Err(self.wrong("не указан secret_key"));
        }
        let url = Url::parse(&self.api_url).map_err(|_| self.wrong("api_url — не адрес"))?;
        match (url.scheme(), is_loopback(&url), url.host()) {
            ("https", _, Some(Host::Domain(_))) | ("http" | "https", true, _) => Ok(url),
            _ => Err(self.wrong("api_url должен быть https с именем узла; http — только на этой машине")),
        }
    }

    fn wrong(&self, text: &str) -> ProviderError {
        ProviderError::config(format!("Платёжный счёт «{}»: {text}", self.account))
    }
}

/// Whether the address is on this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
