//! What goes out: onec.md's checklist, numbers 31 to 37.

use oplata::base::{Kopecks, Mode, Quantity, VatRate};
use oplata::domain::orders::{self, Buyer, BuyerKind, Delivery, Draft, Key, KeyKind, Line, OrderState, Source, links};
use oplata::domain::payments::balance;
use oplata::gateways::onec::commerceml_in::{DocumentIn, DocumentKind};

use super::files::documents;
use crate::common::app::{Placed, TestApp};
use crate::common::db::TestDb;
use crate::common::ut11::Ut11;

fn draft(number: &str, name: &str) -> Draft {
    Draft {
        source: Source::Shop,
        keys: vec![Key::of(KeyKind::ShopId, format!("shop-{number}")), Key::yearly(KeyKind::SiteNumber, number, 2026)],
        number: number.to_owned(),
        ordered_on: chrono::NaiveDate::from_ymd_opt(2026, 11, 24).unwrap(),
        mode: Mode::Test,
        state: OrderState::Open,
        seller_inn: None,
        store: None,
        manager_key: None,
        buyer: Buyer {
            kind: BuyerKind::Person,
            name: name.to_owned(),
            inn: None,
            kpp: None,
            phone: Some("+7 916 000-00-01".to_owned()),
            email: Some("buyer@example.ru".to_owned()),
        },
        delivery: Delivery::Pickup,
        currency: "RUB".to_owned(),
        total: Kopecks::new(100_000),
        allow_parts: true,
        pay_until: None,
        deferred_until: None,
        lines: vec![Line {
            name: "Дрель <\"Мастер\"> & \u{1}сверло ₽".to_owned(),
            article: None,
            unit: "шт".to_owned(),
            quantity: Quantity::ONE,
            price: Kopecks::new(100_000),
            amount: Kopecks::new(100_000),
            vat_rate: VatRate::TwentyTwo,
            vat_amount: Kopecks::new(18_033),
        }],
    }
}

/// An order of the shop with its link.
async fn place(app: &TestApp, draft: Draft) -> Placed {
    let (keys, now) = (app.portal.context.link_keys.clone(), app.now());
    let token = app.portal.context.db.write(move |connection| {
        let order = orders::receive(connection, &draft, "shop", now)?.order;
        balance::settle(connection, &order.id, now)?;
        let link = links::ensure(connection, &order.id, &keys, now)?;
        keys.token(link.key_id, &link.id)
    });
    let token = token.await.unwrap();
    Placed { guid: uuid::Uuid::nil(), link: String::new(), token }
}

