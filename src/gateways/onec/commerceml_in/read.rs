//! An element becomes a document.

use super::buyer;
use super::document::{Bad, DocumentIn, DocumentKind, Pickup, Said, Verdict};
use super::line::{self, LineIn, LineRules};
use super::tree::{Element, Properties};
use super::values::{self, cut};
use crate::base::MoneyKind;

/// Lines an order may have.
const MAX_LINES: usize = 2_000;

/// How files are read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reading {
    /// The VAT rate 0 means «без НДС»: УТ 11 writes both alike (`onec.zero_vat = "none"`).
    pub zero_is_none: bool,
}

/// Reads a document and those nested in it (УНФ's ПодчиненныеДокументы), bound to it.
pub(super) fn documents(element: &Element, reading: Reading, position: &mut u64) -> Vec<Verdict> {
    let mut found = vec![document(element, reading, position)];
    let parent = element.text("Ид").map(str::to_owned);
    for nested in element.list("ПодчиненныеДокументы", "ПодчиненныйДокумент") {
        let mut verdict = document(nested, reading, position);
        if let Ok(document) = &mut verdict {
            document.base = document.base.take().or_else(|| parent.clone());
        }
        found.push(verdict);
    }
    found
}

fn document(element: &Element, reading: Reading, position: &mut u64) -> Verdict {
    *position += 1;
    let bad = |reason: String| Bad {
        position: *position,
        id: cut(element.text("Ид").unwrap_or_default(), 80),
        number: cut(element.text("Номер").unwrap_or_default(), 64),
        reason,
    };
    read(element, reading, *position).map_err(bad)
}

fn read(element: &Element, reading: Reading, position: u64) -> Result<DocumentIn, String> {
    let mut warnings = Vec::new();
    let properties = Properties::of(element);
    let said = said(&properties);
    let id = element.text("Ид").ok_or("нет Ид")?;
    let number = element.text("Номер").ok_or("нет номера")?;
    if id.chars().count() > 80 || number.chars().count() > 64 {
        return Err("Ид или номер слишком длинные".to_owned());
    }
    let sum = values::money(element.text("Сумма").ok_or("нет суммы")?).map_err(|why| format!("сумма: {why}"))?;
    if sum.rounded {
        warnings.push("в сумме больше двух знаков после запятой; округлено".to_owned());
    }
    let date = element.text("Дата").and_then(values::day).ok_or("нет даты или она не читается")?;
    let kind = kind(element.text("ХозОперация").unwrap_or("Заказ товара"), &properties, said.method.as_deref());
    let lines = if kind == DocumentKind::Order { lines(element, reading, &mut warnings)? } else { Vec::new() };
    let pickup = pickup(element);
    Ok(DocumentIn {
        position,
        id: cut(id, 80),
        number: cut(number, 64),
        date,
        time: element.text("Время").and_then(values::time),
        currency: currency(element.text("Валюта").unwrap_or("RUB")),
        sum: sum.value,
        buyer: buyer::read(element, &mut warnings),
        base: element.text("Основание").map(|base| cut(base, 80)),
        delivered: delivered(&lines, pickup.is_some(), &properties),
        lines,
        pickup,
        kind,
        said,
        warnings,
    })
}

fn lines(element: &Element, reading: Reading, warnings: &mut Vec<String>) -> Result<Vec<LineIn>, String> {
    let inside = element.list("Налоги", "Налог").find_map(|tax| tax.text("УчтеноВСумме")).and_then(values::flag);
    let rules = LineRules { vat_inside: inside.unwrap_or(true), zero_is_none: reading.zero_is_none };
    let mut lines = Vec::new();
    for item in element.list("Товары", "Товар") {
        if lines.len() >= MAX_LINES {
            return Err(format!("строк больше {MAX_LINES}"));
        }
        lines.push(line::read(item, rules, warnings)?);
    }
    Ok(lines)
}

