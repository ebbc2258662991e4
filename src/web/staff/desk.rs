//! What the door of the back office is given: database, clock, a few settings, and the turnstile for slow hashes.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::view::Stand;
use crate::base::clock::Clock;
use crate::base::config::Settings;
use crate::base::{Error, Instant, Mode, Result, Zone};
use crate::db::Db;
use crate::domain::staff::passwords::{self, Verified};
use crate::domain::staff::{Role, TotpRule};

/// Hashes at a time: each takes 19 MiB, and a crowd at the door must not starve those who pay (STF-2).
const HASHES_AT_ONCE: usize = 4;

/// How long one waits for his turn before 503.
const TURN_WAIT: Duration = Duration::from_secs(2);

/// Reads `10.0.0.0/8` or `10.1.2.3`.
fn network(text: &str) -> Option<ipnet::IpNet> {
    text.parse().ok().or_else(|| text.parse::<std::net::IpAddr>().ok().map(ipnet::IpNet::from))
}

fn mode(settings: &Settings) -> Mode {
    settings.onec.mode.as_deref().and_then(Mode::parse).unwrap_or_default()
}

/// A stand is play throughout; test connections are play as well, and must look like it.
fn stand(settings: &Settings) -> Option<Stand> {
    match (settings.server.stand, mode(settings)) {
        (true, _) => Some(Stand::Training),
        (false, Mode::Test) => Some(Stand::Test),
        (false, Mode::Live) => None,
    }
}

/// The door's handles; cheap to clone.
#[derive(Clone)]
pub struct Desk {
    /// The database.
    pub db: Db,
    /// The shop's name.
    pub shop: String,
    /// The shop's zone.
    pub zone: Zone,
    /// Training stand.
    pub stand: Option<Stand>,
    /// Who must set the second step up.
    pub totp: TotpRule,
    /// The public address without a slash at the end.
    pub public_url: String,
    /// How long a payment may be on its way to 1C before it is somebody's work.
    pub patience: chrono::Duration,
    /// Live or test: orders of the other side are marked and out of the sums.
    pub mode: Mode,
    /// Networks of believed reverse proxies.
    pub proxies: Vec<ipnet::IpNet>,
    clock: Arc<dyn Clock>,
    turnstile: Arc<Semaphore>,
}

impl Desk {
    /// A desk by the settings. An unreadable proxy network is believed by nobody: `Settings::problems` names it.
    #[must_use]
    pub fn new(db: Db, clock: Arc<dyn Clock>, settings: &Settings) -> Self {
        Self {
            db,
            clock,
            shop: settings.shop.name.clone(),
            zone: settings.shop.zone(),
            stand: stand(settings),
            patience: chrono::Duration::seconds(i64::from(settings.intervals.export_alert)),
            mode: mode(settings),
            totp: TotpRule::parse(&settings.staff.totp).unwrap_or_default(),
            public_url: settings.server.public_url.trim_end_matches('/').to_owned(),
            proxies: settings.server.proxies.iter().filter_map(|text| network(text)).collect(),
            turnstile: Arc::new(Semaphore::new(HASHES_AT_ONCE)),
        }
    }

    /// Now (UTC).
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Whether browsers reach us over TLS, so that cookies may demand it.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        !self.public_url.starts_with("http://")
    }

    /// Compares a password with a kept hash, off the async threads, in turn. An outdated hash is made anew at once.
    ///
    /// # Errors
    /// `Unavailable` when the queue is too long.
    pub async fn verify(&self, password: String, kept: String) -> Result<(Verified, Option<String>)> {
        self.in_turn(move || {
            let verified = passwords::verify(&password, &kept);
            let fresh = if verified.outdated { Some(passwords::hash(&password)?) } else { None };
            Ok((verified, fresh))
        })
        .await
    }

    /// Checks and hashes a new password.
    ///
    /// # Errors
    /// `Invalid` when it is not good enough; `Unavailable` when the queue is too long.
    pub async fn hash_new(&self, password: String, role: Role, email: &str) -> Result<String> {
        let host = self.public_url.split("://").nth(1).unwrap_or_default();
        let words: Vec<&str> = email.split(['@', '.']).chain(host.split('.')).chain([self.shop.as_str()]).collect();
        passwords::check_new(&password, role, &words)?;
        self.in_turn(move || passwords::hash(&password)).await
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let busy = || Error::Unavailable("слишком много входов сразу".to_owned());
        let turn = tokio::time::timeout(TURN_WAIT, self.turnstile.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| busy())?.map_err(|_| busy())?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.unwrap_or_else(|error| Err(Error::Internal(format!("хеш пароля прервался: {error}"))))
    }
}
