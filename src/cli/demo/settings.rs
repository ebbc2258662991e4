//! What the demo's portal is told: a stand, with a test account and therefore with orders in test mode (money meets only
//! its equals).

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::folder::Folder;
use crate::base::Secret;
use crate::base::config::{self, Settings};

/// The pretend shop at the provider; its key makes everything it touches a test.
pub const SHOP_ID: &str = "100500";
/// Its key.
pub const SECRET_KEY: &str = "test_demonstration_0123456789abcdef";
/// Login of the pretend 1C.
pub const ONEC_USER: &str = "1c";
/// Name of the chain.
pub const SHOP: &str = "ДомПлюс";
/// Domain of its addresses.
pub const DOMAIN: &str = "domplus.example";

/// The settings of a portal at `address` whose provider answers at `api_url`.
#[must_use]
pub fn demo(address: SocketAddr, api_url: String, onec_password: &Secret, folder: &Folder) -> Settings {
    Settings {
        server: config::Server {
            listen: address,
            public_url: format!("http://{address}"),
            stand: true,
            threads: 2,
            ..config::Server::default()
        },
        shop: shop(),
        database: config::Database { url: Secret::new(folder.database()), ..config::Database::default() },
        onec: config::Onec {
            user: ONEC_USER.to_owned(),
            password: onec_password.clone(),
            road: Some("service".to_owned()),
            mode: Some("test".to_owned()),
            ..config::Onec::default()
        },
        providers: BTreeMap::from([("yookassa".to_owned(), provider(api_url))]),
        mail: config::Mail {
            transport: "file".to_owned(),
            dir: folder.mail().display().to_string(),
            from: format!("{SHOP} <shop@{DOMAIN}>"),
            ..config::Mail::default()
        },
        staff: config::Staff { totp: "optional".to_owned() },
        // Seeding and a curious visitor are one address; a rejected document stays to be looked at.
        limits: config::Limits { pay_per_minute: 6_000, starts_per_minute: 60, ..config::Limits::default() },
        intervals: config::Intervals { rejected_again: 86_400, page_poll: 2, ..config::Intervals::default() },
        ..Settings::default()
    }
}

fn shop() -> config::Shop {
    config::Shop {
        name: SHOP.to_owned(),
        phone: "8 495 000-10-20".to_owned(),
        email: format!("shop@{DOMAIN}"),
        seller: Some(config::Seller {
            name: "ООО «ДомПлюс»".to_owned(),
            inn: "7107000091".to_owned(),
            kpp: Some("710701001".to_owned()),
            ogrn: Some("1107154000095".to_owned()),
            address: Some("300012, г. Тула, ул. Заводская, д. 12".to_owned()),
        }),
        ..config::Shop::default()
    }
}

fn provider(api_url: String) -> config::Provider {
    config::Provider {
        shop_id: SHOP_ID.to_owned(),
        secret_key: Secret::new(SECRET_KEY),
        api_url: Some(api_url),
        ..config::Provider::default()
    }
}
