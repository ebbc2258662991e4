//! Three templates become a letter.

use chrono::NaiveDate;

use crate::base::texts::{self, Lang};
use crate::base::{Error, Result};
use crate::gateways::mail::address::Addressee;
use crate::gateways::mail::letter::Letter;

/// Subject, text and HTML as the templates made them.
pub(super) type Parts = askama::Result<[String; 3]>;

/// Declares the templates of one letter in one language: a function from its view to its parts.
macro_rules! parts {
    ($name:ident, $view:ty, $subject:tt, $text:tt, $html:tt) => {
        fn $name(v: &$view) -> $crate::gateways::mail::letters::render::Parts {
            #[derive(askama::Template)]
            #[template(path = $subject)]
            struct Subject<'a> {
                v: &'a $view,
            }
            #[derive(askama::Template)]
            #[template(path = $text)]
            struct Text<'a> {
                v: &'a $view,
            }
            #[derive(askama::Template)]
            #[template(path = $html)]
            struct Html<'a> {
                v: &'a $view,
            }
            use askama::Template;
            Ok([Subject { v }.render()?, Text { v }.render()?, Html { v }.render()?])
        }
    };
}
pub(super) use parts;

/// The letter to `to` without attachments.
pub(super) fn letter(parts: Parts, to: Addressee) -> Result<Letter> {
    let [subject, text, html] = parts.map_err(|error| Error::Internal(format!("шаблон письма: {error}")))?;
    let subject = one_line(&subject);
    Ok(Letter { to, subject, text: airy(&text), html, attachments: Vec::new(), headers: automatic() })
}

/// Holiday answers to a machine help nobody (RFC 3834).
fn automatic() -> Vec<(String, String)> {
    vec![("Auto-Submitted".to_owned(), "auto-generated".to_owned())]
}

/// A value from outside cannot start a second header: what breaks lines becomes a space.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// At most one empty line in a row: conditions in a template leave some behind.
fn airy(text: &str) -> String {
    let mut out = String::new();
    let mut empty = true;
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && empty) {
            out.push_str(line);
            out.push('\n');
        }
        empty = line.is_empty();
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// A day as people of the language write it.
pub(super) fn day(lang: Lang, day: NaiveDate) -> String {
    match lang {
        Lang::Ru => texts::date(day),
        Lang::En => day.format("%-d %B %Y").to_string(),
    }
}
