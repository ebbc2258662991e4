//! What web, jobs and workflows are given; `app` fills it, tests swap its parts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::Duration;

use crate::base::clock::Clock;
use crate::base::config::Settings;
use crate::base::ids::AttemptId;
use crate::base::{Instant, Mode, Secret, Zone};
use crate::db::Db;
use crate::domain::exports::Road;
use crate::domain::orders::LinkKeys;
use crate::domain::orders::links::Event;
use crate::domain::payments::{BookedBy, Policy};
use crate::gateways::mail::{Addressee, Mailer};
use crate::gateways::onec::push::PushClient;
use crate::gateways::providers::Providers;

/// Handles to everything outside.
pub struct Context {
    /// The database.
    pub db: Db,
    /// The settings.
    pub settings: Settings,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Mail; none when it is off.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// The shop's own address, for letters to the shop.
    pub shop_address: Option<Addressee>,
    /// Provider accounts.
    pub providers: Providers,
    /// 1C's own service; none when it cannot be reached.
    pub onec: Option<Arc<PushClient>>,
    /// Secrets of links.
    pub link_keys: LinkKeys,
    /// Secret of the journal's seals.
    pub journal_key: Secret,
    /// Provider accounts that did not answer lately, and what links saw.
    pub memory: Memory,
}

impl Context {
    /// Now (UTC).
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The shop's zone.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.settings.shop.zone()
    }

    /// What the settings say about money.
    #[must_use]
    pub fn policy(&self) -> Policy {
        let onec = &self.settings.onec;
        Policy {
            road: match onec.road.as_deref().and_then(Road::parse).unwrap_or_default() {
                Road::Stock if !onec.gives_orders => Road::Manual,
                road => road,
            },
            onec_mode: self.onec_mode(),
            booked_by: self.settings.bank.booked_by.as_deref().and_then(BookedBy::parse).unwrap_or_default(),
            push: self.onec.is_some(),
            zone: self.zone(),
        }
    }

    /// Live or test: what 1C is, and so what orders from it are.
    #[must_use]
    pub fn onec_mode(&self) -> Mode {
        self.settings.onec.mode.as_deref().and_then(Mode::parse).unwrap_or_default()
    }

    /// The public address without a slash at the end; links and return addresses are built from it alone (LNK-9).
    #[must_use]
    pub fn public_url(&self) -> &str {
        self.settings.server.public_url.trim_end_matches('/')
    }

    /// The address of a customer's page.
    #[must_use]
    pub fn pay_url(&self, token: &str) -> String {
        format!("{}/pay/{token}", self.public_url())
    }
}

/// How long a provider account that did not answer is shown as away.
const AWAY_FOR: Duration = Duration::minutes(2);

/// How often a waiting page may have the provider asked about one attempt.
const NUDGE_EVERY: Duration = Duration::seconds(4);

/// What is only remembered while the process lives; no rule about money uses it.
#[derive(Default)]
pub struct Memory {
    away: Mutex<HashMap<String, Instant>>,
    nudged: Mutex<HashMap<AttemptId, Instant>>,
    events: Mutex<Vec<Event>>,
    wake: tokio::sync::Notify,
}

impl Memory {
    /// Notes that an account did not answer.
    pub fn note_away(&self, account: &str, now: Instant) {
        locked(&self.away).insert(account.to_owned(), now);
    }

    /// Notes that an account answered.
    pub fn note_back(&self, account: &str) {
        locked(&self.away).remove(account);
    }

    /// Whether an account did not answer lately.
    pub fn is_away(&self, account: &str, now: Instant) -> bool {
        locked(&self.away).get(account).is_some_and(|since| *since + AWAY_FOR > now)
    }

    /// Whether a waiting page may have the provider asked about an attempt now.
    pub fn may_nudge(&self, attempt: &AttemptId, now: Instant) -> bool {
        let mut nudged = locked(&self.nudged);
        nudged.retain(|_, at| *at + NUDGE_EVERY > now);
        nudged.insert(attempt.clone(), now).is_none()
    }

    /// There is work: the worker need not wait out its pause.
    pub fn wake_worker(&self) {
        self.wake.notify_one();
    }

    /// Waits until somebody says that there is work.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Notes something that happened to a link.
    pub fn note_link(&self, event: Event) {
        let mut events = locked(&self.events);
        let same = events.iter_mut().find(|known| known.link_id == event.link_id && known.kind == event.kind);
        match same {
            Some(known) => {
                known.count += event.count;
                known.last_at = event.last_at;
            }
            None => events.push(event),
        }
    }

    /// Takes what links saw, to be written.
    pub fn take_link_events(&self) -> Vec<Event> {
        std::mem::take(&mut *locked(&self.events))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
