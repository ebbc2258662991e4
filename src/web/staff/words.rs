//! Words of the back office for what the rules name shortly.

use chrono::NaiveDate;

use super::view::{OnecMark, Status};
use crate::base::texts::{self, plural};
use crate::base::{Direction, Instant, MoneyKind, Zone};
use crate::domain::exports::{ExportState, Road};
use crate::domain::reports::Standing;
use crate::domain::reports::orders::OnecRoad;
use crate::gateways::providers::DeclineReason;

/// «18 мин», «2 ч», «3 дн.»: how long something has lasted.
#[must_use]
pub fn age(since: Instant, now: Instant) -> String {
    let lasted = now - since;
    match (lasted.num_minutes(), lasted.num_hours(), lasted.num_days()) {
        (..1, _, _) => "меньше минуты".to_owned(),
        (minutes, 0, _) => format!("{minutes}\u{a0}мин"),
        (_, hours, 0) => format!("{hours}\u{a0}ч"),
        (_, _, days) => format!("{days}\u{a0}дн."),
    }
}

/// «1 284 заказа».
#[must_use]
pub fn orders_count(count: i64) -> String {
    let number = u64::try_from(count).unwrap_or(0);
    format!("{number}\u{a0}{}", plural(number, "заказ", "заказа", "заказов"))
}

/// «Сегодня, 24 ноября», «Вчера, 23 ноября», «22 ноября 2026».
#[must_use]
pub fn day_title(day: NaiveDate, today: NaiveDate) -> String {
    let words = texts::date_in_words(day);
    let short = words.rsplit_once(' ').map_or(words.as_str(), |(short, _)| short);
    match (today - day).num_days() {
        0 => format!("Сегодня, {short}"),
        1 => format!("Вчера, {short}"),
        _ => words,
    }
}

/// `23.11, 14:05` of a UTC moment.
#[must_use]
pub fn short_moment(at: Instant, zone: Zone) -> String {
    zone.local(at).format("%d.%m, %H:%M").to_string()
}

/// The word of a standing as pages show it.
#[must_use]
pub fn status(standing: Standing) -> Status {
    Status::parse(standing.as_str()).unwrap_or(Status::New)
}

/// Where a payment stands on its road to 1C.
#[must_use]
pub fn onec_mark(road: Option<&OnecRoad>, now: Instant) -> OnecMark {
    let Some(road) = road else { return OnecMark::None };
    let number = road.number.clone().unwrap_or_default();
    match (road.state, road.road) {
        (ExportState::Accepted, _) => OnecMark::Accepted(number),
        (ExportState::Unposted, _) => OnecMark::Unposted(number),
        (ExportState::Rejected, _) => OnecMark::Rejected(road.message.clone().unwrap_or_default()),
        (_, Road::Manual) => OnecMark::ByHand,
        (ExportState::Sent, _) => OnecMark::Sent,
        (ExportState::Waiting, _) => OnecMark::Waiting(age(road.since, now)),
    }
}

/// «Карта», «СБП», …
#[must_use]
pub const fn money_kind(kind: MoneyKind) -> &'static str {
    match kind {
        MoneyKind::Card => "Карта",
        MoneyKind::Sbp => "СБП",
        MoneyKind::Bank => "Банковский перевод",
        MoneyKind::Cash => "Касса магазина",
        MoneyKind::Onec => "Документ 1С",
    }
}

/// The document of 1C:УТ 11 that tells of such money.
#[must_use]
pub const fn onec_form(kind: MoneyKind, direction: Direction) -> &'static str {
    match (kind, direction) {
        (MoneyKind::Card | MoneyKind::Sbp, Direction::In) => "Эквайринговая операция: поступление",
        (MoneyKind::Card | MoneyKind::Sbp, Direction::Out) => "Эквайринговая операция: возврат",
        (MoneyKind::Bank | MoneyKind::Onec, Direction::In) => "Поступление безналичных ДС",
        (MoneyKind::Bank | MoneyKind::Onec, Direction::Out) => "Списание безналичных ДС",
        (MoneyKind::Cash, Direction::In) => "Приходный кассовый ордер",
        (MoneyKind::Cash, Direction::Out) => "Расходный кассовый ордер",
    }
}