async fn pay(app: &TestApp, placed: &Placed, amount: Option<&str>) {
    let before = app.provider_ids();
    let mut fields = vec![("method", "card")];
    fields.extend(amount.map(|amount| ("amount", amount)));
    let answer = app.browser().post(&format!("/pay/{}/start", placed.token), &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let payment = app.provider_ids().into_iter().find(|id| !before.contains(id)).unwrap();
    app.outcome(&payment, "success");
    app.settle().await;
}

async fn asked(client: &Ut11<'_>) -> Vec<DocumentIn> {
    let answer = client.sale("query").await;
    assert!(answer.bytes.starts_with(b"<?xml"), "{:?}", &answer.bytes[..20]);
    documents(&answer.bytes)
}

async fn app(db: TestDb, extra: &[(&str, &str)]) -> TestApp {
    let mut settings = vec![("ONEC__ROAD", "stock"), ("ONEC__GIVES_ORDERS", "true")];
    settings.extend(extra);
    TestApp::start_with(db, &settings).await
}

#[actix_web::test]
async fn exc_no_31_an_empty_answer_is_a_root() {
    let app = TestApp::start(TestDb::bare_sqlite()).await;
    place(&app, draft("W-1", "Иванова Мария")).await;
    let client = Ut11::new(&app);
    let answer = client.sale("query").await;
    assert_eq!(answer.content_type, "application/xml; charset=utf-8");
    assert!(answer.text().starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"), "no BOM, no blank line");
    assert_eq!(documents(&answer.bytes), []);
    assert!(!answer.text().contains("xmlns"), "with a namespace УТ checks and refuses");
    assert_eq!(client.sale("success").await.text(), "success");
    app.stop().await;
}

#[actix_web::test]
async fn exc_no_34_only_paid_in_full_at_once_goes_out() {
    for db in std::iter::once(TestDb::bare_sqlite()).chain(TestDb::bare_postgres("exc_no_34")) {
        let app = app(db, &[]).await;
        let (paid, partly) = (place(&app, draft("W-1", "А")).await, place(&app, draft("W-2", "Б")).await);
        let (twice, long) = (place(&app, draft("W-3", "В")).await, place(&app, draft("W-00000000004", "Г")).await);
        place(&app, draft("W-5", "Д")).await;
        app.order(1_000).await;
        pay(&app, &paid, None).await;
        pay(&app, &partly, Some("400.00")).await;
        pay(&app, &twice, Some("400.00")).await;
        pay(&app, &twice, None).await;
        pay(&app, &long, None).await;
        let client = Ut11::new(&app);
        let given = asked(&client).await;
        let numbers: Vec<&str> = given.iter().map(|order| order.number.as_str()).collect();
        assert_eq!(numbers, ["W-1"], "unpaid, part-paid, paid twice, born in 1C or too long in number: none of them");
        let text = client.sale("query").await.text();
        for wanted in [
            "<Наименование>Заказ оплачен</Наименование>\n<Значение>true</Значение>",
            "<Значение>card</Значение>",
            "<Ставка>22</Ставка>",
            "<Ид>shop-W-1</Ид>",
        ] {
            assert!(text.contains(wanted), "{wanted}\n{text}");
        }
        assert!(app.alerts().await.contains(&"exchange_number".to_owned()));
        app.check_books().await;
        app.stop().await;
    }
}

#[actix_web::test]
async fn exc_no_32_33_36_the_text_is_what_ut_accepts() {
    let app = app(TestDb::bare_sqlite(), &[]).await;
    let order = place(&app, draft("W-1", &"Очень длинное имя ".repeat(40))).await;
    pay(&app, &order, None).await;
    let client = Ut11::new(&app);
    let given = asked(&client).await;
    assert_eq!((given.len(), &given[0].kind), (1, &DocumentKind::Order));
    assert!(given[0].number.chars().count() <= 11 && given[0].id.chars().count() <= 40);
    assert_eq!((given[0].sum, given[0].currency.as_str()), (Kopecks::new(100_000), "RUB"));
    assert_eq!(given[0].lines[0].name, "Дрель <\"Мастер\"> & сверло ₽");
    let text = client.sale("query").await.text();
    assert!(!text.contains("Контейнер") && !text.contains("Склад"));
    assert_eq!(text.matches("<Контрагент>").count(), 1);
    assert_eq!(text.matches("<Товар>").count(), text.matches("<СтавкаНалога>").count());
    let name = given[0].buyer.as_ref().unwrap().name.chars().count();
    assert!((1..=255).contains(&name), "{name}");
    app.stop().await;
}

#[actix_web::test]
async fn exc_no_35_delivered_on_success_exactly_as_given() {
    for db in std::iter::once(TestDb::bare_sqlite()).chain(TestDb::bare_postgres("exc_no_35")) {
        let app = app(db, &[]).await;
        let order = place(&app, draft("W-1", "Иванова Мария")).await;
        pay(&app, &order, None).await;
        let mut client = Ut11::new(&app);
        client.checkauth().await;
        assert_eq!(asked(&client).await.len(), 1);
        assert_eq!(asked(&client).await.len(), 1, "no success: given again");
        // Changed between query and success: what was confirmed is the old picture.
        place(&app, draft("W-1", "Иванова-Петрова Мария")).await;
        assert_eq!(client.sale("success").await.word(), "success");
        let again = asked(&client).await;
        assert_eq!(again.len(), 1, "changed meanwhile: given again");
        assert_eq!(again[0].buyer.as_ref().unwrap().name, "Иванова-Петрова Мария");
        // Another session confirms nothing of this one.
        let mut other = Ut11::new(&app);
        other.checkauth().await;
        assert_eq!(other.sale("success").await.word(), "success");
        assert_eq!(asked(&client).await.len(), 1);
        client.sale("success").await;
        assert_eq!(asked(&client).await.len(), 0, "delivered");
        app.check_books().await;
        app.stop().await;
    }
}

#[actix_web::test]
async fn exc_no_37_encoding_and_form_are_settings() {
    let extra = [("ONEC__ANSWER_ENCODING", "windows-1251"), ("ONEC__ANSWER_FORM", "containers")];
    let app = app(TestDb::bare_sqlite(), &extra).await;
    let order = place(&app, draft("W-1", "Иванова Мария")).await;
    pay(&app, &order, None).await;
    let answer = Ut11::new(&app).sale("query").await;
    assert_eq!(answer.content_type, "application/xml; charset=windows-1251");
    let (text, ..) = encoding_rs::WINDOWS_1251.decode(&answer.bytes);
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"WINDOWS-1251\"?>") && text.contains("<Контейнер>"));
    let given = documents(&answer.bytes);
    assert_eq!(given[0].lines[0].name, "Дрель <\"Мастер\"> & сверло ₽", "what 1251 lacks comes back");
    app.stop().await;
}
