//! The receipt of giving money back: the paid receipt, whole or scaled to the part.

use super::lines::{Kind, exact_items, merged};
use super::model::{ReceiptDraft, ReceiptItem};
use crate::base::money::split_by_weight;
use crate::base::{Error, Kopecks, Result};

/// The receipt of returning `amount` of what `paid` says; modes, subjects and VAT rates stay those of the paid
/// receipt, whatever the rates are today.
///
/// # Errors
/// `Invalid` when `amount` is not within the paid receipt.
pub fn refund_draft(paid: &ReceiptDraft, amount: Kopecks, order_number: &str) -> Result<ReceiptDraft> {
    if !amount.is_positive() || amount > paid.total() {
        return Err(Error::invalid("amount", "Сумма возврата должна быть больше нуля и не больше суммы чека"));
    }
    if amount == paid.total() {
        return Ok(paid.clone());
    }
    let weights: Vec<Kopecks> = paid.items.iter().map(|item| item.amount).collect();
    let parts = split_by_weight(amount, &weights);
    let items = paid.items.iter().zip(parts).flat_map(|(item, part)| exact_items(&kind(item), item.quantity, part));
    Ok(ReceiptDraft { items: merged(items.collect(), order_number), ..paid.clone() })
}

fn kind(item: &ReceiptItem) -> Kind {
    Kind { name: item.name.clone(), vat: item.vat, mode: item.mode, subject: item.subject }
}
