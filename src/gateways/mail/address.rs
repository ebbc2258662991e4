//! Who a letter goes to or comes from. Only a shape that cannot smuggle a second header gets in (NET-6).

use lettre::message::Mailbox;

use crate::base::{Error, Result};

/// A checked address with an optional name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee(Mailbox);

impl Addressee {
    /// One bare address such as `irina@example.ru`.
    ///
    /// # Errors
    /// `Invalid` for anything else: lists, names, comments, spaces inside, control characters.
    pub fn new(address: &str) -> Result<Self> {
        let address = address.trim();
        let parsed: lettre::Address = address.parse().map_err(|_| wrong(address))?;
        let one = !address.contains([',', ';', '<', '>', '"', '(', ')', ' ']) && !has_control(address);
        let dotted = parsed.domain().contains('.') || parsed.domain() == "localhost";
        if one && dotted && address.len() <= 254 { Ok(Self(Mailbox::new(None, parsed))) } else { Err(wrong(address)) }
    }

    /// The same with a name beside it.
    ///
    /// # Errors
    /// `Invalid` also when the name holds control characters or is longer than 200 characters.
    pub fn named(name: &str, address: &str) -> Result<Self> {
        if has_control(name) {
            return Err(Error::invalid("name", "имя в письме содержит недопустимые знаки"));
        }
        if name.chars().count() > 200 {
            return Err(Error::invalid("name", "имя в письме длиннее 200 знаков"));
        }
        let Self(mailbox) = Self::new(address)?;
        let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        Ok(Self(Mailbox::new(name, mailbox.email)))
    }

    /// `Магазин «ДомПлюс» <pay@example.ru>` or a bare address: the form of the settings.
    ///
    /// # Errors
    /// As [`Addressee::named`].
    pub fn parse(text: &str) -> Result<Self> {
        match text.trim().strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
            Some((name, address)) => Self::named(name.trim().trim_matches('"'), address),
            None => Self::new(text),
        }
    }

    /// The bare address.
    #[must_use]
    pub fn address(&self) -> &str {
        self.0.email.as_ref()
    }

    /// The name beside it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    pub(super) fn domain(&self) -> &str {
        self.0.email.domain()
    }

    pub(super) fn mailbox(&self) -> Mailbox {
        self.0.clone()
    }
}

fn wrong(address: &str) -> Error {
    let shown: String = address.chars().filter(|c| !c.is_control()).take(60).collect();
    Error::invalid("email", format!("«{shown}» — не адрес почты"))
}

/// Line and paragraph separators count too: some programs treat them as new lines.
pub(super) fn has_control(text: &str) -> bool {
    text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}
