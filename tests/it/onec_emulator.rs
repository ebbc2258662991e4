//! The pretend 1C against a small portal: whatever breaks between them, each payment becomes one document.

use oplata::base::{Kopecks, MoneyKind};
use oplata::emulators::onec::{Config, Line, Running, Switches, Trouble, start};
use oplata::gateways::onec::service::OrderState;
use uuid::Uuid;

use crate::fake_portal::{self, Portal, card};

const FIRST: &str = "019ab3c4-7d10-7c3e-9b0a-5f2d6c1e8a01";

fn both() -> (Portal, Running) {
    let portal = fake_portal::start();
    let onec = start(Config::quiet(&portal.url, "1c", "пароль")).unwrap();
    (portal, onec)
}

fn id(text: &str) -> Uuid {
    text.parse().unwrap()
}

#[tokio::test]
async fn seeded_orders_arrive_and_read_without_remarks() {
    let portal = fake_portal::start();
    let onec = start(Config { seeded: true, ..Config::quiet(&portal.url, "1c", "x") }).unwrap();
    let report = onec.control.exchange().await.unwrap();
    assert_eq!((report.orders, report.refused), (10, 0));
    let kept = portal.kept.lock().unwrap();
    let lines_add_up = |order: &oplata::gateways::onec::service::OrderIn| {
        order.lines.iter().map(|line| line.amount).sum::<Kopecks>() == order.total
    };
    assert!(kept.orders.values().all(|(order, _)| lines_add_up(order) && order.total.is_positive()));
    let first = onec.control.orders().remove(11);
    assert_eq!(first.number, "УТ00-000428");
    assert!(first.portal.unwrap().link.contains("/pay/"));
}

#[tokio::test]
async fn only_what_changed_since_the_mark_is_sent() {
    let (portal, onec) = both();
    let order = onec.control.add_simple_order(Kopecks::new(50_000));
    onec.control.exchange().await.unwrap();
    assert_eq!(onec.control.exchange().await.unwrap().orders, 0);
    let line = Line::new(
        "Доставка",
        "D",
        "усл",
        oplata::base::Quantity::ONE,
        Kopecks::new(9_900),
        oplata::base::VatRate::None,
    );
    assert!(onec.control.change_order(order, |order| order.lines.push(line)));
    assert_eq!(onec.control.exchange().await.unwrap().orders, 1);
    assert_eq!(portal.kept.lock().unwrap().orders[&order.to_string()].0.total, Kopecks::new(59_900));
    assert!(onec.control.cancel_order(order));
    onec.control.exchange().await.unwrap();
    let kept = portal.kept.lock().unwrap();
    let (cancelled, revision) = &kept.orders[&order.to_string()];
    assert_eq!((cancelled.state, cancelled.total, *revision), (OrderState::Cancelled, Kopecks::ZERO, 3));
}

#[tokio::test]
async fn an_absent_portal_costs_nothing_but_time() {
    let (portal, onec) = both();
    onec.control.add_simple_order(Kopecks::new(100));
    onec.control.add_simple_order(Kopecks::new(200));
    portal.kept.lock().unwrap().down = 1;
    assert!(matches!(onec.control.exchange().await, Err(Trouble::Portal(_))));
    assert_eq!(onec.control.exchange().await.unwrap().orders, 2);
}

#[tokio::test]
async fn a_refused_order_does_not_stop_the_others() {
    let (_portal, onec) = both();
    let bad = onec.control.add_simple_order(Kopecks::new(100));
    onec.control.change_order(bad, |order| order.buyer.kind = "никто".to_owned());
    onec.control.add_simple_order(Kopecks::new(200));
    let report = onec.control.exchange().await.unwrap();
    assert_eq!((report.orders, report.refused), (1, 1));
    assert!(onec.control.order(bad).unwrap().error.unwrap().contains("buyer.kind"));
}

#[tokio::test]
async fn payments_of_several_pages_become_documents_once() {
    let (portal, onec) = both();
    let order = onec.control.add_simple_order(Kopecks::new(100_000));
    onec.control.exchange().await.unwrap();
    let ids: Vec<String> = (1..=5).map(|n| format!("019ab3c4-7d10-7c3e-9b0a-5f2d6c1e8a0{n}")).collect();
    portal.kept.lock().unwrap().feed = ids.iter().map(|id| card(&order.to_string(), id, 1, 200)).collect();
    assert_eq!(onec.control.exchange().await.unwrap().accepted, 5);
    assert_eq!(onec.control.exchange().await.unwrap().accepted, 0);
    let counts = onec.control.counts();
    assert_eq!((counts.documents, counts.created_most), (5, 1));
    let numbers: Vec<String> = onec.control.documents().into_iter().map(|document| document.number).collect();
    assert_eq!(numbers[0], "ДПУТ-000812");
    assert_eq!(numbers[4], "ДПУТ-000816");
    let seen = onec.control.order(order).unwrap().portal.unwrap();
    assert_eq!((seen.payment_state.as_str(), seen.due), ("paid", Kopecks::ZERO), "touched orders are asked about anew");
}

#[tokio::test]
async fn a_crash_between_writing_and_saying_so_makes_no_second_document() {
    let (portal, onec) = both();
    let order = onec.control.add_simple_order(Kopecks::new(100_000));
    onec.control.exchange().await.unwrap();
    portal.kept.lock().unwrap().feed = vec![card(&order.to_string(), FIRST, 1, 1_000)];
    onec.control.set_switches(Switches { crash_before_ack: 1, ..Switches::default() });
    assert!(matches!(onec.control.exchange().await, Err(Trouble::Crashed(_))));
    assert!(portal.kept.lock().unwrap().accepted.is_empty());
    onec.control.exchange().await.unwrap();
    assert_eq!(portal.kept.lock().unwrap().accepted[FIRST].number, "ДПУТ-000812");
    assert_eq!(onec.control.counts().created_most, 1);
}

