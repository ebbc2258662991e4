//! The emulator itself: keys in parallel, notifications, the pay page, the control.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // helpers of tests are tests

use oplata::base::{Kopecks, Method};
use oplata::emulators::yookassa::{Behaviour, Outcome};
use oplata::gateways::providers::PaymentProvider;
use reqwest::header::LOCATION;
use serde_json::{Value, json};

use crate::yookassa_stand::{Ear, KEY, SHOP, Stand, browser, stand, wish};

async fn api(stand: &Stand, method: reqwest::Method, path: &str, key: &str, body: &Value) -> (u16, Value) {
    let call = browser().request(method, format!("{}{path}", stand.emulator.api_url()));
    let call = call.basic_auth(SHOP, Some(KEY)).header("Idempotence-Key", key);
    let call = if body.is_null() { call } else { call.json(body) };
    let answer = call.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn post(stand: &Stand, path: &str, key: &str, body: &Value) -> (u16, Value) {
    api(stand, reqwest::Method::POST, path, key, body).await
}

fn two_stage() -> Value {
    json!({
        "amount": {"value": "100.00", "currency": "RUB"}, "capture": false,
        "confirmation": {"type": "redirect", "return_url": "http://127.0.0.1:1/back"},
        "payment_method_data": {"type": "bank_card"},
    })
}

fn with(path: &str, value: Value) -> Value {
    let mut body = two_stage();
    body["capture"] = json!(true);
    *body.pointer_mut(path).unwrap() = value;
    body
}

#[actix_web::test]
async fn parallel_calls_with_one_key_make_one_payment() {
    let stand = stand().await;
    let body = two_stage();
    let calls = (0..8).map(|_| post(&stand, "/payments", "same", &body));
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.iter().all(|answer| answer.0 == 200 && answer.1 == answers[0].1));
    assert_eq!(stand.emulator.control.payments().len(), 1);
    let (status, other) = post(&stand, "/payments", "same", &with("/amount/value", json!("2.00"))).await;
    assert_eq!((status, other["parameter"].as_str()), (400, Some("Idempotence-Key")));
}

