//! Settings: a TOML file, then the environment (`OPLATA__SECTION__KEY`), then secret files (`<key>_file`).
//!
//! Every fault is named by its key, in words, all at once where that is possible.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use serde::Deserialize;
use toml::{Table, Value};

use super::{Secret, Zone};

/// All settings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Addresses of this server.
    pub server: Server,
    /// The shop as customers know it.
    pub shop: Shop,
    /// The database.
    pub database: Database,
    /// Links.
    pub links: Links,
    /// 1C.
    pub onec: Onec,
    /// Provider accounts by name.
    pub providers: BTreeMap<String, Provider>,
    /// Mail.
    pub mail: Mail,
    /// Bank transfers.
    pub bank: Bank,
    /// The back office.
    pub staff: Staff,
    /// The worker.
    pub worker: Worker,
    /// Logs.
    pub log: Log,
    /// Rate limits and sizes.
    pub limits: Limits,
    /// Times, in seconds.
    pub intervals: Intervals,
}

/// `[server]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The address customers use; every link is built from it, never from a request.
    pub public_url: String,
    /// A training stand or demo: a banner and stripes everywhere.
    pub stand: bool,
    /// Networks of the reverse proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<String>,
    /// TLS ends at a reverse proxy: serving other addresses than this machine's own is allowed.
    pub behind_proxy: bool,
    /// Networks that may read `/metrics` besides this machine.
    pub metrics_allow: Vec<String>,
    /// Threads that answer requests; 0: one a core.
    pub threads: usize,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: String::new(),
            stand: false,
            proxies: Vec::new(),
            behind_proxy: false,
            metrics_allow: Vec::new(),
            threads: 0,
        }
    }
}

/// `[shop]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shop {
    /// Name of the chain.
    pub name: String,
    /// Phone for customers.
    pub phone: String,
    /// E-mail for customers and for requests of new links.
    pub email: String,
    /// Page with the terms of return.
    pub returns_url: String,
    /// Page about personal data.
    pub privacy_url: String,
    /// IANA name of the zone of days and deadlines.
    pub timezone: String,
    /// The selling legal entity, when the back office has none yet.
    pub seller: Option<Seller>,
}

impl Default for Shop {
    fn default() -> Self {
        Self {
            name: String::new(),
            phone: String::new(),
            email: String::new(),
            returns_url: String::new(),
            privacy_url: String::new(),
            timezone: "Europe/Moscow".to_owned(),
            seller: None,
        }
    }
}

impl Shop {
    /// The zone of days and deadlines; [`Settings::problems`] has refused an unknown name.
    #[must_use]
    pub fn zone(&self) -> Zone {
        Zone::parse(&self.timezone).unwrap_or_default()
    }
}

/// `[shop.seller]`: the default legal entity.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seller {
    /// Full name.
    pub name: String,
    /// ИНН.
    pub inn: String,
    /// КПП.
    pub kpp: Option<String>,
    /// ОГРН or ОГРНИП.
    pub ogrn: Option<String>,
    /// Legal address.
    pub address: Option<String>,
}

/// `[database]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite://PATH` or `postgres://…`.
    pub url: Secret,
    /// Whether `serve` migrates PostgreSQL (SQLite it always does).
    pub migrate: bool,
    /// Connections.
    pub connections: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: Secret::new("sqlite://oplata.sqlite3"), migrate: false, connections: 8 }
    }
}

/// `[links]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Links {
    /// The secret that links are made with; never changed, only followed by another.
    pub key: Secret,
    /// Keys by number, when they were rotated; the highest makes new links.
    pub keys: BTreeMap<String, Secret>,
}

/// `[onec]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Onec {
    /// Login of 1C's exchange.
    pub user: String,
    /// Its password, 24 characters or more.
    pub password: Secret,
    /// `service`, `stock`, `manual`.
    pub road: Option<String>,
    /// `live` or `test`.
    pub mode: Option<String>,
    /// The stock road may carry orders not born in 1C.
    pub gives_orders: bool,
    /// Encoding of answers to `mode=query`: `utf-8` (default) or `windows-1251`.
    pub answer_encoding: Option<String>,
    /// Form of answers to `mode=query`: `plain` (default, УТ 11) or `containers` (Bitrix' module).
    pub answer_form: Option<String>,
    /// Ask 1C to pack the files of a portion into one archive.
    pub zip: bool,
    /// What the VAT rate 0 of the stock exchange means: `zero` (default) or `none` (без НДС).
    pub zero_vat: Option<String>,
    /// Address of 1C's HTTP service, when it can be reached.
    pub push_url: String,
    /// Login there; `onec.user` when empty.
    pub push_user: String,
    /// Password there; `onec.password` when empty.
    pub push_password: Secret,
    /// Address of the standard OData interface.
    pub odata_url: String,
}

