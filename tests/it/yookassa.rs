//! The adapter against the emulator, over real HTTP.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // helpers of tests are tests

use oplata::base::ids::AttemptId;
use oplata::base::{Kopecks, Method, Mode, Secret};
use oplata::domain::receipts::{PaymentMode, PrepaymentVat, refund_draft};
use oplata::emulators::yookassa::Outcome;
use oplata::gateways::providers::yookassa::Yookassa;
use oplata::gateways::providers::yookassa::{YookassaSettings, basic_auth, default_webhook_networks, sender_in};
use oplata::gateways::providers::{
    Account, ClosingReceipt, CreatePayment, DeclineReason, ErrorClass, PaymentProvider, Providers, ReceiptRegistration,
    RefundOrder, RefundStatus, Status, WebhookObject,
};
use serde_json::{Value, json};

use crate::yookassa_stand::{Ear, KEY, SHOP, hour_ago, receipt, settings, stand, wish};

#[test]
fn the_published_vectors_hold() {
    let text = include_str!("../fixtures/providers/vectors.json");
    let all: Value = serde_json::from_str(text).unwrap();
    let networks = default_webhook_networks();
    assert_eq!(networks.len(), 10);
    for vector in all["vectors"].as_array().unwrap() {
        let (inputs, expected) = (&vector["inputs"], &vector["expected"]);
        match vector["kind"].as_str().unwrap() {
            "webhook_ip_trusted" => {
                let sender = inputs["ip"].as_str().unwrap().parse().unwrap();
                assert_eq!(sender_in(&networks, sender), expected.as_bool().unwrap(), "{vector}");
            }
            "basic_auth_header" => {
                let header = basic_auth(inputs["shop_id"].as_str().unwrap(), vector["secret"].as_str().unwrap());
                assert_eq!(header, expected.as_str().unwrap());
            }
            other => panic!("{other}"),
        }
    }
    assert!(sender_in(&networks, "::ffff:185.71.76.1".parse().unwrap()));
}

#[actix_web::test]
async fn a_card_payment_is_made_paid_and_read_whole() {
    let stand = stand().await;
    let asked = wish(Method::Card, 123_450);
    let made = stand.account.create_payment(&asked, asked.attempt_id.as_str()).await.unwrap();
    assert_eq!((&made.status, made.attempt_id.as_ref()), (&Status::Pending, Some(&asked.attempt_id)));
    assert_eq!(made.receipt_registration, Some(ReceiptRegistration::Pending));
    assert!(made.confirmation_url.unwrap().contains("/checkout/"));

    stand.emulator.control.outcome(&made.provider_ref, &Outcome::SuccessWith3ds).unwrap();
    let paid = stand.account.fetch(&made.provider_ref).await.unwrap();
    assert_eq!((paid.status, paid.amount.get(), paid.currency.as_str()), (Status::Paid, 123_450, "RUB"));
    assert_eq!((paid.account_ref.as_deref(), paid.test), (Some(SHOP), true));
    assert_eq!(paid.income, Some(Kopecks::new(123_450 - 4_320)));
    assert_eq!(paid.details.card_last4.as_deref(), Some("4444"));
    assert!(paid.details.rrn.is_some() && paid.captured_at.is_some());
    stand.emulator.control.advance(chrono::Duration::seconds(2));
    let later = stand.account.fetch(&made.provider_ref).await.unwrap();
    assert_eq!(later.receipt_registration, Some(ReceiptRegistration::Succeeded));
}

