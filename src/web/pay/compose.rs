//! Facts become the page's view model.

use super::derive::{self, Circumstances};
use super::facts::{Facts, MoneyFact};
use super::state::PageState;
use super::steps::{Fact, Step, StepState, is_told_by_day};
use super::view::{
    ContactForm, Handover, LineView, Links, Live, MailOffer, MethodCard, MoneyView, Notices, OrderView, PartOffer,
    PayPage, Seller, Shop, Unavailable, VatView, Way, WebLink,
};
use super::visitor::Visitor;
use crate::base::texts::{masked_email, shortened_name};
use crate::base::{Direction, Instant, Kopecks, Method, Mode, MoneyKind, VatRate};
use crate::context::Context;
use crate::domain::exports::ExportState;
use crate::domain::orders::{BuyerKind, Delivery};
use crate::domain::payments::attempts::{self, SMALLEST_PART};
use crate::domain::payments::{Attempt, RefundState};
use crate::domain::receipts::ReceiptState;
use crate::gateways::providers::Account;
use crate::workflows::checkout::receipt_is_possible;
use sha2::{Digest as _, Sha256};

/// The page of an order for a visitor.
pub(super) fn page(context: &Context, facts: &Facts, visitor: &Visitor) -> PayPage {
    let now = context.now();
    let methods = methods(context, facts, visitor, now);
    let down: Vec<Way> =
        methods.iter().filter(|card| card.unavailable == Some(Unavailable::Down)).map(|card| card.way).collect();
    let offered = methods.iter().any(|card| card.unavailable.is_none());
    let around = Circumstances {
        now,
        zone: context.zone(),
        browser: visitor.browser_hash.as_deref(),
        receipt_possible: !takes_receipts(context, facts) || receipt_is_possible(&facts.order, &facts.lines),
        offered,
        down: &down,
    };
    let state = derive::state(facts, &around);
    let methods = if deadline_is_over(facts, now) { Vec::new() } else { methods };
    PayPage {
        lang: visitor.lang,
        zone: context.zone(),
        self_path: format!("/pay/{}", visitor.token),
        url: context.pay_url(&visitor.token),
        shop: shop(context, facts),
        seller: seller(facts),
        order: order(facts),
        money: MoneyView {
            total: facts.balance.total,
            paid: facts.balance.paid,
            due: facts.balance.due,
            refunding: facts.balance.refunding,
        },
        deadline: facts.order.pay_until.filter(|_| facts.order.deferred_until.is_none()),
        methods,
        method_missing: false,
        provider: Some("ЮKassa".to_owned()).filter(|_| offered),
        contact: asks_contact(context, facts).then(ContactForm::default),
        parts: parts(facts),
        mail: mail(context, facts, &state, now),
        money_line: money_line(facts, &state, now),
        handover: handover(facts),
        links: links(context),
        notices: Notices {
            test: facts.order.mode == Mode::Test,
            stand: context.settings.server.stand,
            onec_down: facts.onec_silent,
        },
        live: Live { version: version(facts, &state), poll_seconds: context.settings.intervals.page_poll.max(1) },
        state,
    }
}

fn deadline_is_over(facts: &Facts, now: Instant) -> bool {
    facts.order.deferred_until.is_none() && facts.order.pay_until.is_some_and(|until| until <= now)
}

/// Changes whenever the customer should see something new.
pub(super) fn version(facts: &Facts, state: &PageState) -> String {
    let numbers: Vec<&Option<String>> = facts.money.iter().map(|money| &money.number).collect();
    let receipts: Vec<&str> = facts.receipts.iter().map(|receipt| receipt.state.as_str()).collect();
    let attempt = facts.attempts.first().map(|attempt| (attempt.id.to_string(), attempt.state.as_str()));
    let whole = format!(
        "{}|{}|{}|{:?}|{numbers:?}|{receipts:?}|{attempt:?}",
        state.code(),
        facts.balance.paid.get(),
        facts.balance.due.get(),
        facts.order.revision,
    );
    hex::encode(Sha256::digest(whole)).get(..12).unwrap_or_default().to_owned()
}

fn account<'a>(context: &'a Context, facts: &Facts, method: Method) -> Option<&'a Account> {
    context.providers.choose(Some(&facts.seller.inn), facts.order.mode, method, facts.balance.due)
}

fn takes_receipts(context: &Context, facts: &Facts) -> bool {
    [Method::Sbp, Method::Card]
        .iter()
        .any(|method| account(context, facts, *method).is_some_and(|found| found.receipts))
}

/// A receipt is due for every card and СБП payment; it needs somewhere to go.
pub(super) fn asks_contact(context: &Context, facts: &Facts) -> bool {
    let known = facts.order.buyer_email.is_some() || facts.order.buyer_phone.is_some();
    !known && takes_receipts(context, facts)
}

