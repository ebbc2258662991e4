//! Hard cases of paying: lost answers, crashes between two commits, late money, changed minds, a provider that is away.

use chrono::Duration;
use oplata::base::{Kopecks, Quantity, VatRate};
use oplata::emulators::onec::Line;
use oplata::emulators::yookassa::{FaultKind, Outcome};

use crate::common::app::{Placed, TestApp, on_both};
use crate::common::browser::Browser;
use crate::common::db::TestDb;
use crate::links::texts;

async fn press_only(browser: &mut Browser, order: &Placed, method: &str) -> u16 {
    browser.post(&format!("/pay/{}/start", order.token), &[("method", method)]).await.status
}

/// Time goes on in steps small enough for every appointed question.
async fn wait(app: &TestApp, minutes: i64) {
    for _ in 0..minutes {
        app.advance(Duration::minutes(1));
        app.work().await;
    }
}

fn creates(app: &TestApp) -> usize {
    let is_create =
        |entry: &serde_json::Value| entry["what"].as_str().is_some_and(|what| what.contains("POST /v3/payments"));
    app.yookassa.control.log().iter().filter(|entry| is_create(entry)).count()
}

/// Another price of the whole order.
async fn reprice(app: &TestApp, order: &Placed, kopecks: i64) {
    app.onec.control.change_order(order.guid, |order| {
        let price = Kopecks::new(kopecks);
        order.lines = vec![Line::new("Набор товаров", "NT-1", "шт", Quantity::ONE, price, VatRate::TwentyTwo)];
    });
    app.exchange().await;
}