#[actix_web::test]
async fn parallel_refunds_never_exceed_the_payment() {
    let stand = stand().await;
    let mut asked = wish(Method::Card, 10_000);
    asked.receipt = None;
    let made = stand.account.create_payment(&asked, "k").await.unwrap();
    stand.emulator.control.outcome(&made.provider_ref, &Outcome::Success).unwrap();
    let body = json!({"payment_id": made.provider_ref, "amount": {"value": "30.00", "currency": "RUB"}});
    let keys: Vec<String> = (0..8).map(|at| format!("r{at}")).collect();
    let answers = futures_util::future::join_all(keys.iter().map(|key| post(&stand, "/refunds", key, &body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.0 == 200).count(), 3);
    assert_eq!(stand.account.fetch(&made.provider_ref).await.unwrap().refunded, Kopecks::new(9_000));
}

#[actix_web::test]
async fn held_money_is_taken_in_part_or_let_go() {
    let stand = stand().await;
    let (_, held) = post(&stand, "/payments", "k1", &two_stage()).await;
    let id = held["id"].as_str().unwrap();
    assert_eq!(id.len(), 36);
    stand.emulator.control.outcome(id, &Outcome::Success).unwrap();
    let taken = stand.account.capture(id, Kopecks::new(4_000), None, "c1").await.unwrap();
    assert_eq!((taken.amount.get(), format!("{:?}", taken.status)), (4_000, "Paid".to_owned()));

    let (_, held) = post(&stand, "/payments", "k2", &two_stage()).await;
    stand.emulator.control.outcome(held["id"].as_str().unwrap(), &Outcome::Success).unwrap();
    let let_go = stand.account.cancel(held["id"].as_str().unwrap(), "c2").await.unwrap();
    assert_eq!(format!("{:?}", let_go.status), "Canceled");

    let (_, held) = post(&stand, "/payments", "k3", &two_stage()).await;
    stand.emulator.control.outcome(held["id"].as_str().unwrap(), &Outcome::Success).unwrap();
    stand.emulator.control.advance(chrono::Duration::days(8));
    let expired = stand.account.fetch(held["id"].as_str().unwrap()).await.unwrap();
    assert_eq!(expired.decline.unwrap().code, "expired_on_capture");
}

#[actix_web::test]
async fn what_breaks_a_rule_is_refused_by_parameter() {
    let stand = stand().await;
    let receipt = |items: Value| json!({"customer": {"email": "a@b.test"}, "items": items});
    let item = |price: &str, vat: i64| json!({"description": "Стол", "quantity": "1", "amount": {"value": price, "currency": "RUB"}, "vat_code": vat});
    let mut cases = vec![
        (with("/amount/value", json!("100")), "amount.value"),
        (with("/amount/value", json!(100.0)), "amount.value"),
        (with("/amount/value", json!("0.00")), "amount.value"),
        (with("/amount/value", json!("-1.00")), "amount.value"),
        (with("/amount/currency", json!("KZT")), "amount.currency"),
        (with("/payment_method_data/type", json!("barter")), "payment_method_data.type"),
        (with("/confirmation/type", json!("pigeon")), "confirmation.type"),
        (with("/confirmation/return_url", json!("javascript:alert(1)")), "confirmation.return_url"),
    ];
    let mut add = |field: &str, value: Value, parameter: &'static str| {
        let mut body = with("/capture", json!(true));
        body[field] = value;
        cases.push((body, parameter));
    };
    add("description", json!("Ы".repeat(129)), "description");
    add(
        "metadata",
        (0..17).map(|at| (at.to_string(), json!("x"))).collect::<serde_json::Map<_, _>>().into(),
        "metadata",
    );
    add("metadata", json!({"k": 1}), "metadata");
    add("metadata", json!({"k": "x".repeat(513)}), "metadata");
    add("merchant_customer_id", json!("x".repeat(201)), "merchant_customer_id");
    add("receipt", receipt(json!([item("99.00", 11)])), "receipt.items");
    add("receipt", receipt(json!([item("100.00", 13)])), "receipt.items[0].vat_code");
    add("receipt", receipt(json!(vec![item("1.25", 11); 81])), "receipt.items");
    add("receipt", json!({"items": [item("100.00", 11)]}), "receipt.customer");
    for (at, (body, parameter)) in cases.iter().enumerate() {
        let (status, answer) = post(&stand, "/payments", &format!("k{at}"), body).await;
        assert_eq!((status, answer["parameter"].as_str()), (400, Some(*parameter)), "{body} -> {answer}");
    }
    let (status, answer) = post(&stand, "/payments", "", &two_stage()).await;
    assert_eq!((status, answer["parameter"].as_str()), (400, Some("Idempotence-Key")));
    assert!(stand.emulator.control.payments().is_empty());
    let stranger = browser().get(format!("{}/payments", stand.emulator.api_url())).send().await.unwrap();
    assert_eq!(stranger.status(), 401);
    assert_eq!(stranger.json::<Value>().await.unwrap()["code"], "invalid_credentials");
}

#[actix_web::test]
async fn notifications_behave_as_told() {
    let cases: [(&str, i64, &[&str]); 9] = [
        ("normal", 0, &["payment.succeeded succeeded"]),
        ("duplicate:3", 0, &["payment.succeeded succeeded"; 3]),
        ("reordered", 0, &["payment.succeeded succeeded", "payment.waiting_for_capture waiting_for_capture"]),
        ("delayed:5", 0, &[]),
        ("delayed:5", 6, &["payment.succeeded succeeded"]),
        ("lost", 60, &[]),
        ("silent", 60, &[]),
        ("forged", 0, &["payment.succeeded succeeded", "payment.succeeded succeeded"]),
        ("wrong_amount", 0, &["payment.succeeded succeeded"]),
    ];
    for (name, seconds, told) in cases {
        let (stand, ear) = (stand().await, Ear::open());
        stand.emulator.control.set_webhook_url(Some(ear.url.clone()));
        stand.emulator.control.set_behaviour(Behaviour::parse(name).unwrap());
        let made = stand.account.create_payment(&wish(Method::Card, 10_000), "k").await.unwrap();
        stand.emulator.control.outcome(&made.provider_ref, &Outcome::Success).unwrap();
        stand.emulator.control.advance(chrono::Duration::seconds(seconds));
        stand.emulator.control.deliver_pending().await;
        assert_eq!(ear.told(), told, "{name}");
        let paid = stand.account.fetch(&made.provider_ref).await.unwrap();
        assert_eq!(paid.amount.get(), if name == "wrong_amount" { 9_900 } else { 10_000 });
    }
}

