//! From a press of the button to the provider's page: the intent is committed, then the provider is called with a key
//! made from the attempt, then the answer is committed. A repeated press or a repeated call is the same payment.

use chrono::Duration;

use super::{report, settle};
use crate::base::ids::{AttemptId, LinkId, OrderId};
use crate::base::texts::Lang;
use crate::base::{Error, Kopecks, Method, Result};
use crate::context::Context;
use crate::db::Connection;
use crate::domain::alerts::{self, NewAlert, Severity};
use crate::domain::orders::links::Link;
use crate::domain::orders::{self, BuyerKind, Line, LinkKeys, Order, Seller};
use crate::domain::payments::attempts::{self, Started, Wish};
use crate::domain::payments::{Attempt, AttemptState, balance, record, store};
use crate::domain::receipts::{self, Contact, PrepaymentVat, ReceiptDraft, Sale, SoldLine};
use crate::gateways::providers::{Account, CreatePayment, ErrorClass, ProviderError};

/// After this a provider may have forgotten a key (YooKassa: 24 hours); a create is not repeated any more (PAY-3).
pub(super) const KEY_LIFE: Duration = Duration::hours(23);

/// What the customer wants.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The order.
    pub order_id: OrderId,
    /// The link the customer came by: where to come back to.
    pub link: Link,
    /// Card or СБП.
    pub method: Method,
    /// Contact typed on the page, for the receipt.
    pub email: Option<String>,
    /// A part, where parts are allowed.
    pub amount: Option<Kopecks>,
    /// Hash of the browser's mark.
    pub browser: Option<String>,
    /// «Начать заново».
    pub anew: bool,
    /// Language of the provider's page.
    pub lang: Lang,
}

/// Starts paying, or goes on with the live attempt. Returns the attempt after the provider's answer.
///
/// # Errors
/// The refusals of [`attempts::start`]; `Conflict` with `method_unavailable` when no account offers the method;
/// `Invalid` for a missing contact.
pub async fn start(context: &Context, wanted: Wanted) -> Result<Attempt> {
    let order_id = wanted.order_id.clone();
    let (order, seller, due) = context
        .db
        .read(move |connection| {
            refuse_while_in_review(connection, &order_id)?;
            let order = orders::store::get(connection, &order_id)?;
            let seller = orders::store::seller(connection, &order.seller_id)?;
            let due = balance::get(connection, &order_id)?.due;
            Ok((order, seller, due))
        })
        .await?;
    let amount = wanted.amount.unwrap_or(due);
    let account = context
        .providers
        .choose(Some(&seller.inn), order.mode, wanted.method, amount)
        .ok_or_else(|| Error::conflict("method_unavailable", "Этот способ оплаты сейчас недоступен"))?
        .clone();
    let started = write_down(context, wanted, seller, account).await?;
    let (attempt, fresh) = match started {
        Started::New(attempt) => (attempt, true),
        Started::Resumed(attempt) => (attempt, false),
    };
    // A crash or a second press between our two commits: the same call with the same key is the same payment.
    if !fresh && attempt.state != AttemptState::Created {
        return Ok(attempt);
    }
    begin(context, &attempt, if fresh { Call::First } else { Call::Repeated }).await?;
    context.db.read(move |connection| store::attempt(connection, &attempt.id)).await
}

/// A payment that differs from what was asked waits for a person: the customer must not pay a second time meanwhile.
fn refuse_while_in_review(connection: &mut Connection, order_id: &OrderId) -> Result<()> {
    let last = store::list_attempts(connection, order_id, 1)?;
    if last.iter().any(|attempt| attempt.state == AttemptState::Review) {
        return Err(Error::conflict("payment_in_review", "Оплату этого заказа проверяет магазин"));
    }
    Ok(())
}

async fn write_down(context: &Context, wanted: Wanted, seller: Seller, account: Account) -> Result<Started> {
    let (now, public_url) = (context.now(), context.public_url().to_owned());
    let life = Duration::seconds(i64::from(context.settings.intervals.attempt_life));
    context
        .db
        .write(move |connection| {
            let wish = Wish {
                order_id: &wanted.order_id,
                method: wanted.method,
                account: account.provider.account(),
                mode: account.provider.mode(),
                amount: wanted.amount,
                browser: wanted.browser.as_deref(),
                anew: wanted.anew,
                life,
            };
            let freeze = |connection: &mut Connection, order: &Order, id: &AttemptId, amount: Kopecks| {
                freeze(connection, order, &seller, &account, &wanted, &public_url, id, amount)
            };
            attempts::start(connection, &wish, &freeze, now)
        })
        .await
}

/// What stands for the token in a frozen request: a token opens the order, so it is not kept (LNK-1); the link's id and
/// its key's number make the same token again for every repetition.
const RETURN_MARK: &str = "/pay/link:";

fn return_mark(public_url: &str, link: &Link) -> String {
    format!("{public_url}{RETURN_MARK}{}:{}", link.key_id, link.id)
}

/// The address a mark stands for.
fn return_url(keys: &LinkKeys, mark: &str) -> Result<String> {
    let Some((public_url, link)) = mark.split_once(RETURN_MARK) else { return Ok(mark.to_owned()) };
    let odd = || Error::Internal("адрес возврата записан не так".to_owned());
    let (key, id) = link.split_once(':').ok_or_else(odd)?;
    let token = keys.token(key.parse().map_err(|_| odd())?, &LinkId::parse(id)?)?;
    Ok(format!("{public_url}/pay/{token}"))
}