#[actix_web::test]
async fn what_is_sent_is_what_was_promised() {
    let stand = stand().await;
    let asked = wish(Method::Sbp, 10_000);
    let made = stand.account.create_payment(&asked, "k1").await.unwrap();
    let sent = stand.emulator.control.payment(&made.provider_ref).unwrap();
    let metadata = sent["metadata"].as_object().unwrap();
    assert_eq!(metadata.keys().collect::<Vec<_>>(), ["attempt_id", "order_number"], "no link token ever travels");
    let receipt = stand.emulator.control.receipt_of(&made.provider_ref).unwrap();
    assert_eq!(receipt["customer"]["phone"], "79161234567");
    assert_eq!(receipt["tax_system_code"], 1);
    let items = receipt["items"].as_array().unwrap();
    assert_eq!((items[0]["quantity"].as_str(), items[0]["amount"]["value"].as_str()), (Some("2"), Some("33.33")));
    assert_eq!((items[1]["quantity"].as_str(), items[1]["amount"]["value"].as_str()), (Some("1"), Some("33.34")));
    assert_eq!((items[0]["vat_code"].as_i64(), items[0]["payment_mode"].as_str()), (Some(12), Some("full_prepayment")));
    stand.emulator.control.outcome(&made.provider_ref, &Outcome::SbpSuccess).unwrap();
    let paid = stand.account.fetch(&made.provider_ref).await.unwrap();
    assert_eq!(paid.method, Some(Method::Sbp));
    assert!(paid.details.sbp_operation_id.is_some() && paid.details.bank_bic.is_some());
}

#[actix_web::test]
async fn a_part_and_an_organisation_are_told_in_the_words_of_the_api() {
    let stand = stand().await;
    let mut draft = receipt(10_000);
    draft.items.iter_mut().for_each(|item| item.mode = PaymentMode::Prepayment);
    draft.buyer_name = Some("ООО «Ромашка»".into());
    draft.buyer_inn = Some("7707083893".into());
    draft.contact.email = None;
    let asked = CreatePayment { receipt: Some(draft), ..wish(Method::Card, 10_000) };
    let made = stand.account.create_payment(&asked, "k1").await.unwrap();
    let sent = stand.emulator.control.receipt_of(&made.provider_ref).unwrap();
    assert_eq!(sent["items"][0]["payment_mode"], "partial_prepayment");
    let customer = json!({"phone": "79161234567", "full_name": "ООО «Ромашка»", "inn": "7707083893"});
    assert_eq!(sent["customer"], customer);
}

#[actix_web::test]
async fn refusals_have_neutral_reasons() {
    let stand = stand().await;
    let cases = [
        (Outcome::Decline("insufficient_funds".into()), Status::Failed, DeclineReason::InsufficientFunds),
        (Outcome::Decline("word_of_tomorrow".into()), Status::Failed, DeclineReason::Other),
        (Outcome::SbpDecline, Status::Failed, DeclineReason::BankRefused),
        (Outcome::Timeout, Status::Expired, DeclineReason::Expired),
    ];
    for (outcome, status, reason) in cases {
        let asked = wish(Method::Sbp, 10_000);
        let made = stand.account.create_payment(&asked, asked.attempt_id.as_str()).await.unwrap();
        stand.emulator.control.outcome(&made.provider_ref, &outcome).unwrap();
        let read = stand.account.fetch(&made.provider_ref).await.unwrap();
        assert_eq!((read.status, read.decline.unwrap().reason), (status, reason), "{outcome:?}");
    }
}

#[actix_web::test]
async fn a_late_success_is_reported_as_paid() {
    let stand = stand().await;
    let made = stand.account.create_payment(&wish(Method::Sbp, 10_000), "k1").await.unwrap();
    stand.emulator.control.outcome(&made.provider_ref, &Outcome::LateSuccess(30)).unwrap();
    assert_eq!(stand.account.fetch(&made.provider_ref).await.unwrap().status, Status::Expired);
    stand.emulator.control.advance(chrono::Duration::seconds(31));
    assert_eq!(stand.account.fetch(&made.provider_ref).await.unwrap().status, Status::Paid);
}

