//! What comes in: onec.md's checklist, numbers 18 to 30, through the whole protocol.

use serde_json::Value;

use super::files::{fixture, order};
use super::protocol::{file, has};
use crate::common::app::{TestApp, on_both};
use crate::common::ut11::Ut11;

const PAID: &str = "a88ab913-84ec-4a1a-a873-811baaf9029c";
const FIRST: &str = "92c09445-3947-8850-6913-e328683efde1";

async fn send(app: &TestApp, bytes: &[u8]) -> String {
    let answer = Ut11::new(app).round("orders-6a1f0a9e_1.xml", bytes).await;
    assert_eq!(answer.word(), "success", "{}", answer.text());
    answer.text()
}

async fn look(app: &TestApp, guid: &str) -> Value {
    app.get_order(guid.parse().unwrap()).await
}

fn is(answer: &Value, total: &str, due: &str, state: &str) {
    let seen = (answer["total"].as_str(), answer["due"].as_str(), answer["payment_state"].as_str());
    assert_eq!(seen, (Some(total), Some(due), Some(state)), "{answer}");
}

/// An order that can be paid: with a contact for the receipt, and a line of its sum.
fn payable(sum: &str) -> String {
    order(&format!(
        "<Сумма>{sum}</Сумма><Контрагенты><Контрагент><Наименование>Иванова</Наименование><Контакты><Контакт>\
         <Тип>Почта</Тип><Значение>buyer@example.ru</Значение></Контакт></Контакты></Контрагент></Контрагенты>\
         <Товары><Товар><Наименование>Дрель</Наименование><ЦенаЗаЕдиницу>{sum}</ЦенаЗаЕдиницу>\
         <Количество>1</Количество><Сумма>{sum}</Сумма></Товар></Товары>"
    ))
}

