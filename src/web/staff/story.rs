//! The story of an order in words, by days, newest first.

use std::collections::HashMap;

use serde_json::Value;

use super::view::{DayOfStory, StoryItem, Tone};
use super::words;
use crate::base::texts;
use crate::base::{Kopecks, Zone};
use crate::domain::reports::timeline::Moment;

type People = HashMap<String, String>;

/// The story by days.
#[must_use]
pub fn compose(story: &[Moment], people: &People, zone: Zone) -> Vec<DayOfStory> {
    let mut days: Vec<(chrono::NaiveDate, DayOfStory)> = Vec::new();
    for moment in story {
        let local = zone.local(moment.at);
        let Some((tone, icon, fact, note)) = told(moment) else { continue };
        let note = [note, by(&moment.actor, people)].into_iter().filter(|part| !part.is_empty());
        let note = note.collect::<Vec<_>>().join(" · ");
        let item = StoryItem { tone, icon, fact, note, time: local.format("%H:%M").to_string() };
        match days.last_mut().filter(|(day, _)| *day == local.date()) {
            Some((_, day)) => day.items.push(item),
            None => {
                let title = texts::date_in_words(local.date());
                days.push((local.date(), DayOfStory { title, items: vec![item] }));
            }
        }
    }
    days.into_iter().map(|(_, day)| day).collect()
}

/// Staff are named; machines are known by what they did.
fn by(actor: &str, people: &People) -> String {
    people.get(actor).cloned().unwrap_or_default()
}

type Told = (Tone, &'static str, String, String);

fn plain(tone: Tone, icon: &'static str, fact: &str) -> Told {
    (tone, icon, fact.to_owned(), String::new())
}

fn text<'a>(details: &'a Value, name: &str) -> &'a str {
    details.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn number(details: &Value, name: &str) -> i64 {
    details.get(name).and_then(Value::as_i64).unwrap_or(0)
}

/// Sums are told as kopecks or as text, by whoever wrote the entry.
fn sum(details: &Value, name: &str) -> String {
    let told = details.get(name);
    let sum = told.and_then(Value::as_i64).map(Kopecks::new);
    let sum = sum.or_else(|| Kopecks::parse(told.and_then(Value::as_str)?).ok());
    sum.map(|sum| sum.to_string()).unwrap_or_default()
}

fn told(moment: &Moment) -> Option<Told> {
    let details = &moment.details;
    of_order(&moment.action, details)
        .or_else(|| of_link(&moment.action, details))
        .or_else(|| of_attempt(&moment.action, details))
        .or_else(|| of_money(&moment.action, details))
        .or_else(|| of_onec(&moment.action, details))
        .or_else(|| of_staff(&moment.action))
}

fn of_order(action: &str, details: &Value) -> Option<Told> {
    Some(match action {
        "order_received" => {
            (Tone::Grey, "swap", "Заказ получен из 1С".to_owned(), format!("на сумму {}", sum(details, "total")))
        }
        "order_revised" => {
            let (from, to) = (sum(details, "from"), sum(details, "total"));
            let note = if from == to {
                "сумма прежняя".to_owned()
            } else {
                format!("было {from}, стало {to}")
            };
            let fact = format!("Заказ изменён в 1С: версия {}", number(details, "revision"));
            (Tone::Amber, "swap", fact, note)
        }
        "order_cancelled" => plain(Tone::Grey, "cross", "Заказ отменён в 1С"),
        "order_restored" => plain(Tone::Blue, "swap", "Заказ восстановлен в 1С"),
        "order_closed" => plain(Tone::Grey, "tick", "Заказ закрыт в 1С"),
        _ => return None,
    })
}

fn of_link(action: &str, details: &Value) -> Option<Told> {
    let count = number(details, "count");
    let times = if count > 1 { format!("всего {count}\u{a0}{}", plural_times(count)) } else { String::new() };
    Some(match action {
        "link_queued" => plain(Tone::Grey, "send", "Письмо со ссылкой поставлено в очередь"),
        "link_sent" => plain(Tone::Grey, "send", "Ссылка отправлена письмом"),
        "link_made" => plain(Tone::Grey, "link", "Создана ссылка"),
        "link_revoked" => plain(Tone::Amber, "unlink", "Ссылка отозвана"),
        "link_opened" => {
            let fact = if count > 1 {
                "Клиент снова открыл ссылку"
            } else {
                "Клиент открыл ссылку"
            };
            (Tone::Blue, "eye", fact.to_owned(), times)
        }
        "link_method_chosen" => (Tone::Blue, "eye", "Клиент выбрал способ оплаты".to_owned(), times),
        "payment_letter_sent" => plain(Tone::Grey, "mail", "Письмо об оплате отправлено"),
        _ => return None,
    })
}