#[actix_web::test]
async fn money_goes_back_in_parts_and_never_more_than_came() {
    let stand = stand().await;
    let asked = wish(Method::Card, 30_000);
    let made = stand.account.create_payment(&asked, "k1").await.unwrap();
    stand.emulator.control.outcome(&made.provider_ref, &Outcome::Success).unwrap();
    let paid_receipt = asked.receipt.unwrap();
    let part = |kopecks, receipt| RefundOrder {
        payment_ref: made.provider_ref.clone(),
        amount: Kopecks::new(kopecks),
        reason: "Возврат по заявлению".into(),
        receipt,
    };
    let draft = |kopecks| Some(refund_draft(&paid_receipt, Kopecks::new(kopecks), "УТ-000000123").unwrap());

    let bare = stand.account.refund(&part(10_001, None), "r0").await.unwrap_err();
    assert_eq!((bare.class, bare.parameter.as_deref()), (ErrorClass::Rejected, Some("receipt")));
    let first = stand.account.refund(&part(10_001, draft(10_001)), "r1").await.unwrap();
    assert_eq!((&first.status, first.amount.get()), (&RefundStatus::Succeeded, 10_001));
    let again = stand.account.refund(&part(10_001, draft(10_001)), "r1").await.unwrap();
    assert_eq!(again.provider_ref, first.provider_ref, "one key, one refund");
    let over = stand.account.refund(&part(20_000, draft(20_000)), "r2").await.unwrap_err();
    assert_eq!(over.class, ErrorClass::Rejected);
    stand.account.refund(&part(19_999, draft(19_999)), "r3").await.unwrap();

    let after = stand.account.fetch(&made.provider_ref).await.unwrap();
    assert_eq!((after.status, after.refunded.get()), (Status::Paid, 30_000));
    assert_eq!(stand.account.fetch_refund(&first.provider_ref).await.unwrap().payment_ref, made.provider_ref);
    assert_eq!(stand.account.list_refunds_since(hour_ago(), None).await.unwrap().items.len(), 2);
}

#[actix_web::test]
async fn a_closing_receipt_is_sent_and_registered() {
    let stand = stand().await;
    let made = stand.account.create_payment(&wish(Method::Card, 30_000), "k1").await.unwrap();
    stand.emulator.control.outcome(&made.provider_ref, &Outcome::Success).unwrap();
    let mut draft = receipt(30_000);
    draft.items.iter_mut().for_each(|item| item.mode = PaymentMode::FullPayment);
    let closing = ClosingReceipt { payment_ref: made.provider_ref, draft };
    let sent = stand.account.send_receipt(&closing, "c1").await.unwrap();
    assert_eq!(sent.registration, ReceiptRegistration::Pending);
    stand.emulator.control.advance(chrono::Duration::seconds(2));
    let registered = stand.account.fetch_receipt(&sent.provider_ref).await.unwrap();
    assert_eq!(registered.registration, ReceiptRegistration::Succeeded);
    assert!(registered.fiscal_document.is_some() && registered.registered_at.is_some());
}

#[actix_web::test]
async fn an_attempt_is_found_among_many_pages_or_surely_absent() {
    let stand = stand().await;
    let wanted = wish(Method::Card, 10_000);
    let made = stand.account.create_payment(&wanted, wanted.attempt_id.as_str()).await.unwrap();
    for _ in 0..130 {
        let other = wish(Method::Card, 10_000);
        stand.account.create_payment(&other, other.attempt_id.as_str()).await.unwrap();
    }
    let page = stand.account.list_since(hour_ago(), None).await.unwrap();
    assert_eq!((page.items.len(), page.next.is_some()), (100, true));
    let rest = stand.account.list_since(hour_ago(), page.next.as_deref()).await.unwrap();
    assert_eq!((rest.items.len(), rest.next), (31, None));
    let found = stand.account.find_by_attempt(&wanted.attempt_id, hour_ago()).await.unwrap();
    assert_eq!(found.unwrap().provider_ref, made.provider_ref);
    assert_eq!(stand.account.find_by_attempt(&AttemptId::fresh(), hour_ago()).await.unwrap(), None);
}

#[actix_web::test]
async fn notifications_are_knocks_whose_object_is_asked_for() {
    let (stand, ear) = (stand().await, Ear::open());
    stand.emulator.control.set_webhook_url(Some(ear.url.clone()));
    let made = stand.account.create_payment(&wish(Method::Card, 10_000), "k1").await.unwrap();
    stand.emulator.control.outcome(&made.provider_ref, &Outcome::Success).unwrap();
    assert_eq!(stand.emulator.control.deliver_pending().await, 1);
    let body = serde_json::to_vec(&ear.heard()[0]).unwrap();
    let event = stand.account.parse_webhook(&body).unwrap();
    assert_eq!((event.object, &event.provider_ref), (WebhookObject::Payment, &made.provider_ref));
    assert_eq!(stand.account.fetch(&event.provider_ref).await.unwrap().status, Status::Paid);
}

