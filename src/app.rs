//! Floor 6: settings become a context, a server, a worker.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, web};
use anyhow::{Context as _, anyhow, bail};
use tokio::sync::watch;

use crate::base::clock::Clock;
use crate::base::config::{Provider, Settings};
use crate::base::ids::SellerId;
use crate::base::{Method, Mode, Secret};
use crate::context::{Context, Memory};
use crate::db::dialect::Kind;
use crate::db::migrate::{self, SchemaState};
use crate::db::{Db, DbSettings};
use crate::domain::orders::{LinkKeys, Seller, store};
use crate::domain::receipts::PrepaymentVat;
use crate::gateways::mail::{Addressee, FileMailer, Mailer, Sender, SmtpMailer};
use crate::gateways::onec::push::PushClient;
use crate::gateways::providers::yookassa::{Yookassa, YookassaSettings};
use crate::gateways::providers::{Account, Providers};
use crate::jobs;
use crate::web::pay::stream::Closing;
use crate::web::{Site, headers, routes, staff};

/// Parts that tests and the demo bring along instead of what the settings say.
#[derive(Default)]
pub struct Parts {
    /// The time.
    pub clock: Option<Arc<dyn Clock>>,
    /// Mail.
    pub mailer: Option<Arc<dyn Mailer>>,
}