/// Ways to pay, the recommended first: СБП for a person (on a phone it opens the bank's application, at a desk the page
/// shows its own QR for the phone), a card for a company, which has no СБП account here.
fn methods(context: &Context, facts: &Facts, visitor: &Visitor, now: Instant) -> Vec<MethodCard> {
    let person = facts.order.buyer_kind == BuyerKind::Person;
    let order = if person || visitor.is_phone { [Method::Sbp, Method::Card] } else { [Method::Card, Method::Sbp] };
    let mut cards: Vec<MethodCard> = order.into_iter().filter_map(|method| card(context, facts, method, now)).collect();
    if let Some(first) = cards.iter_mut().find(|card| card.unavailable.is_none()) {
        first.selected = true;
    }
    cards
}

fn card(context: &Context, facts: &Facts, method: Method, now: Instant) -> Option<MethodCard> {
    let configured = context
        .providers
        .all()
        .find(|(_, found)| found.methods.contains(&method) && found.provider.mode() == facts.order.mode)?;
    let unavailable = match account(context, facts, method) {
        Some(found) if context.memory.is_away(found.provider.account(), now) => Some(Unavailable::Down),
        Some(_) => None,
        None => Some(over_limit(configured.1, method, facts.balance.due).unwrap_or(Unavailable::NotForThisOrder)),
    };
    Some(MethodCard { way: Way::from(method), selected: false, hint: None, unavailable })
}

fn over_limit(account: &Account, method: Method, due: Kopecks) -> Option<Unavailable> {
    let terms = account.provider.capabilities().terms(method)?;
    (due > terms.most).then_some(Unavailable::OverLimit(terms.most))
}

fn parts(facts: &Facts) -> Option<PartOffer> {
    let due = facts.balance.due;
    let half = Kopecks::new(due.get() / 200 * 100);
    let offered = facts.order.allow_parts && due > SMALLEST_PART + SMALLEST_PART;
    offered.then(|| PartOffer {
        min: SMALLEST_PART,
        max: due,
        suggested: half.max(SMALLEST_PART),
        typed: None,
        error: None,
    })
}

/// The letter is only sent while there is something to pay; before that it would be a promise not kept.
fn mail(context: &Context, facts: &Facts, state: &PageState, now: Instant) -> Option<MailOffer> {
    let payable = attempts::payable(&facts.order, &facts.balance, now).is_ok();
    (context.mailer.is_some() && state.offers_methods() && payable).then(MailOffer::default)
}