#[tokio::test]
async fn a_higher_revision_rewrites_the_same_document() {
    let (portal, onec) = both();
    let (one, two) =
        (onec.control.add_simple_order(Kopecks::new(60_000)), onec.control.add_simple_order(Kopecks::new(40_000)));
    onec.control.exchange().await.unwrap();
    let mut item = card(&one.to_string(), FIRST, 1, 600);
    portal.kept.lock().unwrap().feed = vec![item.clone()];
    onec.control.exchange().await.unwrap();
    item.revision = 2;
    item.allocations[0].amount = Kopecks::new(20_000);
    item.allocations
        .push(oplata::gateways::onec::service::FeedAllocation { order: two.to_string(), amount: Kopecks::new(40_000) });
    portal.kept.lock().unwrap().feed = vec![item.clone()];
    onec.control.exchange().await.unwrap();
    let document = onec.control.document(id(FIRST)).unwrap();
    assert_eq!(document.rows, [(one, Kopecks::new(20_000)), (two, Kopecks::new(40_000))]);
    assert_eq!((document.revision, document.created, document.number.as_str()), (2, 1, "ДПУТ-000812"));
    item.revision = 3;
    item.cancelled = true;
    portal.kept.lock().unwrap().feed = vec![item];
    onec.control.exchange().await.unwrap();
    let document = onec.control.document(id(FIRST)).unwrap();
    assert_eq!((document.posted, document.deleted), (false, true));
}

#[tokio::test]
async fn refused_and_unposted_payments_come_again_until_they_are_posted() {
    let (portal, onec) = both();
    let order = onec.control.add_simple_order(Kopecks::new(100_000));
    onec.control.exchange().await.unwrap();
    portal.kept.lock().unwrap().feed = vec![card(&order.to_string(), FIRST, 1, 1_000)];
    onec.control.set_switches(Switches { closed_period: true, ..Switches::default() });
    assert_eq!(onec.control.exchange().await.unwrap().rejected, 1);
    assert!(portal.kept.lock().unwrap().rejected[0].1.message.contains("период закрыт"));
    onec.control.set_switches(Switches { unposted: true, ..Switches::default() });
    onec.control.exchange().await.unwrap();
    assert!(!portal.kept.lock().unwrap().accepted[FIRST].posted);
    onec.control.set_switches(Switches::default());
    onec.control.exchange().await.unwrap();
    assert!(portal.kept.lock().unwrap().accepted[FIRST].posted);
    assert_eq!(onec.control.document(id(FIRST)).unwrap().created, 1);
}

#[tokio::test]
async fn an_absent_1c_takes_its_time() {
    let (_portal, onec) = both();
    onec.control.add_simple_order(Kopecks::new(100));
    onec.control.set_switches(Switches { unavailable: 2, ..Switches::default() });
    assert_eq!(onec.control.exchange().await, Err(Trouble::Away));
    assert_eq!(onec.control.exchange().await, Err(Trouble::Away));
    assert_eq!(onec.control.exchange().await.unwrap().orders, 1);
}

#[tokio::test]
async fn money_booked_in_1c_is_told_and_taken_back() {
    let (portal, onec) = both();
    let order = onec.control.add_simple_order(Kopecks::new(70_000));
    onec.control.exchange().await.unwrap();
    let guid = onec.control.book_money(order, MoneyKind::Bank, Kopecks::new(70_000)).unwrap();
    assert_eq!(onec.control.exchange().await.unwrap().documents, 1);
    let told = portal.kept.lock().unwrap().documents[&guid.to_string()].clone();
    assert_eq!((told.kind, told.amount, told.posted), (MoneyKind::Bank, Kopecks::new(70_000), true));
    assert_eq!(onec.control.order(order).unwrap().portal.unwrap().payment_state, "paid");
    onec.control.change_document(guid, |document| document.posted = false);
    onec.control.exchange().await.unwrap();
    assert!(!portal.kept.lock().unwrap().documents[&guid.to_string()].posted);
    assert_eq!(onec.control.order(order).unwrap().portal.unwrap().payment_state, "unpaid");
}

#[tokio::test]
async fn pages_and_scripts_work_over_http() {
    let (portal, onec) = both();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let at = |path: &str| format!("{}{path}", onec.url());
    let wanted = serde_json::json!({ "total": "1234.50" });
    let made = http.post(at("/_control/orders")).json(&wanted).send().await.unwrap();
    let guid = made.json::<serde_json::Value>().await.unwrap()["guid"].as_str().unwrap().to_owned();
    let session = http.post(at("/_control/exchange")).send().await.unwrap();
    assert_eq!(session.json::<serde_json::Value>().await.unwrap()["orders"], 1);
    portal.kept.lock().unwrap().feed = vec![card(&guid, FIRST, 1, 1_000)];
    http.post(at("/exchange")).send().await.unwrap();
    for (path, told) in [
        ("/", "Оплачен частично"),
        ("/documents", "ДПУТ-000812"),
        ("/exchange", "Обмен с порталом"),
        (&format!("/orders/{guid}"), "data:image/png;base64,"),
        ("/emulators.css", "--solid-green"),
    ] {
        let page = http.get(at(path)).send().await.unwrap();
        assert_eq!(page.status(), 200, "{path}");
        let page = page.text().await.unwrap();
        assert!(page.contains(told), "{path}: {page}");
    }
    let one = http.get(at(&format!("/_control/documents/{FIRST}"))).send().await.unwrap();
    assert_eq!(one.json::<serde_json::Value>().await.unwrap()["created"], 1);
    onec.stop().await;
}
