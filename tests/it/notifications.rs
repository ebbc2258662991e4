//! Notifications: a knock on the door, never the truth. Forged, doubled, reordered, oversized, early and lost ones.

use std::sync::Arc;

use futures_util::StreamExt as _;
use oplata::emulators::yookassa::{Behaviour, FaultKind};
use serde_json::json;

use crate::common::app::{TestApp, on_both};
use crate::common::db::TestDb;
use crate::common::meddler::Meddler;
use crate::links::texts;

async fn knock(app: &TestApp, body: String) -> u16 {
    let request = app.http.post(app.url("/webhooks/yookassa")).header("content-type", "application/json");
    request.body(body).send().await.unwrap().status().as_u16()
}

fn succeeded(id: &str, rubles: &str) -> String {
    let amount = json!({"value": rubles, "currency": "RUB"});
    json!({"type": "notification", "event": "payment.succeeded",
        "object": {"id": id, "status": "succeeded", "paid": true, "amount": amount}})
    .to_string()
}

on_both! {
    /// A stranger says "paid": the portal asks the provider and books nothing.
    async fn whk_1_a_forged_success_books_nothing(app) {
        let order = app.order(1_500).await;
        let payment = app.press(&mut app.browser(), &order, "card").await;
        assert_eq!(knock(&app, succeeded(&payment, "1500.00")).await, 200);
        assert_eq!(knock(&app, succeeded("2e3f8f0a-000f-5000-9000-000000000000", "1500.00")).await, 200);
        app.settle().await;
        let status = app.status(&order).await;
        assert_eq!((status["payment_state"].as_str(), status["paid"].as_str()), (Some("unpaid"), Some("0.00")));
        app.check_books().await;
        app.stop().await;
    }

    /// A forged knock must not use up the real one: the same event again is followed again.
    async fn whk_5_a_forged_early_knock_does_not_silence_the_real_one(app) {
        let order = app.order(1_500).await;
        let payment = app.press(&mut app.browser(), &order, "card").await;
        assert_eq!(knock(&app, succeeded(&payment, "1500.00")).await, 200);
        app.settle().await;
        app.outcome(&payment, "success");
        app.settle().await;
        assert_eq!(app.status(&order).await["payment_state"], "paid", "without waiting for the next appointed question");
        app.check_books().await;
        app.stop().await;
    }

    /// The sum at the provider is another one: a person looks, nothing is booked, the customer is not asked again.
    async fn whk_3_another_sum_goes_to_a_person(app) {
        app.yookassa.control.set_behaviour(Behaviour::WrongAmount);
        let order = app.order(1_500).await;
        let mut browser = app.browser();
        let payment = app.press(&mut browser, &order, "card").await;
        app.outcome(&payment, "success");
        app.settle().await;
        let status = app.status(&order).await;
        assert_eq!((status["payment_state"].as_str(), status["page_state"].as_str()), (Some("unpaid"), Some("unknown")));
        assert_eq!(app.alerts().await, ["attempt_review"]);
        assert_eq!(texts(&mut app.db.connect(), "attempts", "state"), ["review"]);
        app.check_books().await;
        app.stop().await;
    }

    /// The message's own words about the order are not read.
    async fn whk_4_metadata_of_another_order_changes_nothing(app) {
        let (mine, other) = (app.order(1_500).await, app.order(1_500).await);
        let payment = app.press(&mut app.browser(), &mine, "card").await;
        let foreign = app.press(&mut app.browser(), &other, "card").await;
        let attempt = app.yookassa.control.payment(&foreign).unwrap()["metadata"]["attempt_id"].clone();
        app.outcome(&payment, "success");
        let body = json!({"type": "notification", "event": "payment.succeeded", "object": {"id": payment,
            "status": "succeeded", "amount": {"value": "1500.00", "currency": "RUB"},
            "metadata": {"attempt_id": attempt, "order_number": "other"}, "description": "Заказ другой"}});
        assert_eq!(knock(&app, body.to_string()).await, 200);
        app.settle().await;
        assert_eq!(app.status(&mine).await["payment_state"], "paid");
        assert_eq!(app.status(&other).await["payment_state"], "unpaid");
        app.check_books().await;
        app.stop().await;
    }

    /// A thousand equal deliveries over 64 tasks: one row, one document.
    async fn whk_5_a_thousand_equal_deliveries_are_one_payment(app) {
        let order = app.order(1_500).await;
        let payment = app.press(&mut app.browser(), &order, "card").await;
        app.outcome(&payment, "success");
        let app = Arc::new(app);
        let body = succeeded(&payment, "1500.00");
        let deliveries = futures_util::stream::iter(0..1_000).map(|_| {
            let (app, body) = (app.clone(), body.clone());
            async move { knock(&app, body).await }
        });
        let statuses: Vec<u16> = deliveries.buffer_unordered(64).collect().await;
        assert!(statuses.iter().all(|status| [200, 429, 503].contains(status)), "{statuses:?}");
        assert!(statuses.contains(&200));
        app.settle().await;
        let connection = &mut app.db.connect();
        assert_eq!(texts(connection, "notifications_in", "event_key").len(), 1);
        assert_eq!(texts(connection, "money_documents", "id").len(), 1);
        assert_eq!(texts(connection, "exports", "document_id").len(), 1);
        assert!(texts(connection, "outbox", "id").len() < 20, "repeats do not pile up work");
        assert_eq!(app.status(&order).await["payment_state"], "paid");
        app.check_books().await;
        Arc::into_inner(app).unwrap().stop().await;
    }

    /// Whatever the order of arrival, paid stays paid.
    async fn whk_6_older_news_changes_nothing(app) {
        app.yookassa.control.set_behaviour(Behaviour::Reordered);
        let order = app.order(1_500).await;
        let payment = app.press(&mut app.browser(), &order, "card").await;
        app.outcome(&payment, "success");
        app.settle().await;
        for event in ["payment.canceled", "payment.waiting_for_capture", "payment.pending", "payment.succeeded"] {
            let body = json!({"event": event, "object": {"id": payment, "status": "canceled"}});
            assert_eq!(knock(&app, body.to_string()).await, 200, "{event}");
            app.settle().await;
            assert_eq!(app.status(&order).await["payment_state"], "paid", "{event}");
        }
        assert_eq!(texts(&mut app.db.connect(), "money_documents", "id").len(), 1);
        app.check_books().await;
        app.stop().await;
    }

    /// The check fails: the notification is kept and followed without another one.
    async fn whk_7_a_failed_check_is_made_again_without_a_new_notification(app) {
        let order = app.order(1_500).await;
        let payment = app.press(&mut app.browser(), &order, "card").await;
        app.outcome(&payment, "success");
        app.yookassa.control.fault(Some("GET"), "/v3/payments", FaultKind::Broken, 5);
        app.settle().await;
        assert_eq!(app.yookassa.control.waiting(), 0, "the notification was taken with 200");
        assert_eq!(app.status(&order).await["payment_state"], "unpaid");
        app.yookassa.control.set_webhook_url(None);
        for _ in 0..40 {
            app.advance(chrono::Duration::seconds(5));
            app.work().await;
        }
        assert_eq!(app.status(&order).await["payment_state"], "paid");
        app.check_books().await;
        app.stop().await;
    }

    /// Sizes, methods, shapes; unknown events and fields.
    async fn whk_8_hostile_shapes_are_refused_and_unknown_ones_let_through(app) {
        let answer = app.http.get(app.url("/webhooks/yookassa")).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers()["allow"].to_str().unwrap()), (405, "POST"));
        assert_eq!(knock(&app, "[".repeat(100_000)).await, 400);
        assert_eq!(knock(&app, format!("{{\"event\":\"payment.succeeded\",\"object\":{}", "{\"a\":".repeat(20_000))).await, 400);
        assert_eq!(knock(&app, " ".repeat(300_000)).await, 413);
        for body in ["", "{", "null", "\"text\"", "{\"event\":1}", "{\"event\":\"payment.succeeded\",\"object\":{\"id\":\"../../x\"}}"] {
            assert_eq!(knock(&app, body.to_owned()).await, 400, "{body}");
        }
        for event in ["payout.succeeded", "payment.unheard_of", "deal.closed"] {
            let body = json!({"event": event, "object": {"id": "abc-1", "new_field": {"deep": [1, 2]}}, "more": true});
            assert_eq!(knock(&app, body.to_string()).await, 200, "{event}");
        }
        let nobody = app.http.post(app.url("/webhooks/nobody")).body("{}").send().await.unwrap();
        assert_eq!(nobody.status(), 404);
        app.settle().await;
        app.stop().await;
    }

    /// The notification is faster than the answer to our request: found by our own id, booked once.
    async fn whk_3_a_notification_before_the_answer_is_booked_once(app) {
        app.yookassa.control.set_behaviour(Behaviour::BeforeResponse);
        let order = app.order(1_500).await;
        let answer = app.browser().post(&format!("/pay/{}/start", order.token), &[("method", "card")]).await;
        assert_eq!(answer.status, 303);
        app.settle().await;
        assert_eq!(app.status(&order).await["payment_state"], "paid");
        assert_eq!(texts(&mut app.db.connect(), "money_documents", "id").len(), 1);
        app.check_books().await;
        app.stop().await;
    }
}