#[actix_web::test]
async fn a_payment_may_ask_for_a_behaviour_of_its_own() {
    let (stand, ear) = (stand().await, Ear::open());
    stand.emulator.control.set_webhook_url(Some(ear.url.clone()));
    let mut body = two_stage();
    body["metadata"] = json!({"sandbox": "duplicate:2"});
    let (_, made) = post(&stand, "/payments", "k", &body).await;
    stand.emulator.control.outcome(made["id"].as_str().unwrap(), &Outcome::Success).unwrap();
    stand.emulator.control.deliver_pending().await;
    assert_eq!(ear.told(), ["payment.waiting_for_capture waiting_for_capture"; 2]);
}

#[actix_web::test]
async fn a_notification_may_come_before_the_answer() {
    let (stand, ear) = (stand().await, Ear::open());
    stand.emulator.control.set_webhook_url(Some(ear.url.clone()));
    stand.emulator.control.set_behaviour(Behaviour::BeforeResponse);
    let made = stand.account.create_payment(&wish(Method::Sbp, 10_000), "k").await.unwrap();
    assert_eq!(format!("{:?}", made.status), "Pending");
    assert_eq!(ear.told(), ["payment.succeeded succeeded"]);
}

#[actix_web::test]
async fn an_unheard_notification_is_repeated_until_it_is_heard() {
    let (stand, ear) = (stand().await, Ear::open());
    let control = &stand.emulator.control;
    control.set_webhook_url(Some(ear.url.clone()));
    ear.answer_with(503);
    let made = stand.account.create_payment(&wish(Method::Card, 10_000), "k").await.unwrap();
    control.outcome(&made.provider_ref, &Outcome::Success).unwrap();
    control.deliver_pending().await;
    assert_eq!(ear.heard().len(), 1);
    for (tries, pause) in [(1, 1), (2, 2), (3, 4)] {
        control.advance(chrono::Duration::milliseconds(pause * 1000 - 500));
        control.deliver_pending().await;
        assert_eq!(ear.heard().len(), tries, "not yet after {pause} s");
        control.advance(chrono::Duration::milliseconds(500));
        control.deliver_pending().await;
        assert_eq!(ear.heard().len(), tries + 1, "after {pause} s");
    }
    ear.answer_with(200);
    control.advance(chrono::Duration::seconds(8));
    assert_eq!((control.deliver_pending().await, control.waiting()), (1, 0));
}

#[actix_web::test]
async fn every_button_of_the_pay_page_leads_somewhere() {
    let stand = stand().await;
    let cases = [
        ("outcome=success", 303, "succeeded"),
        ("outcome=decline&reason=card_expired", 303, "canceled"),
        ("outcome=three_ds_code&code=12345", 303, "succeeded"),
        ("outcome=three_ds_code&code=54321", 303, "canceled"),
        ("outcome=timeout", 303, "canceled"),
        ("outcome=hang", 303, "pending"),
        ("outcome=sbp_success", 303, "succeeded"),
        ("outcome=sbp_decline", 303, "canceled"),
        ("outcome=late_success", 303, "canceled"),
        ("outcome=close", 200, "pending"),
        ("outcome=three_ds", 303, "pending"),
        ("outcome=nonsense", 400, "pending"),
    ];
    for (form, status, state) in cases {
        let made = stand.account.create_payment(&wish(Method::Card, 10_000), form).await.unwrap();
        let page = made.confirmation_url.unwrap();
        let shown = browser().get(&page).send().await.unwrap().text().await.unwrap();
        assert!(shown.contains("Учебный стенд") && !shown.contains("<script") && shown.contains("100,00"));
        let answer = press(&page, form).await;
        assert_eq!(answer.status().as_u16(), status, "{form}");
        assert_eq!(stand.emulator.control.payment(&made.provider_ref).unwrap()["status"], state, "{form}");
        if state != "pending" {
            assert_eq!(answer.headers()[LOCATION], "http://127.0.0.1:1/back");
            assert_eq!(press(&page, "outcome=success").await.status().as_u16(), 409, "{form}");
        }
    }
}

async fn press(page: &str, form: &'static str) -> reqwest::Response {
    let form = browser().post(page).header("Content-Type", "application/x-www-form-urlencoded").body(form);
    form.send().await.unwrap()
}

