//! The road to 1C, in words, with what an untouched УТ 11 cannot take.

use reqwest::StatusCode;

use super::finding::Findings;
use super::public;
use crate::app;
use crate::base::config::Settings;

/// Looks at login, road and push.
pub async fn look(settings: &Settings, findings: &mut Findings) {
    let onec = &settings.onec;
    match onec.road.as_deref().unwrap_or("service") {
        "manual" => findings.note(
            "Дорога manual: портал ничего не отправляет в 1С сам. Бухгалтер вносит деньги по списку «Внести в 1С» и \
             вписывает номер документа.",
        ),
        "stock" => findings.note(
            "Дорога stock: портал отдаёт в 1С только заказы магазина, оплаченные целиком одной оплатой, и только при \
             onec.gives_orders = true. Всё остальное — в списке «Внести в 1С».",
        ),
        _ => findings.fine(
            "Дорога service: расширение 1С раз в минуту присылает заказы и забирает платежи; каждый платёж становится \
             документом с номером, который видят покупатель и менеджер.",
        ),
    }
    findings.note(
        "Нетронутая УТ 11 (без расширения) умеет только стандартный обмен с сайтом: отдать заказы и принять отметку \
         «оплачен полностью». Она не примет: часть оплаты, доплату, переплату, возврат, номер и проведение документа, \
         деньги сразу за несколько заказов. Нельзя расширение — поставьте onec.road = \"manual\".",
    );
    if onec.user.is_empty() {
        findings.wrong(
            "onec.user не задан: 1С не сможет войти. Задайте onec.user и onec.password_file (24 знака и больше).",
        );
    } else {
        findings.fine(&format!("1С входит как «{}»; пароль задан.", onec.user));
    }
    if settings.shop.seller.is_none() {
        findings
            .note("shop.seller не задан: заказы без seller_inn портал принять не сможет, пока продавец не заведён.");
    }
    look_at_push(settings, findings).await;
}

async fn look_at_push(settings: &Settings, findings: &mut Findings) {
    let onec = &settings.onec;
    if onec.push_url.is_empty() {
        return findings
            .fine("Портал сам 1С не вызывает (onec.push_url пуст): платежи уходят, когда 1С за ними придёт.");
    }
    if let Err(error) = app::push_client(settings) {
        return findings.wrong(&format!("{error}."));
    }
    let user = if onec.push_user.is_empty() { &onec.user } else { &onec.push_user };
    let password = if onec.push_password.is_empty() { &onec.password } else { &onec.push_password };
    let Ok(http) = public::client() else { return findings.wrong("HTTP-клиент не запускается.") };
    match http.get(&onec.push_url).basic_auth(user, Some(password.reveal())).send().await {
        Ok(answer) if [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&answer.status()) => {
            findings.wrong(&format!(
                "1С отвечает по onec.push_url, но не пускает ({}). Проверьте push_user, push_password и роль.",
                answer.status()
            ));
        }
        Ok(answer) if answer.status().is_redirection() => {
            findings.wrong("1С по onec.push_url переадресует, а портал следом не ходит. Впишите конечный адрес.");
        }
        Ok(answer) if answer.status().is_server_error() => {
            findings.wrong(&format!("1С по onec.push_url отвечает {}. Проверьте публикацию.", answer.status()));
        }
        Ok(_) => findings.fine("1С по onec.push_url отвечает и пускает."),
        Err(error) => findings.wrong(&format!(
            "1С по onec.push_url не отвечает ({}). Проверьте публикацию, сеть и сертификат.",
            error.without_url()
        )),
    }
}
