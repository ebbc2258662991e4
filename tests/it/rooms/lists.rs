//! The list: search, filters, pages.

use std::collections::BTreeSet;

use oplata::base::Kopecks;
use oplata::domain::orders::OrderState;
use oplata::domain::reports::{Filter, Standing, orders as lists};
use oplata::domain::staff::Role;

use super::people::{cards, order_id, person};
use crate::common::app::{TestApp, on_both};

/// An order of a buyer of this name, phone, mail and ИНН, sent to the portal.
async fn order_of(app: &TestApp, number: &str, rubles: i64, name: &str, phone: &str, email: &str, inn: Option<&str>) {
    let guid = app.onec.control.add_simple_order(Kopecks::new(rubles * 100));
    app.onec.control.change_order(guid, |order| {
        number.clone_into(&mut order.number);
        name.clone_into(&mut order.buyer.name);
        order.buyer.phone = Some(phone.to_owned());
        order.buyer.email = Some(email.to_owned());
        if let Some(inn) = inn {
            "company".clone_into(&mut order.buyer.kind);
            order.buyer.inn = Some(inn.to_owned());
        }
    });
    app.exchange().await;
}

async fn found(clerk: &mut super::people::Person, question: &str) -> usize {
    let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", question).finish();
    cards(&clerk.read(&format!("/staff/orders?{query}")).await).len()
}

