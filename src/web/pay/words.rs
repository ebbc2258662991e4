//! The page's tongue: sentences of the catalogue, sums and moments in the customer's language and the shop's zone.

use std::borrow::Borrow;

use chrono::NaiveDate;

use super::view::{FieldError, PartError, PartOffer, Unavailable, VatView, Way};
use crate::base::i18n::{Fill, say, say_with};
use crate::base::texts::{Lang, pretty_phone};
use crate::base::{Instant, Kopecks, MoneyKind, VatRate, Zone};

/// Speaks one language in one zone. Small values are taken by `Borrow`: code passes them, templates pass references.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// Language of the page.
    pub lang: Lang,
    /// The shop's zone.
    pub zone: Zone,
}

impl Words {
    /// The sentence `key`.
    #[must_use]
    pub fn say(&self, key: &str) -> String {
        say(self.lang, key)
    }

    /// The sentence `key` with its places filled.
    #[must_use]
    pub fn with<const N: usize>(&self, key: &str, fills: [(&'static str, Fill); N]) -> String {
        say_with(self.lang, key, fills)
    }

    /// The sentence `key` with one place.
    pub fn with1(&self, key: &str, name: &'static str, fill: impl Into<Fill>) -> String {
        self.with(key, [(name, fill.into())])
    }

    /// `23.11.2026, 14:05` in the shop's zone.
    #[must_use]
    pub fn moment(&self, at: impl Borrow<Instant>) -> String {
        self.lang.date_time(self.zone.local(*at.borrow()))
    }

    /// `23.11.2026` in the shop's zone.
    #[must_use]
    pub fn day(&self, at: impl Borrow<Instant>) -> String {
        self.lang.date(self.zone.day(*at.borrow()))
    }

    /// A day of the shop's calendar.
    #[must_use]
    pub fn date(&self, day: impl Borrow<NaiveDate>) -> String {
        self.lang.date(*day.borrow())
    }

    /// `14:05` in the shop's zone.
    #[must_use]
    pub fn time(&self, at: impl Borrow<Instant>) -> String {
        self.zone.local(*at.borrow()).format("%H:%M").to_string()
    }

    /// `14:05:22` in the shop's zone.
    #[must_use]
    pub fn second(&self, at: impl Borrow<Instant>) -> String {
        self.zone.local(*at.borrow()).format("%H:%M:%S").to_string()
    }

    /// `МСК`, or `UTC+05:00` in other zones; the reader may be elsewhere.
    #[must_use]
    pub fn zone_name(&self, at: impl Borrow<Instant>) -> String {
        if self.zone == Zone::default() {
            return self.say("pay-moscow");
        }
        let full = self.zone.rfc3339(*at.borrow());
        let offset = full.get(full.len().saturating_sub(6)..).unwrap_or_default();
        format!("UTC{offset}")
    }

    /// The machine's form of a moment for `<time datetime>`.
    #[must_use]
    pub fn machine(&self, at: impl Borrow<Instant>) -> String {
        at.borrow().format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// How money came, inside a sentence.
    #[must_use]
    pub fn kind(&self, kind: MoneyKind) -> String {
        self.say(match kind {
            MoneyKind::Card => "pay-kind-card",
            MoneyKind::Sbp => "pay-kind-sbp",
            MoneyKind::Bank => "pay-kind-bank",
            MoneyKind::Cash => "pay-kind-cash",
            MoneyKind::Onec => "pay-kind-onec",
        })
    }

    /// Name of a way to pay.
    #[must_use]
    pub fn way(&self, way: impl Borrow<Way>) -> String {
        self.say(match way.borrow() {
            Way::Card => "pay-way-card",
            Way::Sbp => "pay-way-sbp",
            Way::Invoice => "pay-way-invoice",
        })
    }

    /// Why a way cannot be chosen.
    #[must_use]
    pub fn unavailable(&self, why: impl Borrow<Unavailable>) -> String {
        match *why.borrow() {
            Unavailable::Down => self.say("pay-off-down"),
            Unavailable::OverLimit(max) => self.with1("pay-off-limit", "max", max),
            Unavailable::NotForThisOrder => self.say("pay-off-order"),
        }
    }

    /// `в том числе НДС 22 % — 2 250,49 ₽`.
    #[must_use]
    pub fn vat(&self, vat: impl Borrow<VatView>) -> String {
        let vat = vat.borrow();
        match vat.rate {
            Some(VatRate::None) => self.say("pay-vat-none"),
            Some(rate) => self.with("pay-vat-rate", [("rate", rate.as_str().into()), ("sum", vat.amount.into())]),
            None => self.with1("pay-vat-mixed", "sum", vat.amount),
        }
    }

    /// What to type into the address for the receipt.
    #[must_use]
    pub fn email_error(&self, error: impl Borrow<FieldError>) -> String {
        self.say(match error.borrow() {
            FieldError::Empty => "pay-error-email-empty",
            FieldError::Unfinished => "pay-error-email-unfinished",
            FieldError::Malformed => "pay-error-email",
        })
    }

    /// What to type into the address for the link.
    #[must_use]
    pub fn mail_error(&self, error: impl Borrow<FieldError>) -> String {
        match error.borrow() {
            FieldError::Empty => self.say("pay-error-mail-empty"),
            other => self.email_error(*other),
        }
    }

    /// What to type into the address or phone for a new link.
    #[must_use]
    pub fn contact_error(&self, error: impl Borrow<FieldError>) -> String {
        self.say(match error.borrow() {
            FieldError::Empty => "pay-error-contact-empty",
            FieldError::Unfinished => "pay-error-email-unfinished",
            FieldError::Malformed => "pay-error-contact",
        })
    }

    /// What to type into the part's sum.
    #[must_use]
    pub fn part_error(&self, error: impl Borrow<PartError>, offer: &PartOffer) -> String {
        match error.borrow() {
            PartError::NotANumber => self.say("pay-error-amount"),
            PartError::TooSmall => self.with1("pay-error-amount-small", "min", offer.min),
            PartError::TooLarge => self.with1("pay-error-amount-large", "max", offer.max),
        }
    }

    /// `+7 812 445-10-20`.
    #[must_use]
    pub fn phone(&self, phone: &str) -> String {
        pretty_phone(phone)
    }

    /// ИНН in groups that an eye can compare: `7707 083893`.
    #[must_use]
    pub fn inn(&self, inn: &str) -> String {
        let grouped = match inn.split_at_checked(4) {
            Some((office, rest)) if inn.is_ascii() => format!("{office}\u{a0}{rest}"),
            _ => inn.to_owned(),
        };
        self.with1("pay-inn", "inn", grouped)
    }

    /// `3 позиции`.
    #[must_use]
    pub fn lines_count(&self, count: impl Borrow<usize>) -> String {
        self.with1("pay-lines-count", "count", u32::try_from(*count.borrow()).unwrap_or(u32::MAX))
    }

    /// What sums are taken as a part.
    #[must_use]
    pub fn part_range(&self, offer: &PartOffer) -> String {
        self.with("pay-parts-range", [("min", offer.min.into()), ("max", offer.max.into())])
    }

    /// `Оплатить 12 480,00 ₽`.
    #[must_use]
    pub fn button(&self, sum: impl Borrow<Kopecks>) -> String {
        self.with1("pay-button", "sum", *sum.borrow())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_in_the_shops_zone() {
        let at = NaiveDate::from_ymd_opt(2026, 11, 25).unwrap().and_hms_opt(21, 30, 5).unwrap();
        let moscow = Words { lang: Lang::Ru, zone: Zone::default() };
        assert_eq!(moscow.moment(at), "26.11.2026, 00:30");
        assert_eq!(moscow.zone_name(at), "МСК");
        let ural = Words { lang: Lang::En, zone: Zone::parse("Asia/Yekaterinburg").unwrap() };
        assert_eq!(ural.moment(at), "26\u{a0}Nov\u{a0}2026, 02:30");
        assert_eq!(ural.zone_name(at), "UTC+05:00");
        assert_eq!(ural.second(at), "02:30:05");
        assert_eq!(ural.machine(at), "2026-11-25T21:30:05Z");
    }

    #[test]
    fn requisites_are_grouped_for_the_eye() {
        let words = Words { lang: Lang::Ru, zone: Zone::default() };
        assert_eq!(words.inn("7707083893"), "ИНН\u{a0}7707\u{a0}083893");
        assert_eq!(words.inn(""), "ИНН\u{a0}");
    }
}