on_both! {
    /// 1C's pair «… оплаты по 1С» makes no money, and what was settled stays settled when the pair vanishes.
    async fn exc_no_24_fixtures_05_in_time(app) {
        send(&app, &fixture("05a_order_first.xml")).await;
        is(&look(&app, PAID).await, "11590.00", "11590.00", "unpaid");
        send(&app, &fixture("05b_order_paid.xml")).await;
        is(&look(&app, PAID).await, "11590.00", "0.00", "paid");
        assert!(app.alerts().await.contains(&"onec_settled".to_owned()), "the accountant is told");
        send(&app, &fixture("05c_order_raised_after_payment.xml")).await;
        is(&look(&app, PAID).await, "12810.00", "1220.00", "partly_paid");
        send(&app, &fixture("05d_order_lowered_after_payment.xml")).await;
        is(&look(&app, PAID).await, "9150.00", "0.00", "paid");
        assert_eq!(look(&app, PAID).await["paid"], "0.00", "no money was made of it");
        app.check_books().await;
        app.stop().await;
    }

    async fn exc_no_23_what_is_cancelled_is_not_payable(app) {
        send(&app, &fixture("04_cancelled.xml")).await;
        for guid in ["77cf9517-7015-1d35-cb86-c969fa2023d4", "63975865-e576-4e56-5ebe-0b7a3aa71a98", "d5c85e5f-07f5-1a68-2e1b-4fda99d45bed"] {
            let answer = look(&app, guid).await;
            assert_eq!((answer["state"].as_str(), answer["payable"].as_bool()), (Some("cancelled"), Some(false)), "{answer}");
        }
        app.stop().await;
    }

    /// An order that is cancelled while the customer is at the bank takes its attempt back.
    async fn exc_no_23_a_running_attempt_is_taken_back(app) {
        send(&app, &file(&payable("100"), "2026-11-20T09:00:00")).await;
        let placed = app.placed(FIRST.parse().unwrap()).await;
        let mut browser = app.browser();
        app.press(&mut browser, &placed, "card").await;
        send(&app, &file(&order("<Сумма>0</Сумма>"), "2026-11-20T10:00:00")).await;
        assert_eq!(browser.get(&format!("/pay/{}", placed.token)).await.state(), "cancelled");
        app.stop().await;
    }

    async fn exc_no_24_a_paid_order_changed_in_onec(app) {
        let told = |sum: &str, hour: &str| file(&payable(sum), &format!("2026-11-20T{hour}:00:00"));
        send(&app, &told("100", "09")).await;
        send(&app, &told("120", "10")).await;
        is(&look(&app, FIRST).await, "120.00", "120.00", "unpaid");
        let placed = app.placed(FIRST.parse().unwrap()).await;
        let payment = app.press(&mut app.browser(), &placed, "sbp").await;
        app.outcome(&payment, "sbp_success");
        app.settle().await;
        send(&app, &told("150", "11")).await;
        is(&look(&app, FIRST).await, "150.00", "30.00", "partly_paid");
        send(&app, &told("90", "12")).await;
        is(&look(&app, FIRST).await, "90.00", "0.00", "overpaid");
        assert!(app.alerts().await.contains(&"to_return".to_owned()), "told, never returned by itself");
        app.check_books().await;
        app.stop().await;
    }

    async fn exc_no_22_one_number_two_guids_is_a_conflict(app) {
        send(&app, &file(&order("<Сумма>100</Сумма>"), "2026-11-20T09:00:00")).await;
        let other = order("<Сумма>200</Сумма>").replace(FIRST, "00000000-0000-4000-8000-000000000001");
        let text = send(&app, &file(&other, "2026-11-20T10:00:00")).await;
        assert!(text.contains("Не принято: 1") && text.contains("GUID"), "{text}");
        is(&look(&app, FIRST).await, "100.00", "100.00", "unpaid");
        assert!(app.alerts().await.contains(&"order_keys".to_owned()));
        app.stop().await;
    }

    async fn exc_no_25_money_of_containers_and_nested_documents(app) {
        send(&app, &fixture("06_partial_payments_container.xml")).await;
        let order = look(&app, "3691d250-121c-7fac-01c9-2c3636a178aa").await;
        is(&order, "100000.00", "49999.50", "partly_paid");
        send(&app, &fixture("07_refund_container.xml")).await;
        let order = look(&app, "6ec94d6d-9f7c-c304-db37-ab77204da949").await;
        assert_eq!((order["paid"].as_str(), order["due"].as_str()), (Some("4000.00"), Some("0.00")), "{order}");
        send(&app, &fixture("11_subordinate_documents_unf.xml")).await;
        is(&look(&app, "4a700e94-29a9-aadb-7894-cb315d150f43").await, "4880.00", "0.00", "paid");
        send(&app, &fixture("10_container_several.xml")).await;
        is(&look(&app, "5232cc20-3718-2cd8-3862-9e2ec37113a6").await, "1500.00", "0.00", "paid");
        assert!(app.alerts().await.contains(&"onec_orphan".to_owned()), "an orphan is told, not guessed");
        // Its order comes: the orphan finds it.
        let late = crate::stock::files::order("<Сумма>77</Сумма>").replace(FIRST, "102e0ceb-624f-ca5c-1aed-3807cd1a9a19");
        send(&app, &file(&late, "2026-11-21T09:00:00")).await;
        is(&look(&app, "102e0ceb-624f-ca5c-1aed-3807cd1a9a19").await, "77.00", "0.00", "paid");
        assert!(!app.alerts().await.contains(&"onec_orphan".to_owned()));
        app.check_books().await;
        app.stop().await;
    }

    async fn exc_no_25_an_empty_template_is_no_money(app) {
        let unpaid = String::from_utf8(fixture("06_partial_payments_container.xml")).unwrap();
        let payment = "<Документ><Ид>00000000-0000-4000-8000-000000000009</Ид><Номер>п</Номер><Дата>2026-11-20</Дата>\
             <ХозОперация>Эквайринговая операция</ХозОперация><Сумма>5.00</Сумма><ЗначенияРеквизитов><ЗначениеРеквизита>\
             <Наименование>Оплачено</Наименование><Значение>false</Значение></ЗначениеРеквизита></ЗначенияРеквизитов></Документ>";
        send(&app, unpaid.replace("</Контейнер>", &format!("{payment}</Контейнер>")).as_bytes()).await;
        assert_eq!(look(&app, "3691d250-121c-7fac-01c9-2c3636a178aa").await["paid"], "50000.50");
        app.stop().await;
    }

    async fn exc_no_26_lines_that_differ_are_taken_in(app) {
        send(&app, &fixture("13_cancelled_line_sum_differs.xml")).await;
        let key = oplata::domain::orders::Key::of(oplata::domain::orders::KeyKind::OnecGuid, "8a83699a-7d93-071f-2957-8851be5d6064");
        let order = app.portal.context.db.read(move |connection| {
            let id = oplata::domain::orders::store::find_by_key(connection, &key)?.unwrap();
            oplata::domain::orders::store::get(connection, &id)
        }).await.unwrap();
        assert!(order.lines_differ);
        assert_eq!(order.total.to_decimal_text(), "1234567.89");
        app.stop().await;
    }

    async fn exc_no_27_one_bad_order_holds_nobody_up(app) {
        let bad = order("<Сумма>сто</Сумма>").replace(FIRST, "00000000-0000-4000-8000-000000000002").replace("<Номер>7", "<Номер>8");
        let text = send(&app, &file(&format!("{bad}{}", order("<Сумма>100</Сумма>")), "2026-11-20T09:00:00")).await;
        assert!(text.starts_with("success\n") && text.contains("№ 8: сумма: «сто» — не число"), "{text}");
        is(&look(&app, FIRST).await, "100.00", "100.00", "unpaid");
        assert!(app.alerts().await.contains(&"exchange_bad".to_owned()));
        let mended = bad.replace("сто", "100");
        send(&app, &file(&mended, "2026-11-20T10:00:00")).await;
        assert!(!app.alerts().await.contains(&"exchange_bad".to_owned()), "mended: the alert goes");
        app.stop().await;
    }

    async fn exc_no_27_broken_xml_refuses_the_file_whole(app) {
        let mut bytes = file(&order("<Сумма>100</Сумма>"), "2026-11-20T09:00:00");
        bytes.splice(bytes.len() - 60..bytes.len() - 60, *b"<broken>");
        let answer = Ut11::new(&app).round("orders-1.xml", &bytes).await;
        assert_eq!(answer.word(), "failure", "{}", answer.text());
        assert!(!has(&app, FIRST).await);
        assert!(app.alerts().await.contains(&"exchange_failed".to_owned()));
        app.stop().await;
    }

    async fn exc_no_28_another_currency_is_taken_in_and_not_payable(app) {
        send(&app, &file(&order("<Валюта>USD</Валюта><Сумма>100</Сумма>"), "2026-11-20T09:00:00")).await;
        let answer = look(&app, FIRST).await;
        assert_eq!(answer["payable"], false);
        assert!(answer["reason"].as_str().is_some(), "{answer}");
        app.stop().await;
    }

    async fn exc_no_30_older_after_newer_changes_nothing(app) {
        send(&app, &file(&order("<Сумма>200</Сумма>"), "2026-11-20T10:00:00")).await;
        send(&app, &file(&order("<Сумма>100</Сумма>"), "2026-11-20T09:00:00")).await;
        assert_eq!(look(&app, FIRST).await["total"], "200.00");
        send(&app, &file(&order("<Сумма>300</Сумма>"), "2026-11-20")).await;
        assert_eq!(look(&app, FIRST).await["total"], "300.00", "a day alone is not older than its own day");
        send(&app, &file(&order("<Сумма>400</Сумма>"), "2026-11-19")).await;
        assert_eq!(look(&app, FIRST).await["total"], "300.00");
        app.stop().await;
    }

    /// A stock 1C sends no contacts: those that another road brought stay.
    async fn what_a_stock_onec_does_not_say_stays(app) {
        let guid = app.onec.control.add_simple_order(oplata::base::Kopecks::new(10_000));
        app.exchange().await;
        let before = look(&app, &guid.to_string()).await;
        let number = before["number"].as_str().unwrap();
        let again = order("<Сумма>100</Сумма>").replace(FIRST, &guid.to_string()).replace("<Номер>7", &format!("<Номер>{number}"));
        send(&app, &file(&again, "2026-11-24T12:00:00")).await;
        let key = oplata::domain::orders::Key::of(oplata::domain::orders::KeyKind::OnecGuid, guid.to_string());
        let order = app.portal.context.db.read(move |connection| {
            let id = oplata::domain::orders::store::find_by_key(connection, &key)?.unwrap();
            oplata::domain::orders::store::get(connection, &id)
        }).await.unwrap();
        assert_eq!(order.revision, 2);
        assert!(order.buyer_email.is_some() || order.buyer_phone.is_some());
        app.stop().await;
    }
}
