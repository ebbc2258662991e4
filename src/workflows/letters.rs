//! Letters: queued in the transaction that causes them, composed from what is true when they are sent.

use chrono::Duration;

use crate::base::ids::{DocumentId, OrderId, new_id};
use crate::base::texts::{Lang, shortened_name};
use crate::base::{Error, Instant, Result};
use crate::context::Context;
use crate::db::Connection;
use crate::domain::journal;
use crate::domain::orders::links::{self, Event};
use crate::domain::orders::{self, LinkKeys, Order, Seller};
use crate::domain::outbox::{self, Message};
use crate::domain::payments::{Balance, Document, attempts, balance, onec_documents, store};
use crate::gateways::mail::letters::{
    LetterLine, LinkLetter, LinkRequestLetter, PartReceivedLetter, PaymentReceivedLetter, Shop,
};
use crate::gateways::mail::{Addressee, Letter, MailError};

/// Queues a letter with the order's link, within the limits against mail bombing (NET-6).
///
/// # Errors
/// `Conflict` with `too_many_letters` beyond the limits, `Invalid` for a wrong address or none.
pub async fn queue_link(
    context: &Context,
    order_id: &OrderId,
    to: Option<String>,
    lang: Lang,
    actor: &str,
) -> Result<()> {
    let (id, now, actor) = (order_id.clone(), context.now(), actor.to_owned());
    let limits = (
        i64::from(context.settings.limits.link_letters_per_five_minutes),
        i64::from(context.settings.limits.link_letters_per_day),
    );
    if let Some(address) = &to {
        Addressee::new(address)?;
    }
    context
        .db
        .write(move |connection| {
            let order = orders::store::lock(connection, &id)?;
            if to.is_none() && order.buyer_email.is_none() {
                return Err(Error::invalid("email", "У покупателя нет адреса почты: укажите его"));
            }
            refuse_flood(connection, &id, limits, now)?;
            let message = Message::LetterLink {
                order_id: id.clone(),
                to: to.clone(),
                lang: lang.code().to_owned(),
                nonce: new_id(),
            };
            outbox::enqueue(connection, &message, now)?;
            let details = serde_json::json!({ "other_address": to.is_some() });
            journal::about_order(connection, now, &actor, id.as_str(), "link_queued", details)
        })
        .await
}

fn refuse_flood(connection: &mut Connection, id: &OrderId, limits: (i64, i64), now: Instant) -> Result<()> {
    let recent = journal::list_about(connection, "order", id.as_str(), 200)?;
    let since = |pause: Duration| {
        let count = recent.iter().filter(|row| row.action == "link_queued" && row.at > now - pause).count();
        i64::try_from(count).unwrap_or(i64::MAX)
    };
    if since(Duration::minutes(5)) >= limits.0 || since(Duration::days(1)) >= limits.1 {
        return Err(Error::conflict("too_many_letters", "Ссылку только что отправляли. Попробуйте через 5 минут"));
    }
    Ok(())
}

/// What a letter is made of.
struct Facts {
    order: Order,
    seller: Seller,
    balance: Balance,
    token: Option<String>,
}

fn facts(connection: &mut Connection, id: &OrderId, keys: &LinkKeys) -> Result<Facts> {
    let order = orders::store::get(connection, id)?;
    let seller = orders::store::seller(connection, &order.seller_id)?;
    let balance = balance::get(connection, id)?;
    let link = links::find_living(connection, id)?;
    let token = link.map(|link| keys.token(link.key_id, &link.id)).transpose()?;
    Ok(Facts { order, seller, balance, token })
}

fn shop(context: &Context, seller: &Seller) -> Shop {
    let shop = &context.settings.shop;
    Shop {
        name: shop.name.clone(),
        phone: Some(shop.phone.clone()).filter(|phone| !phone.is_empty()),
        seller: seller.name.clone(),
        inn: seller.inn.clone(),
        kpp: seller.kpp.clone(),
        address: seller.address.clone(),
    }
}

async fn send(context: &Context, letter: Letter) -> Result<()> {
    let Some(mailer) = &context.mailer else { return Ok(()) };
    mailer.send(letter).await.map_err(|error| match error {
        MailError::Refused(reason) => Error::invalid("to", reason),
        MailError::Unavailable(_) | MailError::Setup(_) => Error::Unavailable(error.to_string()),
    })
}