fn plural_times(count: i64) -> &'static str {
    texts::plural(u64::try_from(count).unwrap_or(0), "раз", "раза", "раз")
}

fn of_attempt(action: &str, details: &Value) -> Option<Told> {
    let method = match text(details, "method") {
        "card" => "карта",
        "sbp" => "СБП",
        _ => "",
    };
    let note = |more: &str| [method, more].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
    Some(match action {
        "attempt_started" => (Tone::Blue, "clock", format!("Начата оплата {}", sum(details, "amount")), note("")),
        "attempt_review" => (Tone::Amber, "warn", "Оплата отличается от запроса".to_owned(), note("решает бухгалтер")),
        "attempt_failed" => {
            let code = details.get("decline").and_then(Value::as_str);
            (Tone::Red, "cross", "Банк отказал".to_owned(), note(words::decline(code).0))
        }
        "attempt_cancelled" => (Tone::Grey, "cross", "Начатая оплата отменена".to_owned(), note("")),
        "attempt_expired" => (Tone::Grey, "glass", "Клиент не закончил оплату".to_owned(), note("")),
        "attempt_superseded" => (Tone::Grey, "swap", "Оплата начата заново".to_owned(), note("")),
        _ => return None,
    })
}

fn of_money(action: &str, details: &Value) -> Option<Told> {
    let amount = sum(details, "amount");
    let kind = crate::base::MoneyKind::parse(text(details, "kind")).map_or("", words::money_kind).to_owned();
    Some(match action {
        "money_received" => (Tone::Green, "done", format!("Оплата {amount}"), kind),
        "money_returned" => (Tone::Violet, "back", format!("Возвращено {amount}"), kind),
        "money_moved" => (Tone::Amber, "swap", format!("Перенесено {amount}"), String::new()),
        "refund_asked" => (Tone::Violet, "back", format!("Просят вернуть {amount}"), String::new()),
        "refund_approved" => (Tone::Violet, "tick", format!("Возврат {amount} подтверждён"), String::new()),
        "refund_declined" => (Tone::Grey, "cross", format!("В возврате {amount} отказано"), String::new()),
        "refund_failed" => {
            (Tone::Red, "warn", format!("Возврат {amount} не прошёл"), text(details, "message").to_owned())
        }
        _ => return None,
    })
}

fn of_onec(action: &str, details: &Value) -> Option<Told> {
    let document = format!("документ №\u{a0}{}", text(details, "number"));
    Some(match action {
        "onec_sent" => plain(Tone::Grey, "swap", "Передана в 1С"),
        "onec_accepted" => (Tone::Green, "tick", "1С приняла оплату".to_owned(), document),
        "onec_unposted" => (Tone::Amber, "half", "В 1С записано, но не проведено".to_owned(), document),
        "onec_rejected" => (Tone::Red, "warn", "1С отклонила оплату".to_owned(), text(details, "message").to_owned()),
        "onec_retried" => plain(Tone::Grey, "swap", "Оплата снова предложена 1С"),
        "onec_decided" => (Tone::Green, "tick", "Документ 1С разобран".to_owned(), document),
        _ => return None,
    })
}

fn of_staff(action: &str) -> Option<Told> {
    Some(match action {
        "contacts_opened" => plain(Tone::Grey, "eye", "Открыты телефон и почта клиента"),
        "order_reopened" => plain(Tone::Blue, "undo", "Снова принимаем оплату"),
        "link_request_answered" => plain(Tone::Blue, "tick", "Просьба о ссылке выполнена"),
        "review_dismissed" => plain(Tone::Grey, "cross", "Спорная оплата закрыта без записи"),
        "review_recorded" => plain(Tone::Green, "tick", "Спорная оплата записана"),
        _ => return None,
    })
}
