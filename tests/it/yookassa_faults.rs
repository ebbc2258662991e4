//! What a failed call means for money, and how it is repaired.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // helpers of tests are tests

use oplata::base::ids::AttemptId;
use oplata::base::{Kopecks, Method};
use oplata::emulators::yookassa::FaultKind;
use oplata::gateways::providers::yookassa::{Yookassa, YookassaSettings};
use oplata::gateways::providers::{ErrorClass, PaymentProvider, Status};

use crate::yookassa_stand::{hasty, hour_ago, settings, stand, wish};

#[actix_web::test]
async fn an_answer_lost_after_the_deed_is_an_unknown_outcome_and_one_payment() {
    for kind in [FaultKind::TimeoutAfterCommit, FaultKind::MalformedJson, FaultKind::Reset] {
        let stand = stand().await;
        stand.emulator.control.fault(Some("POST"), "/v3/payments", kind, 1);
        let asked = wish(Method::Card, 10_000);
        let lost = hasty(&stand.emulator).create_payment(&asked, asked.attempt_id.as_str()).await.unwrap_err();
        assert_eq!(lost.class, ErrorClass::OutcomeUnknown, "{kind:?}");

        let found = stand.account.find_by_attempt(&asked.attempt_id, hour_ago()).await.unwrap().unwrap();
        let again = stand.account.create_payment(&asked, asked.attempt_id.as_str()).await.unwrap();
        assert_eq!(again.provider_ref, found.provider_ref, "{kind:?}");
        assert_eq!(stand.emulator.control.payments().len(), 1, "{kind:?}");
    }
}

#[actix_web::test]
async fn an_answer_lost_before_the_deed_is_as_unknown_until_asked() {
    for kind in [FaultKind::TimeoutBeforeCommit, FaultKind::Broken] {
        let stand = stand().await;
        stand.emulator.control.fault(Some("POST"), "/v3/payments", kind, 1);
        let asked = wish(Method::Card, 10_000);
        let lost = hasty(&stand.emulator).create_payment(&asked, "k1").await.unwrap_err();
        assert_eq!(lost.class, ErrorClass::OutcomeUnknown, "{kind:?}");
        assert_eq!(stand.account.find_by_attempt(&asked.attempt_id, hour_ago()).await.unwrap(), None);
        stand.account.create_payment(&asked, "k1").await.unwrap();
        assert_eq!(stand.emulator.control.payments().len(), 1);
    }
}

#[actix_web::test]
async fn a_failed_question_may_simply_be_asked_again() {
    let stand = stand().await;
    let made = stand.account.create_payment(&wish(Method::Card, 10_000), "k1").await.unwrap();
    for kind in [FaultKind::Broken, FaultKind::TimeoutBeforeCommit, FaultKind::MalformedJson, FaultKind::Reset] {
        stand.emulator.control.fault(Some("GET"), "/v3/payments", kind, 1);
        let failed = hasty(&stand.emulator).fetch(&made.provider_ref).await.unwrap_err();
        assert_eq!(failed.class, ErrorClass::Unavailable, "{kind:?}");
    }
    assert_eq!(stand.account.fetch(&made.provider_ref).await.unwrap().status, Status::Pending);
}

#[actix_web::test]
async fn still_working_is_repeated_with_the_same_key() {
    let stand = stand().await;
    stand.emulator.control.fault(Some("POST"), "/v3/payments", FaultKind::Accepted, 2);
    stand.account.create_payment(&wish(Method::Card, 10_000), "k1").await.unwrap();
    assert_eq!(stand.emulator.control.payments().len(), 1);
    stand.emulator.control.fault(Some("POST"), "/v3/payments", FaultKind::Accepted, 3);
    let tired = stand.account.create_payment(&wish(Method::Card, 10_000), "k2").await.unwrap_err();
    assert_eq!(tired.class, ErrorClass::OutcomeUnknown);
}