/// The request as it will be sent, now and at every repetition.
#[allow(clippy::too_many_arguments, reason = "what is frozen, named whole")]
fn freeze(
    connection: &mut Connection,
    order: &Order,
    seller: &Seller,
    account: &Account,
    wanted: &Wanted,
    public_url: &str,
    id: &AttemptId,
    amount: Kopecks,
) -> Result<String> {
    let contact = contact(order, wanted.email.as_deref());
    let receipt = if account.receipts {
        let lines = orders::store::lines(connection, &order.id, order.revision)?;
        Some(receipt(order, &lines, seller, account, contact.clone(), amount)?)
    } else {
        None
    };
    let request = CreatePayment {
        attempt_id: id.clone(),
        order_number: order.number.clone(),
        amount,
        method: wanted.method,
        description: format!("Заказ {} от {}", order.number, crate::base::texts::date(order.ordered_on)),
        return_url: return_mark(public_url, &wanted.link),
        expires_at: None,
        contact,
        receipt,
        lang: wanted.lang,
    };
    serde_json::to_string(&request).map_err(|error| Error::Internal(error.to_string()))
}

fn contact(order: &Order, typed: Option<&str>) -> Contact {
    let email = typed.map(str::to_owned).or_else(|| order.buyer_email.clone());
    Contact { email, phone: order.buyer_phone.clone() }
}

fn receipt(
    order: &Order,
    lines: &[Line],
    seller: &Seller,
    account: &Account,
    contact: Contact,
    amount: Kopecks,
) -> Result<ReceiptDraft> {
    let company = order.buyer_kind == BuyerKind::Company;
    receipts::sale_draft(Sale {
        order_number: &order.number,
        lines: &sold(lines),
        order_total: order.total,
        amount,
        contact,
        buyer_name: company.then(|| order.buyer_name.clone()),
        buyer_inn: order.buyer_inn.clone().filter(|_| company),
        tax_system: account.tax_system.or(seller.tax_system),
        prepayment_vat: account.prepayment_vat,
    })
}

fn sold(lines: &[Line]) -> Vec<SoldLine> {
    lines
        .iter()
        .map(|line| SoldLine {
            name: line.name.clone(),
            quantity: line.quantity,
            price: line.price,
            amount: line.amount,
            vat_rate: line.vat_rate,
            is_service: is_service(&line.name),
        })
        .collect()
}

/// 1C's contract has no mark of a service; delivery and assembly are the services a shop sells beside goods.
fn is_service(name: &str) -> bool {
    let name = name.to_lowercase();
    ["доставка", "подъём", "подъем", "сборка", "монтаж", "установка", "услуг"].iter().any(|word| name.starts_with(word))
}

/// Whether an honest receipt can be made for an order: its lines add up, or share one VAT rate.
#[must_use]
pub fn receipt_is_possible(order: &Order, lines: &[Line]) -> bool {
    if !order.total.is_positive() {
        return true;
    }
    let contact = Contact { email: Some("a@example.com".to_owned()), phone: None };
    receipts::sale_draft(Sale {
        order_number: &order.number,
        lines: &sold(lines),
        order_total: order.total,
        amount: order.total,
        contact,
        buyer_name: None,
        buyer_inn: None,
        tax_system: None,
        prepayment_vat: PrepaymentVat::Plain,
    })
    .is_ok()
}

/// Whether the provider may have the payment already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// The attempt was written down a moment ago by us.
    First,
    /// Somebody called before, and the answer was lost.
    Repeated,
}

/// Calls the provider with the frozen request and keeps the answer.
pub(super) async fn begin(context: &Context, attempt: &Attempt, call: Call) -> Result<()> {
    let Some(account) = context.providers.get(&attempt.account) else {
        return settle::account_is_gone(context, attempt).await;
    };
    let mut request: CreatePayment =
        serde_json::from_str(&attempt.request).map_err(|error| Error::Internal(error.to_string()))?;
    request.return_url = return_url(&context.link_keys, &request.return_url)?;
    match account.provider.create_payment(&request, attempt.id.as_str()).await {
        Ok(snapshot) => {
            context.memory.note_back(&attempt.account);
            let (id, report, policy, now) =
                (attempt.id.clone(), report::of(&snapshot, account), context.policy(), context.now());
            let actor = format!("provider:{}", attempt.account);
            context
                .db
                .write(move |connection| record::apply_report(connection, &id, &report, &policy, &actor, now))
                .await?;
            Ok(())
        }
        Err(error) => keep_failure(context, attempt, call, &error).await,
    }
}

async fn keep_failure(context: &Context, attempt: &Attempt, call: Call, error: &ProviderError) -> Result<()> {
    tracing::warn!(account = attempt.account, code = error.code, class = ?error.class, "create failed");
    let (id, order_id, now) = (attempt.id.clone(), attempt.order_id.clone(), context.now());
    let away = matches!(error.class, ErrorClass::Unavailable | ErrorClass::RateLimited(_));
    if away || error.is_outcome_unknown() {
        context.memory.note_away(&attempt.account, now);
    }
    // "Not now" to a repeated request says nothing of the first one: it is still unknown.
    let says_nothing = call == Call::Repeated && error.class != ErrorClass::Rejected;
    if error.is_outcome_unknown() || says_nothing {
        return context.db.write(move |connection| attempts::mark_lost(connection, &id, now)).await;
    }
    let (account, text) = (attempt.account.clone(), error.to_string());
    context
        .db
        .write(move |connection| {
            attempts::mark_refused(connection, &id, "provider_fault", now)?;
            if away {
                return Ok(());
            }
            let message =
                format!("Провайдер «{account}» не принял запрос оплаты: {text}. Проверьте ключи и права магазина");
            let alert = NewAlert {
                kind: "provider_refuses",
                subject: &account,
                severity: Severity::Critical,
                message: &message,
                order_id: Some(order_id.as_str()),
            };
            alerts::open(connection, &alert, now)
        })
        .await
}