/// Sends the letter with the link; nothing when there is nothing to pay any more.
///
/// # Errors
/// `Unavailable` when mail is; `Invalid` when the address is refused.
pub async fn send_link(context: &Context, id: &OrderId, to: Option<&str>, lang: Lang) -> Result<()> {
    if context.mailer.is_none() {
        return Ok(());
    }
    let (wanted, keys, now) = (id.clone(), context.link_keys.clone(), context.now());
    let (facts, lines, link) = context
        .db
        .read(move |connection| {
            let facts = facts(connection, &wanted, &keys)?;
            let lines = orders::store::lines(connection, &wanted, facts.order.revision)?;
            let link = links::find_living(connection, &wanted)?;
            Ok((facts, lines, link))
        })
        .await?;
    let address = to.map(str::to_owned).or_else(|| facts.order.buyer_email.clone());
    let payable = attempts::payable(&facts.order, &facts.balance, now).is_ok();
    let (Some(address), Some(token), Some(link), true) = (address, &facts.token, link, payable) else { return Ok(()) };
    let letter = LinkLetter {
        shop: shop(context, &facts.seller),
        number: facts.order.number.clone(),
        ordered_on: facts.order.ordered_on,
        due: facts.balance.due,
        pay_until: facts.order.pay_until.map(|until| context.zone().day(until)),
        lines: lines
            .into_iter()
            .map(|line| LetterLine { name: line.name, quantity: line.quantity, unit: line.unit, amount: line.amount })
            .collect(),
        link: context.pay_url(token),
        invoice: None,
    };
    send(context, letter.render(lang, Addressee::new(&address)?)?).await?;
    context.memory.note_link(Event { link_id: link.id, kind: "sent", first_at: now, last_at: now, count: 1 });
    note(context, id, "link_sent").await
}

async fn note(context: &Context, id: &OrderId, action: &'static str) -> Result<()> {
    let (id, now) = (id.clone(), context.now());
    context
        .db
        .write(move |connection| {
            journal::about_order(connection, now, "job", id.as_str(), action, serde_json::json!({}))
        })
        .await
}

/// Sends the letter that money came, whole or in part.
///
/// # Errors
/// As [`send_link`].
pub async fn send_payment(context: &Context, id: &OrderId, document_id: &DocumentId) -> Result<()> {
    if context.mailer.is_none() {
        return Ok(());
    }
    let (wanted, document_id, keys) = (id.clone(), document_id.clone(), context.link_keys.clone());
    let (facts, document, number) = context
        .db
        .read(move |connection| {
            let facts = facts(connection, &wanted, &keys)?;
            let document = store::document(connection, &document_id)?;
            let number = onec_documents::number_of(connection, &document_id)?;
            Ok((facts, document, number))
        })
        .await?;
    // Money that 1C told of was given at the desk or by transfer: 1C's side tells the customer.
    let (Some(address), Some(token), None) = (&facts.order.buyer_email, &facts.token, &document.onec_guid) else {
        return Ok(());
    };
    let to = Addressee::new(address)?;
    let letter = payment_letter(context, &facts, &document, number, context.pay_url(token), to)?;
    send(context, letter).await?;
    note(context, id, "payment_letter_sent").await
}

fn payment_letter(
    context: &Context,
    facts: &Facts,
    document: &Document,
    onec_number: Option<String>,
    link: String,
    to: Addressee,
) -> Result<Letter> {
    let (shop, number) = (shop(context, &facts.seller), facts.order.number.clone());
    let (amount, kind, paid_on, paid) = (document.amount, document.kind, document.paid_on, facts.balance.paid);
    if facts.balance.due.is_positive() {
        let pay_until = facts.order.pay_until.map(|until| context.zone().day(until));
        let due = facts.balance.due;
        return PartReceivedLetter { shop, number, amount, paid, due, kind, paid_on, pay_until, link }
            .render(Lang::Ru, to);
    }
    PaymentReceivedLetter { shop, number, amount, paid, kind, paid_on, onec_number, link }.render(Lang::Ru, to)
}

/// Tells the shop that a customer asks for a new link.
///
/// # Errors
/// As [`send_link`].
pub async fn send_link_request(context: &Context, id: &OrderId, contact: &str, asked_at: Instant) -> Result<()> {
    let Some(to) = context.shop_address.clone() else { return Ok(()) };
    let (wanted, keys) = (id.clone(), context.link_keys.clone());
    let facts = context.db.read(move |connection| facts(connection, &wanted, &keys)).await?;
    let letter = LinkRequestLetter {
        number: facts.order.number.clone(),
        due: facts.balance.due,
        buyer: shortened_name(&facts.order.buyer_name),
        asked_at: context.zone().local(asked_at),
        comment: Some(contact.to_owned()).filter(|contact| !contact.is_empty()),
        card: format!("{}/staff/orders/{id}", context.public_url()),
    };
    send(context, letter.render(to)?).await
}