/// `[providers.NAME]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Provider {
    /// Protocol; the account's own name when absent.
    pub kind: Option<String>,
    /// ИНН of the seller it belongs to; every seller when absent.
    pub seller: Option<String>,
    /// `live` or `test`; told by the key when absent.
    pub mode: Option<String>,
    /// `card`, `sbp`.
    pub methods: Option<Vec<String>>,
    /// Shop id at YooKassa.
    pub shop_id: String,
    /// Secret key at YooKassa.
    pub secret_key: Secret,
    /// Address of the API.
    pub api_url: Option<String>,
    /// Whether receipts go through the provider.
    pub receipts: Option<bool>,
    /// `calculated` (22/122) or `plain` VAT in prepayment receipts.
    pub prepayment_vat: Option<String>,
    /// Tax system for receipts.
    pub tax_system: Option<i64>,
    /// Networks that notifications come from.
    pub networks: Option<Vec<String>>,
    /// Whether the sender's network is a second lock.
    pub check_sender: bool,
}

/// `[mail]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// `smtp`, `file` or `off`.
    pub transport: String,
    /// Folder of the `file` transport.
    pub dir: String,
    /// `smtp://…` (STARTTLS) or `smtps://…`.
    pub smtp_url: Secret,
    /// `ДомПлюс <shop@example.ru>`.
    pub from: String,
}

/// `[bank]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bank {
    /// `onec` or `portal`.
    pub booked_by: Option<String>,
}

/// `[staff]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Staff {
    /// `required` (of accountants and admins) or `optional`.
    pub totp: String,
}

impl Default for Staff {
    fn default() -> Self {
        Self { totp: "required".to_owned() }
    }
}

/// `[worker]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Worker {
    /// Whether `serve` works off the outbox itself.
    pub inside: bool,
}

impl Default for Worker {
    fn default() -> Self {
        Self { inside: true }
    }
}

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `text` or `json`.
    pub format: String,
    /// `info`, `debug`, or a filter such as `oplata=debug`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: "text".to_owned(), level: "info".to_owned() }
    }
}

/// Defines a struct of whole numbers with defaults.
macro_rules! numbers {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident = $default:expr),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name { $($(#[$fdoc])* pub $field: u32),+ }
        impl Default for $name {
            fn default() -> Self { Self { $($field: $default),+ } }
        }
    };
}

numbers! {
    /// `[limits]`: rates count per client address.
    Limits {
        /// Requests of pay pages a minute.
        pay_per_minute = 60,
        /// News asked for by waiting pages a minute: one page asks twenty times.
        status_per_minute = 1200,
        /// Unknown links a minute (LNK-8).
        misses_per_minute = 20,
        /// Starts of a payment a minute, per order.
        starts_per_minute = 10,
        /// Logins a minute.
        logins_per_minute = 10,
        /// Misses of 1C's password a minute (EXC-1).
        onec_misses_per_minute = 10,
        /// Notifications a second about ids that are not ours.
        unknown_notifications_per_second = 50,
        /// Bytes of a notification (WHK-8).
        notification_bytes = 262_144,
        /// Bytes of a JSON body of 1C.
        onec_bytes = 4_194_304,
        /// Bytes of a part of a CommerceML file; announced to 1C as `file_limit`.
        exchange_part_bytes = 2_097_152,
        /// Bytes that one session of the exchange may have waiting.
        exchange_session_bytes = 268_435_456,
        /// Letters with one order's link in five minutes (NET-6).
        link_letters_per_five_minutes = 1,
        /// Letters with one order's link a day (NET-6).
        link_letters_per_day = 20,
        /// Documents in a page of the feed.
        feed_page = 200,
        /// Connections in all (DOS-1).
        connections = 1024,
        /// Seconds for the headers of a request (DOS-1).
        header_seconds = 5,
        /// Seconds for a small body; a large one must come at 16 KB/s at least (DOS-1).
        body_seconds = 20,
    }
}

numbers! {
    /// `[intervals]`: seconds.
    Intervals {
        /// The customer's time at the provider.
        attempt_life = 3600,
        /// Pause of the worker when there is nothing to do.
        worker_pause = 1,
        /// How long a worker may hold a message.
        lease = 120,
        /// First pause after a failed delivery; doubles.
        retry_first = 10,
        /// Longest pause between deliveries.
        retry_longest = 900,
        /// After this a message is given up.
        retry_for = 2_592_000,
        /// A document 1C rejected is offered again after this.
        rejected_again = 900,
        /// A document that 1C has not accepted for so long is an alert.
        export_alert = 3600,
        /// An idle session of the stock exchange lives so long; an hour at least.
        exchange_session = 14_400,
        /// An answer to `mode=import` is held so long while a file is being read.
        exchange_poll = 4,
        /// Comparison with the provider's list of payments.
        reconcile = 3600,
        /// A page of a waiting customer asks for news.
        page_poll = 3,
    }
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("файл настроек {0}: {1}")]
    File(String, std::io::Error),
    /// The file or a value cannot be understood.
    #[error("настройки: {0}")]
    Syntax(String),
    /// Values that cannot be used.
    #[error("настройки:\n{}", .0.iter().map(|line| format!("  — {line}")).collect::<Vec<_>>().join("\n"))]
    Values(Vec<String>),
}