#[actix_web::test]
async fn an_sbp_page_shows_a_code_nobody_can_pay() {
    let stand = stand().await;
    let made = stand.account.create_payment(&wish(Method::Sbp, 10_000), "k").await.unwrap();
    let shown = browser().get(made.confirmation_url.unwrap()).send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("<svg") && shown.contains("https://qr.nspk.ru/STAND0") && shown.contains("sum=10000"));
    assert!(!shown.contains("value=\"success\""), "an СБП payment has no card form");
}

#[actix_web::test]
async fn pages_of_the_stand_are_whole() {
    let stand = stand().await;
    let made = stand.account.create_payment(&wish(Method::Card, 10_000), "k").await.unwrap();
    let page = made.confirmation_url.unwrap();
    let get = async |address: String| {
        let answer = browser().get(address).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, code) = get(format!("{page}/3ds")).await;
    assert!(status == 200 && code.contains("12345") && code.contains("name=\"code\""));
    let (status, missing) = get(page.replace(&made.provider_ref, "nothing")).await;
    assert!(status == 404 && missing.contains("Платёж не найден"));
    assert_eq!(get(format!("http://{}/stand.css", stand.emulator.addr)).await.0, 200);
    press(&page, "outcome=decline&reason=insufficient_funds").await;
    let (status, finished) = get(page).await;
    assert!(status == 200 && finished.contains("не хватает денег") && finished.contains("http://127.0.0.1:1/back"));
}

#[actix_web::test]
async fn scripts_move_it_over_http() {
    let (stand, ear) = (stand().await, Ear::open());
    let at = |path: &str| format!("http://{}/_control/{path}", stand.emulator.addr);
    let send = |path: &str, body: Value| browser().post(at(path)).json(&body).send();
    let made = stand.account.create_payment(&wish(Method::Card, 10_000), "k").await.unwrap();
    assert_eq!(send("webhooks", json!({"url": ear.url, "behaviour": "delayed:10"})).await.unwrap().status(), 200);
    let declined = format!("payments/{}/decline?reason=card_expired", made.provider_ref);
    assert_eq!(send(&declined, json!({})).await.unwrap().status(), 200);
    assert_eq!(send(&declined, json!({})).await.unwrap().status(), 422, "it is finished");
    assert_eq!(send("clock", json!({"advance_s": 11})).await.unwrap().status(), 200);
    let delivered: Value = send("deliver", json!({})).await.unwrap().json().await.unwrap();
    assert_eq!((delivered["delivered"].as_i64(), ear.told()), (Some(1), vec!["payment.canceled canceled".to_owned()]));
    assert_eq!(send("faults", json!({"path": "/v3/payments", "fault": "500"})).await.unwrap().status(), 200);
    assert!(stand.account.fetch(&made.provider_ref).await.is_err());
    let log: Vec<Value> = browser().get(at("log")).send().await.unwrap().json().await.unwrap();
    assert!(log.iter().any(|line| line["kind"] == "webhook" && line["result"] == "200"));
    assert!(!Value::from(log).to_string().contains(KEY), "the log holds no key");
}

#[actix_web::test]
async fn a_refund_may_wait_and_be_refused() {
    let stand = stand().await;
    let mut body = two_stage();
    body["capture"] = json!(true);
    body["metadata"] = json!({"sandbox_refund": "pending"});
    let (_, made) = post(&stand, "/payments", "k", &body).await;
    stand.emulator.control.outcome(made["id"].as_str().unwrap(), &Outcome::Success).unwrap();
    let wish = json!({"payment_id": made["id"], "amount": {"value": "100.00", "currency": "RUB"}});
    let (_, refund) = post(&stand, "/refunds", "r", &wish).await;
    assert_eq!(refund["status"], "pending");
    assert_eq!(post(&stand, "/refunds", "r2", &wish).await.0, 400, "the money is reserved");
    stand.emulator.control.finish_refund(refund["id"].as_str().unwrap(), false).unwrap();
    let refused = stand.account.fetch_refund(refund["id"].as_str().unwrap()).await.unwrap();
    assert_eq!(refused.decline.as_deref(), Some("rejected_by_payee"));
    assert_eq!(post(&stand, "/refunds", "r3", &wish).await.0, 200, "and free again");
}
