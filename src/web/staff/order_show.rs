//! `GET /staff/orders/{id}`: the card, and the same card again with what went wrong in one of its forms.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::answers::{Answer, Stop, page_with};
use super::desk::Desk;
use super::frame::{self, Frame};
use super::guard::{self, Guarded};
use super::order_facts::Facts;
use super::view::{Contacts, LinkBox, OrderPage, RefundBox, RefundRow, ReviewBox, Room, Shell, Sums, Tone};
use super::{order_banner, order_lines, order_money, orders_list, story, words};
use crate::base::ids::OrderId;
use crate::base::texts::{self, masked_email, masked_phone, pretty_phone};
use crate::base::{Kopecks, Mode};
use crate::context::Context;
use crate::domain::payments::{Attempt, AttemptState, RefundRequest, RefundState, RequestState, attempts};
use crate::domain::staff::Permission;

/// `?…` of the card.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// `1`: mark what changed since the revision before.
    pub compare: String,
    /// What was just done.
    pub done: String,
}

/// What a card shows beyond the facts.
#[derive(Debug, Clone, Default)]
pub struct Extra {
    /// Phone and mail whole.
    pub contacts: bool,
    /// Mark changed lines.
    pub compare: bool,
    /// What was just done.
    pub done: String,
    /// The form of a refund with its error.
    pub refund: Option<Mistake>,
    /// The confirmation of a request with its error: typed is the sum.
    pub confirm: Option<(String, String)>,
    /// The decision about an attempt with its error: id, typed number, why.
    pub review: Option<(String, Mistake)>,
}

/// A form that comes back.
#[derive(Debug, Clone, Default)]
pub struct Mistake {
    /// What was typed, field by field.
    pub typed: (String, String),
    /// Why it came back.
    pub why: String,
}

/// `GET /staff/orders/{id}`.
pub async fn show(
    request: HttpRequest,
    desk: web::Data<Desk>,
    context: web::Data<Context>,
    id: web::Path<String>,
    asked: web::Query<Asked>,
) -> Answer {
    let guarded = guard::require(&request, &desk, Permission::SeeOrders).await?;
    let extra = Extra { compare: asked.compare == "1", done: asked.done.clone(), ..Extra::default() };
    render(&desk, &context, &guarded, &order_id(&id)?, StatusCode::OK, extra).await
}

/// The order of an address; an unreadable id is no order.
///
/// # Errors
/// `NotFound`.
pub fn order_id(text: &str) -> Result<OrderId, Stop> {
    OrderId::parse(text).map_err(|_| Stop::Failed(crate::base::Error::not_found("Такого заказа нет")))
}

/// The card as an answer.
///
/// # Errors
/// `NotFound`, faults.
pub async fn render(
    desk: &Desk,
    context: &Context,
    guarded: &Guarded,
    id: &OrderId,
    status: StatusCode,
    extra: Extra,
) -> Answer {
    let (wanted, now, patience) = (id.clone(), guarded.now, desk.patience);
    let (frame, facts) =
        desk.db.read(move |c| Ok((Frame::read(c, patience, now)?, Facts::read(c, &wanted, now)?))).await?;
    let mut shell = frame.shell(desk, guarded, Room::Orders);
    shell.notice = frame::notice(&extra.done);
    page_with(status, &card(desk, context, guarded, &facts, shell, &extra)?)
}

fn card(
    desk: &Desk,
    context: &Context,
    guarded: &Guarded,
    facts: &Facts,
    shell: Shell,
    extra: &Extra,
) -> Result<OrderPage, Stop> {
    let order = facts.order();
    let whole = guarded.may(Permission::SeePersonalData);
    Ok(OrderPage {
        id: facts.id.to_string(),
        number: order.number.clone(),
        ordered_on: texts::date(order.ordered_on),
        status: words::status(facts.row.standing),
        test: order.mode == Mode::Test && desk.mode != Mode::Test,
        buyer: orders_list::buyer(order, whole),
        inn: order.buyer_inn.clone(),
        contacts: contacts(facts, whole, extra.contacts && whole),
        store: facts.row.store.clone(),
        deadline: order.pay_until.map(|until| format!("до {}", texts::date_time(desk.zone.local(until)))),
        banner: order_banner::compose(facts, desk, guarded),
        sums: sums(facts),
        lines: order_lines::compose(facts, extra.compare),
        money: order_money::compose(facts, desk.zone, guarded.now),
        reviews: reviews(facts, guarded, extra),
        link: link(context, guarded, facts)?,
        documents: Vec::new(),
        refund: refund(desk, guarded, facts, extra),
        story: story::compose(&facts.story, &facts.people, desk.zone),
        zone_note: "время магазина".to_owned(),
        shell,
    })
}

fn contacts(facts: &Facts, may_open: bool, open: bool) -> Contacts {
    let order = facts.order();
    let shown = |text: &str, masked: fn(&str) -> String, whole: fn(&str) -> String| {
        Some(if open { whole(text) } else { masked(text) }).filter(|text| !text.is_empty())
    };
    let phone = order.buyer_phone.as_deref().and_then(|phone| shown(phone, masked_phone, pretty_phone));
    let email = order.buyer_email.as_deref().and_then(|email| shown(email, masked_email, str::to_owned));
    let any = phone.is_some() || email.is_some();
    Contacts { phone, email, can_open: any && may_open && !open }
}

