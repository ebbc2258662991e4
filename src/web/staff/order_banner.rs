//! The gravest unusual thing about an order, with its remedy; one a card.

use chrono::Duration;

use super::desk::Desk;
use super::guard::Guarded;
use super::order_facts::Facts;
use super::view::{Action, Banner, Tone};
use super::words;
use crate::base::texts;
use crate::domain::exports::ExportState;
use crate::domain::orders::OrderState;
use crate::domain::payments::AttemptState;
use crate::domain::staff::Permission;

/// How long refusals are news.
const REFUSALS_FRESH: Duration = Duration::hours(24);

/// The banner.
#[must_use]
pub fn compose(facts: &Facts, desk: &Desk, guarded: &Guarded) -> Option<Banner> {
    rejected(facts, guarded)
        .or_else(|| to_return(facts))
        .or_else(|| foreign_currency(facts))
        .or_else(|| changed(facts))
        .or_else(|| link_asked(facts, desk, guarded))
        .or_else(|| expired(facts, desk, guarded))
        .or_else(|| silenced(facts, guarded))
        .or_else(|| refused(facts, guarded))
        .or_else(|| deferred(facts))
}

fn banner(tone: Tone, title: impl Into<String>, text: impl Into<String>, actions: Vec<Action>) -> Banner {
    Banner { tone, title: title.into(), text: text.into(), actions }
}

fn press(words: &str, href: String) -> Action {
    Action { words: words.to_owned(), href, post: true }
}

fn go(words: &str, href: &str) -> Action {
    Action { words: words.to_owned(), href: href.to_owned(), post: false }
}

fn rejected(facts: &Facts, guarded: &Guarded) -> Option<Banner> {
    let stuck =
        |state| facts.money.iter().find(|money| money.export.as_ref().is_some_and(|export| export.state == state));
    if let Some(money) = stuck(ExportState::Rejected) {
        let id = &money.document.id;
        let mut actions = Vec::new();
        if guarded.may(Permission::RetryExports) {
            actions.push(press("Повторить", format!("/staff/documents/{id}/retry")));
        }
        if guarded.may(Permission::EnterIn1c) {
            actions.push(go("Внести вручную", &format!("/staff/manual#doc-{id}")));
        }
        let reason = money.export.as_ref().and_then(|export| export.message.clone()).unwrap_or_default();
        let reason = reason.trim_end_matches('.');
        let text = format!("{reason}. Портал предложит документ ещё раз сам; клиента это не касается.");
        return Some(banner(Tone::Red, "1С не приняла оплату", text, actions));
    }
    let money = stuck(ExportState::Unposted)?;
    let number = money.export.as_ref().and_then(|export| export.onec_number.clone()).unwrap_or_default();
    let title = format!("Документ 1С №\u{a0}{number} записан, но не проведён");
    Some(banner(Tone::Amber, title, "Проведите его в 1С: до этого оплата там не учтена.", Vec::new()))
}

fn to_return(facts: &Facts) -> Option<Banner> {
    let excess = facts.balance().to_return();
    if !excess.is_positive() {
        return None;
    }
    let why = if facts.order().state == OrderState::Cancelled {
        "Заказ отменён в 1С, а деньги по нему получены."
    } else {
        "Получено больше, чем стоит заказ."
    };
    let actions =
        if facts.refundable.is_positive() { vec![go("Вернуть деньги", "#refund")] } else { Vec::new() };
    Some(banner(Tone::Violet, format!("К возврату {excess}"), why, actions))
}

fn foreign_currency(facts: &Facts) -> Option<Banner> {
    let order = facts.order();
    if order.is_in_rubles() {
        return None;
    }
    let title = format!("Заказ в валюте {}", order.currency);
    Some(banner(Tone::Amber, title, "Портал принимает оплату только в рублях.", Vec::new()))
}

fn changed(facts: &Facts) -> Option<Banner> {
    let (order, balance) = (facts.order(), facts.balance());
    let from = order.changed_from?;
    if !balance.paid.is_positive() || !balance.due.is_positive() {
        return None;
    }
    let text = format!("Было {from}, стало {}. По той же ссылке клиент увидит доплату {}.", order.total, balance.due);
    let compare = format!("/staff/orders/{}?compare=1#lines", facts.id);
    Some(banner(Tone::Amber, "Магазин изменил заказ после оплаты", text, vec![go("Что изменилось", &compare)]))
}

fn link_asked(facts: &Facts, desk: &Desk, guarded: &Guarded) -> Option<Banner> {
    if !facts.link_asked {
        return None;
    }
    let until = facts.order().pay_until.map(|until| texts::date(desk.zone.day(until))).unwrap_or_default();
    let text = format!("Срок оплаты закончился {until}. Измените срок в заказе 1С и отправьте клиенту ту же ссылку.");
    let mut actions = Vec::new();
    if guarded.may(Permission::SendLink) {
        actions.push(press("Просьба выполнена", format!("/staff/orders/{}/answer", facts.id)));
    }
    Some(banner(Tone::Blue, "Клиент просит новую ссылку", text, actions))
}

fn expired(facts: &Facts, desk: &Desk, guarded: &Guarded) -> Option<Banner> {
    let (order, balance) = (facts.order(), facts.balance());
    let until = order.pay_until.filter(|until| *until <= guarded.now && order.deferred_until.is_none())?;
    if !balance.due.is_positive() {
        return None;
    }
    let title = format!("Срок оплаты прошёл {}", words::short_moment(until, desk.zone));
    let text = "По ссылке видно только это. Срок задаёт 1С: измените его в заказе, и ссылка снова примет оплату.";
    Some(banner(Tone::Amber, title, text, Vec::new()))
}

fn silenced(facts: &Facts, guarded: &Guarded) -> Option<Banner> {
    let (order, balance) = (facts.order(), facts.balance());
    let closed = facts.returned().is_positive() && !order.reopened && order.state != OrderState::Cancelled;
    if !closed || balance.due.is_positive() || balance.paid >= balance.total || balance.refunding.is_positive() {
        return None;
    }
    let mut actions = Vec::new();
    if guarded.may(Permission::SendLink) {
        actions.push(press("Снова принимать оплату", format!("/staff/orders/{}/reopen", facts.id)));
    }
    let text = "После возврата ссылка больше не просит денег. Если клиент передумал, оплату можно открыть снова.";
    Some(banner(Tone::Violet, "Деньги возвращены, оплата закрыта", text, actions))
}

fn refused(facts: &Facts, guarded: &Guarded) -> Option<Banner> {
    if !facts.balance().due.is_positive() {
        return None;
    }
    let fresh = guarded.now - REFUSALS_FRESH;
    let failed: Vec<_> = facts
        .attempts
        .iter()
        .take_while(|attempt| attempt.created_at > fresh)
        .filter(|attempt| attempt.state == AttemptState::Failed)
        .collect();
    let last = failed.first()?;
    let (reason, remedy) = words::decline(last.decline.as_deref());
    let count = failed.len() as u64;
    let title = format!("Не проходит: {count}\u{a0}{}", texts::plural(count, "отказ", "отказа", "отказов"));
    Some(banner(Tone::Amber, title, format!("Последний раз — {reason}. {remedy}").trim(), Vec::new()))
}

fn deferred(facts: &Facts) -> Option<Banner> {
    let until = facts.order().deferred_until?;
    if !facts.balance().due.is_positive() {
        return None;
    }
    let title = format!("Отсрочка до {}", texts::date(until));
    Some(banner(Tone::Blue, title, "Оплатить можно и раньше; о сроке 1С напомнит сама.", Vec::new()))
}
