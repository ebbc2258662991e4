//! Payments and attempts of a card, refusals included, newest first.

use super::order_facts::{Facts, MoneyFacts};
use super::view::{MoneyRow, OnecMark, Tone};
use super::words;
use crate::base::texts;
use crate::base::{Direction, Instant, Kopecks, Method, Zone};
use crate::domain::exports::ExportState;
use crate::domain::payments::{Attempt, AttemptState};
use crate::domain::receipts::ReceiptState;
use crate::domain::reports::orders::OnecRoad;
use crate::gateways::providers::PaymentDetails;

/// The rows.
#[must_use]
pub fn compose(facts: &Facts, zone: Zone, now: Instant) -> Vec<MoneyRow> {
    let mut rows: Vec<(Instant, MoneyRow)> = Vec::new();
    for money in &facts.money {
        rows.push((money.document.received_at, document(facts, money, zone, now)));
    }
    let brought = |attempt: &&Attempt| attempt.state != AttemptState::Succeeded;
    for attempt in facts.attempts.iter().filter(brought) {
        rows.push((attempt.created_at, unpaid(attempt, zone)));
    }
    rows.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    rows.into_iter().map(|(_, row)| row).collect()
}

fn document(facts: &Facts, money: &MoneyFacts, zone: Zone, now: Instant) -> MoneyRow {
    let paid = &money.document;
    let attempt = facts.attempts.iter().find(|attempt| Some(&attempt.id) == paid.attempt_id.as_ref());
    let back = paid.direction == Direction::Out;
    let how = match attempt {
        Some(attempt) => how(attempt),
        None if back => format!("Возврат, {}", words::money_kind(paid.kind).to_lowercase()),
        None => words::money_kind(paid.kind).to_owned(),
    };
    let amount = if back { Kopecks::ZERO - money.bound } else { money.bound };
    MoneyRow {
        when: texts::date_time(zone.local(paid.received_at)),
        how,
        outcome: money
            .bound
            .is_zero()
            .then(|| (Tone::Grey, "swap", "перенесено на другой заказ или отменено".to_owned())),
        onec: mark(money, now),
        receipt: receipt(facts, money).to_owned(),
        amount: Some(amount),
    }
}

/// What travels has its road; what 1C told of itself or covers has 1C's number.
fn mark(money: &MoneyFacts, now: Instant) -> OnecMark {
    match (&money.export, &money.number) {
        (Some(export), _) if export.state != ExportState::Accepted || money.number.is_none() => {
            let road = OnecRoad {
                state: export.state,
                road: export.road,
                since: export.created_at,
                number: export.onec_number.clone(),
                message: export.message.clone(),
            };
            words::onec_mark(Some(&road), now)
        }
        (_, Some(number)) => OnecMark::Accepted(number.clone()),
        _ => OnecMark::None,
    }
}

fn receipt(facts: &Facts, money: &MoneyFacts) -> &'static str {
    let kept = facts.receipts.iter().find(|receipt| {
        receipt.attempt_id.is_some() && receipt.attempt_id == money.document.attempt_id && receipt.kind == "sale"
    });
    match kept.map(|receipt| receipt.state) {
        Some(ReceiptState::Registered) => "пробит",
        Some(ReceiptState::Queued | ReceiptState::Sent) => "пробивается",
        Some(ReceiptState::Failed) => "не пробит",
        None => "—",
    }
}

/// «Карта •••• 4417, ЮKassa».
#[must_use]
pub fn how(attempt: &Attempt) -> String {
    let details: PaymentDetails =
        attempt.details.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let provider = words::provider(&attempt.account);
    match (attempt.method, details.card_last4) {
        (Method::Card, Some(last4)) => format!("Карта\u{a0}••••\u{a0}{last4}, {provider}"),
        (Method::Card, None) => format!("Карта, {provider}"),
        (Method::Sbp, _) => format!("СБП, {provider}"),
    }
}

fn unpaid(attempt: &Attempt, zone: Zone) -> MoneyRow {
    MoneyRow {
        when: texts::date_time(zone.local(attempt.created_at)),
        how: how(attempt),
        outcome: Some(outcome(attempt)),
        onec: OnecMark::None,
        receipt: String::new(),
        amount: None,
    }
}

fn outcome(attempt: &Attempt) -> (Tone, &'static str, String) {
    let refused = || words::decline(attempt.decline.as_deref()).0;
    match attempt.state {
        AttemptState::Created | AttemptState::Waiting => {
            (Tone::Blue, "clock", format!("клиент платит {}", attempt.amount))
        }
        AttemptState::Authorized => (Tone::Blue, "dots", format!("деньги {} удержаны банком", attempt.amount)),
        AttemptState::Unknown => (Tone::Blue, "dots", "ждём ответа провайдера".to_owned()),
        AttemptState::Superseded => (Tone::Grey, "swap", "начата заново другим способом".to_owned()),
        AttemptState::Review => (Tone::Amber, "warn", "ждёт решения бухгалтера".to_owned()),
        AttemptState::Failed => (Tone::Red, "cross", format!("банк отказал: {}", refused())),
        AttemptState::Cancelled => (Tone::Grey, "cross", "отменена".to_owned()),
        AttemptState::Expired => (Tone::Grey, "glass", "клиент не закончил оплату".to_owned()),
        AttemptState::Succeeded => (Tone::Green, "done", "оплачено".to_owned()),
    }
}
