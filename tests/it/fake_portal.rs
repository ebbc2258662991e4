//! A portal of forty lines: keeps orders as they come and offers a feed, by the same contract types.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use actix_web::{App, HttpResponse, HttpServer, web};
use oplata::base::{Direction, Kopecks, Mode, MoneyKind, Zone};
use oplata::gateways::onec::service::{
    Accepted, AckOut, DocumentIn, DocumentOut, ErrorBody, FeedAllocation, FeedItem, FeedPage, OrderIn, OrderOut,
    ProviderRef, Rejected, png_data_uri,
};

#[derive(Default)]
pub struct Kept {
    pub orders: BTreeMap<String, (OrderIn, i64)>,
    pub documents: BTreeMap<String, DocumentIn>,
    pub feed: Vec<FeedItem>,
    pub accepted: BTreeMap<String, Accepted>,
    pub rejected: Vec<(String, Rejected)>,
    pub puts: usize,
    /// So many calls are answered 503.
    pub down: u32,
    /// Items a page.
    pub page: usize,
}

impl Kept {
    fn waiting(&self) -> Vec<FeedItem> {
        let done = |item: &FeedItem| {
            let have = self.accepted.get(&item.id);
            have.is_some_and(|have| have.revision == item.revision && (have.posted || item.cancelled))
        };
        self.feed.iter().filter(|item| !done(item)).cloned().collect()
    }
}

pub type Shared = Arc<Mutex<Kept>>;

pub struct Portal {
    pub url: String,
    pub kept: Shared,
}

pub fn start() -> Portal {
    let kept: Shared = Arc::new(Mutex::new(Kept { page: 2, ..Kept::default() }));
    let shared = web::Data::new(Arc::clone(&kept));
    let server = HttpServer::new(move || App::new().app_data(shared.clone()).configure(routes))
        .workers(1)
        .disable_signals()
        .bind("127.0.0.1:0")
        .unwrap();
    let addr = server.addrs()[0];
    tokio::spawn(server.run());
    Portal { url: format!("http://{addr}"), kept }
}

pub fn card(order: &str, id: &str, revision: i64, rubles: i64) -> FeedItem {
    let amount = Kopecks::new(rubles * 100);
    FeedItem {
        id: id.to_owned(),
        revision,
        direction: Direction::In,
        kind: MoneyKind::Card,
        amount,
        mode: Mode::Test,
        paid_at: "2026-11-24T12:00:00+03:00".to_owned(),
        seller_inn: "7107000003".to_owned(),
        allocations: vec![FeedAllocation { order: order.to_owned(), amount }],
        refund_of: None,
        cancelled: false,
        provider: Some(ProviderRef { name: "yookassa".into(), reference: "2e3f".into(), rrn: None }),
        bank: None,
    }
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/1c/v1/orders/{guid}", web::put().to(put_order))
        .route("/1c/v1/orders/{guid}", web::get().to(get_order))
        .route("/1c/v1/documents/{guid}", web::put().to(put_document))
        .route("/1c/v1/payments", web::get().to(feed))
        .route("/1c/v1/payments/{id}/accepted", web::post().to(accepted))
        .route("/1c/v1/payments/{id}/rejected", web::post().to(rejected));
}

type State = web::Data<Shared>;

fn down(kept: &mut Kept) -> bool {
    let down = kept.down > 0;
    kept.down = kept.down.saturating_sub(1);
    down
}

async fn put_order(state: State, guid: web::Path<String>, body: web::Bytes) -> HttpResponse {
    let mut kept = state.lock().unwrap();
    if down(&mut kept) {
        return HttpResponse::ServiceUnavailable().finish();
    }
    let order = match OrderIn::read(&body, Zone::default()) {
        Ok(read) => read.value,
        Err(problems) => return HttpResponse::UnprocessableEntity().json(ErrorBody::from(problems)),
    };
    kept.puts += 1;
    let revision = kept.orders.get(guid.as_str()).map_or(1, |(_, revision)| revision + 1);
    kept.orders.insert(guid.clone(), (order, revision));
    HttpResponse::Ok().json(out(&kept, &guid).unwrap())
}