fn sums(facts: &Facts) -> Sums {
    let (balance, returned) = (facts.balance(), facts.returned());
    Sums {
        total: facts.order().total,
        paid: balance.paid + returned,
        due: balance.due,
        refunded: returned,
        refunding: balance.refunding,
    }
}

fn link(context: &Context, guarded: &Guarded, facts: &Facts) -> Result<LinkBox, Stop> {
    let can_send = guarded.may(Permission::SendLink);
    let order = facts.order();
    let token = match facts.link.as_ref().filter(|_| can_send) {
        Some(link) => Some(context.link_keys.token(link.key_id, &link.id)?),
        None => None,
    };
    Ok(LinkBox {
        address: token.map(|token| context.pay_url(&token)),
        to: order.buyer_email.as_deref().map(masked_email),
        can_send,
        payable: attempts::payable(order, facts.balance(), guarded.now).is_ok(),
        alive: facts.link.is_some(),
    })
}

/// What the provider reports of an attempt in review.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reported {
    amount: Kopecks,
}

fn reviews(facts: &Facts, guarded: &Guarded, extra: &Extra) -> Vec<ReviewBox> {
    let waiting = facts.attempts.iter().filter(|attempt| attempt.state == AttemptState::Review);
    waiting
        .map(|attempt| {
            let mistake = extra.review.as_ref().filter(|(id, _)| *id == attempt.id.as_str()).map(|(_, why)| why);
            ReviewBox {
                id: attempt.id.to_string(),
                reason: review_reason(attempt),
                amount: reported(attempt),
                can_decide: guarded.may(Permission::ResolveReview),
                typed: mistake.map_or_else(|| facts.order().number.clone(), |mistake| mistake.typed.0.clone()),
                error: mistake.map(|mistake| mistake.why.clone()),
            }
        })
        .collect()
}

fn reported(attempt: &Attempt) -> Kopecks {
    let told: Reported =
        attempt.reported.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    if told.amount.is_zero() { attempt.amount } else { told.amount }
}

fn review_reason(attempt: &Attempt) -> String {
    let differs = attempt.review_reason.as_deref().unwrap_or("ответ не совпадает с запросом");
    format!("{}: провайдер сообщил об оплате, но {differs}.", order_money::how(attempt))
}

fn refund(desk: &Desk, guarded: &Guarded, facts: &Facts, extra: &Extra) -> RefundBox {
    let (requests, _) = &facts.requests;
    let mistake = extra.refund.clone().unwrap_or_default();
    let excess = facts.balance().to_return();
    let offered = if excess.is_positive() { excess.min(facts.refundable).grouped() } else { String::new() };
    RefundBox {
        requests: requests.iter().map(|request| refund_row(desk, guarded, facts, request, extra)).collect(),
        available: facts.refundable,
        can_ask: guarded.may(Permission::AskRefund),
        typed: if extra.refund.is_some() { mistake.typed } else { (offered, String::new()) },
        error: extra.refund.is_some().then_some(mistake.why),
    }
}

fn refund_row(desk: &Desk, guarded: &Guarded, facts: &Facts, request: &RefundRequest, extra: &Extra) -> RefundRow {
    let (tone, shape, state) = refund_state(facts, request);
    let who = facts.people.get(&request.asked_by).map_or("сотрудник", String::as_str);
    let open = request.state == RequestState::Asked && guarded.may(Permission::ConfirmRefund);
    let mistake = extra.confirm.as_ref().filter(|(id, _)| *id == request.id.as_str()).map(|(_, why)| why.clone());
    RefundRow {
        id: request.id.to_string(),
        amount: request.amount,
        reason: request.reason.clone(),
        asked: format!("просит {who}, {}", texts::date_time(desk.zone.local(request.created_at))),
        tone,
        shape,
        state,
        can_confirm: open && request.asked_by != guarded.actor(),
        asks_code: guarded.visit.has_second_step(),
        error: mistake,
    }
}

fn refund_state(facts: &Facts, request: &RefundRequest) -> (Tone, &'static str, String) {
    let failure = facts
        .requests
        .1
        .iter()
        .find(|refund| refund.request_id.as_ref() == Some(&request.id) && refund.state == RefundState::Failed);
    match request.state {
        RequestState::Asked => (Tone::Amber, "clock", "ждёт подтверждения второго человека".to_owned()),
        RequestState::Approved => (Tone::Violet, "dots", "деньги возвращаются".to_owned()),
        RequestState::Done => (Tone::Violet, "back", "деньги возвращены".to_owned()),
        RequestState::Declined => (Tone::Grey, "cross", "отказано".to_owned()),
        RequestState::Failed => {
            let why = failure.and_then(|refund| refund.message.clone()).unwrap_or_default();
            (Tone::Red, "warn", format!("не прошёл: {why}"))
        }
    }
}
