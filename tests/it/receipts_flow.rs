//! Fiscal receipts: what goes to the cash register with a payment, a part, a refund; and what when it refuses.

use oplata::base::{Kopecks, Quantity, VatRate};
use oplata::emulators::onec::{Line, NewOrder};
use oplata::gateways::onec::service::Delivery;
use serde_json::{Value, json};

use crate::common::app::{Placed, TestApp, on_both};
use crate::common::db::TestDb;
use crate::common::meddler::Meddler;
use crate::links::texts;

async fn place(app: &TestApp, lines: Vec<Line>) -> Placed {
    let sample = app.onec.control.add_simple_order(Kopecks::new(100));
    let mut buyer = app.onec.control.order(sample).unwrap().buyer;
    buyer.email = Some("buyer@example.ru".to_owned());
    let new =
        NewOrder { buyer, lines, delivery: Delivery::Delivery, pay_until: None, allow_parts: Some(true), to_pay: true };
    let guid = app.onec.control.add_order(new);
    app.exchange().await;
    app.placed(guid).await
}

fn line(name: &str, thousandths: i64, price: i64, rate: VatRate) -> Line {
    Line::new(name, "A-1", "шт", Quantity::new(thousandths), Kopecks::new(price), rate)
}

fn sum(receipt: &Value) -> Kopecks {
    let of = |item: &Value| {
        let price = Kopecks::parse(item["amount"]["value"].as_str().unwrap()).unwrap();
        let quantity = Quantity::parse(&item["quantity"].to_string().replace('"', "")).unwrap();
        let product = i128::from(price.get()) * i128::from(quantity.get());
        assert_eq!(product % 1000, 0, "price × quantity is exact: {item}");
        Kopecks::new(i64::try_from(product / 1000).unwrap())
    };
    receipt["items"].as_array().unwrap().iter().map(of).sum()
}

on_both! {
    /// Rates, modes, subjects and the address; the lines make the payment's sum to the kopeck.
    async fn receipts_carry_every_line_with_its_rate(app) {
        let lines = vec![
            line("Плитка", 12_960, 129_000, VatRate::TwentyTwo),
            line("Семена газона", 2_000, 415_033, VatRate::Ten),
            line("Доставка по городу", 1_000, 150_000, VatRate::None),
            line("Мелочь", 333, 99, VatRate::TwentyTwo),
        ];
        let order = place(&app, lines).await;
        let due = Kopecks::parse(app.status(&order).await["due"].as_str().unwrap()).unwrap();
        let payment = app.press(&mut app.browser(), &order, "card").await;
        let receipt = app.yookassa.control.receipt_of(&payment).unwrap();
        assert_eq!(sum(&receipt), due);
        assert_eq!(receipt["customer"]["email"], "buyer@example.ru");
        let items = receipt["items"].as_array().unwrap();
        let of = |name: &str, field: &str| {
            let fits = |item: &&Value| item["description"].as_str().is_some_and(|text| text.contains(name));
            items.iter().find(fits).map(|item| item[field].clone()).unwrap_or_default()
        };
        assert_eq!((of("Плитка", "vat_code"), of("Семена", "vat_code"), of("Доставка", "vat_code")), (json!(12), json!(5), json!(1)), "{receipt}");
        assert_eq!(of("Доставка", "payment_subject"), "service");
        assert!(items.iter().all(|item| item["payment_mode"].as_str().is_some_and(|mode| mode.contains("prepayment"))), "{receipt}");
        app.outcome(&payment, "success");
        app.advance(chrono::Duration::seconds(30));
        app.settle().await;
        app.advance(chrono::Duration::minutes(5));
        oplata::jobs::Periodic::default().run(&app.portal.context).await.unwrap();
        assert_eq!(texts(&mut app.db.connect(), "receipts", "state"), ["registered"]);
        app.check_books().await;
        app.stop().await;
    }

    /// Complaint 3: a part asks for the part, and its receipt makes exactly the part.
    async fn receipts_of_parts_make_exactly_the_part(app) {
        let lines = vec![line("Плитка", 12_960, 129_001, VatRate::TwentyTwo), line("Клей", 7_000, 54_907, VatRate::Ten)];
        let order = place(&app, lines).await;
        let path = format!("/pay/{}/start", order.token);
        let mut browser = app.browser();
        for part in ["1000.01", "777,77", "3 000"] {
            let before = app.provider_ids();
            assert_eq!(browser.post(&path, &[("method", "card"), ("amount", part)]).await.status, 303, "{part}");
            let id = app.provider_ids().into_iter().find(|id| !before.contains(id)).unwrap();
            let asked = app.yookassa.control.payment(&id).unwrap()["amount"]["value"].as_str().unwrap().to_owned();
            assert_eq!(Kopecks::parse(&asked).unwrap(), Kopecks::parse_lenient(part).unwrap());
            let receipt = app.yookassa.control.receipt_of(&id).unwrap();
            assert_eq!(sum(&receipt), Kopecks::parse(&asked).unwrap(), "{receipt}");
            app.outcome(&id, "success");
            app.settle().await;
        }
        let rest = app.status(&order).await["due"].as_str().unwrap().to_owned();
        let last = app.press(&mut browser, &order, "card").await;
        assert_eq!(app.yookassa.control.payment(&last).unwrap()["amount"]["value"], rest.as_str());
        assert_eq!(sum(&app.yookassa.control.receipt_of(&last).unwrap()), Kopecks::parse(&rest).unwrap());
        app.outcome(&last, "success");
        app.settle().await;
        assert_eq!(app.status(&order).await["payment_state"], "paid");
        let other = place(&app, vec![line("Плитка", 1_000, 129_000, VatRate::TwentyTwo)]).await;
        let before = app.provider_ids().len();
        for wrong in ["0", "-5", "99999999", "abc", "0.5", "1290.01"] {
            let form = [("method", "card"), ("amount", wrong)];
            let answer = browser.post(&format!("/pay/{}/start", other.token), &form).await;
            assert_eq!(answer.status, 422, "{wrong}");
        }
        assert_eq!(app.provider_ids().len(), before);
        app.check_books().await;
        app.stop().await;
    }

    /// Nowhere to send the receipt: the page asks, and does not start without an answer.
    async fn receipts_need_somewhere_to_go(app) {
        let sample = app.onec.control.add_simple_order(Kopecks::new(100));
        let mut buyer = app.onec.control.order(sample).unwrap().buyer;
        (buyer.email, buyer.phone) = (None, None);
        let lines = vec![line("Плитка", 1_000, 129_000, VatRate::TwentyTwo)];
        let new = NewOrder { buyer, lines, delivery: Delivery::Pickup, pay_until: None, allow_parts: None, to_pay: true };
        let guid = app.onec.control.add_order(new);
        app.exchange().await;
        let order = app.placed(guid).await;
        let path = format!("/pay/{}/start", order.token);
        let mut browser = app.browser();
        for email in ["", "nonsense", "a@b\r\nBcc: c@d.ru"] {
            assert_eq!(browser.post(&path, &[("method", "card"), ("email", email)]).await.status, 422, "{email:?}");
        }
        assert_eq!(app.provider_ids().len(), 0);
        assert_eq!(browser.post(&path, &[("method", "card"), ("email", "me@example.ru")]).await.status, 303);
        let receipt = app.yookassa.control.receipt_of(&app.provider_ids()[0]).unwrap();
        assert_eq!(receipt["customer"]["email"], "me@example.ru");
        app.stop().await;
    }
}

