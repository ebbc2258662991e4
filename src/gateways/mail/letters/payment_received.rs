//! «Оплата получена»: the order is paid in full.

use chrono::NaiveDate;

use super::render::{day, letter, parts};
use super::shop::Shop;
use crate::base::texts::Lang;
use crate::base::{Kopecks, MoneyKind, Result};
use crate::gateways::mail::address::Addressee;
use crate::gateways::mail::letter::Letter;

/// The order is paid in full.
#[derive(Debug, Clone)]
pub struct PaymentReceivedLetter {
    /// Who sells.
    pub shop: Shop,
    /// Number of the order.
    pub number: String,
    /// This payment.
    pub amount: Kopecks,
    /// All payments of the order together.
    pub paid: Kopecks,
    /// How it was paid.
    pub kind: MoneyKind,
    /// Business day of the payment.
    pub paid_on: NaiveDate,
    /// Number of the document in 1C, once known.
    pub onec_number: Option<String>,
    /// The customer's page.
    pub link: String,
}

parts!(
    ru,
    PaymentReceivedLetter,
    "letters/payment_received/ru/subject.txt",
    "letters/payment_received/ru/body.txt",
    "letters/payment_received/ru/body.html"
);
parts!(
    en,
    PaymentReceivedLetter,
    "letters/payment_received/en/subject.txt",
    "letters/payment_received/en/body.txt",
    "letters/payment_received/en/body.html"
);

impl PaymentReceivedLetter {
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

    fn earlier(&self) -> bool {
        self.paid != self.amount
    }

    fn method_ru(&self) -> &'static str {
        method(Lang::Ru, self.kind)
    }

    fn method_en(&self) -> &'static str {
        method(Lang::En, self.kind)
    }
}

/// How the money came, in words.
pub(super) fn method(lang: Lang, kind: MoneyKind) -> &'static str {
    match (lang, kind) {
        (Lang::Ru, MoneyKind::Card) => "банковская карта",
        (Lang::Ru, MoneyKind::Sbp) => "СБП",
        (Lang::Ru, MoneyKind::Bank) => "банковский перевод",
        (Lang::Ru, MoneyKind::Cash) => "в магазине",
        (Lang::Ru, MoneyKind::Onec) => "учтено магазином",
        (Lang::En, MoneyKind::Card) => "bank card",
        (Lang::En, MoneyKind::Sbp) => "Faster Payments (SBP)",
        (Lang::En, MoneyKind::Bank) => "bank transfer",
        (Lang::En, MoneyKind::Cash) => "in the store",
        (Lang::En, MoneyKind::Onec) => "recorded by the shop",
    }
}
