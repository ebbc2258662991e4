//! Every state of the customer's page as it comes from real flows, seen in a real browser: whole pages to
//! `target/screens`, on a phone by day and by night and at a desk, and judged by axe-core where `OPLATA_AXE` names its
//! `axe.min.js` (npm package `axe-core`).

use oplata::base::{Kopecks, Quantity, VatRate};
use oplata::domain::orders::Store;
use oplata::domain::orders::store::save_store;
use oplata::domain::payments::refunds;
use oplata::emulators::onec::{Line, NewOrder};
use oplata::emulators::yookassa::FaultKind;
use oplata::gateways::onec::service::{BuyerBody, Delivery};
use serde_json::Value;

use crate::common::app::{Placed, TestApp};
use crate::common::chrome::{Chrome, Device};
use crate::common::db::TestDb;

/// What axe finds serious or critical on the page: rule and place.
const JUDGE: &str = "const tell = arguments[arguments.length - 1];
    axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }).then((found) => tell(found.violations
        .filter((fault) => fault.impact === 'serious' || fault.impact === 'critical')
        .map((fault) => fault.id + ': ' + fault.nodes.map((node) => node.target.join(' ')).join(', '))));";

/// The browser, the portal and what is wrong with the pages so far.
struct Gallery {
    app: TestApp,
    chrome: Chrome,
    axe: Option<String>,
    faults: Vec<String>,
}

impl Gallery {
    async fn open(test: &str, extra: &[(&str, &str)]) -> Option<Self> {
        let chrome = Chrome::start(test).await?;
        let app = TestApp::start_with(TestDb::bare_sqlite(), extra).await;
        let axe = std::env::var("OPLATA_AXE").ok().map(|path| std::fs::read_to_string(path).unwrap());
        if axe.is_none() {
            eprintln!("SKIPPED the accessibility part of {test}: OPLATA_AXE names no axe.min.js");
        }
        Some(Self { app, chrome, axe, faults: Vec::new() })
    }

    /// Visits an order's page, which must be in a state, and hangs its pictures.
    async fn hang(&mut self, name: &str, order: &Placed, state: &str) {
        self.chrome.hold(Device::Phone).await;
        self.chrome.visit(&order.link).await;
        self.chrome.sees(state).await;
        self.pictures(name).await;
    }

    /// Pictures of what is open: a phone by day and by night, a desk.
    async fn pictures(&mut self, name: &str) {
        self.chrome.hold(Device::Phone).await;
        for (light, dark) in [("light", false), ("dark", true)] {
            self.chrome.dark(dark).await;
            self.chrome.shoot(&format!("{name}-phone-{light}")).await;
            self.judge(&format!("{name}, {light}")).await;
        }
        self.chrome.hold(Device::Desktop).await;
        self.chrome.shoot(&format!("{name}-desktop-dark")).await;
        self.chrome.dark(false).await;
        self.chrome.shoot(&format!("{name}-desktop-light")).await;
    }

    async fn judge(&mut self, place: &str) {
        let wide = self.chrome.evaluate("return document.documentElement.scrollWidth > innerWidth").await;
        if wide == true {
            self.faults.push(format!("{place}: scrolls sideways"));
        }
        let Some(axe) = &self.axe else { return };
        self.chrome.evaluate(axe).await;
        let found = self.chrome.evaluate_later(JUDGE).await;
        self.faults.extend(found.as_array().unwrap().iter().map(|fault| format!("{place}: {fault}")));
    }

    async fn close(self) {
        drop(self.chrome);
        self.app.check_books().await;
        self.app.stop().await;
        assert!(self.faults.is_empty(), "{}", self.faults.join("\n"));
    }

    async fn order(&self) -> Placed {
        self.order_of(|_| ()).await
    }

