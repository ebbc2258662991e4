//! The receipt of a payment before hand-over, and the closing receipt of a hand-over.

use super::lines::{Kind, exact_items, merged, order_item};
use super::model::{Contact, PaymentMode, PrepaymentVat, ReceiptDraft, ReceiptItem, SoldLine, Subject};
use crate::base::money::split_by_weight;
use crate::base::{Error, Kopecks, Result, VatRate};

/// What is being paid, by whom, and how the shop wants its receipts.
#[derive(Debug, Clone)]
pub struct Sale<'a> {
    /// The order's number as the customer knows it.
    pub order_number: &'a str,
    /// Lines of the order's current revision.
    pub lines: &'a [SoldLine],
    /// Total of the order; when the lines do not add up to it, the receipt names the order instead of the goods.
    pub order_total: Kopecks,
    /// What is paid now.
    pub amount: Kopecks,
    /// Where the receipt goes.
    pub contact: Contact,
    /// Name of a buying organisation.
    pub buyer_name: Option<String>,
    /// ИНН of a buying organisation.
    pub buyer_inn: Option<String>,
    /// Tax system by the provider's numbers.
    pub tax_system: Option<i64>,
    /// VAT of prepayments.
    pub prepayment_vat: PrepaymentVat,
}

/// The receipt of a payment made before the goods are handed over: full prepayment when the whole order is paid
/// at once, else the order's lines scaled to the part by largest remainder.
///
/// # Errors
/// `Invalid` for a sum that is not within the order or a missing contact; `Conflict` `receipt_vat_differs` when the
/// lines do not add up to the order and have several VAT rates: no honest receipt exists.
pub fn sale_draft(sale: Sale<'_>) -> Result<ReceiptDraft> {
    let mode = if sale.amount == sale.order_total { PaymentMode::FullPrepayment } else { PaymentMode::Prepayment };
    draft(sale, mode)
}

/// The receipt of handing over what was paid before: full payment at the plain rates.
///
/// # Errors
/// As [`sale_draft`].
pub fn closing_draft(sale: Sale<'_>) -> Result<ReceiptDraft> {
    draft(sale, PaymentMode::FullPayment)
}

fn draft(sale: Sale<'_>, mode: PaymentMode) -> Result<ReceiptDraft> {
    check(&sale)?;
    let items = if lines_differ(&sale) { order_line(&sale, mode)? } else { scaled_lines(&sale, mode) };
    Ok(ReceiptDraft {
        contact: sale.contact,
        buyer_name: sale.buyer_name,
        buyer_inn: sale.buyer_inn,
        items: merged(items, sale.order_number),
        tax_system: sale.tax_system,
    })
}

fn check(sale: &Sale<'_>) -> Result<()> {
    if !sale.amount.is_positive() {
        return Err(Error::invalid("amount", "Сумма чека должна быть больше нуля"));
    }
    if sale.amount > sale.order_total {
        return Err(Error::invalid("amount", "Сумма чека больше суммы заказа"));
    }
    if sale.contact.is_empty() {
        return Err(Error::invalid("email", "Не указано, куда отправить чек"));
    }
    Ok(())
}

/// A line below zero (a discount as a line of its own) has no place in a receipt either.
fn lines_differ(sale: &Sale<'_>) -> bool {
    let sum: Kopecks = sale.lines.iter().map(|line| line.amount).sum();
    sum != sale.order_total || sale.lines.iter().any(|line| line.amount < Kopecks::ZERO)
}

fn scaled_lines(sale: &Sale<'_>, mode: PaymentMode) -> Vec<ReceiptItem> {
    let weights: Vec<Kopecks> = sale.lines.iter().map(|line| line.amount).collect();
    let parts = split_by_weight(sale.amount, &weights);
    let item = |(line, part): (&SoldLine, Kopecks)| exact_items(&kind(line, mode, sale), line.quantity, part);
    sale.lines.iter().zip(parts).flat_map(item).collect()
}

fn kind(line: &SoldLine, mode: PaymentMode, sale: &Sale<'_>) -> Kind {
    let subject = if line.is_service { Subject::Service } else { Subject::Commodity };
    Kind { name: line.name.clone(), vat: rate(line.vat_rate, mode, sale.prepayment_vat), mode, subject }
}

fn order_line(sale: &Sale<'_>, mode: PaymentMode) -> Result<Vec<ReceiptItem>> {
    let differs = || {
        let message = "Строки заказа не сходятся с его суммой, а ставки НДС в них разные: чек составить нельзя";
        Error::conflict("receipt_vat_differs", message)
    };
    let plain = sale.lines.first().map(|line| line.vat_rate).ok_or_else(differs)?;
    if sale.lines.iter().any(|line| line.vat_rate != plain) {
        return Err(differs());
    }
    Ok(vec![order_item(sale.order_number, rate(plain, mode, sale.prepayment_vat), mode, sale.amount)])
}

fn rate(plain: VatRate, mode: PaymentMode, setting: PrepaymentVat) -> VatRate {
    match (mode, setting) {
        (PaymentMode::FullPayment, _) | (_, PrepaymentVat::Plain) => plain,
        (_, PrepaymentVat::Calculated) => plain.calculated(),
    }
}

#[cfg(test)]
#[path = "sale_tests.rs"]
mod tests;
