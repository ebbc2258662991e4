//! `GET /staff/orders`: views, filter, rows by day, totals.

use actix_web::{HttpRequest, web};
use chrono::NaiveDate;

use super::answers::{Answer, page};
use super::desk::Desk;
use super::frame::{self, Frame};
use super::guard::{self, Guarded};
use super::orders_address::{Asked, DAYS};
use super::view::{
    Chip, DayGroup, Empty, FilterForm, OrderRow, OrdersFragment, OrdersList, OrdersPage, Room, Status, Tab, Totals,
};
use super::words;
use crate::base::texts::{self, shortened_name};
use crate::base::{Instant, Mode, Result};
use crate::db::Connection;
use crate::domain::orders::{BuyerKind, Order, OrderState, Store};
use crate::domain::payments::PaymentState;
use crate::domain::reports::orders::{self as lists, Row};
use crate::domain::reports::{Filter, OnecFilter};
use crate::domain::staff::Permission;

/// Rows of a page.
const PAGE: i64 = 50;

/// What the page is made of.
struct Found {
    rows: Vec<Row>,
    more: bool,
    totals: lists::Totals,
    days: std::collections::HashMap<NaiveDate, lists::Totals>,
}

/// What only the whole page needs.
struct Around {
    frame: Frame,
    stores: Vec<Store>,
    by_payment: std::collections::HashMap<PaymentState, i64>,
    pending: i64,
}

/// `GET /staff`.
pub async fn home() -> actix_web::HttpResponse {
    super::answers::redirect("/staff/orders")
}

/// `GET /staff/orders`; with `X-Part: list` only the list, for the page's own script.
pub async fn show(request: HttpRequest, desk: web::Data<Desk>, asked: web::Query<Asked>) -> Answer {
    let guarded = guard::require(&request, &desk, Permission::SeeOrders).await?;
    let asked = asked.into_inner();
    let base = asked.filter(guarded.may(Permission::SeePersonalData), desk.zone.day(guarded.now));
    let filter = asked.viewed(&base);
    let mode = filter.mode.unwrap_or(desk.mode);
    let (wanted, place, now) = (filter.clone(), asked.place(), guarded.now);
    if request.headers().get("X-Part").is_some_and(|part| part == "list") {
        let found = desk.db.read(move |c| find(c, &wanted, place.as_ref(), mode, now)).await?;
        return page(&OrdersFragment { list: list(&desk, &guarded, &asked, found) });
    }
    let patience = desk.patience;
    let (found, around) = desk
        .db
        .read(move |c| {
            let found = find(c, &wanted, place.as_ref(), mode, now)?;
            Ok((found, around(c, &base, patience, now)?))
        })
        .await?;
    let mut shell = around.frame.shell(&desk, &guarded, Room::Orders);
    shell.search.clone_from(&asked.q);
    shell.notice = frame::notice(&asked.done);
    page(&OrdersPage {
        shell,
        tabs: tabs(&asked, &around),
        chips: chips(&asked, &around.stores),
        form: form(&asked, &around.stores),
        list: list(&desk, &guarded, &asked, found),
    })
}

fn find(
    connection: &mut Connection,
    filter: &Filter,
    place: Option<&lists::After>,
    mode: Mode,
    now: Instant,
) -> Result<Found> {
    let (rows, further) = lists::page(connection, filter, place, PAGE, now)?;
    let mut days: Vec<NaiveDate> = rows.iter().map(|row| row.order.ordered_on).collect();
    days.dedup();
    Ok(Found {
        more: further,
        totals: lists::totals(connection, filter, mode, now)?,
        days: lists::days(connection, filter, &days, mode, now)?,
        rows,
    })
}

fn around(connection: &mut Connection, base: &Filter, patience: chrono::Duration, now: Instant) -> Result<Around> {
    let pending = Filter { onec: base.onec.or(Some(OnecFilter::Pending)), ..base.clone() };
    Ok(Around {
        frame: Frame::read(connection, patience, now)?,
        stores: lists::list_stores(connection)?,
        by_payment: lists::count_by_payment(connection, base, now)?,
        pending: lists::totals(connection, &pending, Mode::Live, now)?.count,
    })
}

fn tabs(asked: &Asked, around: &Around) -> Vec<Tab> {
    let of = |states: &[PaymentState]| states.iter().filter_map(|state| around.by_payment.get(state)).sum::<i64>();
    let views = [
        ("", "Все", of(PaymentState::ALL)),
        ("due", "Ждут оплаты", of(&[PaymentState::Unpaid, PaymentState::PartlyPaid])),
        ("paid", "Оплачены", of(&[PaymentState::Paid])),
        ("over", "К возврату", of(&[PaymentState::Overpaid])),
        ("onec", "Не в 1С", around.pending),
    ];
    let known = views.iter().any(|(view, ..)| *view == asked.view);
    views
        .into_iter()
        .map(|(view, name, count)| Tab {
            name: name.to_owned(),
            count: u64::try_from(count).unwrap_or(0),
            href: asked.with("view", view),
            current: view == asked.view || (view.is_empty() && !known),
        })
        .collect()
}

