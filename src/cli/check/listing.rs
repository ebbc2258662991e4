//! The settings as they are in force, secrets masked.

use crate::base::Secret;
use crate::base::config::Settings;
use crate::base::texts::plural;
use crate::cli::say::say;

/// Prints them.
pub fn show(settings: &Settings) {
    say("Настройки");
    for (key, value) in pairs(settings) {
        say(format_args!("  {key:<32} {value}"));
    }
}

fn pairs(settings: &Settings) -> Vec<(String, String)> {
    let (server, shop, onec) = (&settings.server, &settings.shop, &settings.onec);
    let mut pairs: Vec<(&str, String)> = vec![
        ("server.listen", server.listen.to_string()),
        ("server.public_url", text(&server.public_url)),
        ("server.behind_proxy", yes(server.behind_proxy)),
        ("server.proxies", text(&server.proxies.join(", "))),
        ("server.stand", yes(server.stand)),
        ("shop.name", text(&shop.name)),
        ("shop.email", text(&shop.email)),
        ("shop.timezone", text(&shop.timezone)),
        (
            "shop.seller",
            shop.seller.as_ref().map_or_else(none, |seller| format!("{}, ИНН {}", seller.name, seller.inn)),
        ),
        ("database.url", address(&settings.database.url)),
        ("links.key", secret(&settings.links.key)),
        ("onec.user", text(&onec.user)),
        ("onec.password", secret(&onec.password)),
        ("onec.road", onec.road.clone().unwrap_or_else(|| "service".to_owned())),
        ("onec.mode", onec.mode.clone().unwrap_or_else(|| "live".to_owned())),
        ("onec.push_url", text(&onec.push_url)),
        ("bank.booked_by", settings.bank.booked_by.clone().unwrap_or_else(|| "onec".to_owned())),
        ("mail.transport", text(&settings.mail.transport)),
        ("mail.smtp_url", address(&settings.mail.smtp_url)),
        ("mail.from", text(&settings.mail.from)),
        ("staff.totp", settings.staff.totp.clone()),
        ("worker.inside", yes(settings.worker.inside)),
        ("log", format!("{}, {}", settings.log.format, settings.log.level)),
    ];
    let mut named: Vec<(String, String)> = pairs.drain(..).map(|(key, value)| (key.to_owned(), value)).collect();
    for (name, provider) in &settings.providers {
        let url = provider.api_url.as_deref().unwrap_or("адрес провайдера");
        let value = format!("магазин {}, ключ {}, {url}", text(&provider.shop_id), secret(&provider.secret_key));
        named.push((format!("providers.{name}"), value));
    }
    named
}

fn none() -> String {
    "—".to_owned()
}

fn text(text: &str) -> String {
    if text.is_empty() { none() } else { text.to_owned() }
}

fn yes(flag: bool) -> String {
    if flag { "да" } else { "нет" }.to_owned()
}

/// A secret is told by its length alone.
fn secret(secret: &Secret) -> String {
    let length = secret.reveal().chars().count();
    let noun = plural(u64::try_from(length).unwrap_or(0), "знак", "знака", "знаков");
    if length == 0 { none() } else { format!("задан, {length} {noun}") }
}

/// An address without its password.
fn address(address: &Secret) -> String {
    if address.is_empty() {
        return none();
    }
    match crate::cli::address::part(address.reveal()) {
        (shown, None) => shown,
        (shown, Some(_)) => format!("{shown} (пароль скрыт)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_printed() {
        let shown = address(&Secret::new("postgres://oplata:pa55w0rd@db.local/oplata?password=pa55w0rd"));
        assert_eq!(shown, "postgres://oplata@db.local/oplata (пароль скрыт)");
        let settings = Settings::load(
            None,
            [
                ("OPLATA__ONEC__USER", "onec"),
                ("OPLATA__ONEC__PASSWORD", "hidden-hidden-hidden-hidden"),
                ("OPLATA__PROVIDERS__YOOKASSA__SECRET_KEY", "live_hidden"),
                ("OPLATA__MAIL__SMTP_URL", "smtps://user:hidden@mail.local"),
                ("OPLATA__LINKS__KEY", "hidden-hidden-hidden-hidden-hidden"),
            ]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        )
        .unwrap();
        for (key, value) in pairs(&settings) {
            assert!(!value.contains("hidden"), "{key}: {value}");
        }
    }
}