async fn get_order(state: State, guid: web::Path<String>) -> HttpResponse {
    match out(&state.lock().unwrap(), &guid) {
        Some(out) => HttpResponse::Ok().json(out),
        None => HttpResponse::NotFound().finish(),
    }
}

fn out(kept: &Kept, guid: &str) -> Option<OrderOut> {
    let (order, revision) = kept.orders.get(guid)?;
    let of_feed = kept.feed.iter().flat_map(|item| &item.allocations);
    let own = kept.documents.values().filter(|document| document.posted).flat_map(|document| &document.allocations);
    let paid = of_feed.filter(|part| part.order == guid).map(|part| part.amount).sum::<Kopecks>()
        + own.filter(|part| part.order.to_string() == guid).map(|part| part.amount).sum::<Kopecks>();
    let due = (order.total - paid).or_zero();
    let payment_state = match (paid.is_zero(), due.is_zero()) {
        (true, _) => "unpaid",
        (false, false) => "partly_paid",
        (false, true) => "paid",
    };
    let link = format!("http://127.0.0.1:1/pay/{}", &guid[..8]);
    Some(OrderOut {
        guid: guid.to_owned(),
        number: order.number.clone(),
        revision: *revision,
        state: order.state.to_string(),
        payment_state: payment_state.to_owned(),
        total: order.total,
        paid,
        due,
        payable: due.is_positive(),
        reason: None,
        qr: png_data_uri(&link)?,
        link,
        documents: Vec::new(),
        warnings: Vec::new(),
    })
}

async fn put_document(state: State, guid: web::Path<String>, body: web::Bytes) -> HttpResponse {
    match DocumentIn::read(&body, Zone::default()) {
        Ok(read) => {
            state.lock().unwrap().documents.insert(guid.clone(), read.value);
            let role = "own".to_owned();
            HttpResponse::Ok().json(DocumentOut { guid: guid.clone(), role, covers: None, warnings: read.warnings })
        }
        Err(problems) => HttpResponse::UnprocessableEntity().json(ErrorBody::from(problems)),
    }
}

#[derive(serde::Deserialize)]
struct After {
    after: Option<String>,
}

async fn feed(state: State, query: web::Query<After>) -> HttpResponse {
    let kept = state.lock().unwrap();
    let after = query.after.clone().unwrap_or_default();
    let mut items: Vec<FeedItem> = kept.waiting().into_iter().filter(|item| item.id > after).collect();
    items.sort_by(|a, b| a.id.cmp(&b.id));
    let more = items.len() > kept.page;
    items.truncate(kept.page);
    let next = items.last().map(|item| item.id.clone()).filter(|_| more);
    HttpResponse::Ok().json(FeedPage { items, next })
}

async fn accepted(state: State, id: web::Path<String>, body: web::Bytes) -> HttpResponse {
    let mut kept = state.lock().unwrap();
    let accepted = Accepted::read(&body, Zone::default()).unwrap().value;
    let revision = kept.feed.iter().find(|item| item.id == *id).map_or(0, |item| item.revision);
    let ack = AckOut { id: id.clone(), revision, accepted_revision: accepted.revision, state: "accepted".into() };
    kept.accepted.insert(id.clone(), accepted);
    HttpResponse::Ok().json(ack)
}

async fn rejected(state: State, id: web::Path<String>, body: web::Bytes) -> HttpResponse {
    let rejected = Rejected::read(&body, Zone::default()).unwrap().value;
    let ack = AckOut { id: id.clone(), revision: rejected.revision, accepted_revision: 0, state: "rejected".into() };
    state.lock().unwrap().rejected.push((id.clone(), rejected));
    HttpResponse::Ok().json(ack)
}