fn said(properties: &Properties) -> Said {
    let flag = |names: &[&str]| properties.get(names).and_then(values::flag);
    let text = |names: &[&str], most| properties.get(names).map(|value| cut(value, most));
    Said {
        onec_number: text(&["Номер по 1С", "Номер1С", "Номер по 1C"], 64),
        onec_day: properties.get(&["Дата по 1С", "Дата1С", "Дата по 1C"]).and_then(values::day),
        posted: flag(&["Проведен", "Проведён"]),
        deleted: flag(&["ПометкаУдаления", "Пометка удаления"]),
        cancelled: flag(&["Отменен", "Отменён"]),
        paid: flag(&["Оплачено", "Оплачен"]),
        paid_number: text(&["Номер оплаты по 1С", "Номер оплаты по 1C"], 64),
        shipped: properties.get(&["Номер отгрузки по 1С"]).is_some() || flag(&["Отгружен"]) == Some(true),
        method: text(&["Метод оплаты ИД", "Метод оплаты (ИД)", "Метод оплаты"], 100),
    }
}

fn kind(operation: &str, properties: &Properties, method: Option<&str>) -> DocumentKind {
    let name = operation.to_lowercase();
    let by_name = if name.contains("безналичных") {
        MoneyKind::Bank
    } else if name.contains("наличных") {
        MoneyKind::Cash
    } else {
        MoneyKind::Card
    };
    let money = method.and_then(money_kind).unwrap_or(by_name);
    let returned = properties.get(&["Признак возврата"]).and_then(values::flag) == Some(true);
    match name.as_str() {
        "заказ товара" => DocumentKind::Order,
        "отпуск товара" => DocumentKind::Shipment,
        "возврат наличных денег" | "возврат безналичных денег" => {
            DocumentKind::Refund(money)
        }
        "выплата наличных денег" | "выплата безналичных денег" | "эквайринговая операция" if returned => {
            DocumentKind::Refund(money)
        }
        "выплата наличных денег" | "выплата безналичных денег" | "эквайринговая операция" => {
            DocumentKind::Payment(money)
        }
        _ => DocumentKind::Other(cut(operation, 100)),
    }
}

/// The way of paying by its id or its name; an unknown one says nothing.
fn money_kind(method: &str) -> Option<MoneyKind> {
    let method = method.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| method.contains(word));
    if has(&["сбп", "sbp"]) {
        Some(MoneyKind::Sbp)
    } else if has(&["card", "карт", "эквайр"]) {
        Some(MoneyKind::Card)
    } else if has(&["безнал", "bank", "invoice", "счет", "счёт"]) {
        Some(MoneyKind::Bank)
    } else if has(&["cash", "налич"]) {
        Some(MoneyKind::Cash)
    } else {
        None
    }
}

/// Codes, names and habits for the ruble become `RUB`; anything else stays as it is written and is not payable.
fn currency(text: &str) -> String {
    let plain = text.trim().trim_end_matches('.').to_uppercase();
    match plain.as_str() {
        "643" | "RUB" | "RUR" | "РУБ" | "810" => "RUB".to_owned(),
        _ => cut(&plain, 10),
    }
}

fn pickup(element: &Element) -> Option<Pickup> {
    let place = element.list("Склады", "Склад").next()?;
    let name = place.text("Наименование").unwrap_or("Пункт выдачи");
    Some(Pickup {
        id: cut(place.text("Ид").unwrap_or(name), 80),
        name: cut(name, 255),
        address: place.child("Адрес").and_then(|address| address.text("Представление")).map(|text| cut(text, 500)),
    })
}

fn delivered(lines: &[LineIn], has_pickup: bool, properties: &Properties) -> Option<bool> {
    if lines.iter().any(|line| line.delivery) {
        return Some(true);
    }
    if has_pickup || properties.get(&["Пункт выдачи заказа"]).is_some() {
        return Some(false);
    }
    let way = properties.get(&["Способ доставки", "Метод доставки"]).map(str::to_lowercase);
    match way {
        Some(way) if way.contains("самовывоз") => Some(false),
        Some(_) => Some(true),
        None => properties.get(&["Адрес доставки"]).map(|_| true),
    }
}
