//! What users of comparable systems complained about, each as a story that ends well here.

use chrono::Duration;
use oplata::base::{Kopecks, Quantity, VatRate};
use oplata::emulators::onec::{Line, NewOrder, Switches};
use oplata::emulators::yookassa::FaultKind;
use oplata::gateways::onec::service::Delivery;

use crate::common::app::{Placed, TestApp, on_both};
use crate::links::texts;

async fn divisible(app: &TestApp, rubles: i64) -> Placed {
    let sample = app.onec.control.add_simple_order(Kopecks::new(100));
    let buyer = app.onec.control.order(sample).unwrap().buyer;
    let price = Kopecks::new(rubles * 100);
    let lines = vec![Line::new("Кухня «Волна»", "K-1", "компл", Quantity::ONE, price, VatRate::TwentyTwo)];
    let new =
        NewOrder { buyer, lines, delivery: Delivery::Pickup, pay_until: None, allow_parts: Some(true), to_pay: true };
    let guid = app.onec.control.add_order(new);
    app.exchange().await;
    app.placed(guid).await
}

async fn pay_part(app: &TestApp, order: &Placed, part: &str) -> String {
    let before = app.provider_ids();
    let path = format!("/pay/{}/start", order.token);
    let answer = app.browser().post(&path, &[("method", "card"), ("amount", part)]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let payment = app.provider_ids().into_iter().find(|id| !before.contains(id)).unwrap();
    app.outcome(&payment, "success");
    app.settle().await;
    payment
}

on_both! {
    /// Two tabs, two methods, both paid: nothing is dropped from the books, in the portal or in 1C.
    async fn complaint_01_two_tabs_both_paid_are_both_in_the_books(app) {
        let order = app.order(1_000).await;
        let (mut one, mut other) = (app.browser(), app.browser());
        let card = app.press(&mut one, &order, "card").await;
        let sbp = app.press(&mut other, &order, "sbp").await;
        app.outcome(&card, "success");
        app.outcome(&sbp, "sbp_success");
        app.settle().await;
        app.exchange().await;
        assert_eq!(app.status(&order).await["paid"], "2000.00");
        assert_eq!(app.onec.control.counts().documents, 2);
        assert!(app.alerts().await.contains(&"to_return".to_owned()));
        app.check_books().await;
        app.stop().await;
    }

    /// The lock is on the server: twenty presses with mixed methods leave one live attempt at most.
    async fn complaint_02_the_lock_is_on_the_server(app) {
        let order = app.order(1_000).await;
        let path = format!("/pay/{}/start", order.token);
        let presses = (0..20).map(|nth| {
            let (mut browser, path) = (app.browser(), path.clone());
            async move { browser.post(&path, &[("method", ["card", "sbp"][nth % 2])]).await.status }
        });
        let statuses = futures_util::future::join_all(presses).await;
        assert!(statuses.iter().all(|status| [303, 409].contains(status)), "{statuses:?}");
        let states = texts(&mut app.db.connect(), "attempts", "state");
        let live = states.iter().filter(|state| ["created", "waiting", "authorized", "unknown"].contains(&state.as_str())).count();
        assert_eq!(live, 1, "{states:?}");
        app.check_books().await;
        app.stop().await;
    }

    /// The sum comes from the books at the press: after a part the link asks for the rest.
    async fn complaint_03_a_part_asks_for_the_part_and_then_for_the_rest(app) {
        let order = divisible(&app, 10_000).await;
        pay_part(&app, &order, "4000").await;
        let mut browser = app.browser();
        let page = browser.get(&format!("/pay/{}", order.token)).await;
        assert_eq!(page.state(), "partly_paid");
        assert!(page.body.contains("6\u{a0}000"), "the rest is what is asked for");
        let payment = app.press(&mut browser, &order, "card").await;
        assert_eq!(app.yookassa.control.payment(&payment).unwrap()["amount"]["value"], "6000.00");
        app.stop().await;
    }

    /// Where parts are not allowed a sum from the request is nobody's.
    async fn complaint_03_nobody_pays_less_by_a_field(app) {
        let order = app.order(10_000).await;
        let path = format!("/pay/{}/start", order.token);
        app.browser().post(&path, &[("method", "card"), ("amount", "1"), ("sum", "1"), ("total", "1")]).await;
        for payment in app.yookassa.control.payments() {
            assert_eq!(payment["amount"]["value"], "10000.00");
        }
        app.stop().await;
    }

    /// The page says what is paid for, to whom, and what happens then.
    async fn complaint_04_the_page_says_what_is_paid_for(app) {
        let order = app.order(10_000).await;
        let page = app.browser().get(&format!("/pay/{}", order.token)).await;
        let number = app.onec.control.order(order.guid).unwrap().number;
        for told in ["Набор товаров", "ДомПлюс Северо-Запад", number.as_str(), "10\u{a0}000"] {
            assert!(page.body.contains(told), "{told}");
        }
        let digits: String = page.body.chars().filter(char::is_ascii_digit).collect();
        assert!(digits.contains("7707083893"), "the seller's ИНН");
        app.stop().await;
    }

    /// One order's payment says nothing of another order of the same buyer.
    async fn complaint_05_a_payment_marks_only_its_order(app) {
        let (first, second) = (app.order(1_000).await, app.order(1_000).await);
        app.pay(&first).await;
        assert_eq!(app.status(&first).await["payment_state"], "paid");
        let status = app.status(&second).await;
        assert_eq!((status["payment_state"].as_str(), status["due"].as_str()), (Some("unpaid"), Some("1000.00")));
        app.stop().await;
    }

    /// The key is stored before the call and is the same at every try.
    async fn complaint_06_retries_use_one_key(app) {
        let order = app.order(1_000).await;
        app.yookassa.control.fault(Some("POST"), "/v3/payments", FaultKind::Reset, 3);
        app.browser().post(&format!("/pay/{}/start", order.token), &[("method", "card")]).await;
        for _ in 0..5 {
            app.browser().post(&format!("/pay/{}/start", order.token), &[("method", "card")]).await;
            app.advance(Duration::minutes(1));
            app.work().await;
        }
        assert_eq!(app.provider_ids().len(), 1);
        assert_eq!(texts(&mut app.db.connect(), "attempts", "id").len(), 1);
        app.stop().await;
    }

    /// A cancelled or expired payment is told by asking: no notification has to come.
    async fn complaint_07_a_cancellation_needs_no_notification(app) {
        let order = app.order(1_000).await;
        let payment = app.press(&mut app.browser(), &order, "card").await;
        app.yookassa.control.set_webhook_url(None);
        app.outcome(&payment, "fraud_suspected");
        for _ in 0..3 {
            app.advance(Duration::minutes(1));
            app.work().await;
        }
        assert_eq!(app.status(&order).await["page_state"], "refused");
        app.stop().await;
    }

    /// Notifications need no password, which the provider would not send; asking proves them.
    async fn complaint_08_notifications_are_taken_as_they_come(app) {
        let order = app.order(1_000).await;
        let payment = app.press(&mut app.browser(), &order, "card").await;
        app.outcome(&payment, "success");
        let delivered = app.yookassa.control.deliver_pending().await;
        assert_eq!(delivered, 1, "200 at the first try");
        app.work().await;
        assert_eq!(app.status(&order).await["payment_state"], "paid");
        app.stop().await;
    }

    /// The notification's address answers by itself, without a redirect.
    async fn complaint_09_the_notification_address_never_redirects(app) {
        let answer = app.http.post(app.url("/webhooks/yookassa")).body("{}").send().await.unwrap();
        assert_eq!(answer.status(), 400, "understood as a bad notification, not sent elsewhere");
        assert!(!answer.headers().contains_key("location"));
        app.stop().await;
    }

    /// An abandoned payment ends by itself, and the order can be paid again.
    async fn complaint_10_an_abandoned_payment_ends(app) {
        let order = app.order(1_000).await;
        let mut browser = app.browser();
        app.press(&mut browser, &order, "card").await;
        app.yookassa.control.set_webhook_url(None);
        for _ in 0..9 {
            app.advance(Duration::minutes(10));
            app.work().await;
        }
        assert_eq!(texts(&mut app.db.connect(), "attempts", "state"), ["expired"]);
        let page = browser.get(&format!("/pay/{}", order.token)).await;
        assert!(["refused", "waiting"].contains(&page.state()), "{}", page.state());
        let again = app.press(&mut browser, &order, "card").await;
        app.outcome(&again, "success");
        app.advance(Duration::minutes(1));
        app.work().await;
        assert_eq!(app.status(&order).await["payment_state"], "paid");
        app.stop().await;
    }

    /// Our link is not the provider's session: days later it starts a fresh one.
    async fn complaint_11_the_link_outlives_the_providers_session(app) {
        let order = app.order(1_000).await;
        let mut browser = app.browser();
        let first = app.press(&mut browser, &order, "card").await;
        app.advance(Duration::hours(2));
        app.settle().await;
        app.advance(Duration::days(5));
        app.settle().await;
        assert_eq!(browser.get(&format!("/pay/{}", order.token)).await.state(), "waiting");
        let second = app.press(&mut browser, &order, "card").await;
        assert_ne!(first, second);
        app.outcome(&second, "success");
        app.settle().await;
        assert_eq!(app.status(&order).await["payment_state"], "paid");
        app.stop().await;
    }

    /// Opened again in the middle, the link goes on where it was: here and in another browser.
    async fn complaint_12_a_link_opened_again_goes_on(app) {
        let order = app.order(1_000).await;
        let mut browser = app.browser();
        app.press(&mut browser, &order, "card").await;
        let page = browser.get(&format!("/pay/{}", order.token)).await;
        assert_eq!(page.state(), "checking");
        assert!(page.body.contains(&format!("/pay/{}/go", order.token)), "the way back to the bank");
        assert_eq!(app.browser().get(&format!("/pay/{}", order.token)).await.state(), "other_window");
        assert_eq!(browser.post(&format!("/pay/{}/start", order.token), &[("method", "card")]).await.status, 303);
        assert_eq!(app.provider_ids().len(), 1);
        app.stop().await;
    }

    /// A part paid, then the deadline: its own state, not a plain "expired".
    async fn complaint_18_part_paid_then_expired_is_said(app) {
        let order = divisible(&app, 10_000).await;
        pay_part(&app, &order, "4000").await;
        let tomorrow = app.now().date() + Duration::days(1);
        app.onec.control.change_order(order.guid, |order| order.pay_until = Some(tomorrow));
        app.exchange().await;
        app.advance(Duration::days(3));
        assert_eq!(app.status(&order).await["page_state"], "partly_paid");
        let letters = app.mail.letters();
        assert!(letters.iter().any(|letter| letter.text.contains("6\u{a0}000")), "a letter on the part names the rest");
        app.stop().await;
    }

    /// No letter about a free order.
    async fn complaint_22_no_letter_about_nothing(app) {
        app.onec.control.add_simple_order(Kopecks::ZERO);
        app.exchange().await;
        app.settle().await;
        assert_eq!(app.mail.letters().len(), 0);
        app.stop().await;
    }

    /// An order is unloaded only when 1C has said so.
    async fn complaint_25_given_is_not_taken(app) {
        let order = app.order(1_000).await;
        let payment = app.press(&mut app.browser(), &order, "card").await;
        app.outcome(&payment, "success");
        app.settle().await;
        for _ in 0..2 {
            let feed: serde_json::Value = app.onec_get("/1c/v1/payments").await.json().await.unwrap();
            assert_eq!(feed["items"].as_array().unwrap().len(), 1);
        }
        assert_eq!(app.get_order(order.guid).await["documents"][0]["state"], "sent");
        app.exchange().await;
        assert_eq!(app.get_order(order.guid).await["documents"][0]["state"], "accepted");
        app.stop().await;
    }

    /// What 1C refuses, and why, is kept in words.
    async fn complaint_26_a_refusal_has_its_reason(app) {
        app.onec.control.set_switches(Switches { closed_period: true, ..Switches::default() });
        let order = app.order(1_000).await;
        app.pay(&order).await;
        let verdicts = texts(&mut app.db.connect(), "exchange_log", "body");
        assert!(verdicts.iter().any(|body| body.contains("период")), "{verdicts:?}");
        let told = app.get_order(order.guid).await;
        assert!(told["documents"][0]["message"].as_str().unwrap().contains("период"), "{told}");
        app.stop().await;
    }

    /// The payment is an object of its own: it comes late, after the order is shipped, and still arrives.
    async fn complaint_27_a_late_payment_of_a_closed_order_arrives(app) {
        let order = app.order(1_000).await;
        let payment = app.press(&mut app.browser(), &order, "card").await;
        app.onec.control.close_order(order.guid);
        app.exchange().await;
        app.advance(Duration::minutes(30));
        app.outcome(&payment, "success");
        app.settle().await;
        app.exchange().await;
        let told = app.get_order(order.guid).await;
        assert_eq!((told["state"].as_str(), told["payment_state"].as_str()), (Some("closed"), Some("paid")));
        assert_eq!(told["documents"][0]["state"], "accepted");
        app.check_books().await;
        app.stop().await;
    }

    /// The provider is away: an honest page with another chance, no 500 and no lost order.
    async fn complaint_34_a_provider_that_is_away_is_said_honestly(app) {
        let order = app.order(1_000).await;
        let mut browser = app.browser();
        app.yookassa.control.fault(Some("POST"), "/v3/payments", FaultKind::TooMany, 1);
        let answer = browser.post(&format!("/pay/{}/start", order.token), &[("method", "card")]).await;
        assert_eq!(answer.status, 303);
        let page = browser.get(&format!("/pay/{}", order.token)).await;
        assert!(page.body.contains("+7\u{a0}812") || page.body.contains("tel:+78124451020"), "the shop's phone");
        app.advance(Duration::minutes(3));
        app.pay(&order).await;
        assert_eq!(app.status(&order).await["payment_state"], "paid");
        app.stop().await;
    }
}