fn chips(asked: &Asked, stores: &[Store]) -> Vec<Chip> {
    let mut chips = Vec::new();
    let mut put = |name: &str, value: String, remove: String| {
        chips.push(Chip { name: name.to_owned(), value, remove });
    };
    if !asked.q.trim().is_empty() {
        put("Поиск", asked.q.trim().to_owned(), asked.with("q", ""));
    }
    if asked.is_usual_period() {
        put("Период", format!("{DAYS}\u{a0}дней"), asked.with("all", "1"));
    }
    for (name, key, text) in [("С", "from", &asked.from), ("По", "to", &asked.to)] {
        if let Some(day) = super::orders_address::day(text) {
            put(name, texts::date(day), asked.with(key, ""));
        }
    }
    if let Some(status) = Status::parse(&asked.status) {
        put("Статус", status.word().to_owned(), asked.with("status", ""));
    }
    if let Some(state) = OrderState::parse(&asked.state) {
        put("В\u{a0}1С", order_state(state).to_owned(), asked.with("state", ""));
    }
    if let Some(onec) = OnecFilter::parse(&asked.onec) {
        let word = if onec == OnecFilter::Rejected { "отклонена" } else { "не внесена" };
        put("Оплата в\u{a0}1С", word.to_owned(), asked.with("onec", ""));
    }
    if let Some(mode) = Mode::parse(&asked.mode) {
        let word = if mode == Mode::Test { "тестовые" } else { "боевые" };
        put("Заказы", word.to_owned(), asked.with("mode", ""));
    }
    if !asked.store.is_empty() {
        let name = stores.iter().find(|store| store.code == asked.store).map_or(&asked.store, |store| &store.name);
        put("Магазин", name.clone(), asked.with("store", ""));
    }
    if let Some(least) = asked.least() {
        put("Сумма от", least.to_string(), asked.with("min", ""));
    }
    chips
}

const fn order_state(state: OrderState) -> &'static str {
    match state {
        OrderState::Open => "в работе",
        OrderState::Cancelled => "отменён",
        OrderState::Closed => "закрыт",
    }
}

fn form(asked: &Asked, stores: &[Store]) -> FilterForm {
    let kept = [("view", &asked.view), ("q", &asked.q)];
    let kept = kept.into_iter().filter(|(_, value)| !value.trim().is_empty());
    FilterForm {
        from: asked.from.clone(),
        to: asked.to.clone(),
        status: asked.status.clone(),
        onec: asked.onec.clone(),
        mode: asked.mode.clone(),
        store: asked.store.clone(),
        stores: stores.iter().map(|store| (store.code.clone(), store.name.clone())).collect(),
        min: asked.min.clone(),
        kept: kept.map(|(name, value)| (name.to_owned(), value.clone())).collect(),
    }
}

fn list(desk: &Desk, guarded: &Guarded, asked: &Asked, found: Found) -> OrdersList {
    let today = desk.zone.day(guarded.now);
    let last = found.rows.last().map(|row| format!("{}_{}", row.order.ordered_on, row.order.id));
    let shown = found.rows.len() as u64;
    let mut days: Vec<DayGroup> = Vec::new();
    for row in found.rows {
        let day = row.order.ordered_on;
        let key = day.to_string();
        if days.last().is_none_or(|group| group.day != key) {
            let totals = found.days.get(&day).copied().unwrap_or_default();
            let title = format!("{} · {}", words::day_title(day, today), words::orders_count(totals.count));
            days.push(DayGroup { day: key, title, total: totals.total, paid: totals.paid, rows: Vec::new() });
        }
        if let Some(group) = days.last_mut() {
            group.rows.push(order_row(desk, guarded, row));
        }
    }
    let totals = Totals {
        shown,
        count: u64::try_from(found.totals.count).unwrap_or(0),
        total: found.totals.total,
        paid: found.totals.paid,
    };
    let more = found.more.then(|| last.map(|last| asked.with("after", &last))).flatten();
    OrdersList { days, totals, more, empty: empty(asked) }
}

fn order_row(desk: &Desk, guarded: &Guarded, row: Row) -> OrderRow {
    OrderRow {
        id: row.order.id.to_string(),
        time: desk.zone.local(row.order.created_at).format("%H:%M").to_string(),
        buyer: buyer(&row.order, guarded.may(Permission::SeePersonalData)),
        store: row.store.unwrap_or_else(|| "—".to_owned()),
        status: words::status(row.standing),
        total: row.order.total,
        paid: row.balance.paid,
        onec: words::onec_mark(row.onec.as_ref(), guarded.now),
        test: row.order.mode != desk.mode && row.order.mode == Mode::Test,
        number: row.order.number,
    }
}

/// The buyer as a role may read him: a company's name is no secret, a person's is shortened for those who need it not.
#[must_use]
pub fn buyer(order: &Order, whole: bool) -> String {
    match order.buyer_kind {
        BuyerKind::Person if !whole => shortened_name(&order.buyer_name),
        _ => order.buyer_name.clone(),
    }
}

fn empty(asked: &Asked) -> Empty {
    let widen = |words: &str, href: String| Some((words.to_owned(), href));
    if !asked.q.trim().is_empty() {
        let narrowed = *asked.with("q", "") != *"/staff/orders";
        let alone = Asked { q: asked.q.clone(), ..Asked::default() };
        return Empty {
            title: "Ничего не нашлось".to_owned(),
            why: "Ищем по началу номера, имени, ИНН, почты, по телефону, сумме заказа, номеру документа 1С и \
                  номеру платежа у провайдера. По составу заказа не ищем."
                .to_owned(),
            widen: if narrowed { widen("Искать без фильтра", alone.with("view", "")) } else { None },
        };
    }
    if asked.is_usual_period() && asked.with("view", "") == "/staff/orders" && asked.view.is_empty() {
        return Empty {
            title: "Новых заказов нет".to_owned(),
            why: format!("За последние {DAYS}\u{a0}дней 1С не передала ни одного заказа."),
            widen: widen("Показать все заказы", asked.with("all", "1")),
        };
    }
    Empty {
        title: "Таких заказов нет".to_owned(),
        why: "Условия фильтра отсекли всё. Уберите одно из них или сбросьте фильтр целиком.".to_owned(),
        widen: widen("Сбросить фильтр", "/staff/orders".to_owned()),
    }
}