/// Makes TLS usable by the HTTP and mail clients of this process; again is no harm.
pub fn install_tls() {
    // An error means that a provider is installed already, which is all we want.
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// Builds what web, jobs and workflows are given. The database must be migrated.
///
/// # Errors
/// In words for the technician: which setting is wrong or what does not answer.
pub fn context(settings: Settings, parts: Parts) -> anyhow::Result<Context> {
    install_tls();
    let db = open_database(&settings)?;
    let clock = parts.clock.unwrap_or_else(|| Arc::new(crate::base::SystemClock));
    ensure_seller(&db, &settings, clock.as_ref())?;
    let mailer = match parts.mailer {
        Some(mailer) => Some(mailer),
        None => mailer(&settings)?,
    };
    let keys = link_keys(&settings)?;
    Ok(Context {
        shop_address: Some(settings.shop.email.as_str())
            .filter(|email| !email.is_empty())
            .map(Addressee::parse)
            .transpose()
            .map_err(|error| anyhow!("shop.email: {error}"))?,
        providers: providers(&settings)?,
        onec: push_client(&settings)?,
        journal_key: journal_key(&keys),
        link_keys: LinkKeys::new(keys),
        memory: Memory::default(),
        db,
        clock,
        mailer,
        settings,
    })
}

/// Opens a database that is already there, at this binary's schema: for commands.
///
/// # Errors
/// When it is not there, does not answer or has another schema.
pub(crate) fn existing_database(settings: &Settings) -> anyhow::Result<Db> {
    let url = settings.database.url.reveal();
    if let Some(path) = url.strip_prefix("sqlite://")
        && !std::path::Path::new(path).exists()
    {
        bail!("базы {path} нет: запустите `oplata migrate` или поправьте database.url");
    }
    match migrate::state(url).map_err(|error| anyhow!("{error}"))? {
        SchemaState::Current => open_database(settings),
        SchemaState::Newer(names) => bail!("{}", migrate::newer(&names)),
        SchemaState::Behind(_) => bail!("схема базы отстаёт от программы: выполните `oplata migrate`"),
    }
}

/// The link keys, without making one where there is none.
///
/// # Errors
/// When there is none or one cannot be used.
pub(crate) fn existing_link_keys(settings: &Settings) -> anyhow::Result<BTreeMap<i64, Secret>> {
    let named = !settings.links.key.is_empty() || !settings.links.keys.is_empty();
    let beside = own_key_path(settings).is_some_and(|path| std::path::Path::new(&path).exists());
    if !named && !beside {
        bail!("ключа ссылок нет: ни links.key в настройках, ни файла рядом с базой");
    }
    link_keys(settings)
}

/// Where an installation on SQLite keeps a key of its own.
pub(crate) fn own_key_path(settings: &Settings) -> Option<String> {
    settings.database.url.reveal().strip_prefix("sqlite://").map(|path| format!("{path}.link-key"))
}

fn open_database(settings: &Settings) -> anyhow::Result<Db> {
    let mut database = DbSettings::new(settings.database.url.reveal());
    database.connections = settings.database.connections.max(2);
    Db::open(&database).map_err(|error| anyhow!("{error}"))
}

/// Brings the schema up to date where that is allowed, and refuses to work on another one.
///
/// # Errors
/// When the schema is newer than the binary, or older and not to be migrated.
pub fn prepare_database(settings: &Settings) -> anyhow::Result<()> {
    let url = settings.database.url.reveal();
    let embedded = crate::db::dialect::kind_of(url).map_err(|error| anyhow!("{error}"))? == Kind::Sqlite;
    if embedded || settings.database.migrate {
        for name in migrate::migrate(url).map_err(|error| anyhow!("{error}"))? {
            tracing::info!(migration = name, "migrated");
        }
    }
    match migrate::state(url).map_err(|error| anyhow!("{error}"))? {
        SchemaState::Current => Ok(()),
        SchemaState::Newer(names) => bail!("{}", migrate::newer(&names)),
        SchemaState::Behind(names) => bail!(
            "в базе не хватает миграций {}: выполните `oplata migrate` или укажите database.migrate = true",
            names.join(", ")
        ),
    }
}

/// The seller of the settings becomes the default one of an installation that has none.
fn ensure_seller(db: &Db, settings: &Settings, clock: &dyn Clock) -> anyhow::Result<()> {
    let Some(seller) = &settings.shop.seller else { return Ok(()) };
    let (now, seller) = (clock.now(), seller.clone());
    let seller = Seller {
        id: SellerId::fresh(),
        name: seller.name,
        inn: seller.inn,
        kpp: seller.kpp,
        ogrn: seller.ogrn,
        address: seller.address,
        tax_system: None,
    };
    db.write_now(move |connection| store::save_seller(connection, &seller, true, now).map(drop))
        .map_err(|error| anyhow!("shop.seller: {error}"))
}

pub(crate) fn link_keys(settings: &Settings) -> anyhow::Result<BTreeMap<i64, Secret>> {
    let mut keys = BTreeMap::new();
    if !settings.links.key.is_empty() {
        keys.insert(1, settings.links.key.clone());
    }
    for (number, key) in &settings.links.keys {
        let number: i64 = number.parse().with_context(|| format!("links.keys.{number}: номер ключа — целое число"))?;
        keys.insert(number, key.clone());
    }
    if keys.is_empty() {
        keys.insert(1, own_key(settings)?);
    }
    for (number, key) in &keys {
        if key.reveal().len() < 32 {
            bail!("links: ключ № {number} короче 32 знаков");
        }
    }
    Ok(keys)
}

/// An installation on SQLite that names no key keeps one beside its database, readable by its owner alone.
fn own_key(settings: &Settings) -> anyhow::Result<Secret> {
    let Some(path) = own_key_path(settings) else {
        bail!("links.key: укажите ключ ссылок (32 знака и больше), лучше файлом: links.key_file");
    };
    if let Ok(text) = std::fs::read_to_string(&path) {
        return Ok(Secret::new(text.trim()));
    }
    let bytes: [u8; 32] = rand::random();
    let key = hex::encode(bytes);
    write_private(&path, &key).with_context(|| format!("не удалось записать ключ ссылок {path}"))?;
    Ok(Secret::new(key))
}

fn write_private(path: &str, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}

/// The journal is sealed with a key of its own, made from the oldest link key, which never changes.
pub(crate) fn journal_key(keys: &BTreeMap<i64, Secret>) -> Secret {
    use sha2::Digest as _;
    let oldest = keys.values().next().map(Secret::reveal).unwrap_or_default();
    Secret::new(hex::encode(sha2::Sha256::digest(format!("journal:{oldest}"))))
}

fn mailer(settings: &Settings) -> anyhow::Result<Option<Arc<dyn Mailer>>> {
    let mail = &settings.mail;
    if mail.transport.is_empty() || mail.transport == "off" {
        return Ok(None);
    }
    let from = Addressee::parse(&mail.from).map_err(|error| anyhow!("mail.from: {error}"))?;
    let sender = Sender { from, reply_to: None };
    let mailer: Arc<dyn Mailer> = match mail.transport.as_str() {
        "file" => Arc::new(FileMailer::new(&mail.dir, sender).map_err(|error| anyhow!("mail.dir: {error}"))?),
        _ => Arc::new(SmtpMailer::new(&mail.smtp_url, sender).map_err(|error| anyhow!("mail.smtp_url: {error}"))?),
    };
    Ok(Some(mailer))
}

pub(crate) fn push_client(settings: &Settings) -> anyhow::Result<Option<Arc<PushClient>>> {
    let onec = &settings.onec;
    if onec.push_url.is_empty() {
        return Ok(None);
    }
    let user = if onec.push_user.is_empty() { &onec.user } else { &onec.push_user };
    let password = if onec.push_password.is_empty() { &onec.password } else { &onec.push_password };
    let client = PushClient::new(&onec.push_url, user, password.clone()).map_err(|error| anyhow!("{error}"))?;
    Ok(Some(Arc::new(client)))
}

pub(crate) fn providers(settings: &Settings) -> anyhow::Result<Providers> {
    let accounts: anyhow::Result<Vec<Account>> = settings
        .providers
        .iter()
        .map(|(name, provider)| account(name, provider).with_context(|| format!("providers.{name}")))
        .collect();
    Ok(Providers::new(accounts?))
}

fn account(name: &str, provider: &Provider) -> anyhow::Result<Account> {
    match provider.kind.as_deref().unwrap_or(name) {
        "yookassa" => {}
        other => bail!("kind: провайдера «{other}» портал не знает; известен yookassa"),
    }
    let mode = provider.mode.as_deref().map(|text| Mode::parse(text).ok_or_else(|| anyhow!("mode: live или test")));
    let mut yookassa = YookassaSettings::new(name, &provider.shop_id, provider.secret_key.clone());
    if let Some(url) = &provider.api_url {
        yookassa.api_url.clone_from(url);
    }
    yookassa.mode = mode.transpose()?;
    yookassa.check_sender = provider.check_sender;
    if let Some(networks) = &provider.networks {
        let read = networks
            .iter()
            .map(|text| crate::web::client::network(text).ok_or_else(|| anyhow!("networks: «{text}» — не сеть")));
        yookassa.webhook_networks = read.collect::<anyhow::Result<_>>()?;
    }
    Ok(Account {
        seller_inn: provider.seller.clone(),
        methods: methods(provider)?,
        receipts: provider.receipts.unwrap_or(true),
        prepayment_vat: match provider.prepayment_vat.as_deref() {
            None => PrepaymentVat::default(),
            Some(text) => PrepaymentVat::parse(text).ok_or_else(|| anyhow!("prepayment_vat: calculated или plain"))?,
        },
        tax_system: provider.tax_system,
        provider: Arc::new(Yookassa::new(yookassa).map_err(|error| anyhow!("{}", error.text))?),
    })
}

fn methods(provider: &Provider) -> anyhow::Result<Vec<Method>> {
    let Some(named) = &provider.methods else { return Ok(vec![Method::Card, Method::Sbp]) };
    named
        .iter()
        .map(|text| Method::parse(text).ok_or_else(|| anyhow!("methods: «{text}»; известны card и sbp")))
        .collect()
}

/// A server that answers, and perhaps a worker beside it.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it was given.
    pub context: Arc<Context>,
    server: ServerHandle,
    stop: watch::Sender<bool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Running {
    /// Finishes requests and leases, then stops.
    pub async fn stop(self) {
        if self.stop.send(true).is_err() {
            tracing::debug!("no worker to stop");
        }
        self.server.stop(true).await;
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "task ended badly");
            }
        }
    }

    /// Waits until the server has ended by itself; stopping it is then quick.
    pub async fn ended(&mut self) {
        let Some(server) = self.tasks.first_mut() else { return };
        if let Err(error) = server.await {
            tracing::error!(%error, "server ended badly");
        }
        self.tasks.remove(0);
    }
}

