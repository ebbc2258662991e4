//! A letter before it is put on any wire, and its MIME form.

use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment as MimeAttachment, MultiPart, SinglePart};

use super::address::{Addressee, has_control};
use super::mailer::{MailError, Sender};

/// One letter to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Who gets it.
    pub to: Addressee,
    /// One line, without secrets: subjects are shown on locked screens.
    pub subject: String,
    /// The letter as plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Further headers, such as `List-Unsubscribe`.
    pub headers: Vec<(String, String)>,
}

/// A file of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// `Счёт УТ00-000417.pdf`.
    pub name: String,
    /// `application/pdf`.
    pub content_type: String,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Letter {
    /// The letter as MIME, from `sender`.
    pub(super) fn to_message(&self, sender: &Sender) -> Result<Message, MailError> {
        self.check()?;
        let builder = Message::builder()
            .from(sender.from.mailbox())
            .to(self.to.mailbox())
            .subject(self.subject.as_str())
            .message_id(Some(format!("<{}@{}>", uuid::Uuid::now_v7(), sender.from.domain())));
        let builder = match &sender.reply_to {
            Some(address) => builder.reply_to(address.mailbox()),
            None => builder,
        };
        let mut message = builder.multipart(self.body()?).map_err(|error| MailError::Refused(error.to_string()))?;
        for (name, value) in &self.headers {
            let name = HeaderName::new_from_ascii(name.clone()).map_err(|_| refused("имя заголовка"))?;
            message.headers_mut().insert_raw(HeaderValue::new(name, value.clone()));
        }
        Ok(message)
    }

    fn check(&self) -> Result<(), MailError> {
        if has_control(&self.subject) || self.subject.trim().is_empty() {
            return Err(refused("тема"));
        }
        // Ours to add are headers about the letter, never ones that say who gets it.
        let routing = ["to", "cc", "bcc", "from", "sender", "subject", "message-id", "content-type"];
        let bad =
            |(name, value): &(String, String)| has_control(value) || routing.contains(&name.to_lowercase().as_str());
        if self.headers.iter().any(bad) {
            return Err(refused("заголовок"));
        }
        if self.attachments.iter().any(|file| has_control(&file.name) || file.name.contains(['/', '\\', '"'])) {
            return Err(refused("имя вложения"));
        }
        Ok(())
    }

    fn body(&self) -> Result<MultiPart, MailError> {
        let words = MultiPart::alternative()
            .singlepart(SinglePart::plain(self.text.clone()))
            .singlepart(SinglePart::html(self.html.clone()));
        let mut whole = MultiPart::mixed().multipart(words);
        for file in &self.attachments {
            let kind = ContentType::parse(&file.content_type).map_err(|_| refused("тип вложения"))?;
            whole = whole.singlepart(MimeAttachment::new(file.name.clone()).body(file.bytes.clone(), kind));
        }
        Ok(whole)
    }
}

fn refused(what: &str) -> MailError {
    MailError::Refused(format!("письмо составлено неверно: {what}"))
}
