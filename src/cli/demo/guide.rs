//! What the visitor reads first.

use std::time::Duration;

use super::people::{PASSWORD, PEOPLE};
use super::settings::DOMAIN;
use super::stand::Stand;
use super::stories::Shown;
use crate::cli::say::say;

/// Prints the guide.
pub fn print(stand: &Stand, shown: &Shown, took: Duration, dir: &std::path::Path) {
    let first = &shown.first;
    let seconds = took.as_secs().max(1);
    say(format_args!("\n  ОПЛАТА · демонстрация магазина «ДомПлюс» (готово за {seconds} с)\n"));
    say(format_args!("  1. Откройте заказ № {} на {} — так его видит покупатель:\n", first.number, shown.first_sum));
    say(format_args!("     {}\n", first.link));
    say("  2. Нажмите «Оплатить», а на странице учебного банка — верхнюю кнопку: деньги ненастоящие.");
    say("  3. Вернётесь на страницу заказа: через пару секунд она скажет «Принято в 1С» и назовёт № документа.\n");
    say("  Тот же платёж с других сторон:\n");
    say(format_args!("     сотрудники   {}/staff/login", stand.url()));
    say(format_args!("     1С           {}/", stand.onec.url()));
    say(format_args!("     письма       {}/\n", stand.mailbox.url()));
    say(format_args!("  Вход сотрудников, пароль у всех один: {PASSWORD}\n"));
    for (login, name, role) in PEOPLE {
        let email = format!("{login}@{DOMAIN}");
        say(format_args!("     {email:<26}{name:<18}{}", role.title()));
    }
    say("\n  Заказы во всех состояниях:\n");
    for (state, order) in &shown.states {
        say(format_args!("     {:<43}{}  {}", state, order.number, order.link));
    }
    say(format_args!("\n  Деньги здесь учебные. Всё лежит в {}, журнал — oplata.log.", dir.display()));
    say("  Новый заказ заведите в 1С: «Новый: частное лицо» → «Отправить на оплату». Остановить — Ctrl-C.\n");
}
