//! Giving money back: asked, confirmed by another, carried out once, told to 1C; failures; the provider's own cabinet.

use chrono::Duration;
use oplata::base::ids::{OrderId, RefundRequestId};
use oplata::base::{Direction, Kopecks};
use oplata::domain::orders::{Key, KeyKind, store};
use oplata::domain::payments::{refunds, store as payments};
use oplata::emulators::yookassa::FaultKind;
use serde_json::json;

use crate::common::app::{Placed, SECRET_KEY, SHOP_ID, TestApp, on_both};
use crate::links::texts;

async fn order_id(app: &TestApp, order: &Placed) -> OrderId {
    let key = Key::of(KeyKind::OnecGuid, order.guid.to_string());
    app.portal.context.db.read(move |c| store::find_by_key(c, &key)).await.unwrap().unwrap()
}

async fn ask(app: &TestApp, order: &Placed, rubles: i64) -> oplata::base::Result<RefundRequestId> {
    let (id, now) = (order_id(app, order).await, app.now());
    app.portal
        .context
        .db
        .write(move |c| refunds::ask(c, &id, Kopecks::new(rubles * 100), "Передумал", "anna", now))
        .await
}

async fn confirm(app: &TestApp, id: &RefundRequestId, by: &'static str) -> oplata::base::Result<()> {
    let (id, now) = (id.clone(), app.now());
    app.portal.context.db.write(move |c| refunds::confirm(c, &id, by, now)).await
}

fn states(app: &TestApp) -> Vec<String> {
    texts(&mut app.db.connect(), "refunds", "state")
}

async fn wait(app: &TestApp, minutes: i64) {
    for _ in 0..minutes {
        app.advance(Duration::minutes(1));
        app.settle().await;
    }
}

/// What somebody does in the provider's cabinet.
async fn refund_in_cabinet(app: &TestApp, rubles: &str) {
    let payment = app.provider_ids()[0].clone();
    let amount = json!({"value": rubles, "currency": "RUB"});
    let item = json!({"description": "Набор товаров", "quantity": "1", "amount": amount, "vat_code": 11,
        "payment_mode": "full_prepayment", "payment_subject": "commodity"});
    let receipt = json!({"customer": {"email": "buyer@example.ru"}, "items": [item]});
    let body = json!({"payment_id": payment, "amount": amount, "receipt": receipt});
    let url = format!("{}/refunds", app.yookassa.api_url());
    let request = app
        .http
        .post(url)
        .basic_auth(SHOP_ID, Some(SECRET_KEY))
        .header("Idempotence-Key", uuid::Uuid::new_v4().to_string());
    let answer = request.json(&body).send().await.unwrap();
    let status = answer.status();
    assert_eq!(status, 200, "{}", answer.text().await.unwrap());
}

