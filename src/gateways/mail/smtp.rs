//! Sends letters through a mail server.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use lettre::transport::smtp::Error as SmtpError;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use url::Url;

use super::letter::Letter;
use super::mailer::{MailError, Mailer, Sender};
use crate::base::Secret;

/// A mailer over SMTP with TLS.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    sender: Sender,
}

impl SmtpMailer {
    /// `smtps://user:password@host:465`, or `smtp://user:password@host:587?tls=required` for STARTTLS.
    /// In the open only to this very computer.
    ///
    /// # Errors
    /// `Setup` when the address is no such thing; the text never repeats it, since it holds the password.
    pub fn new(smtp_url: &Secret, sender: Sender) -> Result<Self, MailError> {
        check_tls(smtp_url.reveal())?;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(smtp_url.reveal())
            .map_err(|_| MailError::Setup("mail.smtp_url не читается".to_owned()))?;
        Ok(Self { transport: builder.timeout(Some(Duration::from_secs(20))).build(), sender })
    }

    /// Whether the server lets us in; nothing is sent.
    ///
    /// # Errors
    /// What the server said, or that it said nothing.
    pub async fn check(&self) -> Result<(), MailError> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(MailError::Unavailable("сервер не отвечает на NOOP".to_owned())),
            Err(error) => Err(verdict(&error)),
        }
    }
}

impl Mailer for SmtpMailer {
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<(), MailError>> {
        async move {
            let message = letter.to_message(&self.sender)?;
            self.transport.send(message).await.map(drop).map_err(|error| verdict(&error))
        }
        .boxed()
    }
}

fn verdict(error: &SmtpError) -> MailError {
    if error.is_permanent() { MailError::Refused(error.to_string()) } else { MailError::Unavailable(error.to_string()) }
}

fn check_tls(address: &str) -> Result<(), MailError> {
    let setup = |message: &str| MailError::Setup(message.to_owned());
    let url = Url::parse(address).map_err(|_| setup("mail.smtp_url — не адрес"))?;
    let starttls = url.query_pairs().any(|(name, value)| name == "tls" && value == "required");
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "smtps" => Ok(()),
        "smtp" if starttls || loopback => Ok(()),
        "smtp" => Err(setup("mail.smtp_url без TLS: добавьте ?tls=required или возьмите smtps://")),
        _ => Err(setup("mail.smtp_url начинается с smtps:// или smtp://")),
    }
}

#[cfg(test)]
mod tests {
    use super::check_tls;

    #[test]
    fn passwords_never_travel_in_the_open() {
        for good in ["smtps://u:p@mail.ru", "smtp://u:p@mail.ru:587?tls=required", "smtp://127.0.0.1:2525"] {
            assert!(check_tls(good).is_ok(), "{good}");
        }
        for bad in ["smtp://u:p@mail.ru", "smtp://u:p@mail.ru?tls=opportunistic", "https://mail.ru", "mail.ru"] {
            assert!(check_tls(bad).is_err(), "{bad}");
        }
    }
}
