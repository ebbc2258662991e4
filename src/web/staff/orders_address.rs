//! The filter of the list as its address tells it, and addresses of its neighbours.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::base::ids::OrderId;
use crate::base::{Kopecks, Mode};
use crate::domain::orders::OrderState;
use crate::domain::payments::PaymentState;
use crate::domain::reports::orders::After;
use crate::domain::reports::{Filter, OnecFilter, Standing};

/// How far back the list looks when nobody says otherwise: fast on a million orders, and yesterday's work is there.
pub const DAYS: i64 = 30;

/// `?…` of the list. Unreadable values are as if they were not there.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// What was typed into the search.
    pub q: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// The one word.
    pub status: String,
    /// A ready-made view: `due`, `paid`, `over`, `onec`.
    pub view: String,
    /// What 1C says of the order.
    pub state: String,
    /// The road to 1C.
    pub onec: String,
    /// Live or test.
    pub mode: String,
    /// Code of the store.
    pub store: String,
    /// Least sum.
    pub min: String,
    /// `1`: of all time.
    pub all: String,
    /// The place in the list.
    pub after: String,
    /// What was just done.
    pub done: String,
}

impl Asked {
    /// Whether the usual period applies: nothing else says which time is meant.
    #[must_use]
    pub fn is_usual_period(&self) -> bool {
        [&self.q, &self.from, &self.to, &self.all].iter().all(|text| text.trim().is_empty())
    }

    /// The filter, without the ready-made view.
    #[must_use]
    pub fn filter(&self, personal: bool, today: NaiveDate) -> Filter {
        let usual = self.is_usual_period().then(|| today - chrono::Duration::days(DAYS));
        Filter {
            search: self.q.trim().to_owned(),
            personal,
            from: day(&self.from).or(usual),
            to: day(&self.to),
            standing: Standing::parse(&self.status),
            payment: Vec::new(),
            state: OrderState::parse(&self.state),
            onec: OnecFilter::parse(&self.onec),
            mode: Mode::parse(&self.mode),
            store: Some(self.store.clone()).filter(|code| !code.is_empty()),
            min: self.least(),
        }
    }

    /// The filter narrowed by the ready-made view.
    #[must_use]
    pub fn viewed(&self, filter: &Filter) -> Filter {
        let mut filter = filter.clone();
        match self.view.as_str() {
            "due" => filter.payment = vec![PaymentState::Unpaid, PaymentState::PartlyPaid],
            "paid" => filter.payment = vec![PaymentState::Paid],
            "over" => filter.payment = vec![PaymentState::Overpaid],
            "onec" => filter.onec = filter.onec.or(Some(OnecFilter::Pending)),
            _ => {}
        }
        filter
    }

    /// The least sum, if it is one.
    #[must_use]
    pub fn least(&self) -> Option<Kopecks> {
        Kopecks::parse_lenient(&self.min).ok().filter(|sum| sum.is_positive())
    }

    /// The place in the list, if it is one.
    #[must_use]
    pub fn place(&self) -> Option<After> {
        let (day_text, id) = self.after.split_once('_')?;
        Some((day(day_text)?, OrderId::parse(id).ok()?))
    }

    /// The same list with one thing changed; an empty value takes it away. The place in the list is never kept.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> String {
        let pairs = self.pairs().into_iter().filter(|(known, _)| *known != name);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (known, text) in pairs.chain([(name, value)]) {
            if !text.trim().is_empty() {
                query.append_pair(known, text.trim());
            }
        }
        let query = query.finish();
        if query.is_empty() { "/staff/orders".to_owned() } else { format!("/staff/orders?{query}") }
    }

    fn pairs(&self) -> Vec<(&str, &str)> {
        vec![
            ("q", &self.q),
            ("from", &self.from),
            ("to", &self.to),
            ("status", &self.status),
            ("view", &self.view),
            ("state", &self.state),
            ("onec", &self.onec),
            ("mode", &self.mode),
            ("store", &self.store),
            ("min", &self.min),
            ("all", &self.all),
        ]
    }
}

/// Reads `2026-11-24`.
#[must_use]
pub fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_keep_everything_else() {
        let asked = Asked { q: "ирина".into(), store: "01".into(), after: "x".into(), ..Asked::default() };
        assert_eq!(asked.with("store", ""), "/staff/orders?q=%D0%B8%D1%80%D0%B8%D0%BD%D0%B0");
        assert_eq!(Asked::default().with("view", "due"), "/staff/orders?view=due");
        assert_eq!(Asked::default().with("view", ""), "/staff/orders");
    }

    #[test]
    fn the_usual_period_is_for_those_who_ask_nothing_else() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        let from = |asked: Asked| asked.filter(true, today).from.map(|day| day.to_string());
        assert_eq!(from(Asked::default()).as_deref(), Some("2026-10-25"));
        assert_eq!(from(Asked { q: "123".into(), ..Asked::default() }), None);
        assert_eq!(from(Asked { all: "1".into(), ..Asked::default() }), None);
        assert_eq!(from(Asked { from: "нет".into(), ..Asked::default() }), None);
    }
}