impl Settings {
    /// Reads the file, lays the environment over it, then secret files.
    ///
    /// # Errors
    /// [`ConfigError`], in words.
    pub fn load(file: Option<&Path>, environment: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let mut table = match file {
            Some(path) => read_file(path)?,
            None => Table::new(),
        };
        for (name, value) in environment {
            if let Some(path) = name.strip_prefix("OPLATA__") {
                overlay(&mut table, path, &value)?;
            }
        }
        reveal_files(&mut table, "")?;
        let settings: Self = table.try_into().map_err(|error: toml::de::Error| ConfigError::Syntax(explain(&error)))?;
        let problems = settings.problems();
        if problems.is_empty() { Ok(settings) } else { Err(ConfigError::Values(problems)) }
    }

    /// Everything about the values that cannot work, each with its key.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut check = |ok: bool, text: &str| {
            if !ok {
                problems.push(text.to_owned());
            }
        };
        let public = self.server.public_url.as_str();
        check(
            public.is_empty() || public.starts_with("https://") || is_loopback_http(public),
            "server.public_url: нужен https (http — только на этой машине)",
        );
        check(
            self.server.listen.ip().is_loopback() || self.server.behind_proxy,
            "server.listen: портал открыт всем без TLS. Слушайте 127.0.0.1 за обратным прокси или, если TLS \
             заканчивается на прокси, укажите server.behind_proxy = true",
        );
        let bad_network = |networks: &[String]| networks.iter().find(|text| !is_network(text)).cloned();
        for (key, networks) in
            [("server.proxies", &self.server.proxies), ("server.metrics_allow", &self.server.metrics_allow)]
        {
            if let Some(bad) = bad_network(networks) {
                check(false, &format!("{key}: «{bad}» — не адрес и не сеть"));
            }
        }
        check(Zone::parse(&self.shop.timezone).is_ok(), "shop.timezone: неизвестный часовой пояс");
        let one_of =
            |value: &Option<String>, allowed: &[&str]| value.as_deref().is_none_or(|value| allowed.contains(&value));
        check(one_of(&self.onec.road, &["service", "stock", "manual"]), "onec.road: service, stock или manual");
        check(
            one_of(&self.onec.answer_encoding, &["utf-8", "windows-1251"]),
            "onec.answer_encoding: utf-8 или windows-1251",
        );
        check(one_of(&self.onec.answer_form, &["plain", "containers"]), "onec.answer_form: plain или containers");
        check(one_of(&self.onec.zero_vat, &["zero", "none"]), "onec.zero_vat: zero или none");
        check(one_of(&self.onec.mode, &["live", "test"]), "onec.mode: live или test");
        check(one_of(&self.bank.booked_by, &["onec", "portal"]), "bank.booked_by: onec или portal");
        check(["required", "optional"].contains(&self.staff.totp.as_str()), "staff.totp: required или optional");
        check(["text", "json"].contains(&self.log.format.as_str()), "log.format: text или json");
        check(
            ["", "off", "smtp", "file"].contains(&self.mail.transport.as_str()),
            "mail.transport: smtp, file или off",
        );
        check(
            self.onec.user.is_empty() || self.onec.password.reveal().chars().count() >= 24,
            "onec.password: нужно не меньше 24 знаков",
        );
        problems
    }
}

fn read_file(path: &Path) -> Result<Table, ConfigError> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| ConfigError::File(name.clone(), error))?;
    text.parse::<Table>().map_err(|error| ConfigError::Syntax(format!("{name}: {error}")))
}

/// Keys whose text is not text: everything else from the environment stays as it is, so that a password of digits is
/// no number.
fn typed(path: &[String], text: &str) -> Value {
    let last = path.last().map(String::as_str).unwrap_or_default();
    let section = path.first().map(String::as_str).unwrap_or_default();
    let flags = ["stand", "migrate", "inside", "gives_orders", "zip", "receipts", "check_sender", "behind_proxy"];
    let numbers = ["connections", "tax_system", "threads"];
    let lists = ["proxies", "metrics_allow", "methods", "networks"];
    let as_text = || Value::String(text.to_owned());
    if flags.contains(&last) {
        return text.parse().map_or_else(|_| as_text(), Value::Boolean);
    }
    if ["limits", "intervals"].contains(&section) || numbers.contains(&last) {
        return text.parse().map_or_else(|_| as_text(), Value::Integer);
    }
    if lists.contains(&last) {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        return Value::Array(items.map(|item| Value::String(item.to_owned())).collect());
    }
    as_text()
}

