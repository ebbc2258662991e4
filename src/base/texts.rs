//! Words and formats: Russian plurals, dates, masks; the customers' catalogue in two languages.

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use super::money::NBSP;

/// A language of customers' pages and letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Russian, the default.
    #[default]
    Ru,
    /// English.
    En,
}

impl Lang {
    /// The value of HTML's `lang` and of `?lang=`: `ru`, `en`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// Reads `ru` or `en` in any case, with or without a region (`en-GB`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().get(..2)?.to_ascii_lowercase().as_str() {
            "ru" => Some(Self::Ru),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The other language of the switch.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Ru => Self::En,
            Self::En => Self::Ru,
        }
    }

    /// A day as its readers write it: `23.11.2026`, `23 Nov 2026`.
    #[must_use]
    pub fn date(self, day: NaiveDate) -> String {
        match self {
            Self::Ru => date(day),
            Self::En => day.format("%-d\u{a0}%b\u{a0}%Y").to_string(),
        }
    }

    /// A local moment as its readers write it: `23.11.2026, 14:05`, `23 Nov 2026, 14:05`.
    #[must_use]
    pub fn date_time(self, local: NaiveDateTime) -> String {
        format!("{}, {}", self.date(local.date()), local.format("%H:%M"))
    }
}

/// The Russian form of a noun after a number: 1 заказ, 2 заказа, 5 заказов.
#[must_use]
pub fn plural<'a>(n: u64, one: &'a str, few: &'a str, many: &'a str) -> &'a str {
    match (n % 10, n % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}

/// `23.11.2026`.
#[must_use]
pub fn date(day: NaiveDate) -> String {
    day.format("%d.%m.%Y").to_string()
}

/// `23.11.2026, 14:05` of a local time.
#[must_use]
pub fn date_time(local: NaiveDateTime) -> String {
    local.format("%d.%m.%Y, %H:%M").to_string()
}

/// `23 ноября 2026`.
#[must_use]
pub fn date_in_words(day: NaiveDate) -> String {
    const MONTHS: [&str; 12] = [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ];
    let month = MONTHS.get(day.month0() as usize).copied().unwrap_or_default();
    format!("{}{NBSP}{month} {}", day.day(), day.year())
}

/// `+7 916 •••-••-67` of any usual spelling; everything but the ends hidden when the shape is unknown.
#[must_use]
pub fn masked_phone(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    let tail: String = digits.iter().rev().take(2).rev().collect();
    match digits.as_slice() {
        ['7' | '8', a, b, c, _, _, _, _, _, _, _] => format!("+7{NBSP}{a}{b}{c}{NBSP}•••-••-{tail}"),
        [_, _, _, _, _, ..] => format!("•••{tail}"),
        _ => String::new(),
    }
}

/// `+7 916 123-45-67` of any usual Russian spelling; other texts unchanged.
#[must_use]
pub fn pretty_phone(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    if digits.len() != 11 || !digits.starts_with(['7', '8']) {
        return phone.to_owned();
    }
    format!("+7{NBSP}{}{NBSP}{}-{}-{}", part(1, 4), part(4, 7), part(7, 9), part(9, 11))
}

/// The address of a `tel:` link: digits and a plus; a Russian 8 becomes +7.
#[must_use]
pub fn tel(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix('8') {
        Some(rest) if digits.len() == 11 => format!("+7{rest}"),
        _ if phone.trim_start().starts_with('+') || digits.len() == 11 => format!("+{digits}"),
        _ => digits,
    }
}

/// `и•••@mail.ru`.
#[must_use]
pub fn masked_email(email: &str) -> String {
    match email.split_once('@') {
        Some((name, host)) => format!("{}•••@{host}", name.chars().next().unwrap_or('•')),
        None => String::new(),
    }
}

/// `Ирина С.` of «Смирнова Ирина Павловна»: enough for the buyer to know himself, too little for a stranger (LNK-7).
#[must_use]
pub fn shortened_name(full: &str) -> String {
    let words: Vec<&str> = full.split_whitespace().collect();
    match words.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [family, given, ..] => format!("{given} {}.", family.chars().next().unwrap_or('•')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn russian_nouns_follow_their_number() {
        let forms: Vec<&str> =
            [0, 1, 2, 5, 11, 14, 21, 22, 111].map(|n| plural(n, "заказ", "заказа", "заказов")).to_vec();
        assert_eq!(
            forms,
            ["заказов", "заказ", "заказа", "заказов", "заказов", "заказов", "заказ", "заказа", "заказов"]
        );
    }

    #[test]
    fn languages_are_read_and_dates_follow_them() {
        assert_eq!(Lang::parse("EN-gb"), Some(Lang::En));
        assert_eq!(Lang::parse("ru"), Some(Lang::Ru));
        assert_eq!(Lang::parse("de"), None);
        assert_eq!(Lang::parse("я"), None);
        let day = NaiveDate::from_ymd_opt(2026, 11, 3).unwrap();
        assert_eq!(Lang::Ru.date(day), "03.11.2026");
        assert_eq!(Lang::En.date(day), "3\u{a0}Nov\u{a0}2026");
    }

    #[test]
    fn phones_become_addresses() {
        assert_eq!(tel("8 (812) 445-10-20"), "+78124451020");
        assert_eq!(tel("+7 812 445 10 20"), "+78124451020");
        assert_eq!(tel("445-10-20"), "4451020");
    }

    #[test]
    fn personal_data_is_masked() {
        assert_eq!(masked_phone("8 (916) 123-45-67"), "+7\u{a0}916\u{a0}•••-••-67");
        assert_eq!(masked_phone("12"), "");
        assert_eq!(masked_email("irina@mail.ru"), "i•••@mail.ru");
        assert_eq!(shortened_name("Смирнова Ирина Павловна"), "Ирина С.");
    }
}
