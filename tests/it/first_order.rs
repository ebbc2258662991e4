//! A first order goes the whole way: 1C → link → paid → in 1C with its number.

use crate::common::app::on_both;

on_both! {
    /// The customer opens the link on a phone, pays by СБП, and sees 1C's number.
    async fn an_order_is_paid_and_lands_in_1c_with_its_number(app) {
        let order = app.order(12_480).await;
        let mut phone = app.browser();

        let page = phone.get(&format!("/pay/{}", order.token)).await;
        assert_eq!((page.status, page.state()), (200, "waiting"));
        assert!(page.body.contains("12\u{a0}480"), "{}", page.body);

        let answer = phone.post(&format!("/pay/{}/start", order.token), &[("method", "sbp")]).await;
        assert_eq!((answer.status, answer.header("location")), (303, format!("/pay/{}/go", order.token).as_str()));
        let go = phone.get(&format!("/pay/{}/go", order.token)).await;
        assert!(go.body.contains("/checkout/"), "the page leads to the provider: {}", go.body);
        assert_eq!(phone.get(&format!("/pay/{}", order.token)).await.state(), "checking");

        app.outcome(&app.provider_ids()[0], "sbp_success");
        app.settle().await;
        let paid = phone.get(&format!("/pay/{}", order.token)).await;
        assert_eq!(paid.state(), "paid");

        app.exchange().await;
        let status = app.status(&order).await;
        assert_eq!(status["payment_state"], "paid");
        assert_eq!(status["due"], "0.00");
        let number = status["onec_number"].as_str().expect("1C's number").to_owned();
        assert!(phone.get(&format!("/pay/{}", order.token)).await.body.contains(&number));

        assert_eq!(app.onec.control.counts().created_most, 1, "one document in 1C");
        assert_eq!(app.get_order(order.guid).await["paid"], "12480.00");
        app.check_books().await;
        app.stop().await;
    }

    /// Every notification is lost: the portal asks by itself.
    async fn a_lost_notification_is_made_good_by_asking(app) {
        let order = app.order(1_000).await;
        let payment = app.press(&mut app.browser(), &order, "card").await;
        app.yookassa.control.set_webhook_url(None);
        app.outcome(&payment, "success");
        app.advance(chrono::Duration::minutes(2));
        app.work().await;
        assert_eq!(app.status(&order).await["payment_state"], "paid");
        app.check_books().await;
        app.stop().await;
    }

    /// Complaints 1 and 2: twenty presses in twenty tabs make one payment.
    async fn twenty_presses_make_one_payment(app) {
        let order = app.order(1_000).await;
        let path = format!("/pay/{}/start", order.token);
        let presses = (0..20).map(|_| {
            let (mut browser, path) = (app.browser(), path.clone());
            async move { browser.post(&path, &[("method", "card")]).await.status }
        });
        let statuses = futures_util::future::join_all(presses).await;
        assert!(statuses.iter().all(|status| *status == 303), "{statuses:?}");
        assert_eq!(app.provider_ids().len(), 1);
        app.check_books().await;
        app.stop().await;
    }

    /// Two methods, both paid: both are kept, the surplus is named, nothing is dropped.
    async fn a_double_payment_is_kept_and_named(app) {
        let order = app.order(1_000).await;
        let mut browser = app.browser();
        let by_card = app.press(&mut browser, &order, "card").await;
        let by_sbp = app.press(&mut browser, &order, "sbp").await;
        app.outcome(&by_sbp, "sbp_success");
        app.settle().await;
        app.outcome(&by_card, "success");
        app.settle().await;
        let status = app.status(&order).await;
        assert_eq!((status["payment_state"].as_str(), status["paid"].as_str()), (Some("overpaid"), Some("2000.00")));
        assert_eq!(status["page_state"], "overpaid");
        assert_eq!(app.alerts().await, ["late_payment", "to_return"]);
        app.exchange().await;
        assert_eq!(app.onec.control.counts().documents, 2, "1C gets both, each once");
        app.check_books().await;
        app.stop().await;
    }

    /// The bank says no: the page says why and offers the other way; nothing has to be typed again.
    async fn a_refusal_says_why_and_what_next(app) {
        let order = app.order(1_000).await;
        let mut browser = app.browser();
        let payment = app.press(&mut browser, &order, "card").await;
        app.outcome(&payment, "insufficient_funds");
        app.settle().await;
        let page = browser.get(&format!("/pay/{}", order.token)).await;
        assert_eq!(page.state(), "refused");
        assert!(page.body.contains("хватает денег"), "{}", page.body);
        let again = app.press(&mut browser, &order, "sbp").await;
        app.outcome(&again, "sbp_success");
        app.settle().await;
        assert_eq!(app.status(&order).await["payment_state"], "paid");
        app.check_books().await;
        app.stop().await;
    }

    /// The shop changes the order while the customer is at the bank: the frozen sum counts, the rest is asked for.
    async fn a_change_during_payment_keeps_the_frozen_sum(app) {
        let order = app.order(1_000).await;
        let mut browser = app.browser();
        let payment = app.press(&mut browser, &order, "card").await;
        app.onec.control.change_order(order.guid, |order| {
            for line in &mut order.lines {
                *line = oplata::emulators::onec::Line::new(
                    "Набор товаров", "NT-1", "шт", oplata::base::Quantity::ONE, oplata::base::Kopecks::new(150_000),
                    oplata::base::VatRate::TwentyTwo,
                );
            }
        });
        app.exchange().await;
        assert_eq!(browser.get(&format!("/pay/{}", order.token)).await.state(), "changed_while_paying");
        app.outcome(&payment, "success");
        app.settle().await;
        let status = app.status(&order).await;
        assert_eq!((status["payment_state"].as_str(), status["due"].as_str()), (Some("partly_paid"), Some("500.00")));
        app.check_books().await;
        app.stop().await;
    }

    /// Cancelled in 1C while paying: the money is recorded and goes to «к возврату».
    async fn a_cancelled_order_keeps_its_money_for_return(app) {
        let order = app.order(1_000).await;
        let mut browser = app.browser();
        let payment = app.press(&mut browser, &order, "card").await;
        app.onec.control.cancel_order(order.guid);
        app.exchange().await;
        assert_eq!(browser.get(&format!("/pay/{}", order.token)).await.state(), "cancelled");
        app.outcome(&payment, "success");
        app.settle().await;
        assert_eq!(browser.get(&format!("/pay/{}", order.token)).await.state(), "cancelled_with_money");
        assert!(app.alerts().await.contains(&"to_return".to_owned()));
        app.check_books().await;
        app.stop().await;
    }
}