/// Starts answering on a listener; with `work`, also works off the outbox.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(context: Arc<Context>, listener: TcpListener, work: bool) -> anyhow::Result<Running> {
    let address = listener.local_addr()?;
    let settings = &context.settings;
    let site = web::Data::new(Site::new(settings)?);
    let desk = web::Data::new(staff::Desk::new(context.db.clone(), context.clock.clone(), settings));
    let given = web::Data::from(context.clone());
    let rates = site.clone();
    let limits = settings.limits.clone();
    let threads = match settings.server.threads {
        0 => std::thread::available_parallelism().map_or(2, usize::from),
        count => count,
    };
    let (stop, stopped) = watch::channel(false);
    let closing = web::Data::new(Closing(stopped.clone()));
    let server = HttpServer::new(move || {
        let limits = limits.clone();
        App::new()
            .app_data(given.clone())
            .app_data(site.clone())
            .app_data(desk.clone())
            .app_data(closing.clone())
            .wrap(Compress::default())
            .wrap(from_fn(headers::dress))
            .configure(move |config| routes::configure(config, &limits))
    })
    .workers(threads)
    .max_connections(usize::try_from(settings.limits.connections).unwrap_or(1024).div_ceil(threads))
    .client_request_timeout(std::time::Duration::from_secs(u64::from(settings.limits.header_seconds.max(1))))
    .keep_alive(std::time::Duration::from_secs(15))
    .shutdown_timeout(30)
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    let mut tasks = vec![tokio::spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(%error, "server failed");
        }
    })];
    tasks.push(tokio::spawn(tidy(rates, stopped.clone())));
    if work {
        tasks.push(tokio::spawn(jobs::run(context.clone(), stopped)));
    }
    Ok(Running { address, context, server: handle, stop, tasks })
}

/// Forgets addresses that have been quiet, so that strangers cannot fill the memory with them.
async fn tidy(site: web::Data<Site>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        site.rates.tidy();
        tokio::select! {
            () = tokio::time::sleep(std::time::Duration::from_secs(60)) => {}
            _ = stopped.changed() => {}
        }
    }
}