/// Complaint 28: the lines of 1C do not make its total: one rate for all makes one honest line, two rates make none.
#[actix_web::test]
async fn complaint_28_lines_that_differ_from_the_total() {
    let app = TestApp::start(TestDb::bare_sqlite()).await;
    let order = |rates: [&str; 2]| {
        let line = |rate: &str| json!({"name": "Плитка", "unit": "шт", "quantity": "1", "price": "500.00", "amount": "500.00", "vat_rate": rate});
        json!({
            "number": format!("УТ00-{}", rates.join("")), "date": "2026-11-24", "state": "open", "delivery": "pickup",
            "buyer": {"kind": "person", "name": "Смирнова Ирина", "email": "irina@example.ru"},
            "total": "999.99", "vat_included": true, "lines": [line(rates[0]), line(rates[1])],
        })
    };
    let put = async |body: &Value| {
        let path = format!("/1c/v1/orders/{}", uuid::Uuid::now_v7());
        let told: Value = app.onec_send("PUT", &path, body).await.json().await.unwrap();
        let link = told["link"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned();
        let token = link.rsplit('/').next().unwrap().to_owned();
        Placed { guid: uuid::Uuid::nil(), link, token }
    };
    let same = put(&order(["22", "22"])).await;
    let payment = app.press(&mut app.browser(), &same, "card").await;
    let receipt = app.yookassa.control.receipt_of(&payment).unwrap();
    assert_eq!((receipt["items"].as_array().unwrap().len(), sum(&receipt)), (1, Kopecks::new(99_999)));
    let mixed = put(&order(["22", "10"])).await;
    let page = app.browser().get(&format!("/pay/{}", mixed.token)).await;
    assert_eq!(page.state(), "not_payable", "said before the press, not after");
    let answer = app.browser().post(&format!("/pay/{}/start", mixed.token), &[("method", "card")]).await;
    assert!(answer.status >= 400, "{}", answer.status);
    assert_eq!(app.provider_ids().len(), 1);
    app.stop().await;
}

/// The cash register refuses: the money is there all the same, and a person is told.
#[actix_web::test]
async fn receipts_that_fail_are_an_alert() {
    let meddler = Meddler::start();
    let app = TestApp::start_with(TestDb::bare_sqlite(), &[("PROVIDERS__YOOKASSA__API_URL", &meddler.api_url)]).await;
    meddler.forward_to(&app.yookassa.api_url());
    let order = app.order(1_000).await;
    let payment = app.press(&mut app.browser(), &order, "card").await;
    meddler.change(|payment| payment["receipt_registration"] = json!("canceled"));
    app.outcome(&payment, "success");
    app.settle().await;
    assert_eq!(app.status(&order).await["payment_state"], "paid");
    assert_eq!(app.alerts().await, ["receipt_failed"]);
    assert_eq!(texts(&mut app.db.connect(), "receipts", "state"), ["failed"]);
    app.check_books().await;
    app.stop().await;
}