fn overlay(table: &mut Table, path: &str, text: &str) -> Result<(), ConfigError> {
    let path: Vec<String> = path.split("__").map(str::to_lowercase).collect();
    let value = typed(&path, text);
    let Some((last, sections)) = path.split_last() else { return Ok(()) };
    let mut here = table;
    for section in sections {
        let next = here.entry(section.clone()).or_insert_with(|| Value::Table(Table::new()));
        here = next
            .as_table_mut()
            .ok_or_else(|| ConfigError::Syntax(format!("OPLATA__…: {section} — не раздел настроек")))?;
    }
    here.insert(last.clone(), value);
    Ok(())
}

/// `secret_key_file = "/path"` becomes `secret_key`; the file must be readable by its owner alone (SEC-1).
fn reveal_files(table: &mut Table, prefix: &str) -> Result<(), ConfigError> {
    let mut found = Vec::new();
    for (key, value) in table.iter_mut() {
        let full = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Table(inner) => reveal_files(inner, &full)?,
            Value::String(path) if key.ends_with("_file") => found.push((key.clone(), full, path.clone())),
            _ => {}
        }
    }
    for (key, full, path) in found {
        let secret = read_secret(&full, Path::new(&path))?;
        table.remove(&key);
        table.insert(key.trim_end_matches("_file").to_owned(), Value::String(secret));
    }
    Ok(())
}

/// Reads a secret from a file that its owner alone can read (SEC-1); `key` names the setting in the refusal.
///
/// # Errors
/// [`ConfigError`] when the file cannot be read or is open to others.
pub fn read_secret(key: &str, path: &Path) -> Result<String, ConfigError> {
    let name = format!("{key} = {}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| ConfigError::File(name.clone(), error))?;
    if is_open_to_others(path) {
        return Err(ConfigError::Syntax(format!(
            "{name}: файл с секретом виден не только владельцу (нужно chmod 600)"
        )));
    }
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    // systemd's credentials are 0400 or 0440 in a folder of their own.
    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o037 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_path: &Path) -> bool {
    false
}

fn explain(error: &toml::de::Error) -> String {
    let text = error.message().to_owned();
    text.replace("unknown field", "неизвестный ключ")
        .replace("expected one of", "известны")
        .replace("invalid type", "не тот вид значения")
}

fn is_loopback_http(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    ["localhost", "127.0.0.1", "[::1]"].contains(&name)
}

fn is_network(text: &str) -> bool {
    text.parse::<ipnet::IpNet>().is_ok() || text.parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(pairs: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        Settings::load(None, pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn the_environment_reaches_every_depth() {
        let settings = load(&[
            ("OPLATA__SERVER__STAND", "true"),
            ("OPLATA__PROVIDERS__YOOKASSA__SHOP_ID", "0100500"),
            ("OPLATA__PROVIDERS__YOOKASSA__METHODS", "card, sbp"),
            ("OPLATA__LIMITS__PAY_PER_MINUTE", "7"),
            ("PATH", "/usr/bin"),
        ])
        .unwrap();
        let provider = settings.providers.get("yookassa").unwrap();
        assert!(settings.server.stand);
        assert_eq!(provider.shop_id, "0100500", "digits stay text");
        assert_eq!(provider.methods.as_deref(), Some(&["card".to_owned(), "sbp".to_owned()][..]));
        assert_eq!(settings.limits.pay_per_minute, 7);
    }

    #[test]
    fn faults_are_named_by_their_keys() {
        let error = load(&[
            ("OPLATA__SERVER__LISTEN", "0.0.0.0:80"),
            ("OPLATA__SERVER__PUBLIC_URL", "http://pay.example.ru"),
            ("OPLATA__ONEC__USER", "onec"),
            ("OPLATA__ONEC__PASSWORD", "short"),
        ])
        .unwrap_err()
        .to_string();
        for key in ["server.listen", "server.public_url", "onec.password"] {
            assert!(error.contains(key), "{error}");
        }
        let unknown = load(&[("OPLATA__SERVER__LISTN", "x")]).unwrap_err().to_string();
        assert!(unknown.contains("listn"), "{unknown}");
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_file_open_to_others_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        std::fs::write(&path, "s3cret\n").unwrap();
        let name = path.to_str().unwrap().to_owned();
        let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        mode(0o644);
        let error = load(&[("OPLATA__LINKS__KEY_FILE", &name)]).unwrap_err().to_string();
        assert!(error.contains("links.key_file") && !error.contains("s3cret"), "{error}");
        mode(0o600);
        let settings = load(&[("OPLATA__LINKS__KEY_FILE", &name)]).unwrap();
        assert_eq!(settings.links.key.reveal(), "s3cret");
    }
}
