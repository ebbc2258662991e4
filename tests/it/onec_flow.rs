//! 1C over HTTP: bad bodies, conflicts, the feed and its answers, days away, 1C's own documents in either order.

use chrono::Duration;
use oplata::base::{Kopecks, MoneyKind};
use oplata::emulators::onec::Switches;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::common::app::{Placed, TestApp, on_both};
use crate::common::db::TestDb;
use crate::links::texts;

fn body(number: &str, total: &str) -> Value {
    json!({
        "number": number, "date": "2026-11-24", "state": "open", "delivery": "pickup", "allow_parts": true,
        "buyer": {"kind": "person", "name": "Смирнова Ирина Павловна", "email": "irina@example.ru"},
        "total": total, "vat_included": true,
        "lines": [{"name": "Плитка", "unit": "шт", "quantity": "1", "price": total, "amount": total, "vat_rate": "22"}],
    })
}

async fn put(app: &TestApp, guid: Uuid, body: &Value) -> (u16, Value) {
    let answer = app.onec_send("PUT", &format!("/1c/v1/orders/{guid}"), body).await;
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn feed(app: &TestApp, after: Option<&str>) -> Value {
    let tail = after.map(|mark| format!("?after={mark}")).unwrap_or_default();
    let answer = app.onec_get(&format!("/1c/v1/payments{tail}")).await;
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

async fn answer(app: &TestApp, id: &str, word: &str, body: Value) -> (u16, Value) {
    let answer = app.onec_send("POST", &format!("/1c/v1/payments/{id}/{word}"), &body).await;
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn accepted(id: &str, revision: i64, posted: bool) -> Value {
    json!({"revision": revision, "ref": id, "number": "ДПУТ-000001", "date": "2026-11-24", "posted": posted})
}

async fn paid_at_portal(app: &TestApp, rubles: i64) -> Placed {
    let order = app.order(rubles).await;
    pay_only(app, &order).await;
    order
}

/// Paid, and 1C has not asked yet.
async fn pay_only(app: &TestApp, order: &Placed) {
    let payment = app.press(&mut app.browser(), order, "card").await;
    app.outcome(&payment, "success");
    app.settle().await;
}

/// One document of 1C's own about an order.
fn own_document(order: Uuid, kind: &str, amount: &str) -> Value {
    json!({
        "kind": kind, "direction": "in", "number": "ДПУТ-000777", "date": "2026-11-24", "posted": true, "deleted": false,
        "amount": amount, "allocations": [{"order": order, "amount": amount}],
    })
}

on_both! {
    /// Every fault of a body is told at once by its path; nothing is changed; the technician can read both sides.
    async fn onec_a_bad_body_lists_every_fault_and_changes_nothing(app) {
        let guid = Uuid::now_v7();
        let mut bad = body("УТ00-000001", "1000.00");
        bad["total"] = json!("1e5");
        bad["lines"][0]["price"] = json!(12.5);
        bad["lines"][0]["quantity"] = json!("-1");
        bad["state"] = json!("paid");
        let (status, told) = put(&app, guid, &bad).await;
        assert_eq!((status, told["error"].as_str()), (422, Some("invalid")));
        let problems = told["problems"].to_string();
        for path in ["total", "lines[0].price", "lines[0].quantity", "state"] {
            assert!(problems.contains(path), "{path}: {problems}");
        }
        assert_eq!(app.onec_get(&format!("/1c/v1/orders/{guid}")).await.status(), 404);
        let connection = &mut app.db.connect();
        assert_eq!(texts(connection, "orders", "id"), Vec::<String>::new());
        assert!(texts(connection, "exchange_log", "verdict")[0].contains("lines[0].price"));
        assert!(texts(connection, "exchange_log", "body")[0].contains("УТ00-000001"));
        for raw in ["", "{", "[]", "\u{feff}", "{\"number\":", "null"] {
            let request = app.http.put(app.url(&format!("/1c/v1/orders/{guid}"))).basic_auth("onec", Some(crate::common::app::ONEC_PASSWORD));
            let answer = request.body(raw).send().await.unwrap();
            assert_eq!(answer.status(), 422, "{raw}");
            assert!(answer.json::<Value>().await.unwrap()["message"].as_str().unwrap().len() > 5, "{raw}");
        }
        app.stop().await;
    }

    /// The same body again is nothing new; a changed one is a new revision of the same order under the same link.
    async fn onec_the_same_order_a_hundred_times_is_one_order(app) {
        let guid = Uuid::now_v7();
        let (_, first) = put(&app, guid, &body("УТ00-000001", "1000.00")).await;
        for _ in 0..20 {
            let (status, again) = put(&app, guid, &body("УТ00-000001", "1000.00")).await;
            assert_eq!((status, &again["revision"], &again["link"]), (200, &first["revision"], &first["link"]));
        }
        let (_, changed) = put(&app, guid, &body("УТ00-000001", "1200.00")).await;
        assert_eq!((changed["due"].as_str(), &changed["link"]), (Some("1200.00"), &first["link"]));
        assert_eq!(texts(&mut app.db.connect(), "orders", "id").len(), 1);
        app.settle().await;
        assert_eq!(app.mail.letters().len(), 1, "one letter");
        app.stop().await;
    }

    /// The number leads to one order, the GUID to another: refused, told to a person, nothing is mixed.
    async fn onec_keys_of_two_orders_are_a_conflict(app) {
        let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
        put(&app, one, &body("УТ00-000001", "1000.00")).await;
        put(&app, other, &body("УТ00-000002", "2000.00")).await;
        let (status, told) = put(&app, other, &body("УТ00-000001", "3000.00")).await;
        assert_eq!((status, told["error"].as_str()), (409, Some("order_keys_conflict")));
        assert_eq!(app.get_order(one).await["total"], "1000.00");
        assert_eq!(app.get_order(other).await["total"], "2000.00");
        assert!(app.alerts().await.contains(&"order_keys".to_owned()), "{:?}", app.alerts().await);
        app.stop().await;
    }

    /// Complaint 25: nothing is done before 1C says so, for the very revision; answered twice is answered once.
    async fn onec_only_an_answer_for_this_revision_counts(app) {
        let order = paid_at_portal(&app, 1_000).await;
        for _ in 0..3 {
            assert_eq!(feed(&app, None).await["items"].as_array().unwrap().len(), 1, "given is not taken");
        }
        let item = feed(&app, None).await["items"][0].clone();
        let id = item["id"].as_str().unwrap();
        assert_eq!(item["allocations"][0]["order"], order.guid.to_string());
        let (status, _) = answer(&app, id, "accepted", accepted(id, 7, true)).await;
        assert!((400..500).contains(&status), "a revision that never was: {status}");
        assert_eq!(feed(&app, None).await["items"].as_array().unwrap().len(), 1);
        let stranger = Uuid::now_v7().to_string();
        assert_eq!(answer(&app, &stranger, "accepted", accepted(&stranger, 1, true)).await.0, 404);
        for _ in 0..3 {
            let (status, told) = answer(&app, id, "accepted", accepted(id, 1, true)).await;
            assert_eq!((status, told["state"].as_str()), (200, Some("accepted")));
        }
        assert_eq!(feed(&app, None).await["items"], json!([]));
        assert_eq!(app.status(&order).await["onec_number"], "ДПУТ-000001");
        app.check_books().await;
        app.stop().await;
    }

    /// Written but not posted is not done: it stays, and says so; posted later it is done.
    async fn onec_unposted_stays_until_posted(app) {
        app.onec.control.set_switches(Switches { unposted: true, ..Switches::default() });
        let order = paid_at_portal(&app, 1_000).await;
        app.exchange().await;
        let told = app.get_order(order.guid).await;
        assert_eq!(told["documents"][0]["state"], "unposted");
        let page = app.browser().get(&format!("/pay/{}", order.token)).await;
        assert_eq!(page.state(), "paid", "the customer's money is there all the same");
        app.onec.control.set_switches(Switches::default());
        let written = app.onec.control.documents()[0].guid;
        app.onec.control.change_document(written, |document| document.posted = true);
        app.exchange().await;
        assert_eq!(app.get_order(order.guid).await["documents"][0]["state"], "accepted");
        assert_eq!(app.onec.control.counts().created_most, 1);
        assert_eq!(app.status(&order).await["paid"], "1000.00");
        app.check_books().await;
        app.stop().await;
    }

    /// Complaint 26: a rejection keeps its reason, is offered again after its pause, and is taken at last, once.
    async fn onec_rejected_is_offered_again(app) {
        app.onec.control.set_switches(Switches { closed_period: true, ..Switches::default() });
        let order = paid_at_portal(&app, 1_000).await;
        app.exchange().await;
        let told = app.get_order(order.guid).await;
        assert_eq!(told["documents"][0]["state"], "rejected");
        assert!(!told["documents"][0]["message"].as_str().unwrap().is_empty(), "{told}");
        assert!(app.alerts().await.contains(&"onec_rejected".to_owned()), "{:?}", app.alerts().await);
        assert_eq!(feed(&app, None).await["items"], json!([]), "not hammered");
        app.advance(Duration::minutes(16));
        app.exchange().await;
        assert_eq!(app.get_order(order.guid).await["documents"][0]["state"], "rejected", "again");
        app.onec.control.set_switches(Switches::default());
        app.advance(Duration::minutes(16));
        app.exchange().await;
        assert_eq!(app.get_order(order.guid).await["documents"][0]["state"], "accepted");
        assert!(!app.alerts().await.contains(&"onec_rejected".to_owned()), "closed by itself");
        assert_eq!(app.onec.control.counts().created_most, 1);
        app.stop().await;
    }

    /// Complaints 27 and 28: 1C falls over after writing and before answering: the same document, one in 1C.
    async fn onec_a_lost_confirmation_is_one_document(app) {
        app.onec.control.set_switches(Switches { crash_before_ack: 3, ..Switches::default() });
        let order = paid_at_portal(&app, 1_000).await;
        for _ in 0..5 {
            app.exchange().await;
        }
        let counts = app.onec.control.counts();
        assert_eq!((counts.documents, counts.created_most), (1, 1));
        assert_eq!(app.get_order(order.guid).await["documents"][0]["state"], "accepted");
        app.check_books().await;
        app.stop().await;
    }

    /// §3.4: 1C is away for days while customers pay; then it comes back: one document each, nothing forgotten.
    async fn onec_away_for_days_gets_every_document_once(app) {
        let orders = [app.order(1_000).await, app.order(2_000).await, app.order(3_000).await];
        app.onec.control.set_switches(Switches { unavailable: 1_000, ..Switches::default() });
        for order in &orders {
            pay_only(&app, order).await;
            for _ in 0..4 {
                app.advance(Duration::hours(6));
                app.settle().await;
                app.exchange().await;
            }
        }
        assert_eq!(app.onec.control.counts().documents, 0);
        oplata::jobs::Periodic::default().run(&app.portal.context).await.unwrap();
        assert!(app.alerts().await.contains(&"onec_silent".to_owned()), "{:?}", app.alerts().await);
        app.onec.control.set_switches(Switches::default());
        let page = app.browser().get(&format!("/pay/{}", orders[0].token)).await;
        assert_eq!(page.state(), "paid");
        app.exchange().await;
        let counts = app.onec.control.counts();
        assert_eq!((counts.documents, counts.created_most), (3, 1));
        let mut sums: Vec<i64> = app.onec.control.documents().iter().map(|document| document.amount.get()).collect();
        sums.sort_unstable();
        assert_eq!(sums, [100_000, 200_000, 300_000]);
        for order in &orders {
            assert!(app.status(order).await["onec_number"].is_string());
        }
        app.check_books().await;
        app.stop().await;
    }

    /// 1C's own document comes first, our money after: one sum, not two; and the other way round.
    async fn onec_own_documents_cover_ours_in_either_order(app) {
        // Ours first, 1C's after: the accountant typed the payment by hand before the exchange.
        let order = paid_at_portal(&app, 1_000).await;
        let guid = Uuid::now_v7();
        let answer = app.onec_send("PUT", &format!("/1c/v1/documents/{guid}"), &own_document(order.guid, "card", "1000.00")).await;
        let told: Value = answer.json().await.unwrap();
        assert_eq!(told["role"], "covers", "{told}");
        let status = app.status(&order).await;
        assert_eq!((status["paid"].as_str(), status["payment_state"].as_str()), (Some("1000.00"), Some("paid")));
        // 1C's first.
        let early = app.order(500).await;
        let payment = app.press(&mut app.browser(), &early, "card").await;
        let guid = Uuid::now_v7();
        app.onec_send("PUT", &format!("/1c/v1/documents/{guid}"), &own_document(early.guid, "card", "500.00")).await;
        assert_eq!(app.status(&early).await["payment_state"], "paid", "1C's word counts at once");
        app.outcome(&payment, "success");
        app.settle().await;
        assert_eq!(app.status(&early).await["paid"], "500.00", "covered, not doubled");
        app.check_books().await;
        app.stop().await;
    }

    /// Money booked in 1C by hand pays the order, is never exported, and is undone when it is unposted.
    async fn onec_money_of_its_own_comes_and_goes(app) {
        let order = app.order(1_000).await;
        let document = app.onec.control.book_money(order.guid, MoneyKind::Cash, Kopecks::new(100_000)).unwrap();
        app.exchange().await;
        assert_eq!(app.status(&order).await["payment_state"], "paid");
        assert_eq!(feed(&app, None).await["items"], json!([]));
        app.onec.control.change_document(document, |document| document.posted = false);
        app.exchange().await;
        let status = app.status(&order).await;
        assert_eq!((status["payment_state"].as_str(), status["due"].as_str()), (Some("unpaid"), Some("1000.00")));
        assert!(!app.alerts().await.is_empty(), "a person is told");
        app.onec.control.change_document(document, |document| document.posted = true);
        app.exchange().await;
        assert_eq!(app.status(&order).await["payment_state"], "paid");
        app.check_books().await;
        app.stop().await;
    }

    /// A bad document changes nothing; one whose rows exceed its sum is taken by its rows, with a remark.
    async fn onec_a_bad_document_changes_nothing(app) {
        let order = app.order(1_000).await;
        let guid = Uuid::now_v7();
        let mut bad = own_document(order.guid, "card", "500.00");
        bad["allocations"][0]["amount"] = json!("-600.00");
        bad["posted"] = json!("yes");
        let path = format!("/1c/v1/documents/{guid}");
        assert_eq!(app.onec_send("PUT", &path, &bad).await.status(), 422);
        assert_eq!(app.status(&order).await["payment_state"], "unpaid");
        let mut generous = own_document(order.guid, "cash", "500.00");
        generous["allocations"][0]["amount"] = json!("600.00");
        let told: Value = app.onec_send("PUT", &path, &generous).await.json().await.unwrap();
        assert!(told["warnings"].to_string().contains("allocations"), "{told}");
        assert_eq!(app.status(&order).await["paid"], "600.00", "what 1C says of its orders counts");
        assert_eq!(app.onec_send("PUT", "/1c/v1/documents/1", &own_document(order.guid, "card", "5.00")).await.status(), 422);
        app.check_books().await;
        app.stop().await;
    }
}

/// The feed is walked by pages; a mark that is not ours is told; a page never hides a document.
#[actix_web::test]
async fn onec_the_feed_is_walked_by_pages() {
    let app = TestApp::start_with(TestDb::bare_sqlite(), &[("LIMITS__FEED_PAGE", "2")]).await;
    let mut orders = Vec::new();
    for rubles in 1..=5 {
        orders.push(app.order(rubles * 100).await);
    }
    for order in &orders {
        pay_only(&app, order).await;
    }
    let (mut after, mut ids) = (None::<String>, Vec::new());
    loop {
        let page = feed(&app, after.as_deref()).await;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        ids.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => after = Some(next.to_owned()),
            None => break,
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!((count, ids.len()), (5, 5));
    for mark in ["x", "1-2", "-", "99999999999999999999-a", "after=1"] {
        let answer = app.onec_get(&format!("/1c/v1/payments?after={mark}")).await;
        assert_eq!(answer.status(), 422, "{mark}");
    }
    assert_eq!(app.onec_get("/1c/v1/payments?after=a&after=b").await.status(), 422);
    app.stop().await;
}

/// A body beyond the limit is refused in the contract's words.
#[actix_web::test]
async fn onec_a_body_beyond_the_limit_is_refused() {
    let app = TestApp::start_with(TestDb::bare_sqlite(), &[("LIMITS__ONEC_BYTES", "2000")]).await;
    let mut large = body("УТ00-000001", "1000.00");
    large["comment"] = json!("я".repeat(3_000));
    let (status, told) = put(&app, Uuid::now_v7(), &large).await;
    assert_eq!((status, told["error"].as_str()), (413, Some("too_large")));
    assert_eq!(put(&app, Uuid::now_v7(), &body("УТ00-000001", "1000.00")).await.0, 200);
    app.stop().await;
}

/// Money in a currency that is not ours is taken in and not offered for paying.
#[actix_web::test]
async fn onec_another_currency_and_zero_are_not_payable() {
    let app = TestApp::start(TestDb::bare_sqlite()).await;
    let mut foreign = body("УТ00-000001", "1000.00");
    foreign["currency"] = json!("EUR");
    for (number, order) in [("foreign", foreign), ("zero", body("УТ00-000002", "0.00"))] {
        let (status, told) = put(&app, Uuid::now_v7(), &order).await;
        assert_eq!((status, told["payable"].as_bool()), (200, Some(false)), "{number}: {told}");
        let link = told["link"].as_str().unwrap();
        let token = link.rsplit('/').next().unwrap();
        let page = app.browser().get(&format!("/pay/{token}")).await;
        assert_eq!(page.status, 200, "{number}");
        let started = app.browser().post(&format!("/pay/{token}/start"), &[("method", "card")]).await;
        assert!(started.status >= 400, "{number}: {}", started.status);
    }
    app.settle().await;
    assert_eq!(app.mail.letters().len(), 0, "no letter asks for what cannot be paid");
    assert_eq!(app.provider_ids().len(), 0);
    app.stop().await;
}