    /// The order of the pictures: three lines, 12 480 ₽, a shop to fetch it from.
    async fn order_of(&self, change: impl FnOnce(&mut NewOrder)) -> Placed {
        let mut new = NewOrder {
            buyer: BuyerBody {
                kind: "person".into(),
                name: "Смирнова Ирина Павловна".into(),
                inn: None,
                kpp: None,
                phone: None,
                email: Some("irina@mail.example".into()),
            },
            lines: vec![
                line("Ламинат Quick-Step Impressive 33 кл., дуб песочный IM1853, 8×190×1380 мм", 4, "уп.", 2_390),
                line("Подложка пробковая 3 мм, рулон 10 м²", 1, "шт.", 1_840),
                line("Плинтус напольный МДФ 80 мм белый, 2,4 м", 6, "шт.", 180),
            ],
            delivery: Delivery::Pickup,
            pay_until: chrono::NaiveDate::from_ymd_opt(2026, 11, 26),
            allow_parts: None,
            to_pay: true,
        };
        change(&mut new);
        let guid = self.app.onec.control.add_order(new);
        self.app.exchange().await;
        self.name_the_store(guid).await;
        self.app.placed(guid).await
    }

    /// Gives the order's store the name, address and hours that staff would.
    async fn name_the_store(&self, guid: uuid::Uuid) {
        let code = self.app.onec.control.order(guid).unwrap().store;
        let store = Store {
            code,
            name: "ДомПлюс «Невский»".into(),
            address: Some("пр. Большевиков, д. 18, вход со стороны парковки".into()),
            hours: Some("Ежедневно 9:00–22:00".into()),
            phone: None,
        };
        self.app.portal.context.db.write(move |connection| save_store(connection, &store)).await.unwrap();
    }

    /// An order paid by СБП; 1C has not been here yet.
    async fn paid(&self) -> Placed {
        let order = self.order().await;
        self.tried(&order, "sbp", "sbp_success").await;
        order
    }

    /// Somebody else's browser tries a way and ends so.
    async fn tried(&self, order: &Placed, method: &str, outcome: &str) {
        let payment = self.app.press(&mut self.app.browser(), order, method).await;
        self.app.outcome(&payment, outcome);
        self.app.settle().await;
    }

    /// This browser presses the button and comes back from the provider's page without paying.
    async fn pressed(&self, order: &Placed) {
        self.chrome.hold(Device::Phone).await;
        self.chrome.visit(&order.link).await;
        self.chrome.press("#start button").await;
        self.chrome.find("form[action^='/checkout/']").await;
    }

    async fn refund(&self, order: &Placed, rubles: i64) {
        let number = self.app.onec.control.order(order.guid).unwrap().number;
        let now = self.app.now();
        self.app
            .portal
            .context
            .db
            .write(move |connection| {
                let id = order_id(connection, &number);
                let request =
                    refunds::ask(connection, &id, Kopecks::new(rubles * 100), "Не подошёл цвет", "staff:1", now)?;
                refunds::confirm(connection, &request, "staff:2", now)
            })
            .await
            .unwrap();
    }

    /// The order again, in 1C's contract, with other fields.
    async fn put(&self, order: &Placed, fields: &[(&str, Value)]) {
        let known = self.app.onec.control.order(order.guid).unwrap();
        let lines = known.lines.iter().map(|line| {
            serde_json::json!({
                "name": line.name, "unit": line.unit, "quantity": line.quantity.to_decimal_text(),
                "price": line.price.to_decimal_text(), "amount": line.amount.to_decimal_text(),
                "vat_rate": line.vat_rate.as_str(),
            })
        });
        let mut body = serde_json::json!({
            "number": known.number, "date": known.date, "state": "open", "store": known.store,
            "buyer": { "kind": "person", "name": known.buyer.name, "email": known.buyer.email },
            "delivery": "pickup", "total": known.total().to_decimal_text(), "vat_included": true,
            "lines": lines.collect::<Vec<_>>(), "documents": [],
        });
        for (name, value) in fields {
            body[*name] = value.clone();
        }
        let answer = self.app.onec_send("PUT", &format!("/1c/v1/orders/{}", order.guid), &body).await;
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }
}

fn order_id(connection: &mut oplata::db::Connection, number: &str) -> oplata::base::ids::OrderId {
    use diesel::prelude::*;
    use oplata::db::schema::orders;
    orders::table.filter(orders::number.eq(number)).select(orders::id).first(connection).unwrap()
}

fn line(name: &str, pieces: i64, unit: &str, price: i64) -> Line {
    let (quantity, price) = (Quantity::new(pieces * 1000), Kopecks::new(price * 100));
    Line::new(name, "", unit, quantity, price, VatRate::TwentyTwo)
}