#[actix_web::test]
async fn definite_answers_are_told_apart() {
    let stand = stand().await;
    stand.emulator.control.fault(None, "/v3/payments", FaultKind::TooMany, 1);
    let many = stand.account.create_payment(&wish(Method::Card, 10_000), "k1").await.unwrap_err();
    assert_eq!(many.class, ErrorClass::RateLimited(None));

    let made = stand.account.create_payment(&wish(Method::Card, 10_000), "k2").await.unwrap();
    let other = stand.account.create_payment(&wish(Method::Card, 20_000), "k2").await.unwrap_err();
    assert_eq!(other.class, ErrorClass::Conflict, "a key stands for one request");
    let much = stand.account.create_payment(&wish(Method::Sbp, 70_000_100), "k3").await.unwrap_err();
    assert_eq!((much.class, much.parameter.as_deref()), (ErrorClass::Rejected, Some("amount.value")));

    let unknown = stand.account.fetch(AttemptId::fresh().as_str()).await.unwrap_err();
    assert_eq!(unknown.class, ErrorClass::NotFound);
    for odd in ["", "..", "../me", "a/b", "a?b", "%2e%2e"] {
        assert_eq!(stand.account.fetch(odd).await.unwrap_err().class, ErrorClass::NotFound, "{odd}");
    }
    let unsayable = stand.account.create_payment(&wish(Method::Card, 10_000), "line\nbreak").await.unwrap_err();
    assert_eq!(unsayable.class, ErrorClass::Config, "nothing has left");
    let early = stand.account.capture(&made.provider_ref, Kopecks::new(10_000), None, "k4").await.unwrap_err();
    assert_eq!(early.class, ErrorClass::Rejected, "nothing is held");
    assert_eq!(stand.account.cancel(&made.provider_ref, "k5").await.unwrap_err().class, ErrorClass::Rejected);
}

#[actix_web::test]
async fn a_connection_never_made_is_a_definite_nothing() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let stand = stand().await;
    let nowhere = YookassaSettings { api_url: format!("http://{closed}/v3"), ..settings(&stand.emulator) };
    let failed = Yookassa::new(nowhere).unwrap().create_payment(&wish(Method::Card, 10_000), "k1").await.unwrap_err();
    assert_eq!((failed.class, failed.code.as_str()), (ErrorClass::Unavailable, "unreachable"));
}

#[actix_web::test]
async fn redirects_and_endless_answers_are_not_followed() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let app = || {
        actix_web::App::new()
            .route(
                "/v3/payments/a",
                actix_web::web::get().to(async || {
                    actix_web::HttpResponse::Found().insert_header(("Location", "http://127.0.0.1:22/")).finish()
                }),
            )
            .route(
                "/v3/payments/b",
                actix_web::web::get().to(async || actix_web::HttpResponse::Ok().body(vec![b' '; 2 * 1024 * 1024])),
            )
    };
    let server = actix_web::HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run();
    tokio::spawn(server);
    let stand = stand().await;
    let odd = YookassaSettings { api_url: format!("http://{at}/v3"), ..settings(&stand.emulator) };
    let account = Yookassa::new(odd).unwrap();
    assert_eq!(account.fetch("a").await.unwrap_err().class, ErrorClass::Config);
    assert_eq!(account.fetch("b").await.unwrap_err().code, "answer_too_long");
}

#[actix_web::test]
async fn a_key_is_forgotten_after_a_day_so_the_payment_must_be_looked_up() {
    let stand = stand().await;
    let asked = wish(Method::Card, 10_000);
    let first = stand.account.create_payment(&asked, "k1").await.unwrap();
    stand.emulator.control.advance(chrono::Duration::hours(25));
    let found = stand.account.find_by_attempt(&asked.attempt_id, hour_ago()).await.unwrap().unwrap();
    assert_eq!((found.provider_ref, found.status), (first.provider_ref.clone(), Status::Expired));
    let second = stand.account.create_payment(&asked, "k1").await.unwrap();
    assert_ne!(second.provider_ref, first.provider_ref, "this is why an old key is never repeated");
}