/// The provider of an account by its kind.
#[must_use]
pub fn provider(account: &str) -> String {
    if account.starts_with("yookassa") { "ЮKassa".to_owned() } else { account.to_owned() }
}

/// Why a payment did not happen, and what to tell the customer.
#[must_use]
pub fn decline(code: Option<&str>) -> (&'static str, &'static str) {
    match code.and_then(DeclineReason::parse) {
        Some(DeclineReason::InsufficientFunds) => ("не хватает денег", "Предложите другую карту или СБП."),
        Some(DeclineReason::LimitExceeded) => ("превышен лимит карты или банка", "Предложите другой способ."),
        Some(DeclineReason::ThreeDs) => ("не подтверждён код из банка", "Пусть попробует ещё раз."),
        Some(DeclineReason::BankRefused) => ("банк не назвал причину", "Причину знает только банк клиента."),
        Some(DeclineReason::CardProblem) => ("ошибка в данных карты или карта закрыта", "Предложите другую карту."),
        Some(DeclineReason::NotAccepted) => ("такие карты не принимаются", "Предложите СБП или другую карту."),
        Some(DeclineReason::Expired) => ("время на оплату вышло", "По той же ссылке можно начать заново."),
        Some(DeclineReason::CalledOff) => ("оплату отменил магазин", ""),
        Some(DeclineReason::ProviderFault) => ("сбой у провайдера", "Та же карта может сработать позже."),
        Some(DeclineReason::Other) | None => ("причина не названа", "Предложите другой способ."),
    }
}

/// A queue of outgoing messages.
#[must_use]
pub fn topic(name: &str) -> &str {
    match name {
        "letter_link" => "Письма со ссылкой",
        "letter_payment" => "Письма об оплате",
        "letter_link_request" => "Просьбы о ссылке — магазину",
        "push_document" => "Документы в 1С",
        "check_attempt" => "Вопросы провайдеру об оплате",
        "cancel_attempt" => "Отмены начатых оплат",
        "handle_notification" => "Уведомления провайдера",
        "run_refund" => "Возвраты денег",
        other => other,
    }
}

/// What to do about an alert of a kind whose own sentence does not say it.
#[must_use]
pub fn advice(kind: &str) -> &'static str {
    match kind {
        "attempt_review" => {
            "Откройте заказ и запишите деньги на него или на другой — или верните их в кабинете провайдера."
        }
        "onec_rejected" => "Исправьте причину в 1С и нажмите «Повторить» в карточке заказа или в «Внести в 1С».",
        "onec_undecided" => "Выберите в «Внести в 1С», какой оплате соответствует документ.",
        "link_request" => "Измените срок оплаты в заказе 1С и отправьте ту же ссылку.",
        "outbox_dead" => "Исправьте причину и отправьте ещё раз на странице «Состояние».",
        "receipt_failed" => "Пробейте чек вручную и проверьте настройки кассы.",
        "orphan_payment" | "unclear_status" => "Проверьте платёж в кабинете провайдера.",
        "order_keys" => "Проверьте номера этих заказов в 1С.",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_one_unit() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        let at = |hour, minute| day.and_hms_opt(hour, minute, 0).unwrap();
        let now = at(12, 0);
        assert_eq!(age(at(11, 59) + chrono::Duration::seconds(30), now), "меньше минуты");
        assert_eq!(age(at(11, 42), now), "18\u{a0}мин");
        assert_eq!(age(at(10, 1), now), "1\u{a0}ч");
        assert_eq!(age(now - chrono::Duration::days(3), now), "3\u{a0}дн.");
        assert_eq!(day_title(day, day), "Сегодня, 24\u{a0}ноября");
    }

    #[test]
    fn every_standing_has_its_word() {
        for standing in Standing::ALL {
            assert_eq!(status(*standing).key(), standing.as_str());
        }
    }
}