/// 64 MB announced: refused after the headers, whatever is still to come.
#[actix_web::test]
async fn whk_8_sixty_four_megabytes_are_refused() {
    use std::io::{Read as _, Write as _};
    let app = TestApp::start(TestDb::bare_sqlite()).await;
    let address = app.portal.address;
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
        let head =
            format!("POST /webhooks/yookassa HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\n\r\n", 64 << 20);
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = [0_u8; 64];
        let read = stream.read(&mut answer).unwrap();
        String::from_utf8_lossy(&answer[..read]).into_owned()
    })
    .await
    .unwrap();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    app.stop().await;
}

async fn meddled(extra: &[(&str, &str)]) -> (TestApp, Meddler) {
    let meddler = Meddler::start();
    let mut all = vec![("PROVIDERS__YOOKASSA__API_URL", meddler.api_url.as_str())];
    all.extend_from_slice(extra);
    let app = TestApp::start_with(TestDb::bare_sqlite(), &all).await;
    meddler.forward_to(&app.yookassa.api_url());
    (app, meddler)
}

type Change = fn(&mut serde_json::Value);

/// Another currency, another shop, play money, another payment's id, another attempt's mark: a person looks at each.
#[actix_web::test]
async fn whk_3_any_difference_goes_to_a_person() {
    let differences: [(&str, Change); 4] = [
        ("currency", |payment| payment["amount"]["currency"] = json!("KZT")),
        ("shop", |payment| payment["recipient"]["account_id"] = json!("999999")),
        ("test flag", |payment| payment["test"] = json!(false)),
        ("attempt", |payment| payment["metadata"]["attempt_id"] = json!("01936b1e-0000-7000-8000-000000000000")),
    ];
    let (app, meddler) = meddled(&[]).await;
    for (nth, (name, change)) in differences.into_iter().enumerate() {
        meddler.change(|_| ());
        let order = app.order(1_500).await;
        let payment = app.press(&mut app.browser(), &order, "card").await;
        meddler.change(change);
        app.outcome(&payment, "success");
        app.settle().await;
        assert_eq!(app.status(&order).await["payment_state"], "unpaid", "{name}");
        assert_eq!(app.alerts().await, vec!["attempt_review"; nth + 1], "{name}");
    }
    meddler.change(|_| ());
    app.check_books().await;
    app.stop().await;
}

