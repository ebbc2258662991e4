//! Reads a JSON body field by field, remembering every fault with its path instead of stopping at the first.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::base::{Error, Instant, Kopecks, Quantity, Zone};

/// Faults and remarks beyond this number are counted, not listed.
const LISTED: usize = 50;

/// One fault of a body: where and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Path of the field: `lines[2].amount`, counted from zero; empty for the body as a whole.
    pub field: String,
    /// What is wrong with it, in Russian.
    pub message: String,
}

/// Everything wrong with a body. Nothing of such a body is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "; " };
            match problem.field.as_str() {
                "" => write!(f, "{comma}{}", problem.message)?,
                field => write!(f, "{comma}{field}: {}", problem.message)?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

impl From<Problems> for Error {
    fn from(problems: Problems) -> Self {
        let field = problems.0.first().map(|problem| problem.field.clone()).unwrap_or_default();
        Self::invalid(field, problems.to_string())
    }
}

/// A body that was taken, with remarks for the programmer on the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read<T> {
    /// What the body says.
    pub value: T,
    /// What was left out of it and why; belongs into the answer.
    pub warnings: Vec<String>,
}

/// A GUID of 1C in any usual spelling. The empty reference (all zeros) names nothing and is refused.
///
/// # Errors
/// `Invalid` for anything else.
pub fn guid(text: &str) -> Result<Uuid, Error> {
    parse_guid(text).map_err(|message| Error::invalid("guid", message))
}

fn parse_guid(text: &str) -> Result<Uuid, String> {
    match Uuid::parse_str(text.trim()) {
        Ok(id) if id.is_nil() => Err("пустая ссылка 1С (одни нули)".to_owned()),
        Ok(id) => Ok(id),
        Err(_) => Err(format!("«{}» — не GUID", shortened(text))),
    }
}

