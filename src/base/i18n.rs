//! The one catalogue of customers' words (`locales/{ru,en}`), with plurals by the rules of each language.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};

use super::texts::Lang;

static_loader! {
    static CATALOGUE = {
        locales: "./locales",
        fallback_language: "ru",
        // Isolation marks are for mixed scripts; here they would travel into copied sums and file names.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static RU: LanguageIdentifier = langid!("ru");
static EN: LanguageIdentifier = langid!("en");

/// What fills a place in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fill {
    /// Ready text: a formatted sum, a date, a name.
    Text(String),
    /// A number that chooses the plural form.
    Count(u32),
}

impl From<String> for Fill {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Fill {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Fill {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<super::Kopecks> for Fill {
    fn from(sum: super::Kopecks) -> Self {
        Self::Text(sum.to_string())
    }
}

impl From<&super::Kopecks> for Fill {
    fn from(sum: &super::Kopecks) -> Self {
        Self::Text(sum.to_string())
    }
}

impl From<u32> for Fill {
    fn from(count: u32) -> Self {
        Self::Count(count)
    }
}

impl Fill {
    fn value(self) -> FluentValue<'static> {
        match self {
            Self::Text(text) => FluentValue::String(Cow::Owned(text)),
            Self::Count(count) => FluentValue::from(count),
        }
    }
}

/// The sentence `key` in `lang`.
#[must_use]
pub fn say(lang: Lang, key: &str) -> String {
    CATALOGUE.lookup(id(lang), key)
}

/// The sentence `key` in `lang` with its places filled.
#[must_use]
pub fn say_with<const N: usize>(lang: Lang, key: &str, fills: [(&'static str, Fill); N]) -> String {
    let fills: HashMap<Cow<'static, str>, FluentValue<'static>> =
        fills.into_iter().map(|(name, fill)| (Cow::Borrowed(name), fill.value())).collect();
    CATALOGUE.lookup_with_args(id(lang), key, &fills)
}

fn id(lang: Lang) -> &'static LanguageIdentifier {
    match lang {
        Lang::Ru => &RU,
        Lang::En => &EN,
    }
}
