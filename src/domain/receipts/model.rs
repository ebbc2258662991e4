//! The words of a receipt, with the tags of the fiscal format (ФФД 1.05/1.2).

use serde::{Deserialize, Serialize};

use crate::base::{Kopecks, Quantity, VatRate, text_enum};

/// Longest name of a receipt line in characters (tag 1030).
pub const NAME_MAX: usize = 128;

text_enum! {
    /// How a line is being settled (tag 1214).
    pub enum PaymentMode {
        /// Paid whole before the goods are handed over.
        FullPrepayment => "full_prepayment",
        /// Paid in part before the goods are handed over.
        Prepayment => "prepayment",
        /// Money for goods not known yet.
        Advance => "advance",
        /// Goods handed over and paid whole: the closing receipt.
        FullPayment => "full_payment",
    }
}

text_enum! {
    /// What a line is (tag 1212).
    pub enum Subject {
        /// Goods.
        Commodity => "commodity",
        /// A service: delivery, assembly.
        Service => "service",
        /// A payment as such (аванс, предоплата): a line that names the order instead of its goods.
        Payment => "payment",
    }
}

text_enum! {
    /// Which VAT rate a prepayment receipt states; the shop's accountant decides.
    #[derive(Default)]
    pub enum PrepaymentVat {
        /// The calculated rate (22/122), as НК РФ, ст. 164 п. 4 has it for prepayments.
        #[default]
        Calculated => "calculated",
        /// The rate of the goods (22).
        Plain => "plain",
    }
}

/// Where the receipt goes (tag 1008).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// E-mail, the one address every provider delivers to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Phone in any usual spelling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

impl Contact {
    /// Whether there is nowhere to send to.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let blank = |value: &Option<String>| value.as_deref().is_none_or(|text| text.trim().is_empty());
        blank(&self.email) && blank(&self.phone)
    }
}

/// One line of an order as it is sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoldLine {
    /// Name of the goods or the service.
    pub name: String,
    /// How much.
    pub quantity: Quantity,
    /// Price of one unit before what rounding and discounts did; the receipt computes its own from the amount.
    pub price: Kopecks,
    /// Sum of the line with VAT and all discounts.
    pub amount: Kopecks,
    /// VAT rate of the goods (the plain one).
    pub vat_rate: VatRate,
    /// A service, not goods.
    pub is_service: bool,
}

/// One line of a receipt; `price × quantity` is exactly `amount`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptItem {
    /// At most [`NAME_MAX`] characters.
    pub name: String,
    /// In thousandths (tag 1023).
    pub quantity: Quantity,
    /// Of one unit, with VAT and discounts (tag 1079).
    pub price: Kopecks,
    /// Of the line (tag 1043).
    pub amount: Kopecks,
    /// Tag 1199.
    pub vat: VatRate,
    /// Tag 1214.
    pub mode: PaymentMode,
    /// Tag 1212.
    pub subject: Subject,
}

impl ReceiptItem {
    /// Whether price × quantity is the amount to the kopeck.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        let product = i128::from(self.price.get()) * i128::from(self.quantity.get());
        product == i128::from(self.amount.get()) * 1000
    }
}

/// A receipt before a cash register has seen it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptDraft {
    /// Where it goes.
    pub contact: Contact,
    /// Name of a buying organisation (tag 1227).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer_name: Option<String>,
    /// ИНН of a buying organisation (tag 1228).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer_inn: Option<String>,
    /// The lines.
    pub items: Vec<ReceiptItem>,
    /// Tax system of the seller by the provider's numbers (tag 1055); absent when the shop has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_system: Option<i64>,
}

impl ReceiptDraft {
    /// Sum of all lines.
    #[must_use]
    pub fn total(&self) -> Kopecks {
        self.items.iter().map(|item| item.amount).sum()
    }
}
