//! CommerceML for 1C (`mode=query`): what a stock УТ 11 accepts, and nothing that makes it refuse a package.
//!
//! No namespace: with one УТ checks every field against its schema and refuses the whole package for one violation.

use chrono::NaiveDateTime;

use crate::base::Kopecks;
use crate::domain::orders::{BuyerKind, Line, Order};

/// УТ puts the number into a column of so many characters before it looks it up.
pub const NUMBER_LENGTH: usize = 11;

/// Encoding of the answer; header, declaration and bytes agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AnswerEncoding {
    /// UTF-8 without a BOM.
    #[default]
    Utf8,
    /// windows-1251, for old modules.
    Windows1251,
}

impl AnswerEncoding {
    /// By the word of the settings.
    #[must_use]
    pub fn of(word: Option<&str>) -> Self {
        if word == Some("windows-1251") { Self::Windows1251 } else { Self::Utf8 }
    }

    /// The name in header and declaration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Windows1251 => "windows-1251",
        }
    }
}

/// An order that was paid in full at once.
#[derive(Debug, Clone)]
pub struct PaidOrder {
    /// Ид, 40 characters at most.
    pub id: String,
    /// The number on the site, 11 characters at most.
    pub number: String,
    /// The order.
    pub order: Order,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Code of the way of paying in the node's table: `card`, `sbp`.
    pub method_id: &'static str,
    /// Its name.
    pub method: &'static str,
}

/// The whole answer; `made_at` is local time.
#[must_use]
pub fn answer(documents: &[String], encoding: AnswerEncoding, containers: bool, made_at: NaiveDateTime) -> Vec<u8> {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"{}\"?>\n<КоммерческаяИнформация ВерсияСхемы=\"2.07\" ДатаФормирования=\"{}\">\n",
        encoding.name().to_uppercase(),
        made_at.format("%Y-%m-%dT%H:%M:%S")
    );
    for document in documents {
        if containers {
            text = format!("{text}<Контейнер>\n{document}</Контейнер>\n");
        } else {
            text.push_str(document);
        }
    }
    text.push_str("</КоммерческаяИнформация>\n");
    match encoding {
        AnswerEncoding::Utf8 => text.into_bytes(),
        // What windows-1251 does not have becomes a character reference, which XML reads back.
        AnswerEncoding::Windows1251 => encoding_rs::WINDOWS_1251.encode(&text).0.into_owned(),
    }
}

/// One order as a Документ. The same order in the same state is always the same text.
#[must_use]
pub fn document(paid: &PaidOrder) -> String {
    let order = &paid.order;
    let mut out = String::from("<Документ>\n");
    tag(&mut out, "Ид", &paid.id, 40);
    tag(&mut out, "Номер", &paid.number, NUMBER_LENGTH);
    tag(&mut out, "Дата", &order.ordered_on.format("%Y-%m-%d").to_string(), 10);
    tag(&mut out, "ХозОперация", "Заказ товара", 50);
    tag(&mut out, "Роль", "Продавец", 20);
    tag(&mut out, "Валюта", "RUB", 3);
    tag(&mut out, "Курс", "1", 10);
    money(&mut out, "Сумма", order.total);
    buyer(&mut out, order);
    tag(&mut out, "Время", "00:00:00", 8);
    out.push_str("<Налоги><Налог>\n");
    tag(&mut out, "Наименование", "НДС", 10);
    tag(&mut out, "УчтеноВСумме", "true", 5);
    money(&mut out, "Сумма", order.vat_total);
    out.push_str("</Налог></Налоги>\n<Товары>\n");
    for (number, item) in (1..).zip(&paid.lines) {
        line(&mut out, &paid.id, number, item);
    }
    out.push_str("</Товары>\n");
    let properties = [
        ("Метод оплаты", paid.method),
        ("Метод оплаты ИД", paid.method_id),
        ("Заказ оплачен", "true"),
        ("Отменен", "false"),
    ];
    property_list(&mut out, &properties);
    out.push_str("</Документ>\n");
    out
}

