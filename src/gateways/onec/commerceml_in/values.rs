//! Numbers, days and flags as 1C and home-made modules spell them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::base::{Kopecks, Quantity};

/// A number read, and whether it had to be rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rounded<T> {
    pub(super) value: T,
    pub(super) rounded: bool,
}

/// A sum of money: point or comma, spaces between groups; more than two decimals are rounded half up.
pub(super) fn money(text: &str) -> Result<Rounded<Kopecks>, String> {
    let number = decimal(text)?;
    let value = Kopecks::from_rubles(number).map_err(|error| error.to_string())?;
    Ok(Rounded { value, rounded: value.rubles() != number })
}

/// A quantity; more than three decimals are rounded half up.
pub(super) fn quantity(text: &str) -> Result<Rounded<Quantity>, String> {
    let number = decimal(text)?;
    let rounded = number.round_dp_with_strategy(3, RoundingStrategy::MidpointAwayFromZero);
    let read = Quantity::parse(&rounded.to_string()).map_err(|error| error.to_string())?;
    Ok(Rounded { value: read, rounded: rounded != number })
}

/// ASCII digits, one point, nothing else (EXC-9): no exponents, no NaN, no digits of other scripts, nothing negative.
fn decimal(text: &str) -> Result<Decimal, String> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\u{202f}').collect();
    let plain = plain.replace(',', ".");
    if plain.starts_with('-') {
        return Err(format!("«{text}» — отрицательное число"));
    }
    let (whole, rest) = plain.split_once('.').unwrap_or((&plain, "0"));
    let digits = |part: &str, most: usize| {
        !part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(whole, 12) || !digits(rest, 10) {
        return Err(format!("«{text}» — не число"));
    }
    Decimal::from_str_exact(&plain).map_err(|_| format!("«{text}» — не число"))
}

/// `true`, `1`, `Да` in any case; anything unknown is nothing.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" | "1" | "да" | "истина" => Some(true),
        "false" | "0" | "нет" | "ложь" => Some(false),
        _ => None,
    }
}

/// A day, whatever follows it (a time, a zone).
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let shape = |length: usize, shape: &str| NaiveDate::parse_from_str(text.get(..length)?, shape).ok();
    shape(10, "%Y-%m-%d").or_else(|| shape(10, "%d.%m.%Y"))
}

/// A time of day; `9:05:03` too.
pub(super) fn time(text: &str) -> Option<NaiveTime> {
    let text = text.trim();
    let text = text.split(['+', 'Z']).next().unwrap_or_default();
    ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|shape| NaiveTime::parse_from_str(text, shape).ok())
}

/// A local moment, or a day alone.
pub(super) fn moment(text: &str) -> Option<(NaiveDateTime, bool)> {
    let day = day(text)?;
    let rest = text.trim().get(10..).unwrap_or_default().trim_start_matches(['T', ' ']);
    match time(rest) {
        Some(time) => Some((day.and_time(time), false)),
        None => Some((day.and_time(NaiveTime::MIN), true)),
    }
}

/// Text for a person: no characters that XML 1.0 forbids, cut to a length.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exc_9_thirty_spellings_of_a_sum() {
        let good = [
            ("1234.50", 123_450),
            ("1 234,50", 123_450),
            ("1\u{a0}234.5", 123_450),
            ("231.7400", 23_174),
            ("1.005", 101),
            ("0", 0),
            ("100.000", 10_000),
            ("0.994", 99),
        ];
        for (text, kopecks) in good {
            assert_eq!(money(text).unwrap().value, Kopecks::new(kopecks), "{text}");
        }
        assert!(money("1.005").unwrap().rounded && !money("231.7400").unwrap().rounded);
        let bad = [
            "",
            "-1",
            "NaN",
            "inf",
            "1e30",
            "1e2",
            "+1",
            "٣",
            "１２",
            "1.2.3",
            "0x10",
            "1_000",
            "1.",
            ".5",
            "abc",
            "1'000",
            "99999999999999",
            "--1",
            "1-",
            "½",
            "1.12345678901",
        ];
        for text in bad {
            assert!(money(text).is_err(), "{text}");
        }
    }

    #[test]
    fn days_and_times_of_several_locales() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 11, d).unwrap();
        assert_eq!(moment("2026-11-18T9:05:03").unwrap().0, day(18).and_hms_opt(9, 5, 3).unwrap());
        assert_eq!(super::day("2026-11-03+03:00"), Some(day(3)));
        assert_eq!(super::day("T"), None);
        assert_eq!(moment("2026-11-18"), Some((day(18).and_time(NaiveTime::MIN), true)));
        assert_eq!((flag("Да"), flag("0"), flag("maybe")), (Some(true), Some(false), None));
    }
}
