//! The card, the story, refunds with four eyes, money of unclear standing.

use oplata::base::Kopecks;
use oplata::domain::staff::Role;

use super::people::{field, order_id, person};
use crate::common::app::{TestApp, on_both};

async fn paid_order(app: &TestApp) -> (String, crate::common::app::Placed) {
    let order = app.order(1_000).await;
    app.pay(&order).await;
    (order_id(app, order.guid).await, order)
}

/// The id in the action of the first form whose address begins with `before`.
fn id_in(body: &str, before: &str) -> String {
    let rest = body.split(&format!("action=\"{before}")).nth(1).unwrap_or_else(|| panic!("no form {before}: {body}"));
    rest.split(['/', '"']).next().unwrap().to_owned()
}

on_both! {
    /// The whole story of an order on one card, from 1C to 1C.
    async fn a_card_tells_the_whole_story(app) {
        let order = app.order(12_480).await;
        let id = order_id(&app, order.guid).await;
        app.work().await;
        app.advance(chrono::Duration::minutes(2));
        let mut phone = app.browser();
        phone.get(&format!("/pay/{}", order.token)).await;
        let refused = app.press(&mut phone, &order, "card").await;
        app.outcome(&refused, "insufficient_funds");
        app.settle().await;
        app.advance(chrono::Duration::minutes(2));
        app.pay(&order).await;
        let mut manager = person(&app, Role::Manager, "Алексей Петров").await;
        let card = manager.read(&format!("/staff/orders/{id}")).await;
        let story = card.split("class=\"card story\"").nth(1).unwrap();
        let told = [
            "1С приняла оплату", "Передана в 1С", "Оплата 12\u{a0}480,00\u{a0}₽", "Банк отказал", "Клиент открыл ссылку",
            "Ссылка отправлена письмом", "Заказ получен из 1С",
        ];
        let places: Vec<usize> = told.iter().map(|fact| story.find(fact).unwrap_or_else(|| panic!("no «{fact}»: {story}"))).collect();
        assert!(places.is_sorted(), "newest first: {places:?}");
        let number = app.status(&order).await["onec_number"].as_str().unwrap().to_owned();
        assert!(story.contains(&format!("№\u{a0}{number}")) && card.contains("банк отказал: не хватает денег"));
        assert!(card.contains(&order.link) && card.contains("•••-••-"), "the link is whole, the phone is not");
        app.stop().await;
    }

    /// Phone and mail are opened by a press that stays in the journal.
    async fn opened_contacts_are_journaled(app) {
        let order = app.order(1_000).await;
        let id = order_id(&app, order.guid).await;
        let mut manager = person(&app, Role::Manager, "Алексей Петров").await;
        let phone = app.onec.control.order(order.guid).unwrap().buyer.phone.unwrap();
        let whole = oplata::base::texts::pretty_phone(&phone);
        assert!(!manager.read(&format!("/staff/orders/{id}")).await.contains(&whole));
        let opened = manager.post(&format!("/staff/orders/{id}/contacts"), &[]).await;
        assert!(opened.status == 200 && opened.body.contains(&whole));
        assert!(opened.body.contains("Открыты телефон и почта") && opened.body.contains(&manager.name));
        app.stop().await;
    }

    /// One asks, another confirms by repeating the sum; the asker cannot; two at once give the money back once.
    async fn a_refund_needs_two_people(app) {
        let (id, order) = paid_order(&app).await;
        let mut asker = person(&app, Role::Accountant, "Ольга Белова").await;
        let mut chief = person(&app, Role::ChiefAccountant, "Елена Крылова-Заречная").await;
        let ask = format!("/staff/orders/{id}/refunds");
        for (amount, reason) in [("0", "x"), ("1000,01", "x"), ("сто", "x"), ("100", " ")] {
            let refused = asker.post(&ask, &[("amount", amount), ("reason", reason)]).await;
            assert!(refused.status == 422 && refused.body.contains("refund-why"), "{amount} {reason}: {}", refused.status);
        }
        assert_eq!(asker.post(&ask, &[("amount", "1 000,00"), ("reason", "Передумал <b>")]).await.status, 303);
        let card = chief.read(&format!("/staff/orders/{id}")).await;
        assert!(card.contains("ждёт подтверждения второго человека") && card.contains("Возврат"));
        let confirm = format!("/staff/refunds/{}/confirm", id_in(&card, "/staff/refunds/"));
        assert!(!asker.read(&format!("/staff/orders/{id}")).await.contains(&confirm), "no button for the asker");
        assert_eq!(asker.post(&confirm, &[("amount", "1000")]).await.status, 403);
        let wrong = chief.post(&confirm, &[("amount", "999")]).await;
        assert!(wrong.status == 422 && wrong.body.contains("Сумма не та"));
        assert_eq!(chief.post(&confirm, &[("amount", "1000")]).await.status, 303);
        assert_eq!(chief.post(&confirm, &[("amount", "1000")]).await.status, 409);
        app.settle().await;
        app.exchange().await;
        let done = chief.read(&format!("/staff/orders/{id}")).await;
        assert!(done.contains("деньги возвращены") && done.contains("Возвращено 1\u{a0}000,00"), "{done}");
        assert!(done.contains("Деньги возвращены, оплата закрыта"));
        assert_eq!(app.status(&order).await["due"], "0.00");
        assert_eq!(asker.post(&format!("/staff/orders/{id}/reopen"), &[]).await.status, 303);
        assert_eq!(app.status(&order).await["due"], "1000.00");
        app.check_books().await;
        app.stop().await;
    }

    /// Declined: the money stays and may be asked for anew.
    async fn a_declined_refund_frees_the_money(app) {
        let (id, _) = paid_order(&app).await;
        let mut manager = person(&app, Role::Manager, "Алексей Петров").await;
        let mut accountant = person(&app, Role::Accountant, "Ольга Белова").await;
        let ask = format!("/staff/orders/{id}/refunds");
        assert_eq!(manager.post(&ask, &[("amount", "1000"), ("reason", "ошибка")]).await.status, 303);
        assert_eq!(manager.post(&ask, &[("amount", "1000"), ("reason", "ещё раз")]).await.status, 422, "it is set aside");
        let card = accountant.read(&format!("/staff/orders/{id}")).await;
        let decline = format!("/staff/refunds/{}/decline", id_in(&card, "/staff/refunds/"));
        assert_eq!(manager.post(&decline, &[]).await.status, 403);
        assert_eq!(accountant.post(&decline, &[]).await.status, 303);
        assert_eq!(manager.post(&ask, &[("amount", "1000"), ("reason", "ещё раз")]).await.status, 303);
        app.check_books().await;
        app.stop().await;
    }

    /// A link is revoked and made anew: the old one opens nothing.
    async fn a_revoked_link_is_dead_and_a_new_one_lives(app) {
        let order = app.order(1_000).await;
        let id = order_id(&app, order.guid).await;
        app.work().await;
        let mut manager = person(&app, Role::Manager, "Алексей Петров").await;
        assert!(manager.read(&format!("/staff/orders/{id}/qr")).await.contains("<svg class=\"qr\""));
        assert_eq!(manager.post(&format!("/staff/orders/{id}/revoke"), &[]).await.status, 303);
        assert_eq!(manager.post(&format!("/staff/orders/{id}/revoke"), &[]).await.status, 409);
        assert_eq!(app.browser().get(&format!("/pay/{}", order.token)).await.status, 404);
        assert_eq!(manager.get(&format!("/staff/orders/{id}/qr")).await.status, 409);
        assert_eq!(manager.post(&format!("/staff/orders/{id}/link"), &[]).await.status, 303);
        let fresh = app.placed(order.guid).await;
        assert_ne!(fresh.token, order.token);
        assert_eq!(app.browser().get(&format!("/pay/{}", fresh.token)).await.status, 200);
        app.advance(chrono::Duration::minutes(6));
        let letters = app.mail.letters().len();
        assert_eq!(manager.post(&format!("/staff/orders/{id}/send"), &[("email", "other@example.ru")]).await.status, 303);
        app.work().await;
        assert_eq!(app.mail.letters().len(), letters + 1);
        let bad = manager.post(&format!("/staff/orders/{id}/send"), &[("email", "не почта")]).await;
        assert_eq!(bad.status, 422);
        app.stop().await;
    }

    /// Money that came not as asked is recorded by an accountant, for another order by its number.
    async fn money_in_review_is_recorded_for_another_order(app) {
        let (order, other) = (app.order(1_000).await, app.order(700).await);
        let (id, other_id) = (order_id(&app, order.guid).await, order_id(&app, other.guid).await);
        let payment = app.press(&mut app.browser(), &order, "sbp").await;
        reported_differently(&app, &id, &payment).await;
        let mut manager = person(&app, Role::Manager, "Алексей Петров").await;
        let mut accountant = person(&app, Role::Accountant, "Ольга Белова").await;
        let card = accountant.read(&format!("/staff/orders/{id}")).await;
        assert!(card.contains("Деньги без решения: 700,00") && card.contains("Платёж проверяется"), "{card}");
        let record = format!("/staff/attempts/{}/record", id_in(&card, "/staff/attempts/"));
        let seen = manager.read(&format!("/staff/orders/{id}")).await;
        assert!(seen.contains("Решает бухгалтер") && !seen.contains(&record));
        let lost = accountant.post(&record, &[("order", "НЕТ-1")]).await;
        assert!(lost.status == 422 && lost.body.contains("Заказа «НЕТ-1» нет") && field(&lost.body, "order") == "НЕТ-1");
        let number = app.onec.control.order(other.guid).unwrap().number;
        let done = accountant.post(&record, &[("order", &number)]).await;
        assert_eq!((done.status, done.header("location")), (303, format!("/staff/orders/{other_id}?done=recorded").as_str()));
        assert_eq!(accountant.post(&record, &[("order", &number)]).await.status, 409, "once");
        assert_eq!(app.status(&other).await["payment_state"], "paid");
        assert_eq!(app.status(&order).await["payment_state"], "unpaid");
        app.check_books().await;
        app.stop().await;
    }
}

