//! Counts for Prometheus: requests by route and status, their times, what waits.

use prometheus::{
    Encoder as _, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder,
};

/// The counters.
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    waiting: IntGaugeVec,
    misses: IntCounter,
}

impl Metrics {
    /// Fresh counters.
    ///
    /// # Errors
    /// When two counters bear one name, which only a fault of ours can cause.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new("oplata_requests_total", "Requests answered"),
            &["route", "method", "status"],
        )?;
        let buckets = vec![0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
        let seconds = HistogramVec::new(
            HistogramOpts::new("oplata_request_seconds", "Time to the answer").buckets(buckets),
            &["route"],
        )?;
        let waiting = IntGaugeVec::new(Opts::new("oplata_waiting", "What waits to be done"), &["what"])?;
        let misses = IntCounter::new("oplata_link_misses_total", "Unknown links asked for (LNK-8)")?;
        registry.register(Box::new(misses.clone()))?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(seconds.clone()))?;
        registry.register(Box::new(waiting.clone()))?;
        Ok(Self { registry, requests, seconds, waiting, misses })
    }

    /// Counts one answered request.
    pub fn count(&self, route: &str, method: &str, status: u16, millis: u64) {
        self.requests.with_label_values(&[route, known_method(method), &status.to_string()]).inc();
        let seconds = std::time::Duration::from_millis(millis).as_secs_f64();
        self.seconds.with_label_values(&[route]).observe(seconds);
    }

    /// Counts a link that opens nothing.
    pub fn count_miss(&self) {
        self.misses.inc();
    }

    /// Sets how many of something wait.
    pub fn set_waiting(&self, what: &str, count: i64) {
        self.waiting.with_label_values(&[what]).set(count);
    }

    /// The text Prometheus reads.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = Vec::new();
        if let Err(error) = TextEncoder::new().encode(&self.registry.gather(), &mut text) {
            tracing::error!(%error, "metrics not encoded");
        }
        String::from_utf8(text).unwrap_or_default()
    }
}

/// Methods that are labels; a stranger's invention must not make new rows.
fn known_method(method: &str) -> &'static str {
    ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"].into_iter().find(|known| *known == method).unwrap_or("other")
}