/// Before the payment: what is asked for, in which words.
#[actix_web::test]
async fn pages_that_ask() {
    let Some(mut gallery) = Gallery::open("pages_that_ask", &[]).await else { return };
    let g = &mut gallery;
    let order = g.order().await;
    g.hang("waiting", &order, "waiting").await;
    for (name, address) in [("mail-wrong", "irina@mail"), ("mail-sent", "irina@mail.example"), ("mail-soon", "i@a.ru")]
    {
        g.chrome.hold(Device::Phone).await;
        g.chrome.visit(&order.link).await;
        g.chrome.press("#mail summary").await;
        g.chrome.fill("#mail-to", address).await;
        g.chrome.press("#mail button").await;
        g.chrome.find("#mail .told, #mail .error").await;
        g.pictures(name).await;
    }
    let order = g.order_of(|new| {
        new.allow_parts = Some(true);
        new.buyer.email = None;
    });
    let order = order.await;
    g.hang("waiting-parts-contact", &order, "waiting").await;
    let order = g.order().await;
    g.put(&order, &[("deferred_until", "2026-12-15".into())]).await;
    g.hang("deferred", &order, "deferred").await;
    let order = g.order_of(|new| new.allow_parts = Some(true)).await;
    let mut browser = g.app.browser();
    browser.post(&format!("/pay/{}/start", order.token), &[("method", "sbp"), ("amount", "5000")]).await;
    g.app.outcome(g.app.provider_ids().last().unwrap(), "sbp_success");
    g.app.settle().await;
    g.hang("partly-paid", &order, "partly_paid").await;
    let order = g.order().await;
    g.app.onec.control.change_order(order.guid, |order| order.lines[2].set_quantity(Quantity::new(3000)));
    g.app.exchange().await;
    g.hang("changed", &order, "changed").await;
    let order = g.order().await;
    g.app.onec.control.close_order(order.guid);
    g.app.exchange().await;
    g.hang("closed-with-debt", &order, "closed_with_debt").await;
    gallery.close().await;
}

/// While the money is on its way, and when it did not go.
#[actix_web::test]
async fn pages_that_wait_and_refuse() {
    let Some(mut gallery) = Gallery::open("pages_that_wait_and_refuse", &[]).await else { return };
    let g = &mut gallery;
    let order = g.order().await;
    g.pressed(&order).await;
    g.hang("checking", &order, "checking").await;
    let page = g.app.browser().get(&format!("/pay/{}/go", order.token)).await;
    g.chrome.visit(&g.app.url("/nowhere")).await;
    g.chrome.draw(&page.body.replace("http-equiv=\"refresh\"", "")).await;
    g.pictures("go").await;
    g.chrome.forget_me().await;
    g.hang("other-window", &order, "other_window").await;
    g.app.onec.control.change_order(order.guid, |order| order.lines[2].set_quantity(Quantity::new(3000)));
    g.app.exchange().await;
    g.hang("changed-while-paying", &order, "changed_while_paying").await;
    for (name, method, outcome) in [
        ("refused-funds", "card", "insufficient_funds"),
        ("refused-3ds", "card", "3d_secure_failed"),
        ("refused-bank", "sbp", "general_decline"),
        ("refused-expired", "card", "timeout"),
    ] {
        let order = g.order_of(|new| new.allow_parts = Some(true)).await;
        g.tried(&order, method, outcome).await;
        g.hang(name, &order, "refused").await;
    }
    let order = g.order().await;
    g.app.yookassa.control.fault(Some("POST"), "/v3/payments", FaultKind::Reset, 1);
    g.app.browser().post(&format!("/pay/{}/start", order.token), &[("method", "sbp")]).await;
    g.hang("unknown", &order, "unknown").await;
    gallery.close().await;
}