on_both! {
    /// Money that was given back outside is closed by words; the provider's repetitions change nothing, the order can be
    /// paid.
    async fn money_in_review_is_closed_without_recording(app) {
        let order = app.order(1_000).await;
        let id = order_id(&app, order.guid).await;
        let payment = app.press(&mut app.browser(), &order, "sbp").await;
        reported_differently(&app, &id, &payment).await;
        let start = format!("/pay/{}/start", order.token);
        assert_eq!(app.browser().post(&start, &[("method", "card")]).await.status, 409, "not twice meanwhile");
        let mut accountant = person(&app, Role::Accountant, "Ольга Белова").await;
        let card = accountant.read(&format!("/staff/orders/{id}")).await;
        let dismiss = format!("/staff/attempts/{}/dismiss", id_in(&card, "/staff/attempts/"));
        assert_eq!(accountant.post(&dismiss, &[("reason", " ")]).await.status, 422);
        let done = accountant.post(&dismiss, &[("reason", "Вернули в кабинете ЮKassa")]).await;
        assert_eq!(done.header("location"), format!("/staff/orders/{id}?done=dismissed"));
        let story = accountant.read(&format!("/staff/orders/{id}")).await;
        assert!(story.contains("закрыта без записи") && !story.contains("Деньги без решения"));
        let attempt = dismissed_attempt(&app, &id).await;
        oplata::workflows::checkout::check_attempt(&app.portal.context, &attempt).await.unwrap();
        assert_eq!(app.status(&order).await["paid"], "0.00");
        reported_again(&app, &attempt, "another-payment-of-the-provider").await;
        assert!(app.alerts().await.contains(&"attempt_review".to_owned()), "another payment is not dropped with the first");
        assert_eq!(accountant.post(&dismiss, &[("reason", "И вторую вернули")]).await.status, 303);
        app.pay(&order).await;
        assert_eq!(app.status(&order).await["payment_state"], "paid");
        app.check_books().await;
        app.stop().await;
    }
}

