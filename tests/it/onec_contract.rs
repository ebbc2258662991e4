//! The contract with 1C: what is read, what is refused and in which words; the page for 1C's programmer tells the truth.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use oplata::base::{Kopecks, MoneyKind, Quantity, VatRate, Zone};
use oplata::gateways::onec::service::{
    Accepted, AckOut, AllocationBody, BuyerKind, Delivery, DocumentBody, DocumentIn, DocumentOut, ErrorBody, FeedPage,
    LineBody, OrderBody, OrderIn, OrderOut, OrderState, Rejected, guid, png_data_uri,
};
use serde_json::{Value, json};

const DOC: &str = include_str!("../../docs/1c-v1.md");

/// The JSON block under `<!-- пример: name -->`.
fn example(name: &str) -> &'static str {
    let behind = DOC.split(&format!("<!-- пример: {name} -->\n```json\n")).nth(1).unwrap();
    behind.split("\n```").next().unwrap()
}

fn schema(name: &str) -> Value {
    let path = format!("{}/docs/schemas/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn order() -> Value {
    serde_json::from_str(example("order")).unwrap()
}

fn read(body: &Value) -> Result<oplata::gateways::onec::service::Read<OrderIn>, String> {
    OrderIn::read(body.to_string().as_bytes(), Zone::default()).map_err(|problems| problems.to_string())
}

#[test]
fn an_order_is_read_whole() {
    let order = read(&order()).unwrap();
    assert_eq!(order.warnings, Vec::<String>::new());
    let order = order.value;
    assert_eq!(order.number, "УТ00-000417");
    assert_eq!(order.date, NaiveDate::from_ymd_opt(2026, 11, 24).unwrap());
    assert_eq!((order.state, order.delivery), (OrderState::Open, Delivery::Delivery));
    assert_eq!(order.buyer.kind, BuyerKind::Person);
    assert_eq!(order.total, Kopecks::new(2_001_240));
    assert_eq!(order.allow_parts, Some(true));
    // The whole day of the 27th counts: until 20:59:59 UTC in Moscow's zone.
    assert_eq!(order.pay_until.unwrap().to_string(), "2026-11-27 20:59:59");
    let line = &order.lines[0];
    assert_eq!((line.quantity, line.price), (Quantity::new(12_960), Kopecks::new(129_000)));
    assert_eq!((line.amount, line.vat_rate), (Kopecks::new(1_671_840), VatRate::TwentyTwo));
}

#[test]
fn every_fault_is_told_at_once_with_its_path() {
    let mut body = order();
    body["lines"][1]["amount"] = json!("12.345");
    body["lines"][0]["price"] = json!(1290.5);
    body["lines"][0]["quantity"] = json!("-1");
    body["lines"][0]["vat_rate"] = json!("19");
    body["total"] = json!("1e5");
    body["date"] = json!("24.11.2026");
    body["state"] = json!("paid");
    body["seller_inn"] = json!("77");
    body["buyer"].as_object_mut().unwrap().remove("kind");
    let text = read(&body).unwrap_err();
    for told in [
        "lines[1].amount: «12.345»: больше 2 знаков после запятой",
        "lines[0].price: число 1290.5 нужно передать текстом в кавычках",
        "lines[0].quantity: не может быть меньше нуля",
        "lines[0].vat_rate: «19» — неизвестная ставка",
        "total: «1e5» — не число",
        "date: «24.11.2026» — не дата (ГГГГ-ММ-ДД)",
        "state: «paid» — ожидалось одно из: open, cancelled, closed",
        "seller_inn: ИНН — это 10 или 12 цифр",
        "buyer.kind: обязательное поле не заполнено",
    ] {
        assert!(text.contains(told), "«{told}» нет в: {text}");
    }
    assert_eq!(text.matches("; ").count() - text.matches("; знаем").count(), 8, "nothing is told twice: {text}");
}

#[test]
fn a_bad_contact_is_dropped_with_a_remark_and_the_order_stands() {
    let mut body = order();
    body["buyer"] =
        json!({ "kind": "company", "name": " ООО\n«Дом» ", "inn": "123", "email": "not mail", "phone": "нет" });
    let order = read(&body).unwrap();
    let buyer = &order.value.buyer;
    assert_eq!((buyer.name.as_str(), &buyer.inn, &buyer.email, &buyer.phone), ("ООО «Дом»", &None, &None, &None));
    assert_eq!(order.warnings.len(), 3);
    assert!(order.warnings[0].starts_with("buyer.inn: "), "{:?}", order.warnings);
}

#[test]
fn unknown_fields_are_let_through_and_named() {
    let mut body = order();
    body["pay_untill"] = json!("2026-12-01");
    body["lines"][1]["discount"] = json!("5");
    let warnings = read(&body).unwrap().warnings;
    assert_eq!(warnings, ["lines[1].discount: неизвестное поле, пропущено", "pay_untill: неизвестное поле, пропущено"]);
}

#[test]
fn absent_null_and_empty_are_the_same_and_a_bom_does_no_harm() {
    let mut body = order();
    body["pay_until"] = Value::Null;
    body["store"] = json!("");
    body["manager"] = json!("  ");
    body["currency"] = json!("руб.");
    let text = format!("\u{feff}{body}");
    let order = OrderIn::read(text.as_bytes(), Zone::default()).unwrap().value;
    assert_eq!((order.pay_until, order.store, order.manager), (None, None, None));
    assert_eq!(order.currency, "RUB");
}

#[test]
fn vat_is_told_by_a_flag_or_by_its_sum() {
    let mut body = order();
    body["vat_included"] = json!("3608.79");
    let order = read(&body).unwrap().value;
    assert_eq!((order.vat_total, order.lines[0].price), (Some(Kopecks::new(360_879)), Kopecks::new(129_000)));
    body["vat_included"] = json!(false);
    let order = read(&body).unwrap().value;
    assert_eq!(order.lines[0].price, Kopecks::new(157_380), "1 290,00 + 22 %");
    assert_eq!(order.lines[0].amount, Kopecks::new(1_671_840), "the sum of a line has VAT inside anyway");
    body["vat_included"] = json!("99999999.00");
    assert!(read(&body).unwrap_err().contains("vat_included: НДС больше суммы заказа"));
}

#[test]
fn limits_hold() {
    let mut body = order();
    let line = body["lines"][0].clone();
    body["lines"] = vec![line; 2_001].into();
    assert!(read(&body).unwrap_err().contains("lines: строк 2001, а можно не больше 2000"));
    body["lines"] = json!([]);
    body["number"] = json!("У".repeat(65));
    assert_eq!(read(&body).unwrap_err(), "number: длиннее 64 знаков");
    for (body, told) in [
        (&b"{"[..], "не читается как JSON"),
        (b"[]", "ожидался объект JSON, а пришло: список"),
        (b"", "не читается"),
        (b"{\"number\":\"\xff\"}", "не читается"),
    ] {
        let text = OrderIn::read(body, Zone::default()).unwrap_err().to_string();
        assert!(text.contains(told), "{text}");
    }
}

#[test]
fn a_flood_of_faults_is_counted_not_listed() {
    let mut body = order();
    body["lines"] = vec![json!({}); 500].into();
    let problems = OrderIn::read(body.to_string().as_bytes(), Zone::default()).unwrap_err().0;
    assert_eq!(problems.len(), 51);
    assert_eq!(problems[50].message, "и ещё ошибок: 2450", "five required fields a line");
}

#[test]
fn a_document_of_1c_is_read() {
    let read = DocumentIn::read(example("document").as_bytes(), Zone::default()).unwrap();
    assert!(read.warnings.is_empty());
    let document = read.value;
    assert_eq!((document.kind, document.posted, document.deleted), (MoneyKind::Bank, true, false));
    assert_eq!(document.allocations.iter().map(|row| row.amount).sum::<Kopecks>(), document.amount);
    assert_eq!(document.guid, None, "the address says it");
}

#[test]
fn a_document_inside_an_order_needs_its_guid() {
    let mut body = order();
    body["documents"] = json!([serde_json::from_str::<Value>(example("document")).unwrap()]);
    assert_eq!(read(&body).unwrap_err(), "documents[0].guid: обязательное поле не заполнено");
    body["documents"][0]["guid"] = json!("5D2F1A60-6F0E-4D5B-9D6C-2B7F7A1C2341");
    assert!(read(&body).unwrap().value.documents[0].guid.is_some());
}

#[test]
fn what_1c_reports_is_taken_even_if_it_does_not_add_up() {
    let mut body: Value = serde_json::from_str(example("document")).unwrap();
    body["amount"] = json!("1.00");
    body["allocations"][1]["amount"] = json!("0.00");
    let read = DocumentIn::read(body.to_string().as_bytes(), Zone::default()).unwrap();
    assert!(read.warnings[0].starts_with("allocations: по заказам 104"), "{:?}", read.warnings);
    assert_eq!(read.value.allocations.len(), 1, "a row of nothing binds nothing");
}

#[test]
fn acknowledgements_are_read() {
    let accepted = Accepted::read(example("accepted").as_bytes(), Zone::default()).unwrap().value;
    assert_eq!(accepted.day(), NaiveDate::from_ymd_opt(2026, 11, 24));
    assert_eq!((accepted.revision, accepted.number.as_str(), accepted.posted), (1, "ДПУТ-000812", true));
    let rejected = Rejected::read(example("rejected").as_bytes(), Zone::default()).unwrap().value;
    assert!(rejected.message.starts_with("Дата запрета"));
    let bad = Accepted::read(br#"{"revision":0,"ref":"00000000-0000-0000-0000-000000000000"}"#, Zone::default());
    let text = bad.unwrap_err().to_string();
    for told in
        ["revision: ожидалось целое число от 1", "ref: пустая ссылка 1С", "number: обяз", "date: обяз", "posted: обяз"]
    {
        assert!(text.contains(told), "{told}: {text}");
    }
}

#[test]
fn guids_are_read_in_any_case_and_never_empty() {
    assert!(guid("92C09445-3F0E-4A55-9F62-6A8D3F1A0417").is_ok());
    assert!(guid("00000000-0000-0000-0000-000000000000").is_err());
    assert!(guid("../etc").is_err());
}

#[test]
fn the_page_shows_what_the_types_write() {
    let again = |name: &str, written: Value| {
        assert_eq!(written, serde_json::from_str::<Value>(example(name)).unwrap(), "{name}");
    };
    let value = |result: Result<Value, serde_json::Error>| result.unwrap();
    again("order", value(serde_json::to_value(serde_json::from_str::<OrderBody>(example("order")).unwrap())));
    again("document", value(serde_json::to_value(serde_json::from_str::<DocumentBody>(example("document")).unwrap())));
    again(
        "order_answer",
        value(serde_json::to_value(serde_json::from_str::<OrderOut>(example("order_answer")).unwrap())),
    );
    let out = serde_json::from_str::<DocumentOut>(example("document_answer")).unwrap();
    again("document_answer", value(serde_json::to_value(out)));
    again("feed", value(serde_json::to_value(serde_json::from_str::<FeedPage>(example("feed")).unwrap())));
    again("accepted", value(serde_json::to_value(serde_json::from_str::<Accepted>(example("accepted")).unwrap())));
    again("rejected", value(serde_json::to_value(serde_json::from_str::<Rejected>(example("rejected")).unwrap())));
    again("ack", value(serde_json::to_value(serde_json::from_str::<AckOut>(example("ack")).unwrap())));
    again("error", value(serde_json::to_value(serde_json::from_str::<ErrorBody>(example("error")).unwrap())));
}

/// Names of the properties of an object of a schema.
fn properties(schema: &Value) -> BTreeSet<String> {
    schema["properties"].as_object().unwrap().keys().cloned().collect()
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn schemas_and_types_name_the_same_fields() {
    let some = || Some(String::new());
    let document = DocumentBody {
        guid: some(),
        direction: some(),
        account: some(),
        incoming_number: some(),
        payer_inn: some(),
        allocations: vec![AllocationBody::default()],
        ..DocumentBody::default()
    };
    let mut order = OrderBody {
        seller_inn: some(),
        store: some(),
        manager: some(),
        pay_until: some(),
        deferred_until: some(),
        allow_parts: Some(true),
        currency: some(),
        documents: vec![document.clone()],
        lines: vec![LineBody::default()],
        ..OrderBody::default()
    };
    order.lines[0].article = some();
    let buyer = &mut order.buyer;
    (buyer.inn, buyer.kpp, buyer.phone, buyer.email) = (some(), some(), some(), some());
    let (order, document) = (serde_json::to_value(order).unwrap(), serde_json::to_value(document).unwrap());
    let schemas = (schema("order"), schema("document"));
    assert_eq!(keys(&order), properties(&schemas.0));
    assert_eq!(keys(&order["buyer"]), properties(&schemas.0["properties"]["buyer"]));
    assert_eq!(keys(&order["lines"][0]), properties(&schemas.0["$defs"]["line"]));
    assert_eq!(keys(&document), properties(&schemas.1));
    assert_eq!(keys(&document["allocations"][0]), properties(&schemas.1["properties"]["allocations"]["items"]));
    // Whatever a type may write is in its schema: an unknown field would be a remark of the reader.
    let unknown = |warnings: Vec<String>| warnings.into_iter().filter(|told| told.contains("неизвестное")).count();
    let full = OrderIn::read(example("order").as_bytes(), Zone::default()).unwrap();
    assert_eq!(unknown(full.warnings), 0);
}

#[test]
fn the_feed_and_the_verdicts_follow_their_schemas() {
    let feed = schema("feed");
    let mut page: FeedPage = serde_json::from_str(example("feed")).unwrap();
    let item = &mut page.items[1];
    let bank = json!({ "account": "4", "number": "1", "date": "2026-11-24", "payer_inn": "7" });
    item.bank = Some(serde_json::from_value(bank).unwrap());
    item.provider.as_mut().unwrap().rrn = Some("1".into());
    let page = serde_json::to_value(page).unwrap();
    let of_item = &feed["$defs"]["item"];
    assert_eq!(keys(&page), properties(&feed));
    assert_eq!(keys(&page["items"][1]), properties(of_item));
    assert_eq!(keys(&page["items"][1]["provider"]), properties(&of_item["properties"]["provider"]));
    assert_eq!(keys(&page["items"][1]["bank"]), properties(&of_item["properties"]["bank"]));
    let mut accepted: Accepted = serde_json::from_str(example("accepted")).unwrap();
    accepted.message = Some("почему".into());
    assert_eq!(keys(&serde_json::to_value(accepted).unwrap()), properties(&schema("accepted")));
    assert_eq!(keys(&serde_json::from_str(example("rejected")).unwrap()), properties(&schema("rejected")));
}

#[test]
fn the_qr_code_is_a_png() {
    use base64::Engine;
    let uri = png_data_uri("https://pay.example.ru/pay/Zk3v0tq1d8").unwrap();
    let bytes = base64::engine::general_purpose::STANDARD.decode(uri.strip_prefix("data:image/png;base64,").unwrap());
    let bytes = bytes.unwrap();
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.len() < 2_000, "{} bytes", bytes.len());
    assert!(png_data_uri(&"x".repeat(5_000)).is_none());
}