on_both! {
    /// PAY-2: the answer to "create" is lost after the deed: one payment at the provider, found again, booked.
    async fn pay_2_a_lost_answer_is_one_payment(app) {
        for fault in [FaultKind::Reset, FaultKind::MalformedJson] {
            let order = app.order(1_000).await;
            let before = app.provider_ids();
            app.yookassa.control.fault(Some("POST"), "/v3/payments", fault, 1);
            let mut browser = app.browser();
            assert_eq!(press_only(&mut browser, &order, "card").await, 303);
            assert_eq!(browser.get(&format!("/pay/{}", order.token)).await.state(), "unknown", "{fault:?}");
            wait(&app, 2).await;
            let made: Vec<String> = app.provider_ids().into_iter().filter(|id| !before.contains(id)).collect();
            assert_eq!(made.len(), 1, "{fault:?}");
            app.yookassa.control.set_webhook_url(None);
            app.outcome(&made[0], "success");
            wait(&app, 3).await;
            assert_eq!(app.status(&order).await["payment_state"], "paid", "{fault:?}");
        }
        app.check_books().await;
        app.stop().await;
    }

    /// Design §2.5: "not now" to the repeated question does not make an unknown payment a failed one.
    async fn pay_2_an_unknown_outcome_stays_unknown_until_it_is_known(app) {
        let order = app.order(1_000).await;
        app.yookassa.control.fault(Some("POST"), "/v3/payments", FaultKind::Reset, 1);
        app.yookassa.control.fault(Some("POST"), "/v3/payments", FaultKind::TooMany, 1);
        press_only(&mut app.browser(), &order, "card").await;
        app.advance(Duration::minutes(1));
        app.work().await;
        assert_eq!(texts(&mut app.db.connect(), "attempts", "state"), ["unknown"]);
        wait(&app, 3).await;
        assert_eq!(texts(&mut app.db.connect(), "attempts", "state"), ["waiting"], "the same payment, found");
        assert_eq!(app.provider_ids().len(), 1);
        app.stop().await;
    }

    /// PAY-2: the process died between the commit of the intent and the call: a worker makes the same call.
    async fn pay_2_a_crash_between_commit_and_call_is_made_good(app) {
        let order = app.order(1_000).await;
        app.yookassa.control.fault(Some("POST"), "/v3/payments", FaultKind::Reset, 1);
        press_only(&mut app.browser(), &order, "card").await;
        let mut connection = app.db.connect();
        {
            use diesel::RunQueryDsl as _;
            let asleep = "UPDATE attempts SET state = 'created', provider_ref = NULL, confirmation_url = NULL";
            diesel::sql_query(asleep).execute(&mut connection).unwrap();
        }
        wait(&app, 2).await;
        assert_eq!(app.provider_ids().len(), 1, "the same key, the same payment");
        let id = app.provider_ids()[0].clone();
        app.outcome(&id, "success");
        app.settle().await;
        assert_eq!(app.status(&order).await["payment_state"], "paid");
        app.check_books().await;
        app.stop().await;
    }

    /// PAY-3: after a day the key may be forgotten: the payment is looked up, never asked for again.
    async fn pay_3_an_old_key_is_never_repeated(app) {
        let order = app.order(1_000).await;
        app.yookassa.control.fault(Some("POST"), "/v3/payments", FaultKind::Reset, 1);
        press_only(&mut app.browser(), &order, "card").await;
        let (made, id) = (creates(&app), app.provider_ids()[0].clone());
        assert_eq!(made, 1, "{:?}", app.yookassa.control.log());
        app.yookassa.control.set_webhook_url(None);
        app.outcome(&id, "success");
        app.advance(Duration::hours(24) + Duration::minutes(30));
        app.work().await;
        assert_eq!(creates(&app), made, "no second create");
        assert_eq!(app.provider_ids().len(), 1);
        assert_eq!(app.status(&order).await["payment_state"], "paid", "found in the provider's list");
        app.check_books().await;
        app.stop().await;
    }

    /// §3.4: paid after we let it expire: recorded; the order takes it.
    async fn hard_money_after_expiry_is_never_dropped(app) {
        let order = app.order(1_000).await;
        let payment = app.press(&mut app.browser(), &order, "sbp").await;
        app.yookassa.control.outcome(&payment, &Outcome::LateSuccess(7_200)).unwrap();
        app.settle().await;
        assert_eq!(texts(&mut app.db.connect(), "attempts", "state"), ["expired"]);
        app.advance(Duration::hours(3));
        app.settle().await;
        assert_eq!(app.status(&order).await["payment_state"], "paid");
        assert_eq!(app.alerts().await, ["late_payment"]);
        app.check_books().await;
        app.stop().await;
    }

    /// §3.4: paid after the order was paid otherwise and cancelled: kept, goes to «к возврату».
    async fn hard_late_money_of_a_cancelled_order_is_to_be_returned(app) {
        let order = app.order(1_000).await;
        let payment = app.press(&mut app.browser(), &order, "sbp").await;
        app.yookassa.control.outcome(&payment, &Outcome::LateSuccess(7_200)).unwrap();
        app.settle().await;
        app.onec.control.cancel_order(order.guid);
        app.exchange().await;
        app.advance(Duration::hours(3));
        app.settle().await;
        let status = app.status(&order).await;
        assert_eq!(status["page_state"], "cancelled_with_money");
        assert!(app.alerts().await.contains(&"to_return".to_owned()));
        app.check_books().await;
        app.stop().await;
    }

    /// §3.4: «начать заново» gives a new payment; both may succeed, both are kept.
    async fn hard_starting_again_replaces_the_live_attempt(app) {
        let order = app.order(1_000).await;
        let mut browser = app.browser();
        let first = app.press(&mut browser, &order, "card").await;
        let path = format!("/pay/{}/start", order.token);
        assert_eq!(browser.post(&path, &[("method", "card")]).await.status, 303);
        assert_eq!(app.provider_ids().len(), 1, "the live attempt is gone on with");
        assert_eq!(browser.post(&path, &[("method", "card"), ("again", "1")]).await.status, 303);
        let second = app.provider_ids().into_iter().find(|id| *id != first).unwrap();
        app.outcome(&first, "success");
        app.settle().await;
        app.outcome(&second, "success");
        app.settle().await;
        assert_eq!(app.status(&order).await["paid"], "2000.00");
        app.exchange().await;
        assert_eq!(app.onec.control.counts().documents, 2);
        app.check_books().await;
        app.stop().await;
    }

    /// §3.4: the price goes down while the customer pays: the frozen sum counts, the surplus is named.
    async fn hard_a_lower_price_while_paying_leaves_a_surplus(app) {
        let order = app.order(1_000).await;
        let payment = app.press(&mut app.browser(), &order, "card").await;
        reprice(&app, &order, 60_000).await;
        app.outcome(&payment, "success");
        app.settle().await;
        let status = app.status(&order).await;
        assert_eq!((status["payment_state"].as_str(), status["paid"].as_str()), (Some("overpaid"), Some("1000.00")));
        app.exchange().await;
        assert_eq!(app.onec.control.documents()[0].amount, Kopecks::new(100_000), "1C is told the real sum");
        app.check_books().await;
        app.stop().await;
    }

    /// §3.4 and complaint 34: the provider is away: the page says so; when it is back, paying goes on.
    async fn hard_a_provider_that_is_away_is_said_honestly(app) {
        let order = app.order(1_000).await;
        app.yookassa.control.fault(Some("POST"), "/v3/payments", FaultKind::TooMany, 1);
        let mut browser = app.browser();
        assert_eq!(press_only(&mut browser, &order, "card").await, 303);
        let page = browser.get(&format!("/pay/{}", order.token)).await;
        assert!(["provider_down", "refused"].contains(&page.state()), "{}", page.state());
        app.advance(Duration::minutes(3));
        let payment = app.press(&mut browser, &order, "card").await;
        app.outcome(&payment, "success");
        app.settle().await;
        assert_eq!(app.status(&order).await["payment_state"], "paid");
        app.check_books().await;
        app.stop().await;
    }
}