fn buyer(out: &mut String, order: &Order) {
    out.push_str("<Контрагенты><Контрагент>\n");
    let name = if order.buyer_name.trim().is_empty() { "Покупатель" } else { &order.buyer_name };
    let company = order.buyer_kind == BuyerKind::Company;
    // One counterparty a buyer: УТ tells buyers apart by this and by the name.
    tag(out, "Ид", order.id.as_str(), 40);
    tag(out, "Наименование", name, 255);
    tag(out, if company { "ОфициальноеНаименование" } else { "ПолноеНаименование" }, name, 255);
    for (element, value) in [("ИНН", &order.buyer_inn), ("КПП", &order.buyer_kpp)] {
        if let Some(value) = value {
            tag(out, element, value, 12);
        }
    }
    let contacts = [("Телефон мобильный", &order.buyer_phone), ("Почта", &order.buyer_email)];
    if contacts.iter().any(|(_, value)| value.is_some()) {
        out.push_str("<Контакты>\n");
        for (kind, value) in contacts {
            let Some(value) = value else { continue };
            out.push_str("<Контакт>");
            tag(out, "Тип", kind, 50);
            tag(out, "Значение", value, 255);
            out.push_str("</Контакт>\n");
        }
        out.push_str("</Контакты>\n");
    }
    tag(out, "Роль", "Покупатель", 20);
    out.push_str("</Контрагент></Контрагенты>\n");
}

fn line(out: &mut String, order: &str, number: usize, line: &Line) {
    let rate = match line.vat_rate.as_str() {
        "none" => "Без налога",
        rate => rate,
    };
    out.push_str("<Товар>\n");
    tag(out, "Ид", &format!("{order}#{number}"), 80);
    if let Some(article) = &line.article {
        tag(out, "Артикул", article, 100);
    }
    tag(out, "Наименование", &line.name, 255);
    tag(out, "БазоваяЕдиница", &line.unit, 25);
    out.push_str("<СтавкиНалогов><СтавкаНалога>");
    tag(out, "Наименование", "НДС", 10);
    tag(out, "Ставка", rate, 20);
    out.push_str("</СтавкаНалога></СтавкиНалогов>\n");
    property_list(out, &[("ТипНоменклатуры", "Товар")]);
    money(out, "ЦенаЗаЕдиницу", line.price);
    tag(out, "Количество", &line.quantity.to_decimal_text(), 20);
    money(out, "Сумма", line.amount);
    out.push_str("<Налоги><Налог>");
    tag(out, "Наименование", "НДС", 10);
    tag(out, "УчтеноВСумме", "true", 5);
    money(out, "Сумма", line.vat_amount);
    tag(out, "Ставка", rate, 20);
    out.push_str("</Налог></Налоги>\n</Товар>\n");
}

fn property_list(out: &mut String, pairs: &[(&str, &str)]) {
    out.push_str("<ЗначенияРеквизитов>\n");
    for (name, value) in pairs {
        out.push_str("<ЗначениеРеквизита>");
        tag(out, "Наименование", name, 255);
        tag(out, "Значение", value, 1000);
        out.push_str("</ЗначениеРеквизита>\n");
    }
    out.push_str("</ЗначенияРеквизитов>\n");
}

fn money(out: &mut String, name: &str, sum: Kopecks) {
    tag(out, name, &sum.to_decimal_text(), 20);
}

/// An element with text: cut to its limit, free of characters that XML 1.0 does not know.
fn tag(out: &mut String, name: &str, text: &str, most: usize) {
    out.extend(["<", name, ">"]);
    for character in text.chars().filter(|c| is_allowed(*c)).take(most) {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => out.push(other),
        }
    }
    out.extend(["</", name, ">\n"]);
}

fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
        && !('\u{7f}'..='\u{9f}').contains(&character)
}
