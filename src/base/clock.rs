//! Time is handed in, never reached for: production reads the system's clock, tests turn their own.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, TimeZone};

/// A moment in UTC with microsecond precision (what PostgreSQL keeps; SQLite follows).
pub type Instant = NaiveDateTime;

/// Source of "now".
pub trait Clock: Send + Sync {
    /// The current moment, UTC, truncated to microseconds.
    fn now(&self) -> Instant;
}

/// The system's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        truncated(chrono::Utc::now().naive_utc())
    }
}

/// A clock that stands still until it is moved: for tests and for the demo's invented past.
#[derive(Debug)]
pub struct ManualClock(Mutex<Instant>, AtomicI64);

impl ManualClock {
    /// A clock standing at `start` (UTC).
    #[must_use]
    pub fn new(start: Instant) -> Self {
        Self(Mutex::new(truncated(start)), AtomicI64::new(0))
    }

    /// Moves the clock; a negative duration turns it back.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *now += by;
    }

    /// Puts the clock at `instant` (UTC).
    pub fn set(&self, instant: Instant) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = truncated(instant);
    }
}

impl Clock for ManualClock {
    /// Each reading is one microsecond later than the last, so that events keep their order.
    fn now(&self) -> Instant {
        let ticks = self.1.fetch_add(1, Ordering::Relaxed);
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) + Duration::microseconds(ticks)
    }
}

/// The shop's business zone: days of reports, deadlines shown to people, 1C's local times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(chrono_tz::Tz);

impl Default for Zone {
    fn default() -> Self {
        Self(chrono_tz::Europe::Moscow)
    }
}

impl Zone {
    /// Reads an IANA name such as `Europe/Moscow`.
    ///
    /// # Errors
    /// The name itself when it is unknown.
    pub fn parse(name: &str) -> Result<Self, String> {
        name.parse().map(Self).map_err(|_| format!("неизвестный часовой пояс «{name}»"))
    }

    /// The local time of a UTC moment.
    #[must_use]
    pub fn local(self, at: Instant) -> NaiveDateTime {
        self.0.from_utc_datetime(&at).naive_local()
    }

    /// The business day of a UTC moment.
    #[must_use]
    pub fn day(self, at: Instant) -> NaiveDate {
        self.local(at).date()
    }

    /// The UTC moment of a local time; in a gap or overlap of the zone, the earlier reading.
    #[must_use]
    pub fn to_utc(self, local: NaiveDateTime) -> Instant {
        self.0.from_local_datetime(&local).earliest().map_or(local, |at| at.naive_utc())
    }

    /// RFC 3339 with the zone's offset, as 1C's side of the contract writes moments.
    #[must_use]
    pub fn rfc3339(self, at: Instant) -> String {
        self.0.from_utc_datetime(&at).to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
    }

    /// Reads `2026-11-24T10:00:00+03:00`, `…Z`, or a local time without an offset (1C's habit), as UTC.
    ///
    /// # Errors
    /// The text itself when it is no date with time.
    pub fn parse_moment(self, text: &str) -> Result<Instant, String> {
        let text = text.trim();
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Ok(truncated(at.naive_utc()));
        }
        let shapes = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
        let local = shapes.iter().find_map(|shape| NaiveDateTime::parse_from_str(text, shape).ok());
        local.map(|at| self.to_utc(at)).ok_or_else(|| format!("«{text}» — не дата со временем"))
    }
}

/// `at` without its nanoseconds.
#[must_use]
pub fn truncated(at: NaiveDateTime) -> Instant {
    let micros = at.and_utc().timestamp_micros();
    DateTime::from_timestamp_micros(micros).map_or(at, |at| at.naive_utc())
}
