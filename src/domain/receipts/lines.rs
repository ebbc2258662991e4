//! From a sum to lines in which price × quantity is the amount to the kopeck.

use super::model::{NAME_MAX, PaymentMode, ReceiptItem, Subject};
use crate::base::{Kopecks, Quantity, VatRate};

/// The most lines a receipt may have at the strictest provider.
pub(super) const ITEMS_MAX: usize = 80;

/// What all the pieces of one line share.
#[derive(Debug, Clone)]
pub(super) struct Kind {
    pub name: String,
    pub vat: VatRate,
    pub mode: PaymentMode,
    pub subject: Subject,
}

impl Kind {
    fn item(&self, name: String, quantity: Quantity, price: Kopecks, amount: Kopecks) -> ReceiptItem {
        ReceiptItem { name, quantity, price, amount, vat: self.vat, mode: self.mode, subject: self.subject }
    }

    fn pieces(&self, count: i64, price: i64) -> ReceiptItem {
        let amount = Kopecks::new(count.saturating_mul(price));
        self.item(cut(&self.name, NAME_MAX), Quantity::new(count.saturating_mul(1000)), Kopecks::new(price), amount)
    }
}

/// Lines for `quantity` of something that costs `amount` together: one, or two where the sum does not divide
/// (100.00 for 3 is 2 × 33.33 + 1 × 33.34). A fractional quantity that does not divide becomes one piece
/// with the quantity told in its name.
pub(super) fn exact_items(kind: &Kind, quantity: Quantity, amount: Kopecks) -> Vec<ReceiptItem> {
    if !amount.is_positive() {
        return Vec::new();
    }
    if quantity.get() <= 0 {
        return vec![kind.pieces(1, amount.get())];
    }
    exactly_divided(kind, quantity, amount)
        .map(|item| vec![item])
        .or_else(|| two_prices(kind, quantity, amount))
        .unwrap_or_else(|| vec![one_bundle(kind, quantity, amount)])
}

fn exactly_divided(kind: &Kind, quantity: Quantity, amount: Kopecks) -> Option<ReceiptItem> {
    let thousandfold = i128::from(amount.get()) * 1000;
    let units = i128::from(quantity.get());
    let price = (thousandfold % units == 0).then(|| i64::try_from(thousandfold / units).ok()).flatten()?;
    Some(kind.item(cut(&kind.name, NAME_MAX), quantity, Kopecks::new(price), amount))
}

fn two_prices(kind: &Kind, quantity: Quantity, amount: Kopecks) -> Option<Vec<ReceiptItem>> {
    let (pieces, part) = (quantity.get() / 1000, quantity.get() % 1000);
    let low = amount.get().checked_div(pieces)?;
    let dearer = amount.get() % pieces;
    (part == 0 && low > 0).then(|| vec![kind.pieces(pieces - dearer, low), kind.pieces(dearer, low + 1)])
}

fn one_bundle(kind: &Kind, quantity: Quantity, amount: Kopecks) -> ReceiptItem {
    let suffix = format!(" × {}", quantity.grouped());
    let room = NAME_MAX.saturating_sub(suffix.chars().count());
    kind.item(cut(&kind.name, room) + &suffix, Quantity::ONE, amount, amount)
}

/// Too many lines become one a VAT rate, named by the order: a receipt that cannot be printed helps nobody.
pub(super) fn merged(items: Vec<ReceiptItem>, order_number: &str) -> Vec<ReceiptItem> {
    if items.len() <= ITEMS_MAX {
        return items;
    }
    let mut sums: Vec<(VatRate, PaymentMode, Kopecks)> = Vec::new();
    for item in items {
        match sums.iter_mut().find(|(vat, mode, _)| (*vat, *mode) == (item.vat, item.mode)) {
            Some((_, _, sum)) => *sum += item.amount,
            None => sums.push((item.vat, item.mode, item.amount)),
        }
    }
    sums.into_iter().map(|(vat, mode, sum)| order_item(order_number, vat, mode, sum)).collect()
}

/// «Оплата по заказу № …»: the line that names the order instead of its goods.
pub(super) fn order_item(order_number: &str, vat: VatRate, mode: PaymentMode, amount: Kopecks) -> ReceiptItem {
    // The hand-over of the goods is not a prepayment any more, so its line is not «платёж» either.
    let subject = if mode == PaymentMode::FullPayment { Subject::Commodity } else { Subject::Payment };
    Kind { name: format!("Оплата по заказу № {order_number}"), vat, mode, subject }.pieces(1, amount.get())
}

/// The first `most` characters.
fn cut(text: &str, most: usize) -> String {
    text.trim().chars().take(most).collect()
}
