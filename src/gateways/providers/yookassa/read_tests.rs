use proptest::prelude::*;
use serde_json::json;

use super::*;

fn paid() -> Value {
    json!({
        "id": "2f1a5b7c-000f-5000-8000-1b68e7b15f3f", "status": "succeeded", "paid": true, "test": true,
        "amount": {"value": "1234.50", "currency": "RUB"}, "income_amount": {"value": "1191.30", "currency": "RUB"},
        "refunded_amount": {"value": "0.00", "currency": "RUB"}, "captured_at": "2026-11-23T10:15:00.123Z",
        "metadata": {"attempt_id": "0193a0c0-0000-7000-8000-000000000001", "cms_name": "x"},
        "recipient": {"account_id": "100500", "gateway_id": "1"}, "something_new": {"deep": [1, 2]},
        "confirmation": {"type": "redirect", "confirmation_url": "https://yoomoney.ru/checkout?orderId=1"},
        "payment_method": {"type": "bank_card", "title": "Bank card *4444",
            "card": {"first6": "555555", "last4": "4444", "card_type": "MasterCard", "number": "5555555555554444"}},
        "authorization_details": {"rrn": "110", "auth_code": "9"}, "receipt": {"customer": {"phone": "79000000000"}}
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut payment = paid();
    payment[field] = value;
    payment
}

#[test]
fn a_paid_payment_is_read_whole() {
    let read = payment(paid(), false).unwrap();
    assert_eq!((read.status, read.amount), (Status::Paid, Kopecks::new(123_450)));
    assert_eq!((read.income, read.refunded), (Some(Kopecks::new(119_130)), Kopecks::ZERO));
    assert_eq!((read.method, read.account_ref.as_deref(), read.test), (Some(Method::Card), Some("100500"), true));
    assert_eq!((read.details.card_last4.as_deref(), read.details.rrn.as_deref()), (Some("4444"), Some("110")));
    assert_eq!(read.captured_at.unwrap().to_string(), "2026-11-23 10:15:00.123");
    assert!(read.attempt_id.is_some() && read.confirmation_url.is_some());
}

#[test]
fn what_is_kept_holds_no_personal_data() {
    let kept = payment(paid(), false).unwrap().raw.to_string();
    for secret in ["5555555555554444", "79000000000", "confirmation", "cms_name", "something_new"] {
        assert!(!kept.contains(secret), "{secret} in {kept}");
    }
    assert!(kept.contains("1234.50") && kept.contains("0193a0c0"));
}

#[test]
fn a_cancellation_tells_canceled_expired_and_failed_apart() {
    let cases = [
        ("canceled_by_merchant", Status::Canceled, DeclineReason::CalledOff),
        ("expired_on_confirmation", Status::Expired, DeclineReason::Expired),
        ("expired_on_capture", Status::Expired, DeclineReason::Expired),
        ("insufficient_funds", Status::Failed, DeclineReason::InsufficientFunds),
        ("3d_secure_failed", Status::Failed, DeclineReason::ThreeDs),
        ("payment_method_limit_exceeded", Status::Failed, DeclineReason::LimitExceeded),
        ("invalid_csc", Status::Failed, DeclineReason::CardProblem),
        ("issuer_unavailable", Status::Failed, DeclineReason::ProviderFault),
        ("a_word_of_tomorrow", Status::Failed, DeclineReason::Other),
    ];
    for (reason, status, neutral) in cases {
        let mut told = with("status", json!("canceled"));
        told["cancellation_details"] = json!({"party": "payment_network", "reason": reason});
        let read = payment(told, false).unwrap();
        assert_eq!((read.status, read.decline.unwrap().reason), (status, neutral), "{reason}");
    }
    assert_eq!(payment(with("status", json!("canceled")), false).unwrap().status, Status::Failed);
}

#[test]
fn unknown_words_do_not_break_reading() {
    let read = payment(with("status", json!("dancing")), false).unwrap();
    assert_eq!(read.status, Status::Unknown("dancing".to_owned()));
    assert!(!read.status.is_final());
    let other = payment(with("payment_method", json!({"type": "sberbank"})), false).unwrap();
    assert_eq!((other.method, other.method_kind.as_deref()), (None, Some("sberbank")));
}

#[test]
fn odd_sums_are_no_payment() {
    for value in ["1e3", "NaN", "", "1,50", "1.005", " 1"] {
        assert!(payment(with("amount", json!({"value": value, "currency": "RUB"})), false).is_none(), "{value}");
    }
    assert!(payment(with("amount", json!({"value": 1234.5, "currency": "RUB"})), false).is_none());
    assert!(payment(with("income_amount", json!({"value": "x", "currency": "RUB"})), false).is_none());
}

#[test]
fn only_safe_pages_are_shown_to_the_payer() {
    let page = |address: &str, loopback| {
        let read = payment(with("confirmation", json!({"confirmation_url": address})), loopback).unwrap();
        read.confirmation_url.is_some()
    };
    assert!(page("https://yoomoney.ru/x", false));
    assert!(page("http://127.0.0.1:8081/checkout/1", true));
    for bad in ["http://yoomoney.ru/x", "javascript:alert(1)", "https://127.0.0.1/x", "https://a:b@yoomoney.ru/", "//x"]
    {
        assert!(!page(bad, false), "{bad}");
    }
    assert!(!page("http://yoomoney.ru/x", true));
}

#[test]
fn a_whole_card_number_is_never_kept() {
    let method = json!({"type": "bank_card", "card": {"first6": "5555555555554444", "last4": "44445"}});
    let details = payment(with("payment_method", method), false).unwrap().details;
    assert_eq!((details.card_first6, details.card_last4), (None, None));
}

proptest! {
    #[test]
    fn sums_survive_the_wire(kopecks in 1i64..=999_999_999) {
        let sent = super::super::write::amount(Kopecks::new(kopecks));
        prop_assert_eq!(payment(with("amount", sent), false).unwrap().amount, Kopecks::new(kopecks));
    }
}