#[actix_web::test]
async fn a_stranger_may_be_turned_away_where_senders_are_known() {
    let stand = stand().await;
    let strict = Yookassa::new(YookassaSettings { check_sender: true, ..settings(&stand.emulator) }).unwrap();
    let (own, stranger) = ("77.75.156.35".parse().unwrap(), "203.0.113.7".parse().unwrap());
    assert!(strict.webhook_sender_allowed(own) && !strict.webhook_sender_allowed(stranger));
    assert!(stand.account.webhook_sender_allowed(stranger), "by default the object is asked for, nothing else counts");
}

#[actix_web::test]
async fn the_account_is_checked_by_asking() {
    let stand = stand().await;
    stand.account.check().await.unwrap();
    assert_eq!((stand.account.mode(), stand.account.account()), (Mode::Test, "yookassa"));
    let wrong = YookassaSettings { secret_key: Secret::new("test_other"), ..settings(&stand.emulator) };
    let refused = Yookassa::new(wrong).unwrap().check().await.unwrap_err();
    assert_eq!((refused.class, refused.code.as_str()), (ErrorClass::Config, "invalid_credentials"));
    assert!(!format!("{refused:?}").contains("test_other"), "the key is never told");
}

#[test]
fn impossible_settings_are_refused_before_any_call() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let good = || YookassaSettings::new("yookassa", SHOP, Secret::new(KEY));
    let refused = |change: &dyn Fn(&mut YookassaSettings)| {
        let mut settings = good();
        change(&mut settings);
        Yookassa::new(settings).err().map(|error| error.class)
    };
    assert_eq!(refused(&|_| ()), None);
    assert_eq!(refused(&|s| s.secret_key = Secret::default()), Some(ErrorClass::Config));
    assert_eq!(refused(&|s| s.secret_key = Secret::new("no prefix")), Some(ErrorClass::Config));
    assert_eq!(refused(&|s| s.shop_id.clear()), Some(ErrorClass::Config));
    assert_eq!(refused(&|s| s.mode = Some(Mode::Live)), Some(ErrorClass::Config));
    for address in ["http://api.yookassa.ru/v3", "https://10.0.0.1/v3", "ftp://127.0.0.1/", "x"] {
        assert_eq!(refused(&|s| s.api_url = address.into()), Some(ErrorClass::Config), "{address}");
    }
    assert!(!format!("{:?}", good()).contains(KEY), "settings may be printed");
}

#[actix_web::test]
async fn money_finds_the_account_of_its_seller_and_mode() {
    let stand = stand().await;
    let account = |name: &str, seller: Option<&str>| Account {
        seller_inn: seller.map(str::to_owned),
        methods: vec![Method::Card, Method::Sbp],
        receipts: true,
        prepayment_vat: PrepaymentVat::default(),
        tax_system: None,
        provider: std::sync::Arc::new(
            Yookassa::new(YookassaSettings { account: name.into(), ..settings(&stand.emulator) }).unwrap(),
        ),
    };
    let all = Providers::new(vec![account("a-common", None), account("own", Some("7707083893"))]);
    let chosen = |seller, mode, kopecks| {
        let found = all.choose(seller, mode, Method::Sbp, Kopecks::new(kopecks));
        found.map(|account| account.provider.account().to_owned())
    };
    assert_eq!(chosen(Some("7707083893"), Mode::Test, 10_000).as_deref(), Some("own"));
    assert_eq!(chosen(Some("5001007322"), Mode::Test, 10_000).as_deref(), Some("a-common"));
    assert_eq!(chosen(None, Mode::Test, 10_000).as_deref(), Some("a-common"));
    assert_eq!(chosen(None, Mode::Live, 10_000), None);
    assert_eq!(chosen(None, Mode::Test, 70_000_001), None, "beyond СБП's limit");
}