/// The money came, or goes back.
#[actix_web::test]
async fn pages_of_money() {
    let Some(mut gallery) = Gallery::open("pages_of_money", &[]).await else { return };
    let g = &mut gallery;
    let order = g.paid().await;
    g.hang("paid-no-number", &order, "paid").await;
    g.app.exchange().await;
    g.app.advance(chrono::Duration::minutes(2));
    g.app.settle().await;
    oplata::jobs::Periodic::default().run(&g.app.portal.context).await.unwrap();
    g.hang("paid", &order, "paid").await;
    g.chrome.hold(Device::Desktop).await;
    g.chrome.on_paper(true).await;
    g.chrome.shoot("print").await;
    g.chrome.on_paper(false).await;
    let order = g.order().await;
    let mut browser = g.app.browser();
    let by_card = g.app.press(&mut browser, &order, "card").await;
    let by_sbp = g.app.press(&mut browser, &order, "sbp").await;
    g.app.outcome(&by_sbp, "sbp_success");
    g.app.settle().await;
    g.app.outcome(&by_card, "success");
    g.app.settle().await;
    g.hang("overpaid", &order, "overpaid").await;
    let order = g.paid().await;
    g.app.exchange().await;
    g.refund(&order, 12_480).await;
    g.hang("refund-running", &order, "refund_running").await;
    g.app.settle().await;
    g.hang("refund-done", &order, "refund_done").await;
    let order = g.order().await;
    g.app.onec.control.book_money(order.guid, oplata::base::MoneyKind::Cash, Kopecks::new(1_248_000));
    g.app.exchange().await;
    g.hang("paid-at-the-desk", &order, "paid").await;
    gallery.close().await;
}

/// Orders that are over one way or another.
#[actix_web::test]
async fn pages_that_end() {
    let Some(mut gallery) = Gallery::open("pages_that_end", &[]).await else { return };
    let g = &mut gallery;
    let order = g.order_of(|new| new.pay_until = chrono::NaiveDate::from_ymd_opt(2026, 11, 23)).await;
    g.hang("expired", &order, "expired").await;
    g.chrome.fill("#contact", "irina@mail").await;
    g.chrome.press(".verdict button").await;
    g.chrome.find("#contact-error").await;
    g.pictures("expired-error").await;
    g.chrome.fill("#contact", "+7 916 123-45-67").await;
    g.chrome.press(".verdict button").await;
    g.chrome.sees("link_asked").await;
    g.hang("link-asked", &order, "link_asked").await;
    let order = g.order().await;
    g.app.onec.control.cancel_order(order.guid);
    g.app.exchange().await;
    g.hang("cancelled", &order, "cancelled").await;
    let order = g.paid().await;
    g.app.onec.control.cancel_order(order.guid);
    g.app.exchange().await;
    g.hang("cancelled-with-money", &order, "cancelled_with_money").await;
    g.chrome.hold(Device::Phone).await;
    g.chrome.visit(&g.app.url("/pay/there-is-no-such-link")).await;
    g.pictures("not-found").await;
    gallery.close().await;
}

/// The world around does not answer; nobody is left without a next step.
#[actix_web::test]
async fn pages_of_trouble() {
    let second_account_is_away = [
        ("SERVER__STAND", "true"),
        ("LIMITS__MISSES_PER_MINUTE", "1"),
        ("PROVIDERS__YOOKASSA__METHODS", "sbp"),
        ("PROVIDERS__CARDS__KIND", "yookassa"),
        ("PROVIDERS__CARDS__METHODS", "card"),
        ("PROVIDERS__CARDS__SHOP_ID", "100501"),
        ("PROVIDERS__CARDS__SECRET_KEY", "test_nobody_listens_there"),
        ("PROVIDERS__CARDS__API_URL", "http://127.0.0.1:9/v3"),
    ];
    let Some(mut gallery) = Gallery::open("pages_of_trouble", &second_account_is_away).await else { return };
    let g = &mut gallery;
    let order = g.order().await;
    g.hang("stand", &order, "waiting").await;
    let other = g.paid().await;
    g.app.advance(chrono::Duration::hours(2));
    oplata::jobs::Periodic::default().run(&g.app.portal.context).await.unwrap();
    g.hang("onec-silent", &order, "waiting").await;
    g.hang("onec-silent-paid", &other, "paid").await;
    g.app.browser().post(&format!("/pay/{}/start", order.token), &[("method", "card")]).await;
    g.hang("refused-fault", &order, "refused").await;
    g.app.exchange().await;
    let order = g.order().await;
    g.hang("provider-down-one", &order, "provider_down").await;
    g.app.yookassa.control.fault(Some("POST"), "/v3/payments", FaultKind::Broken, 9);
    g.app.browser().post(&format!("/pay/{}/start", order.token), &[("method", "sbp")]).await;
    let order = g.order().await;
    g.hang("provider-down-all", &order, "provider_down").await;
    for _ in 0..2 {
        g.chrome.visit(&g.app.url("/pay/there-is-no-such-link")).await;
    }
    g.pictures("too-many").await;
    gallery.close().await;
}