/// Reads a whole body: `read` walks the object, and the result stands only if no fault was noted.
pub(super) fn read_body<T>(body: &[u8], zone: Zone, read: impl FnOnce(&Fields<'_>) -> T) -> Result<Read<T>, Problems> {
    // 1C writes a BOM before UTF-8 unless told otherwise.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let whole = |message: String| Problems(vec![Problem { field: String::new(), message }]);
    let root: Value = serde_json::from_slice(body).map_err(|error| whole(unreadable(&error)))?;
    let Value::Object(map) = &root else {
        return Err(whole(format!("ожидался объект JSON, а пришло: {}", kind_of(&root))));
    };
    let notes = Notes::default();
    let fields = Fields { map, path: String::new(), zone, notes: &notes, asked: RefCell::default() };
    let value = read(&fields);
    fields.name_unknown();
    drop(fields);
    notes.verdict(value)
}

fn unreadable(error: &serde_json::Error) -> String {
    format!("тело не читается как JSON (строка {}, позиция {})", error.line(), error.column())
}

#[derive(Default)]
struct Notes {
    problems: RefCell<Vec<Problem>>,
    warnings: RefCell<Vec<String>>,
}

impl Notes {
    fn verdict<T>(self, value: T) -> Result<Read<T>, Problems> {
        let mut problems = self.problems.into_inner();
        let mut warnings = self.warnings.into_inner();
        if problems.is_empty() {
            let more = warnings.len().saturating_sub(LISTED);
            warnings.truncate(LISTED);
            warnings.extend((more > 0).then(|| format!("и ещё замечаний: {more}")));
            return Ok(Read { value, warnings });
        }
        let more = problems.len().saturating_sub(LISTED);
        problems.truncate(LISTED);
        problems.extend((more > 0).then(|| Problem { field: String::new(), message: format!("и ещё ошибок: {more}") }));
        Err(Problems(problems))
    }
}

/// One JSON object being read.
pub(super) struct Fields<'a> {
    map: &'a Map<String, Value>,
    path: String,
    zone: Zone,
    notes: &'a Notes,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Fields<'a> {
    /// The value of a field; `null` is as good as absent.
    fn get(&self, name: &'static str) -> Option<&'a Value> {
        self.asked.borrow_mut().insert(name);
        self.map.get(name).filter(|value| !value.is_null())
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Notes a fault of a field.
    pub fn fault(&self, name: &str, message: impl Into<String>) {
        self.notes.problems.borrow_mut().push(Problem { field: self.path_of(name), message: message.into() });
    }

    /// Notes a remark about a field that does not stop the body.
    pub fn remark(&self, name: &str, message: impl fmt::Display) {
        self.notes.warnings.borrow_mut().push(format!("{}: {message}", self.path_of(name)));
    }

    fn string(&self, name: &'static str) -> Option<&'a str> {
        match self.get(name)? {
            Value::String(text) => Some(text),
            other => {
                self.fault(name, format!("ожидался текст, а пришло: {}", kind_of(other)));
                None
            }
        }
    }

    fn required<T>(&self, name: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() && self.map.get(name).is_none_or(Value::is_null) {
            self.fault(name, "обязательное поле не заполнено");
        }
        value
    }

    /// A text on one line, without control characters; empty is `None`, longer than `max` characters is a fault.
    pub fn text(&self, name: &'static str, max: usize) -> Option<String> {
        let tidy = tidy(self.string(name)?);
        if tidy.chars().count() > max {
            self.fault(name, format!("длиннее {max} знаков"));
        }
        (!tidy.is_empty()).then_some(tidy)
    }

    /// The same, but it must be there.
    pub fn required_text(&self, name: &'static str, max: usize) -> String {
        let text = self.text(name, max);
        if text.is_none() && self.map.get(name).is_none_or(|value| value.is_null() || value.is_string()) {
            self.fault(name, "обязательное поле не заполнено");
        }
        text.unwrap_or_default()
    }

    /// A required sum of money, zero or more.
    pub fn money(&self, name: &'static str) -> Kopecks {
        self.decimal(name, Kopecks::parse, |sum| sum < Kopecks::ZERO)
    }

    /// A required quantity, zero or more.
    pub fn quantity(&self, name: &'static str) -> Quantity {
        self.decimal(name, Quantity::parse, |quantity| quantity.get() < 0)
    }

    fn decimal<T: Default + Copy, E: fmt::Display>(
        &self,
        name: &'static str,
        parse: fn(&str) -> Result<T, E>,
        negative: fn(T) -> bool,
    ) -> T {
        let value = match self.get(name) {
            None => Err("обязательное поле не заполнено".to_owned()),
            Some(Value::String(text)) => parse(text).map_err(|error| error.to_string()),
            // A JSON number may already have been through a binary fraction on its way.
            Some(Value::Number(number)) => {
                Err(format!("число {number} нужно передать текстом в кавычках: \"1234.50\""))
            }
            Some(other) => Err(format!("ожидалось число текстом, а пришло: {}", kind_of(other))),
        };
        match value {
            Ok(value) if negative(value) => self.fault(name, "не может быть меньше нуля"),
            Ok(value) => return value,
            Err(message) => self.fault(name, message),
        }
        T::default()
    }

    /// A yes or no; `None` if absent.
    pub fn flag(&self, name: &'static str) -> Option<bool> {
        match self.get(name)? {
            Value::Bool(flag) => Some(*flag),
            other => {
                self.fault(name, format!("ожидалось true или false, а пришло: {}", kind_of(other)));
                None
            }
        }
    }

    /// A required yes or no.
    pub fn required_flag(&self, name: &'static str) -> bool {
        self.required(name, self.flag(name)).unwrap_or_default()
    }

    /// Either a yes-or-no or a sum of money: the two ways to speak of VAT.
    pub fn flag_or_money(&self, name: &'static str) -> (Option<bool>, Option<Kopecks>) {
        match self.get(name) {
            Some(Value::String(_)) => (None, Some(self.money(name))),
            _ => (self.flag(name), None),
        }
    }

    /// A required positive whole number.
    pub fn revision(&self, name: &'static str) -> i64 {
        let number = self.required(name, self.get(name)).map(Value::as_i64);
        match number {
            Some(Some(revision)) if revision > 0 => return revision,
            Some(_) => self.fault(name, "ожидалось целое число от 1"),
            None => {}
        }
        0
    }

    /// One word of a closed list.
    pub fn choice<T: Copy>(
        &self,
        name: &'static str,
        all: &[T],
        text: fn(T) -> &'static str,
        default: Option<T>,
    ) -> Option<T> {
        let given = if default.is_some() { self.string(name) } else { self.required(name, self.string(name)) };
        let Some(given) = given else { return default };
        let found = all.iter().copied().find(|&value| text(value) == given);
        if found.is_none() {
            let words: Vec<&str> = all.iter().map(|&value| text(value)).collect();
            self.fault(name, format!("«{}» — ожидалось одно из: {}", shortened(given), words.join(", ")));
        }
        found
    }

    /// A required GUID.
    pub fn guid(&self, name: &'static str) -> Uuid {
        let text = self.required(name, self.string(name)).map(parse_guid);
        match text {
            Some(Ok(id)) => return id,
            Some(Err(message)) => self.fault(name, message),
            None => {}
        }
        Uuid::nil()
    }

    /// A required day: `2026-11-24`, or a moment, whose day in the shop's zone counts.
    pub fn day(&self, name: &'static str) -> NaiveDate {
        self.required(name, self.string(name)).and_then(|text| self.day_of(name, text)).unwrap_or_default()
    }

    /// The same, but it may be absent.
    pub fn optional_day(&self, name: &'static str) -> Option<NaiveDate> {
        self.string(name).filter(|text| !text.trim().is_empty()).and_then(|text| self.day_of(name, text))
    }

    fn day_of(&self, name: &'static str, text: &str) -> Option<NaiveDate> {
        let of_moment = || self.zone.parse_moment(text).map(|at| self.zone.day(at)).ok();
        let day = parse_day(text).or_else(of_moment).filter(|day| plausible(*day));
        if day.is_none() {
            self.fault(name, format!("«{}» — не дата (ГГГГ-ММ-ДД)", shortened(text)));
        }
        day
    }

    /// An optional moment; a bare day means its last second in the shop's zone.
    pub fn deadline(&self, name: &'static str) -> Option<Instant> {
        let text = self.string(name).filter(|text| !text.trim().is_empty())?;
        let end_of_day =
            |day: NaiveDate| self.zone.to_utc(day.and_time(NaiveTime::MIN) + chrono::TimeDelta::seconds(86_399));
        let moment = parse_day(text).map(end_of_day).or_else(|| self.zone.parse_moment(text).ok());
        let moment = moment.filter(|at| plausible(at.date()));
        if moment.is_none() {
            self.fault(name, format!("«{}» — не дата и не дата со временем", shortened(text)));
        }
        moment
    }

    /// A required object inside.
    pub fn object<T>(&self, name: &'static str, read: impl FnOnce(&Fields<'_>) -> T) -> Option<T> {
        match self.required(name, self.get(name))? {
            Value::Object(map) => Some(self.inside(map, self.path_of(name), read)),
            other => {
                self.fault(name, format!("ожидался объект, а пришло: {}", kind_of(other)));
                None
            }
        }
    }

    /// A list of objects, absent as good as empty; longer than `max` is a fault.
    pub fn list<T>(&self, name: &'static str, max: usize, read: impl Fn(&Fields<'_>) -> T) -> Vec<T> {
        match self.get(name) {
            None => Vec::new(),
            Some(Value::Array(items)) if items.len() > max => {
                self.fault(name, format!("строк {}, а можно не больше {max}", items.len()));
                Vec::new()
            }
            Some(Value::Array(items)) => self.items(name, items, read),
            Some(other) => {
                self.fault(name, format!("ожидался список, а пришло: {}", kind_of(other)));
                Vec::new()
            }
        }
    }

    fn items<T>(&self, name: &str, items: &[Value], read: impl Fn(&Fields<'_>) -> T) -> Vec<T> {
        let mut all = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            match item {
                Value::Object(map) => all.push(self.inside(map, format!("{}[{at}]", self.path_of(name)), &read)),
                other => self.fault(&format!("{name}[{at}]"), format!("ожидался объект, а пришло: {}", kind_of(other))),
            }
        }
        all
    }

    fn inside<T>(&self, map: &Map<String, Value>, path: String, read: impl FnOnce(&Fields<'_>) -> T) -> T {
        let fields = Fields { map, path, zone: self.zone, notes: self.notes, asked: RefCell::default() };
        let value = read(&fields);
        fields.name_unknown();
        value
    }

    /// Fields nobody asked for are harmless (the contract may grow), but a misspelt optional field would be lost in silence.
    fn name_unknown(&self) {
        let asked = self.asked.borrow();
        for name in self.map.keys().filter(|name| !asked.contains(name.as_str())) {
            self.remark(&shortened(name), "неизвестное поле, пропущено");
        }
    }
}

fn parse_day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()
}

/// 1C's empty date is 0001-01-01, which is never meant.
fn plausible(day: NaiveDate) -> bool {
    use chrono::Datelike;
    (2000..=2100).contains(&day.year())
}

fn tidy(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn shortened(text: &str) -> String {
    tidy(text).chars().take(40).collect()
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true или false",
        Value::Number(_) => "число",
        Value::String(_) => "текст",
        Value::Array(_) => "список",
        Value::Object(_) => "объект",
    }
}
