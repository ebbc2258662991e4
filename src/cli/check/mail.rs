//! Whether letters can leave.

use super::finding::Findings;
use crate::base::config::Settings;
use crate::gateways::mail::{Addressee, FileMailer, Sender, SmtpMailer};

/// Looks at the transport; nothing is sent.
pub async fn look(settings: &Settings, findings: &mut Findings) {
    let mail = &settings.mail;
    if mail.transport.is_empty() || mail.transport == "off" {
        return findings
            .note("Почта выключена: ссылки и подтверждения покупателям не уйдут. Задайте mail.transport = \"smtp\".");
    }
    let from = match Addressee::parse(&mail.from) {
        Ok(from) => from,
        Err(error) => return findings.wrong(&format!("mail.from: {error}. Пример: ДомПлюс <shop@example.ru>.")),
    };
    let sender = Sender { from, reply_to: None };
    if mail.transport == "file" {
        return match FileMailer::new(&mail.dir, sender) {
            Ok(_) => findings.note(&format!("Письма складываются в папку {}, покупатели их не получат.", mail.dir)),
            Err(error) => findings.wrong(&format!("mail.dir: {error}.")),
        };
    }
    match SmtpMailer::new(&mail.smtp_url, sender) {
        Err(error) => findings.wrong(&format!("mail.smtp_url: {error}.")),
        Ok(mailer) => match mailer.check().await {
            Ok(()) => findings.fine("Почтовый сервер пускает."),
            Err(error) => {
                findings.wrong(&format!("Почтовый сервер: {error}. Проверьте адрес, порт и пароль в mail.smtp_url."));
            }
        },
    }
    if settings.shop.email.is_empty() {
        findings.note("shop.email не задан: просьбы покупателей о новой ссылке некуда отправлять.");
    }
}
