//! What a person typed into the search, as questions to the index of words.

use diesel::prelude::*;

use crate::base::ids::{DocumentId, OrderId};
use crate::base::{Kopecks, Result};
use crate::db::Connection;
use crate::db::schema::{allocations, attempts, order_keys, order_words, refunds};
use crate::domain::orders::words::{self, WordKind};

/// Longer questions are cut: no number, name or address is longer.
const LONGEST: usize = 100;

/// A word to be found: its beginning, or the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What kind of word.
    pub kind: WordKind,
    /// The first word of the range.
    pub from: String,
    /// The last word of the range.
    pub to: String,
}

/// A question: an order fits when every group has a word of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// Groups; a group is satisfied by any of its words.
    pub groups: Vec<Vec<Wanted>>,
}

fn begins(kind: WordKind, word: String) -> Wanted {
    let to = format!("{word}\u{10ffff}");
    Wanted { kind, from: word, to }
}

impl Question {
    /// Reads what was typed. Without `personal` nobody is found by name, phone or mail.
    #[must_use]
    pub fn read(text: &str, personal: bool) -> Self {
        let text: String = text.trim().chars().take(LONGEST).collect();
        let is_figure = |c: char| c.is_ascii_digit() || c.is_whitespace() || "()+-,.₽".contains(c);
        let parts: Vec<&str> =
            if text.chars().all(is_figure) { vec![text.as_str()] } else { text.split_whitespace().collect() };
        let groups = parts.into_iter().filter(|part| !part.trim().is_empty()).map(|part| group(part, personal));
        Self { groups: groups.collect() }
    }
}

fn group(part: &str, personal: bool) -> Vec<Wanted> {
    let digits = words::digits(part);
    let mut wanted = Vec::new();
    let key = words::number_key(part);
    if !digits.is_empty() && !key.is_empty() {
        wanted.push(begins(WordKind::Number, key.clone()));
        wanted.push(begins(WordKind::Paper, key));
    }
    if let Ok(sum) = Kopecks::parse_lenient(part.trim_end_matches('₽')) {
        let sum = sum.get().to_string();
        wanted.push(Wanted { kind: WordKind::Sum, from: sum.clone(), to: sum });
    }
    if digits.len() >= 4 && !part.contains(char::is_alphabetic) {
        wanted.push(begins(WordKind::Inn, digits.clone()));
        wanted.push(begins(WordKind::Phone, words::national(&digits)));
    }
    if part.contains('@') {
        wanted.push(begins(WordKind::Mail, part.to_lowercase()));
    } else {
        wanted.extend(words::name_words(part).into_iter().map(|word| begins(WordKind::Name, word)));
    }
    wanted.retain(|word| personal || !word.kind.is_personal());
    wanted
}

/// Up to so many orders are looked up by their ids; a word of more leads the list by days instead.
const FEW: i64 = 1000;

/// How many orders bear a word of a group.
pub enum Hits {
    /// So few that they can be named.
    Few(Vec<OrderId>),
    /// Too many to name.
    Many,
}

/// The orders that bear a word of a group, if they are few: a walk of the index for each word.
///
/// # Errors
/// `Database` when a query fails.
pub fn hits(connection: &mut Connection, group: &[Wanted]) -> Result<Hits> {
    let mut all: Vec<OrderId> = Vec::new();
    for wanted in group {
        let ids: Vec<OrderId> = order_words::table
            .filter(order_words::kind.eq(wanted.kind))
            .filter(order_words::word.ge(&wanted.from))
            .filter(order_words::word.le(&wanted.to))
            .select(order_words::order_id)
            .limit(FEW + 1)
            .load(connection)?;
        all.extend(ids);
    }
    all.sort();
    all.dedup();
    let few = i64::try_from(all.len()).unwrap_or(i64::MAX) <= FEW;
    Ok(if few { Hits::Few(all) } else { Hits::Many })
}

/// Orders that bear exactly this id: ours, 1C's, the shop's, a money document's, a provider's payment or refund.
///
/// # Errors
/// `Database` when a query fails.
pub fn by_id(connection: &mut Connection, text: &str) -> Result<Vec<OrderId>> {
    let text = text.trim();
    if text.len() < 8 || text.contains(char::is_whitespace) {
        return Ok(Vec::new());
    }
    let mut found: Vec<OrderId> =
        attempts::table.filter(attempts::provider_ref.eq(text)).select(attempts::order_id).load(connection)?;
    found.extend::<Vec<OrderId>>(
        refunds::table.filter(refunds::provider_ref.eq(text)).select(refunds::order_id).load(connection)?,
    );
    found.extend::<Vec<OrderId>>(
        order_keys::table
            .filter(order_keys::kind.eq_any(crate::domain::orders::KeyKind::ALL.to_vec()))
            .filter(order_keys::value.eq(text.to_lowercase()))
            .select(order_keys::order_id)
            .load(connection)?,
    );
    if let Ok(id) = DocumentId::parse(text) {
        found.extend::<Vec<OrderId>>(
            allocations::table
                .filter(allocations::document_id.eq(&id))
                .select(allocations::order_id)
                .load(connection)?,
        );
    }
    found.extend(OrderId::parse(text).ok());
    found.sort();
    found.dedup();
    Ok(found)
}

/// The one order of this number, read as tolerantly as the search reads it; nothing when there is none or several.
///
/// # Errors
/// `Database` when a query fails.
pub fn by_number(connection: &mut Connection, number: &str) -> Result<Option<OrderId>> {
    let exact: Vec<OrderId> = {
        use crate::db::schema::orders;
        orders::table.filter(orders::number.eq(number.trim())).select(orders::id).limit(2).load(connection)?
    };
    if let [only] = exact.as_slice() {
        return Ok(Some(only.clone()));
    }
    let alike: Vec<OrderId> = order_words::table
        .filter(order_words::kind.eq(WordKind::Number))
        .filter(order_words::word.eq(words::number_key(number.trim())))
        .select(order_words::order_id)
        .limit(2)
        .load(connection)?;
    Ok(if let [only] = alike.as_slice() { Some(only.clone()) } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Vec<(WordKind, String)>> {
        let of = |group: Vec<Wanted>| group.into_iter().map(|word| (word.kind, word.from)).collect();
        Question::read(text, true).groups.into_iter().map(of).collect()
    }

    #[test]
    fn a_sum_with_spaces_is_one_word() {
        let found = kinds("12 480,00 ₽");
        assert_eq!(found.len(), 1);
        assert!(found[0].contains(&(WordKind::Sum, "1248000".to_owned())), "{found:?}");
    }

    #[test]
    fn a_phone_in_any_spelling_is_one_word() {
        for phone in ["8 (916) 123-45-67", "+7 916 123 45 67", "9161234567"] {
            let found = kinds(phone);
            assert_eq!(found.len(), 1, "{phone}");
            assert!(found[0].contains(&(WordKind::Phone, "9161234567".to_owned())), "{found:?}");
        }
    }

    #[test]
    fn names_are_words_that_must_all_be_there() {
        let found = kinds("Смирнова ИРИНА");
        assert_eq!(found, [[(WordKind::Name, "смирнова".to_owned())], [(WordKind::Name, "ирина".to_owned())]]);
        let nobody = Question::read("Смирнова", false);
        assert_eq!(nobody.groups, [Vec::new()], "without the right nobody is found by name");
    }
}
