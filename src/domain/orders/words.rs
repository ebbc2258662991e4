//! What an order is found by: words folded once, when they are written, so that searching folds only the question.
//!
//! SQLite's `LIKE` knows the case of Latin letters alone and PostgreSQL's depends on its locale; folding here makes both
//! answer alike, and the beginning of a word is a range of one index.

use diesel::prelude::*;

use super::model::Order;
use crate::base::ids::OrderId;
use crate::base::{Result, text_enum};
use crate::db::Connection;
use crate::db::schema::order_words;

text_enum! {
    /// What kind of word it is.
    pub enum WordKind {
        /// A number of the order.
        Number => "number",
        /// A word of the buyer's name.
        Name => "name",
        /// The end of the buyer's phone.
        Phone => "phone",
        /// The buyer's mail.
        Mail => "mail",
        /// The buyer's ИНН.
        Inn => "inn",
        /// The order's total in kopecks.
        Sum => "sum",
        /// The number of a payment in 1C.
        Paper => "paper",
    }
}

impl WordKind {
    /// Whether the word tells of a person.
    #[must_use]
    pub const fn is_personal(self) -> bool {
        matches!(self, Self::Name | Self::Phone | Self::Mail)
    }
}

/// Writes the words of an order anew; numbers of its payments stay.
///
/// # Errors
/// `Database` when a query fails.
pub fn rewrite(connection: &mut Connection, order: &Order) -> Result<()> {
    let old = order_words::table
        .filter(order_words::order_id.eq(&order.id))
        .filter(order_words::kind.ne(WordKind::Paper))
        .filter(order_words::kind.ne(WordKind::Number));
    diesel::delete(old).execute(connection)?;
    for (kind, word) in of_order(order) {
        add(connection, &order.id, kind, &word)?;
    }
    Ok(())
}

/// Makes an order findable by the number of a payment in 1C.
///
/// # Errors
/// `Database` when a query fails.
pub fn add_paper(connection: &mut Connection, id: &OrderId, number: &str) -> Result<()> {
    for word in number_words(number) {
        add(connection, id, WordKind::Paper, &word)?;
    }
    Ok(())
}

fn add(connection: &mut Connection, id: &OrderId, kind: WordKind, word: &str) -> Result<()> {
    let known = diesel::select(diesel::dsl::exists(
        order_words::table
            .filter(order_words::kind.eq(kind))
            .filter(order_words::word.eq(word))
            .filter(order_words::order_id.eq(id)),
    ))
    .get_result::<bool>(connection)?;
    if !known {
        diesel::insert_into(order_words::table)
            .values((order_words::order_id.eq(id), order_words::kind.eq(kind), order_words::word.eq(word)))
            .execute(connection)?;
    }
    Ok(())
}

fn of_order(order: &Order) -> Vec<(WordKind, String)> {
    let mut words: Vec<(WordKind, String)> = Vec::new();
    let mut put = |kind, found: Vec<String>| words.extend(found.into_iter().map(|word| (kind, word)));
    put(WordKind::Number, number_words(&order.number));
    put(WordKind::Name, name_words(&order.buyer_name));
    put(WordKind::Phone, order.buyer_phone.as_deref().map(phone_words).unwrap_or_default());
    put(WordKind::Mail, order.buyer_email.iter().map(|mail| mail.trim().to_lowercase()).collect());
    put(WordKind::Inn, order.buyer_inn.iter().map(|inn| digits(inn)).collect());
    put(WordKind::Sum, vec![order.total.get().to_string()]);
    words
}

/// A number as it is compared: prefix and number without leading zeros, Cyrillic letters that look Latin made Latin.
/// `УТ00-000123` is `YT123`. Without digits at its end it is only folded.
#[must_use]
pub fn number_key(number: &str) -> String {
    let folded: String = number.to_uppercase().chars().map(look_alike).filter(|c| c.is_alphanumeric()).collect();
    let raw = number.trim_end_matches(|c: char| c.is_ascii_digit());
    let tail = number.get(raw.len()..).unwrap_or_default();
    let head_length = folded.len().saturating_sub(tail.len());
    let head = folded.get(..head_length).unwrap_or_default().trim_end_matches('0');
    let tail = if tail.is_empty() { "" } else { tail.trim_start_matches('0') };
    format!("{head}{tail}")
}

/// The words a number is found by: whole, and its last digits alone.
#[must_use]
pub fn number_words(number: &str) -> Vec<String> {
    let number = number.trim();
    let key = number_key(number);
    let tail: String =
        key.chars().rev().take_while(char::is_ascii_digit).collect::<Vec<_>>().into_iter().rev().collect();
    let mut words = vec![key, tail];
    words.retain(|word| !word.is_empty());
    words.dedup();
    words
}

/// The words of a name: small letters, `ё` as `е`.
#[must_use]
pub fn name_words(name: &str) -> Vec<String> {
    let folded = name.to_lowercase().replace('ё', "е");
    let mut words: Vec<String> =
        folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    words.sort();
    words.dedup();
    words
}

/// The national number, and the ends that people dictate: seven and four digits.
fn phone_words(phone: &str) -> Vec<String> {
    let digits = national(&digits(phone));
    let end = |count: usize| digits.get(digits.len().saturating_sub(count)..).unwrap_or_default().to_owned();
    let mut words = vec![digits.clone(), end(7), end(4)];
    words.retain(|word| word.len() >= 4);
    words.dedup();
    words
}

/// A Russian number without its 7 or 8.
#[must_use]
pub fn national(digits: &str) -> String {
    match digits.strip_prefix(['7', '8']) {
        Some(rest) if digits.len() == 11 => rest.to_owned(),
        _ => digits.to_owned(),
    }
}

/// The digits of a text.
#[must_use]
pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

const fn look_alike(letter: char) -> char {
    match letter {
        'А' => 'A',
        'В' => 'B',
        'Е' | 'Ё' => 'E',
        'К' => 'K',
        'М' => 'M',
        'Н' => 'H',
        'О' => 'O',
        'Р' => 'P',
        'С' => 'C',
        'Т' => 'T',
        'У' => 'Y',
        'Х' => 'X',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_whatever_their_zeros_and_alphabets() {
        for spelling in ["УТ00-000123", "ут-123", "YT123", "УТ-0123", "yt00-000123"] {
            assert_eq!(number_key(spelling), "YT123", "{spelling}");
        }
        assert_eq!(number_words("УТ00-000123"), ["YT123", "123"]);
        assert_eq!(number_words("0000-000123"), ["123"]);
        assert_eq!(number_words("123"), ["123"]);
        assert_eq!(number_words("ДПУТ-000812"), ["ДПYT812", "812"]);
        assert_eq!(number_words("А-12Б"), ["A12Б"]);
        assert_eq!(number_words("000"), Vec::<String>::new());
    }

    #[test]
    fn names_and_phones_are_folded() {
        assert_eq!(name_words("ООО «Ёлка-Плюс»"), ["елка", "ооо", "плюс"]);
        assert_eq!(phone_words("8 (916) 123-45-67"), ["9161234567", "1234567", "4567"]);
        assert_eq!(phone_words("+7 916 123 45 67"), ["9161234567", "1234567", "4567"]);
        assert_eq!(phone_words("12"), Vec::<String>::new());
    }
}
