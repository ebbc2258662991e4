//! What every letter says of the shop.

use crate::base::texts::pretty_phone;

/// The shop as a customer knows it, and the company behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shop {
    /// The sign over the door.
    pub name: String,
    /// Where to call.
    pub phone: Option<String>,
    /// Legal name of the seller.
    pub seller: String,
    /// Its ИНН.
    pub inn: String,
    /// Its КПП, if it has one.
    pub kpp: Option<String>,
    /// Its address.
    pub address: Option<String>,
}

impl Shop {
    /// The phone as people write it.
    pub(super) fn phone_text(&self) -> Option<String> {
        self.phone.as_deref().map(pretty_phone)
    }

    /// The phone as a `tel:` address wants it.
    pub(super) fn phone_link(&self) -> String {
        let digits = |text: &str| text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        self.phone.as_deref().map(digits).unwrap_or_default()
    }
}