on_both! {
    /// One search for whatever the person on the phone happens to know.
    async fn an_order_is_found_by_whatever_is_known_of_it(app) {
        order_of(&app, "УТ00-000417", 12_480, "Смирнова Ирина Павловна", "+7 916 123-45-67", "irina@mail.ru", None).await;
        order_of(&app, "УТ00-000418", 900, "ООО «Ёлка-Плюс»", "8 (812) 445-10-20", "buh@elka.example", Some("7707083893")).await;
        let paid = app.placed(app.onec.control.orders().iter().find(|order| order.number == "УТ00-000417").unwrap().guid).await;
        app.pay(&paid).await;
        let payment = app.provider_ids()[0].clone();
        let document = app.onec.control.documents()[0].clone();
        let mut clerk = person(&app, Role::Manager, "Алексей Петров").await;
        for question in [
            "УТ00-000417", "ут-417", "YT417", "417", "смирнова", "СМИРНОВА ирина", "Ирин", "916 123", "8 (916) 123-45-67", "4567",
            "irina@mail.ru", "IRINA@", "12480", "12 480,00", "12 480,00 ₽", &payment, &document.guid.to_string(), &document.number,
            &paid.guid.to_string(),
        ] {
            assert_eq!(found(&mut clerk, question).await, 1, "«{question}»");
        }
        for question in ["елка", "ЁЛКА плюс", "7707083893", "7707", "812 445-10-20"] {
            assert_eq!(found(&mut clerk, question).await, 1, "«{question}»");
        }
        for question in ["Смирнова Пётр", "99999", "никого", "%", "_", "'", "\" OR 1=1 --"] {
            assert_eq!(found(&mut clerk, question).await, 0, "«{question}»");
        }
        assert_eq!(found(&mut clerk, "УТ00").await, 2);
        let empty = clerk.read("/staff/orders?q=%D0%BD%D0%B8%D0%BA%D0%BE%D0%B3%D0%BE&store=x").await;
        assert!(empty.contains("Ничего не нашлось") && empty.contains("Искать без фильтра"));

        let mut technician = person(&app, Role::Technician, "Техник Иван").await;
        assert_eq!(found(&mut technician, "УТ00-417").await, 1);
        for personal in ["смирнова", "4567", "irina@mail.ru"] {
            assert_eq!(found(&mut technician, personal).await, 0, "personal data is not searched: «{personal}»");
        }
        let seen = technician.read("/staff/orders").await;
        assert!(seen.contains("Ирина С.") && !seen.contains("Смирнова"), "a person's name is shortened");
        app.stop().await;
    }

    /// Every word of the filter finds exactly the orders that bear it in the list.
    async fn filters_and_words_agree(app) {
        // Nobody to write to: no letter goes out by itself.
        let fresh = app.onec.control.add_simple_order(Kopecks::new(100_000));
        app.onec.control.change_order(fresh, |order| order.buyer.email = None);
        let mut orders = Vec::new();
        for number in 0..10 {
            orders.push(app.order(1_000 + number).await);
        }
        let [opened, paid, refused, twice, cancelled, expired, surplus, rejected, part, back] = &orders[..] else { panic!() };
        app.browser().get(&format!("/pay/{}", opened.token)).await;
        for order in [paid, rejected, back] {
            let payment = app.press(&mut app.browser(), order, "sbp").await;
            app.outcome(&payment, "sbp_success");
        }
        let payment = app.press(&mut app.browser(), refused, "card").await;
        app.outcome(&payment, "insufficient_funds");
        let mut browser = app.browser();
        let both = [app.press(&mut browser, twice, "card").await, app.press(&mut browser, twice, "sbp").await];
        app.outcome(&both[1], "sbp_success");
        app.settle().await;
        app.outcome(&both[0], "success");
        let payment = app.press(&mut app.browser(), surplus, "sbp").await;
        app.outcome(&payment, "sbp_success");
        app.settle().await;
        app.onec.control.cancel_order(cancelled.guid);
        app.onec.control.cancel_order(surplus.guid);
        app.onec.control.change_order(expired.guid, |order| order.pay_until = order.date.pred_opt());
        let payment = app.press(&mut app.browser(), part, "sbp").await;
        app.outcome(&payment, "sbp_success");
        app.settle().await;
        app.onec.control.change_order(part.guid, |order| order.lines[0] = oplata::emulators::onec::Line::new(
            "Набор", "N", "шт", oplata::base::Quantity::ONE, Kopecks::new(900_000), oplata::base::VatRate::TwentyTwo,
        ));
        app.exchange().await;
        let (wrong, asked) = (order_id(&app, rejected.guid).await, order_id(&app, back.guid).await);
        let now = app.now();
        app.portal.context.db.write(move |c| {
            use oplata::base::ids::OrderId;
            let id = OrderId::parse(&wrong).unwrap();
            let document = oplata::domain::payments::store::documents_of_order(c, &id)?.remove(0);
            let export = oplata::domain::exports::raise(c, &document.id, now)?.unwrap();
            oplata::domain::exports::reject(c, &document.id, export, "нет договора", "onec", now)?;
            let id = OrderId::parse(&asked).unwrap();
            oplata::domain::payments::refunds::ask(c, &id, Kopecks::new(100), "передумал", "staff:1", now).map(drop)
        }).await.unwrap();
        let now = app.now();
        let (all, by_word) = app.portal.context.db.read(move |c| {
            let (all, _) = lists::page(c, &Filter::default(), None, 100, now)?;
            let mut by_word = Vec::new();
            for standing in Standing::ALL {
                let filter = Filter { standing: Some(*standing), ..Filter::default() };
                by_word.push((*standing, lists::page(c, &filter, None, 100, now)?.0));
            }
            Ok((all, by_word))
        }).await.unwrap();
        let mut seen = BTreeSet::new();
        for (standing, rows) in by_word {
            let wanted: BTreeSet<String> =
                all.iter().filter(|row| row.standing == standing).map(|row| row.order.number.clone()).collect();
            let got: BTreeSet<String> = rows.iter().map(|row| row.order.number.clone()).collect();
            assert_eq!(got, wanted, "{standing}");
            if !wanted.is_empty() { seen.insert(standing.as_str()); }
        }
        for standing in ["new", "waiting", "paid", "overpaid", "cancelled", "expired", "export_failed", "partly_paid", "refund"] {
            assert!(seen.contains(standing), "no order stands as {standing}: {seen:?}");
        }
        assert!(all.iter().any(|row| row.order.state == OrderState::Cancelled && row.standing == Standing::Overpaid));
        app.stop().await;
    }

    /// Pages follow each other without a gap or a repetition; totals are of the filter, not of the page.
    async fn pages_follow_by_key(app) {
        for number in 0..73 {
            app.onec.control.add_simple_order(Kopecks::new(100_000 + number));
        }
        for order in app.onec.control.orders() {
            app.onec.control.send_to_pay(order.guid);
        }
        app.exchange().await;
        let mut clerk = person(&app, Role::Manager, "Алексей Петров").await;
        let first = clerk.read("/staff/orders").await;
        let next = first.split("data-more").next().unwrap().rsplit("href=\"").next().unwrap().split('"').next().unwrap();
        let second = clerk.read(&next.replace("&#38;", "&").replace("&amp;", "&")).await;
        let (one, two) = (cards(&first), cards(&second));
        assert_eq!((one.len(), two.len()), (50, 23));
        let all: BTreeSet<&String> = one.iter().chain(&two).collect();
        assert_eq!(all.len(), 73);
        assert!(first.contains("из <b>73</b>") && second.contains("из <b>73</b>"));
        assert!(!second.contains("data-more"));
        app.stop().await;
    }
}