/// Complaint 34: one account is away, the other serves: its method stays on offer.
#[actix_web::test]
async fn hard_another_account_takes_over() {
    let dead = "http://127.0.0.1:9/v3";
    let extra = [
        ("PROVIDERS__YOOKASSA__METHODS", "sbp"),
        ("PROVIDERS__SECOND__KIND", "yookassa"),
        ("PROVIDERS__SECOND__SHOP_ID", "100501"),
        ("PROVIDERS__SECOND__SECRET_KEY", "test_emulator_key_0002"),
        ("PROVIDERS__SECOND__METHODS", "card"),
        ("PROVIDERS__SECOND__API_URL", dead),
    ];
    let app = TestApp::start_with(TestDb::bare_sqlite(), &extra).await;
    let order = app.order(1_000).await;
    let mut browser = app.browser();
    assert_eq!(press_only(&mut browser, &order, "card").await, 303);
    let page = browser.get(&format!("/pay/{}", order.token)).await;
    assert!(["provider_down", "refused"].contains(&page.state()), "{}", page.state());
    assert!(page.body.contains("value=\"sbp\""), "СБП is on offer");
    let payment = app.press(&mut browser, &order, "sbp").await;
    app.outcome(&payment, "sbp_success");
    app.settle().await;
    assert_eq!(app.status(&order).await["payment_state"], "paid");
    assert_eq!(app.portal.context.providers.all().count(), 2);
    app.check_books().await;
    app.stop().await;
}

/// §3.5: every notification lost for an hour; then the daily comparison finds what even questions missed.
#[actix_web::test]
async fn hard_reconciliation_books_what_was_missed() {
    let app = TestApp::start(TestDb::bare_sqlite()).await;
    let order = app.order(1_000).await;
    let payment = app.press(&mut app.browser(), &order, "card").await;
    app.yookassa.control.set_webhook_url(None);
    app.outcome(&payment, "success");
    {
        use diesel::RunQueryDsl as _;
        let forgotten = "UPDATE attempts SET state = 'expired', next_check_at = NULL";
        diesel::sql_query(forgotten).execute(&mut app.db.connect()).unwrap();
    }
    let found = oplata::workflows::checkout::reconcile(&app.portal.context).await.unwrap();
    assert_eq!((found.fixed, found.unreached), (1, 0));
    assert_eq!(app.status(&order).await["payment_state"], "paid");
    let again = oplata::workflows::checkout::reconcile(&app.portal.context).await.unwrap();
    assert_eq!(again.fixed, 0);
    app.check_books().await;
    app.stop().await;
}