/// The provider tells of another payment under the same attempt.
async fn reported_again(app: &TestApp, attempt: &oplata::base::ids::AttemptId, provider_ref: &str) {
    use oplata::domain::payments::{Report, ReportStatus, record, store};
    let (id, provider_ref, now) = (attempt.clone(), provider_ref.to_owned(), app.now());
    let policy = app.portal.context.policy();
    let report = move |c: &mut oplata::db::Connection| {
        let attempt = store::attempt(c, &id)?;
        let report = Report {
            status: ReportStatus::Paid,
            provider_ref: provider_ref.clone(),
            attempt_ref: None,
            amount: attempt.amount,
            currency: "RUB".to_owned(),
            account_matches: true,
            mode: attempt.mode,
            fee: None,
            paid_at: None,
            decline: None,
            details: None,
            confirmation_url: None,
        };
        record::apply_report(c, &id, &report, &policy, "provider", now).map(drop)
    };
    app.portal.context.db.write(report).await.unwrap();
}

async fn dismissed_attempt(app: &TestApp, order: &str) -> oplata::base::ids::AttemptId {
    let id = oplata::base::ids::OrderId::parse(order).unwrap();
    let read = move |c: &mut oplata::db::Connection| oplata::domain::payments::store::list_attempts(c, &id, 1);
    app.portal.context.db.read(read).await.unwrap().remove(0).id
}

/// The provider tells of another sum than was asked for.
async fn reported_differently(app: &TestApp, order: &str, payment: &str) {
    use oplata::domain::payments::{Report, ReportStatus, record, store};
    let id = oplata::base::ids::OrderId::parse(order).unwrap();
    let (payment, now, policy) = (payment.to_owned(), app.now(), app.portal.context.policy());
    let report = move |c: &mut oplata::db::Connection| {
        let attempt = store::find_live_attempt(c, &id)?.unwrap();
        let report = Report {
            status: ReportStatus::Paid,
            provider_ref: payment.clone(),
            attempt_ref: None,
            amount: Kopecks::new(70_000),
            currency: "RUB".to_owned(),
            account_matches: true,
            mode: attempt.mode,
            fee: None,
            paid_at: None,
            decline: None,
            details: None,
            confirmation_url: None,
        };
        record::apply_report(c, &attempt.id, &report, &policy, "provider", now).map(drop)
    };
    app.portal.context.db.write(report).await.unwrap();
}