/// A word we do not know decides nothing: a person is told, the provider is asked again.
#[actix_web::test]
async fn whk_3_an_unknown_state_decides_nothing() {
    let (app, meddler) = meddled(&[]).await;
    let order = app.order(1_500).await;
    let payment = app.press(&mut app.browser(), &order, "card").await;
    meddler.change(|payment| payment["status"] = json!("levitating"));
    app.outcome(&payment, "success");
    app.settle().await;
    assert_eq!(app.status(&order).await["payment_state"], "unpaid");
    assert_eq!(app.alerts().await, ["unclear_status"]);
    meddler.change(|_| ());
    app.advance(chrono::Duration::minutes(16));
    app.work().await;
    assert_eq!(app.status(&order).await["payment_state"], "paid");
    app.check_books().await;
    app.stop().await;
}

/// The sender's network is a second lock, and the sender is not who it says to be in a header.
#[actix_web::test]
async fn whk_9_a_header_does_not_make_a_sender() {
    let extra = [("PROVIDERS__YOOKASSA__CHECK_SENDER", "true")];
    let app = TestApp::start_with(TestDb::bare_sqlite(), &extra).await;
    let send = async |app: &TestApp| {
        let request = app.http.post(app.url("/webhooks/yookassa")).header("x-forwarded-for", "185.71.76.1");
        let request = request.header("forwarded", "for=185.71.76.1").header("x-real-ip", "185.71.76.1");
        request.body(succeeded("abc-1", "1.00")).send().await.unwrap().status().as_u16()
    };
    assert_eq!(send(&app).await, 403, "a stranger");
    app.stop().await;
    let extra = [("PROVIDERS__YOOKASSA__CHECK_SENDER", "true"), ("SERVER__PROXIES", "127.0.0.1")];
    let app = TestApp::start_with(TestDb::bare_sqlite(), &extra).await;
    assert_eq!(send(&app).await, 200, "our own proxy is believed");
    app.stop().await;
}

/// DOS-4: notifications about ids that are not ours are limited; those about ours are not.
#[actix_web::test]
async fn dos_4_a_flood_of_invented_ids_is_slowed_and_real_ones_pass() {
    let extra = [("LIMITS__UNKNOWN_NOTIFICATIONS_PER_SECOND", "5")];
    let app = TestApp::start_with(TestDb::bare_sqlite(), &extra).await;
    let order = app.order(1_500).await;
    let payment = app.press(&mut app.browser(), &order, "card").await;
    let mut refused = 0;
    for nth in 0..100 {
        let status = knock(&app, succeeded(&format!("2e3f8f0a-{nth:04}"), "1.00")).await;
        assert!([200, 503].contains(&status), "{status}");
        refused += usize::from(status == 503);
    }
    assert!(refused > 50, "{refused}");
    for _ in 0..20 {
        assert_eq!(knock(&app, succeeded(&payment, "1500.00")).await, 200);
    }
    app.outcome(&payment, "success");
    app.settle().await;
    assert_eq!(app.status(&order).await["payment_state"], "paid");
    app.stop().await;
}