pub(super) fn shop(context: &Context, facts: &Facts) -> Shop {
    let own = facts.store.as_ref().and_then(|store| store.phone.clone());
    let phone = own.or_else(|| some(&context.settings.shop.phone));
    Shop { name: context.settings.shop.name.clone(), phone, logo: None }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

fn seller(facts: &Facts) -> Seller {
    Seller {
        name: facts.seller.name.clone(),
        inn: facts.seller.inn.clone(),
        ogrn: facts.seller.ogrn.clone(),
        address: facts.seller.address.clone(),
        hours: facts.store.as_ref().and_then(|store| store.hours.clone()),
    }
}

fn order(facts: &Facts) -> OrderView {
    let order = &facts.order;
    OrderView {
        number: order.number.clone(),
        date: order.ordered_on,
        lines: facts
            .lines
            .iter()
            .map(|line| LineView {
                name: line.name.clone(),
                quantity: line.quantity,
                unit: line.unit.clone(),
                price: line.price,
                amount: line.amount,
            })
            .collect(),
        vat: vat(facts),
        buyer: some(&shortened_name(&order.buyer_name)),
    }
}

fn vat(facts: &Facts) -> Option<VatView> {
    if facts.order.lines_differ {
        return None;
    }
    let first = facts.lines.first()?.vat_rate;
    let shared = facts.lines.iter().all(|line| line.vat_rate == first);
    let rate = shared.then_some(first);
    if rate == Some(VatRate::None) {
        return None;
    }
    Some(VatView { rate, amount: facts.order.vat_total })
}

fn handover(facts: &Facts) -> Option<Handover> {
    let store = facts.store.as_ref()?;
    let lines: Vec<String> = [&store.address, &store.hours].into_iter().flatten().cloned().collect();
    let pickup = facts.order.delivery == Delivery::Pickup;
    pickup.then(|| Handover { pickup_at: Some(store.name.clone()), lines })
}

fn links(context: &Context) -> Links {
    let shop = &context.settings.shop;
    Links {
        receipt: None,
        invoice_pdf: None,
        terms: WebLink::parse(&shop.returns_url),
        privacy: WebLink::parse(&shop.privacy_url),
    }
}

/// «Где мои деньги»: from the bank to 1C's number.
fn money_line(facts: &Facts, state: &PageState, now: Instant) -> Vec<Step> {
    if let PageState::CancelledWithMoney { amount } = state {
        let mut steps = received(facts);
        steps.push(Step::new(Fact::RefundAsked { amount: *amount }, StepState::Now));
        return steps;
    }
    if let Some((amount, at)) = facts.returned() {
        return vec![
            Step::new(Fact::RefundAsked { amount }, StepState::Done),
            Step::new(Fact::RefundSent, StepState::Done),
            Step::done(Fact::RefundDone, at),
        ];
    }
    let running: Vec<_> = facts
        .refunds
        .iter()
        .filter(|refund| matches!(refund.state, RefundState::Approved | RefundState::Running | RefundState::Unknown))
        .collect();
    if let Some(first) = running.first() {
        let amount = running.iter().map(|refund| refund.amount).sum();
        return vec![
            Step::done(Fact::RefundAsked { amount }, first.created_at),
            Step::new(Fact::RefundSent, StepState::Now),
            Step::new(Fact::RefundDone, StepState::Todo),
        ];
    }
    if let Some(live) = facts.live(now) {
        return expected(facts, live, now);
    }
    received(facts)
}

fn expected(facts: &Facts, live: &Attempt, now: Instant) -> Vec<Step> {
    let checked = (live.checks > 0).then_some(now);
    let bank = Fact::Bank { amount: live.amount, kind: live.method.into(), checked };
    let mut steps = vec![Step::new(bank, StepState::Now), Step::new(Fact::Shop, StepState::Todo)];
    if carries_receipt(live) {
        steps.push(Step::new(Fact::Receipt { to: receipt_address(facts), link: None }, StepState::Todo));
    }
    steps.push(Step::new(Fact::Onec { number: None }, StepState::Todo));
    steps
}

fn carries_receipt(attempt: &Attempt) -> bool {
    serde_json::from_str::<serde_json::Value>(&attempt.request)
        .is_ok_and(|request| request.get("receipt").is_some_and(|receipt| !receipt.is_null()))
}

fn receipt_address(facts: &Facts) -> Option<String> {
    facts.order.buyer_email.as_deref().map(masked_email)
}

/// Every payment that came, then what became of the newest: one who paid twice sees both.
fn received(facts: &Facts) -> Vec<Step> {
    let payments: Vec<&MoneyFact> = facts.money.iter().filter(|money| money.direction == Direction::In).collect();
    let Some(last) = payments.last() else { return Vec::new() };
    let bank =
        |money: &&MoneyFact| Step::done(Fact::Bank { amount: money.amount, kind: money.kind, checked: None }, money.at);
    let mut steps: Vec<Step> = payments.iter().map(bank).collect();
    if !matches!(last.kind, MoneyKind::Cash | MoneyKind::Onec) {
        steps.push(shop_step(last));
    }
    steps.extend(receipt_step(facts, last));
    steps.push(onec_step(&payments, facts.onec_silent));
    steps
}

fn receipt_step(facts: &Facts, money: &MoneyFact) -> Option<Step> {
    let attempt = money.attempt.as_deref()?;
    let receipt =
        facts.receipts.iter().find(|receipt| receipt.attempt_id.as_ref().is_some_and(|id| id.as_str() == attempt))?;
    let fact = Fact::Receipt { to: receipt_address(facts), link: None };
    Some(match receipt.state {
        ReceiptState::Registered => Step::done(fact, receipt.updated_at),
        ReceiptState::Failed => Step::new(fact, StepState::Failed),
        ReceiptState::Queued | ReceiptState::Sent => Step::new(fact, StepState::Now),
    })
}

fn shop_step(money: &MoneyFact) -> Step {
    if is_told_by_day(money.kind) { Step::new(Fact::Shop, StepState::Done) } else { Step::done(Fact::Shop, money.at) }
}

/// The numbers of 1C's documents, once each payment has its own.
fn onec_step(payments: &[&MoneyFact], silent: bool) -> Step {
    let numbers: Option<Vec<&str>> = payments.iter().map(|money| money.number.as_deref()).collect();
    if let Some(numbers) = numbers {
        return Step::new(Fact::Onec { number: Some(numbers.join(", №\u{a0}")) }, StepState::Done);
    }
    let stuck = |money: &&&MoneyFact| matches!(money.export, Some(ExportState::Rejected | ExportState::Unposted));
    let late = silent || payments.iter().any(|money| money.number.is_none() && stuck(&money));
    Step::new(Fact::Onec { number: None }, if late { StepState::Failed } else { StepState::Now })
}

/// 1C's number of the newest payment, when it has one.
pub(super) fn onec_number(facts: &Facts) -> Option<String> {
    facts.money.iter().rev().filter(|money| money.direction == Direction::In).find_map(|money| money.number.clone())
}
