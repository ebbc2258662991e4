//! «Внести в 1С», documents of 1C that fit several payments, alerts, state.

use oplata::base::ids::OrderId;
use oplata::domain::payments::store;
use oplata::domain::staff::Role;
use serde_json::json;

use super::people::{field, order_id, person};
use crate::common::app::{Placed, TestApp, on_both};

/// A paid order whose payment 1C refuses; the document's id.
async fn refused_by_onec(app: &TestApp) -> (Placed, String) {
    let order = app.order(1_480).await;
    let payment = app.press(&mut app.browser(), &order, "sbp").await;
    app.outcome(&payment, "sbp_success");
    app.settle().await;
    let id = OrderId::parse(&order_id(app, order.guid).await).unwrap();
    let read = move |c: &mut oplata::db::Connection| store::documents_of_order(c, &id);
    let document = app.portal.context.db.read(read).await.unwrap()[0].id.to_string();
    let answer = app
        .onec_send(
            "POST",
            &format!("/1c/v1/payments/{document}/rejected"),
            &json!({"revision": 1, "message": "Не найден договор"}),
        )
        .await;
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    (order, document)
}

on_both! {
    /// What 1C refused is typed in by hand: fields to copy, a file, and the row closed by 1C's number.
    async fn a_refused_payment_is_entered_by_hand(app) {
        let (order, document) = refused_by_onec(&app).await;
        let mut clerk = person(&app, Role::Accountant, "Ольга Белова").await;
        let page = clerk.read("/staff/manual").await;
        for told in ["Не найден договор", "1\u{a0}480,00", "1480,00", "ООО «ДомПлюс Северо-Запад»", &document, "Повторить"] {
            assert!(page.contains(told), "«{told}»: {page}");
        }
        let number = app.onec.control.order(order.guid).unwrap().number;
        let file = clerk.get("/staff/manual.csv").await;
        assert!(file.header("content-type").starts_with("text/csv") && file.header("content-disposition").contains(".csv"));
        let lines: Vec<&str> = file.body.split("\r\n").collect();
        assert!(lines[0].starts_with("Документ 1С;Организация;"), "{}", lines[0]);
        assert!(lines[1].contains(&format!(";1480,00;{number};")) && lines.len() == 3, "{lines:?}");

        let close = format!("/staff/manual/{document}");
        let revision = field(&page, "revision");
        for (number, date) in [("", "2026-11-24"), ("000812", ""), ("000812", "2027-01-01"), ("000812", "24.11.2026")] {
            let back = clerk.post(&close, &[("number", number), ("date", date), ("revision", &revision)]).await;
            assert!(back.status == 422 && back.body.contains(&format!("why-{document}")), "{number} {date}");
        }
        let stale = clerk.post(&close, &[("number", "000812"), ("date", "2026-11-24"), ("revision", "7")]).await;
        assert_eq!(stale.status, 409);
        let done = clerk.post(&close, &[("number", "000812"), ("date", "2026-11-24"), ("revision", &revision)]).await;
        assert_eq!(done.header("location"), "/staff/manual?done=entered");
        assert!(clerk.read("/staff/manual?done=entered").await.contains("Всё внесено"));
        assert_eq!(app.status(&order).await["onec_number"], "000812");
        app.exchange().await;
        assert_eq!(app.onec.control.counts().documents, 0, "it is not told again");
        let id = order_id(&app, order.guid).await;
        let card = clerk.read(&format!("/staff/orders/{id}")).await;
        assert!(card.contains("№\u{a0}000812") && card.contains("1С отклонила оплату"));
        app.stop().await;
    }

    /// «Повторить»: the refused payment is in the next exchange.
    async fn a_refused_payment_is_offered_again(app) {
        let (order, document) = refused_by_onec(&app).await;
        app.exchange().await;
        assert_eq!(app.onec.control.counts().documents, 0, "a refusal rests for a while");
        let id = order_id(&app, order.guid).await;
        let mut clerk = person(&app, Role::Accountant, "Ольга Белова").await;
        let card = clerk.read(&format!("/staff/orders/{id}")).await;
        assert!(card.contains("1С не приняла оплату") && card.contains("Ошибка выгрузки"));
        assert_eq!(clerk.post(&format!("/staff/documents/{document}/retry"), &[]).await.status, 303);
        app.exchange().await;
        assert_eq!(app.onec.control.counts().documents, 1);
        assert!(!clerk.read(&format!("/staff/orders/{id}")).await.contains("Ошибка выгрузки"));
        app.stop().await;
    }

    /// Alerts: open, silent until tomorrow, closed; what nobody sees he cannot press either.
    async fn alerts_are_silenced_and_closed(app) {
        refused_by_onec(&app).await;
        let mut clerk = person(&app, Role::Accountant, "Ольга Белова").await;
        let page = clerk.read("/staff/alerts").await;
        assert!(page.contains("1С отклонила документ") && page.contains("нажмите «Повторить»"), "{page}");
        let id = page.split("action=\"/staff/alerts/").nth(1).unwrap().split('/').next().unwrap().to_owned();
        assert_eq!(clerk.post(&format!("/staff/alerts/{id}/mute"), &[]).await.status, 303);
        assert!(clerk.read("/staff/alerts").await.contains("молчит до 25.11, 09:00"));
        assert_eq!(clerk.post(&format!("/staff/alerts/{id}/unmute"), &[]).await.status, 303);
        assert!(!clerk.read("/staff/alerts").await.contains("молчит до"));
        assert_eq!(clerk.post(&format!("/staff/alerts/{id}/close"), &[]).await.status, 303);
        assert!(clerk.read("/staff/alerts").await.contains("Всё спокойно"));
        assert_eq!(clerk.post(&format!("/staff/alerts/{id}/close"), &[]).await.status, 404);
        assert!(clerk.read("/staff/alerts?closed=1").await.contains("закрыто 24.11"));
        app.stop().await;
    }

    /// A document of 1C's own that fits two payments waits for a clerk's word.
    async fn a_clerk_says_which_payment_a_document_is(app) {
        let order = app.order(1_000).await;
        let mut browser = app.browser();
        let both = [app.press(&mut browser, &order, "card").await, app.press(&mut browser, &order, "sbp").await];
        app.outcome(&both[1], "sbp_success");
        app.settle().await;
        app.outcome(&both[0], "success");
        app.settle().await;
        let guid = uuid::Uuid::new_v4();
        let told = json!({
            "kind": "card", "number": "ЭКВ-77", "date": "2026-11-24", "posted": true, "deleted": false, "amount": "1000.00",
            "allocations": [{"order": order.guid.to_string(), "amount": "1000.00"}],
        });
        let answer = app.onec_send("PUT", &format!("/1c/v1/documents/{guid}"), &told).await;
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
        let mut clerk = person(&app, Role::Accountant, "Ольга Белова").await;
        let page = clerk.read("/staff/manual").await;
        assert!(page.contains("ЭКВ-77") && page.matches("name=\"ours\"").count() == 3, "{page}");
        let decide = format!("/staff/onec/{guid}/decide");
        let ours = field(&page, "ours");
        assert_eq!(clerk.post(&decide, &[("ours", "нет")]).await.status, 422);
        assert_eq!(clerk.post(&decide, &[("ours", &ours)]).await.status, 303);
        assert_eq!(clerk.post(&decide, &[("ours", &ours)]).await.status, 409, "decided once");
        assert!(!clerk.read("/staff/manual").await.contains("ЭКВ-77"));
        let id = order_id(&app, order.guid).await;
        assert!(clerk.read(&format!("/staff/orders/{id}")).await.contains("Документ 1С разобран"));
        app.check_books().await;
        app.stop().await;
    }

    /// The technician sees queues, exchanges and versions, and sends again what was given up.
    async fn the_state_says_what_waits_and_revives_it(app) {
        let order = app.order(1_000).await;
        app.work().await;
        let bury = |c: &mut oplata::db::Connection| {
            use diesel::RunQueryDsl as _;
            diesel::sql_query("UPDATE outbox SET state = 'dead', last_error = 'ящик переполнен'").execute(c)?;
            Ok(())
        };
        app.portal.context.db.write(bury).await.unwrap();
        let mut technician = person(&app, Role::Technician, "Иван Техник").await;
        let page = technician.read("/staff/state").await;
        for told in ["ящик переполнен", "Письма со ссылкой", "ЮKassa", "/1c/v1/orders", env!("CARGO_PKG_VERSION"), "как нужно этой версии"] {
            assert!(page.contains(told), "«{told}»: {page}");
        }
        assert_eq!(technician.post("/staff/state/retry", &[("topic", "чужая")]).await.status, 404);
        let letters = app.mail.letters().len();
        assert_eq!(technician.post("/staff/state/retry", &[("topic", "letter_link")]).await.status, 303);
        app.work().await;
        assert_eq!(app.mail.letters().len(), letters + 1);
        let _ = order;
        app.stop().await;
    }
}
