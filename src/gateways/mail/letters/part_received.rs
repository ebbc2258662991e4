//! «Часть оплаты получена»: some of the order is paid, some is still due.

use chrono::NaiveDate;

use super::payment_received::method;
use super::render::{day, letter, parts};
use super::shop::Shop;
use crate::base::texts::Lang;
use crate::base::{Kopecks, MoneyKind, Result};
use crate::gateways::mail::address::Addressee;
use crate::gateways::mail::letter::Letter;

/// A part of the order is paid.
#[derive(Debug, Clone)]
pub struct PartReceivedLetter {
    /// Who sells.
    pub shop: Shop,
    /// Number of the order.
    pub number: String,
    /// This payment.
    pub amount: Kopecks,
    /// All payments so far.
    pub paid: Kopecks,
    /// Still to be paid.
    pub due: Kopecks,
    /// How it was paid.
    pub kind: MoneyKind,
    /// Business day of the payment.
    pub paid_on: NaiveDate,
    /// Last day to pay the rest.
    pub pay_until: Option<NaiveDate>,
    /// The customer's page.
    pub link: String,
}

parts!(
    ru,
    PartReceivedLetter,
    "letters/part_received/ru/subject.txt",
    "letters/part_received/ru/body.txt",
    "letters/part_received/ru/body.html"
);
parts!(
    en,
    PartReceivedLetter,
    "letters/part_received/en/subject.txt",
    "letters/part_received/en/body.txt",
    "letters/part_received/en/body.html"
);

impl PartReceivedLetter {
    /// The letter in a language.
    ///
    /// # Errors
    /// `Internal` when a template fails.
    pub fn render(&self, lang: Lang, to: Addressee) -> Result<Letter> {
        let parts = match lang {
            Lang::Ru => ru(self),
            Lang::En => en(self),
        };
        letter(parts, to)
    }

    fn day_ru(&self) -> String {
        day(Lang::Ru, self.paid_on)
    }

    fn day_en(&self) -> String {
        day(Lang::En, self.paid_on)
    }

    fn until_ru(&self) -> Option<String> {
        self.pay_until.map(|until| day(Lang::Ru, until))
    }

    fn until_en(&self) -> Option<String> {
        self.pay_until.map(|until| day(Lang::En, until))
    }

    fn method_ru(&self) -> &'static str {
        method(Lang::Ru, self.kind)
    }

    fn method_en(&self) -> &'static str {
        method(Lang::En, self.kind)
    }
}