on_both! {
    /// Asked by one, confirmed by another, done at the provider, in 1C as a document of its own, shown on the page.
    async fn refund_goes_the_whole_way(app) {
        let order = app.order(1_000).await;
        app.pay(&order).await;
        let request = ask(&app, &order, 400).await.unwrap();
        assert!(confirm(&app, &request, "anna").await.is_err(), "not by the one who asked");
        confirm(&app, &request, "boss").await.unwrap();
        assert!(confirm(&app, &request, "boss").await.is_err(), "once");
        assert_eq!(app.status(&order).await["page_state"], "refund_running");
        app.settle().await;
        assert_eq!(states(&app), ["done"]);
        app.exchange().await;
        let documents = app.onec.control.documents();
        assert_eq!(documents.len(), 2);
        let out = documents.iter().find(|document| document.direction == Direction::Out).unwrap();
        assert_eq!(out.amount, Kopecks::new(40_000));
        let status = app.status(&order).await;
        assert_eq!((status["paid"].as_str(), status["due"].as_str()), (Some("600.00"), Some("0.00")), "nothing is asked for");
        app.check_books().await;
        app.stop().await;
    }

    /// Two requests at once never reserve more than there is.
    async fn refund_requests_never_exceed_the_payment(app) {
        let order = app.order(1_000).await;
        app.pay(&order).await;
        let asked = futures_util::future::join_all((0..8).map(|_| ask(&app, &order, 400))).await;
        assert_eq!(asked.iter().filter(|asked| asked.is_ok()).count(), 2);
        for request in asked.into_iter().flatten() {
            confirm(&app, &request, "boss").await.unwrap();
        }
        app.settle().await;
        assert_eq!(states(&app), ["done", "done"]);
        assert_eq!(app.yookassa.control.payments()[0]["refunded_amount"]["value"], "800.00");
        app.check_books().await;
        app.stop().await;
    }

    /// The answer is lost after the deed: asked again with the same key, given back once.
    async fn refund_with_a_lost_answer_is_given_once(app) {
        let order = app.order(1_000).await;
        app.pay(&order).await;
        let request = ask(&app, &order, 400).await.unwrap();
        app.yookassa.control.fault(Some("POST"), "/v3/refunds", FaultKind::Reset, 1);
        confirm(&app, &request, "boss").await.unwrap();
        app.work().await;
        assert_eq!(states(&app), ["unknown"]);
        wait(&app, 3).await;
        assert_eq!(states(&app), ["done"]);
        assert_eq!(app.yookassa.control.payments()[0]["refunded_amount"]["value"], "400.00");
        assert_eq!(texts(&mut app.db.connect(), "money_documents", "id").len(), 2);
        app.check_books().await;
        app.stop().await;
    }

    /// The provider refuses: the money is free again, a person is told, nothing goes to 1C.
    async fn refund_refused_frees_the_money(app) {
        let order = app.order(1_000).await;
        app.pay(&order).await;
        app.yookassa.control.set_webhook_url(None);
        refund_in_cabinet(&app, "900.00").await;
        let request = ask(&app, &order, 400).await.unwrap();
        confirm(&app, &request, "boss").await.unwrap();
        app.work().await;
        assert_eq!(states(&app), ["failed"]);
        assert!(app.alerts().await.contains(&"refund_failed".to_owned()), "{:?}", app.alerts().await);
        app.check_books().await;
        app.stop().await;
    }

    /// Given back in the provider's cabinet: taken in by notification, once, and by the comparison when that is lost.
    async fn refund_in_the_cabinet_is_taken_in_once(app) {
        let order = app.order(1_000).await;
        app.pay(&order).await;
        refund_in_cabinet(&app, "300.00").await;
        app.settle().await;
        assert_eq!(app.status(&order).await["paid"], "700.00");
        app.yookassa.control.set_webhook_url(None);
        refund_in_cabinet(&app, "100.00").await;
        for _ in 0..2 {
            oplata::workflows::checkout::reconcile(&app.portal.context).await.unwrap();
            assert_eq!(app.status(&order).await["paid"], "600.00");
        }
        app.exchange().await;
        assert_eq!(app.onec.control.documents().iter().filter(|document| document.direction == Direction::Out).count(), 2);
        app.check_books().await;
        app.stop().await;
    }

    /// Ours and the cabinet's at the same time: never more than was paid, both in the books.
    async fn refund_beside_the_cabinets_own_keeps_the_books_right(app) {
        let order = app.order(1_000).await;
        app.pay(&order).await;
        let request = ask(&app, &order, 500).await.unwrap();
        confirm(&app, &request, "boss").await.unwrap();
        refund_in_cabinet(&app, "500.00").await;
        wait(&app, 3).await;
        let refunded = app.yookassa.control.payments()[0]["refunded_amount"]["value"].as_str().unwrap().to_owned();
        let paid = app.status(&order).await["paid"].as_str().unwrap().to_owned();
        let sum = |text: &str| Kopecks::parse(text).unwrap();
        assert_eq!(sum(&paid) + sum(&refunded), Kopecks::new(100_000), "{paid} + {refunded}");
        app.check_books().await;
        app.stop().await;
    }

    /// The cabinet's refund of the same sum answered for ours while our request was on its way: both are in the books.
    async fn refund_that_another_answered_for_is_not_lost(app) {
        let order = app.order(1_000).await;
        app.pay(&order).await;
        let request = ask(&app, &order, 500).await.unwrap();
        confirm(&app, &request, "boss").await.unwrap();
        let (id, now, policy) = (order_id(&app, &order).await, app.now(), app.portal.context.policy());
        let succeed = async |reference: &'static str| {
            let id = id.clone();
            app.portal.context.db.write(move |c| {
                let refund = payments::refunds_of_order(c, &id)?.remove(0).id;
                refunds::begin(c, &refund, now)?;
                refunds::succeed(c, &refund, reference, &policy, now)
            }).await.unwrap();
        };
        for reference in ["of-the-cabinet", "of-the-cabinet", "of-our-call", "of-our-call"] {
            succeed(reference).await;
        }
        assert_eq!(app.status(&order).await["paid"], "0.00");
        assert_eq!(texts(&mut app.db.connect(), "money_documents", "id").len(), 3);
        app.check_books().await;
        app.stop().await;
    }

    /// A surplus of two payments is one request with one refund a document, newest first.
    async fn refund_of_a_double_payment_leaves_the_order_paid(app) {
        let order = app.order(1_000).await;
        let mut browser = app.browser();
        let card = app.press(&mut browser, &order, "card").await;
        let sbp = app.press(&mut browser, &order, "sbp").await;
        app.outcome(&card, "success");
        app.outcome(&sbp, "sbp_success");
        app.settle().await;
        let request = ask(&app, &order, 1_000).await.unwrap();
        confirm(&app, &request, "boss").await.unwrap();
        app.settle().await;
        let status = app.status(&order).await;
        assert_eq!((status["payment_state"].as_str(), status["paid"].as_str()), (Some("paid"), Some("1000.00")));
        assert!(!app.alerts().await.contains(&"to_return".to_owned()), "the alert is closed");
        let id = order_id(&app, &order).await;
        let done = app.portal.context.db.read(move |c| payments::refunds_of_order(c, &id)).await.unwrap();
        assert_eq!(done.len(), 1);
        app.check_books().await;
        app.stop().await;
    }
}
