//! The portal's own address from outside: customers and notifications come to it, and a redirect on the way loses every
//! notification (providers do not follow them).

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::LOCATION;

use super::finding::Findings;
use crate::base::config::Settings;

/// Whether it leads here, straight.
pub async fn look(settings: &Settings, findings: &mut Findings) {
    let public = settings.server.public_url.trim_end_matches('/');
    if public.is_empty() {
        return findings.wrong(
            "server.public_url не задан: ссылки строить не из чего. Впишите адрес, который открывают покупатели.",
        );
    }
    let Ok(http) = client() else { return findings.wrong("HTTP-клиент не запускается.") };
    if !answers_here(settings).await {
        return findings.note(&format!(
            "Портал сейчас не запущен (на {} никто не отвечает), поэтому {public} не проверен. Запустите `oplata serve` и повторите.",
            settings.server.listen
        ));
    }
    match http.get(format!("{public}/health/live")).send().await {
        Ok(answer) if answer.status() == StatusCode::OK => findings.fine(&format!("{public} ведёт на портал.")),
        Ok(answer) => findings.wrong(&format!(
            "{public}/health/live отвечает {}: адрес ведёт не на портал. Проверьте server.public_url и прокси.",
            answer.status()
        )),
        Err(error) => findings.wrong(&format!(
            "{public} не отвечает ({}). Проверьте имя в DNS, сертификат и прокси.",
            error.without_url()
        )),
    }
    for account in settings.providers.keys() {
        look_at_webhook(&http, &format!("{public}/webhooks/{account}"), findings).await;
    }
}

/// A knock that nobody could take for a notification: the portal answers 400 to it.
async fn look_at_webhook(http: &reqwest::Client, address: &str, findings: &mut Findings) {
    match http.post(address).header("content-type", "application/json").body("{}").send().await {
        Ok(answer) if answer.status() == StatusCode::BAD_REQUEST => {
            findings.fine(&format!("Уведомления доходят: {address} (впишите его в кабинете провайдера)."));
        }
        Ok(answer) if answer.status().is_redirection() => {
            let target = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or("другой адрес");
            findings.wrong(&format!(
                "{address} переадресует на {target}: уведомления до портала не дойдут, провайдеры следом не ходят. \
                 Впишите в server.public_url и в кабинет провайдера адрес без переадресации."
            ));
        }
        Ok(answer) => findings.wrong(&format!(
            "{address} отвечает {} вместо портала: уведомления не дойдут. Проверьте, что прокси пропускает POST /webhooks/.",
            answer.status()
        )),
        Err(error) => findings.wrong(&format!("{address} не отвечает ({}).", error.without_url())),
    }
}

async fn answers_here(settings: &Settings) -> bool {
    let knock = tokio::net::TcpStream::connect(settings.server.listen);
    tokio::time::timeout(Duration::from_secs(2), knock).await.is_ok_and(|connected| connected.is_ok())
}

/// Follows nothing.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(15))
        .build()
}
