//! The lamps of «Состояние»: one a connection, and the headline that follows from them.

use super::view::{Lamp, Tone};
use super::words;
use crate::base::{Instant, Mode, Zone};
use crate::context::Context;
use crate::domain::reports::state::{Exchange, Queue};

/// What the lamps follow from.
pub struct Seen<'a> {
    /// The outbox by kind.
    pub queues: &'a [Queue],
    /// The last exchanges with 1C, newest first.
    pub exchanges: &'a [Exchange],
    /// Nothing may leave.
    pub paused: bool,
    /// 1C has not taken payments for too long.
    pub silent: bool,
    /// Now (UTC).
    pub now: Instant,
    /// The shop's zone.
    pub zone: Zone,
}

/// All lamps: providers, 1C, mail, the outbox.
#[must_use]
pub fn lamps(context: &Context, seen: &Seen<'_>) -> Vec<Lamp> {
    let mut lamps = providers(context, seen);
    lamps.push(onec(seen));
    lamps.push(mail(context, seen));
    lamps.push(outgoing(seen));
    lamps
}

fn lamp(name: impl Into<String>, tone: Tone, words: impl Into<String>, note: impl Into<String>) -> Lamp {
    Lamp { name: name.into(), tone, words: words.into(), note: note.into() }
}

fn providers(context: &Context, seen: &Seen<'_>) -> Vec<Lamp> {
    let mut lamps: Vec<Lamp> = context
        .providers
        .all()
        .map(|(name, account)| {
            let test = account.provider.mode() == Mode::Test;
            let note = if test { format!("{name}, тестовый магазин") } else { name.to_owned() };
            let (tone, words) = if context.memory.is_away(name, seen.now) {
                (Tone::Red, "не отвечает: оплату через него не предлагаем")
            } else {
                (Tone::Green, "сбоев не было")
            };
            lamp(words::provider(name), tone, words, note)
        })
        .collect();
    if lamps.is_empty() {
        lamps.push(lamp("Приём оплаты", Tone::Amber, "провайдер не настроен", "Картой и по СБП заплатить нельзя."));
    }
    lamps
}

fn onec(seen: &Seen<'_>) -> Lamp {
    let Some(last) = seen.exchanges.first() else {
        return lamp("1С", Tone::Grey, "ещё не выходила на связь", "");
    };
    let note = format!("последний обмен {}", words::short_moment(last.at, seen.zone));
    if seen.silent {
        return lamp("1С", Tone::Red, format!("молчит {}", words::age(last.at, seen.now)), note);
    }
    if last.status >= 400 {
        return lamp("1С", Tone::Amber, format!("последний обмен не удался: {}", last.verdict), note);
    }
    lamp("1С", Tone::Green, "на связи", note)
}

fn mail(context: &Context, seen: &Seen<'_>) -> Lamp {
    if context.mailer.is_none() {
        return lamp("Почта", Tone::Grey, "выключена", "Ссылки и квитанции письмом не уходят.");
    }
    let letters: Vec<&Queue> = seen.queues.iter().filter(|queue| queue.topic.starts_with("letter_")).collect();
    let dead: i64 = letters.iter().map(|queue| queue.dead).sum();
    if dead > 0 {
        let error = letters.iter().find_map(|queue| queue.error.clone()).unwrap_or_default();
        return lamp("Почта", Tone::Amber, format!("не доставлено писем: {dead}"), error);
    }
    lamp("Почта", Tone::Green, "отправляется", "")
}

fn outgoing(seen: &Seen<'_>) -> Lamp {
    let waiting: i64 = seen.queues.iter().map(|queue| queue.waiting).sum();
    if seen.paused {
        let note = "Так бывает после восстановления из копии: проверьте её и снимите паузу.";
        return lamp("Исходящие", Tone::Red, "на паузе", note);
    }
    let oldest = seen.queues.iter().filter_map(|queue| queue.oldest).min();
    match oldest {
        Some(since) if seen.now - since > chrono::Duration::hours(1) => {
            lamp("Исходящие", Tone::Amber, format!("ждёт сообщений: {waiting}"), words::age(since, seen.now))
        }
        _ => lamp("Исходящие", Tone::Green, format!("ждёт сообщений: {waiting}"), ""),
    }
}

/// What customers feel, what happens by itself.
#[must_use]
pub fn headline(lamps: &[Lamp], paused: bool) -> (Tone, String, String) {
    let told = |tone, title: &str, text: &str| (tone, title.to_owned(), text.to_owned());
    if paused {
        let text =
            "Письма, документы для 1С и возвраты не уходят, пока пауза не снята. Принимать оплату это не мешает.";
        return told(Tone::Red, "Исходящие на паузе", text);
    }
    let bad = |name: &str| lamps.iter().any(|lamp| lamp.name == name && lamp.tone == Tone::Red);
    if lamps.iter().any(|lamp| lamp.name != "1С" && lamp.tone == Tone::Red) {
        let text = "Часть способов оплаты сейчас не предлагается. Портал проверяет связь сам и вернёт их, как только она появится.";
        return told(Tone::Red, "Один из провайдеров не отвечает", text);
    }
    if bad("1С") {
        let text = "Покупатели платят как обычно. Оплаты дождутся 1С и уйдут в неё сами, ничего не потеряется.";
        return told(Tone::Amber, "Покупатели платят, 1С молчит", text);
    }
    if lamps.iter().any(|lamp| lamp.tone == Tone::Amber) {
        return told(
            Tone::Amber,
            "Покупатели платят, есть на что посмотреть",
            "Жёлтые строки ниже скажут, на что именно.",
        );
    }
    told(Tone::Green, "Всё работает", "Покупатели платят, 1С принимает оплаты.")
}
