//! The transport: onec.md's checklist, numbers 1 to 17.

use chrono::Duration;
use oplata::domain::orders::{Key, KeyKind, store};

use super::files::{fixture, order};
use crate::common::app::{TestApp, on_both};
use crate::common::ut11::{Proof, Ut11};

pub fn file(orders: &str, made: &str) -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><КоммерческаяИнформация xmlns=\"urn:1C.ru:commerceml_2\" \
         ВерсияСхемы=\"2.07\" ДатаФормирования=\"{made}\">{orders}</КоммерческаяИнформация>"
    )
    .into_bytes()
}

/// Whether the fixture's order is there.
pub async fn has(app: &TestApp, guid: &str) -> bool {
    let key = Key::of(KeyKind::OnecGuid, guid);
    app.portal.context.db.read(move |connection| store::find_by_key(connection, &key)).await.unwrap().is_some()
}

const FIRST: &str = "92c09445-3947-8850-6913-e328683efde1";

on_both! {
    async fn exc_no_01_checkauth_answers_three_lines(app) {
        for kind in ["sale", "catalog"] {
            let answer = Ut11::new(&app).call(&format!("type={kind}&mode=checkauth"), None).await;
            let text = answer.text();
            let lines: Vec<&str> = text.split('\n').collect();
            assert_eq!((answer.status, lines.len(), lines[0]), (200, 3, "success"), "{text:?}");
            assert!(!text.contains(['\r', ' ']) && lines[2].len() == 32, "{text:?}");
            assert_eq!(answer.content_type, "text/plain; charset=utf-8");
        }
        app.stop().await;
    }

    async fn exc_no_02_wrong_passwords_slow_down_and_lock_nobody_out(app) {
        let mut stranger = Ut11::new(&app);
        "wrong".clone_into(&mut stranger.password);
        let begun = std::time::Instant::now();
        for _ in 0..12 {
            assert_eq!(stranger.checkauth().await.word(), "failure");
        }
        assert!(begun.elapsed() > std::time::Duration::from_secs(3), "slower after ten");
        assert_eq!(Ut11::new(&app).checkauth().await.word(), "success", "1C itself is never locked out");
        app.stop().await;
    }

    async fn exc_no_03_cookie_or_basic_is_enough(app) {
        for proof in [Proof::Both, Proof::Cookie, Proof::Basic] {
            let mut client = Ut11::new(&app);
            client.checkauth().await;
            client.proof = proof;
            client.init().await;
            let sent = client.file("orders-1.xml", &fixture("01_person_delivery.xml")).await;
            assert_eq!(sent.word(), "success", "{proof:?}");
            assert_eq!(client.import("orders-1.xml").await.word(), "success", "{proof:?}");
        }
        let mut nobody = Ut11::new(&app);
        nobody.checkauth().await;
        nobody.proof = Proof::Nothing;
        for mode in ["init", "query", "success", "import&filename=orders-1.xml"] {
            let answer = nobody.sale(mode).await;
            assert_eq!(answer.word(), "failure");
            assert!(answer.text().contains("Authorization"), "names what is missing: {}", answer.text());
        }
        app.stop().await;
    }

    async fn exc_no_04_init_has_two_lines_or_four(app) {
        let mut client = Ut11::new(&app);
        client.checkauth().await;
        client.init().await;
        let four = client.call("type=sale&mode=init&version=2.09", None).await.text();
        let names: Vec<&str> = four.split('\n').map(|line| line.split('=').next().unwrap()).collect();
        assert_eq!(names, ["zip", "file_limit", "sessid", "version"]);
        app.stop().await;
    }

    async fn exc_no_05_sessid_matters_only_where_one_was_issued(app) {
        let mut client = Ut11::new(&app);
        client.checkauth().await;
        for sessid in ["", "&sessid=", "&sessid=whatever"] {
            assert_ne!(client.call(&format!("type=sale&mode=init{sessid}"), None).await.word(), "failure");
        }
        let four = client.call("type=sale&mode=init&version=2.09", None).await.text();
        let token = four.split("sessid=").nth(1).unwrap().split('\n').next().unwrap().to_owned();
        let word = |sessid: String| {
            let client = &client;
            async move { client.call(&format!("type=sale&mode=success{sessid}"), None).await.word() }
        };
        assert_eq!(word(String::new()).await, "success");
        assert_eq!(word("&sessid=".to_owned()).await, "success");
        assert_eq!(word(format!("&sessid={token}")).await, "success");
        assert_eq!(word("&sessid=wrong".to_owned()).await, "failure");
        app.stop().await;
    }

    async fn exc_no_06_unknown_parameters_and_modes(app) {
        let client = Ut11::new(&app);
        assert_eq!(client.call("type=sale&mode=success&timestamp=1&x=%D0%B9&y", None).await.word(), "success");
        for query in ["type=sale&mode=nonsense", "type=nonsense&mode=init", "type=sale", "mode=init", "type=catalog&mode=query"] {
            let answer = client.call(query, None).await;
            assert_eq!((answer.status, answer.word().as_str()), (200, "failure"), "{query}");
        }
        for mode in ["deactivate", "complete"] {
            assert_eq!(client.sale(mode).await.word(), "success");
        }
        app.stop().await;
    }

    async fn exc_no_07_no_redirect_on_any_spelling_of_the_address(app) {
        for path in ["/1c/exchange", "/1c/exchange/", "/bitrix/admin/1c_exchange.php"] {
            let mut client = Ut11::new(&app);
            client.path = path.to_owned();
            assert_eq!(client.round("orders-1.xml", &fixture("01_person_delivery.xml")).await.word(), "success", "{path}");
        }
        app.stop().await;
    }

    async fn exc_no_09_bodies_are_raw_whatever_their_type(app) {
        let client = Ut11::new(&app);
        for kind in ["application/octet-stream", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
            let request = app.http.post(app.url("/1c/exchange?type=sale&mode=file&filename=a.xml"));
            let request = request.basic_auth(crate::common::app::ONEC_USER, Some(crate::common::app::ONEC_PASSWORD));
            let sent = request.header("content-type", kind).body(fixture("01_person_delivery.xml")).send().await.unwrap();
            assert!(sent.text().await.unwrap().starts_with("success\nПринято: 1"), "{kind}");
        }
        assert_eq!(client.import("a.xml").await.word(), "success");
        let empty = client.call("type=sale&mode=file&filename=a.xml", Some(Vec::new())).await;
        assert_eq!(empty.word(), "failure");
        app.stop().await;
    }

    async fn exc_no_10_parts_are_appended_in_order(app) {
        let bytes = file(&order("<Сумма>1.50</Сумма>"), "2026-11-20T09:15:00");
        let mut client = Ut11::new(&app);
        client.part = 1;
        assert_eq!(client.round("one.xml", &bytes).await.word(), "success");
        assert!(has(&app, FIRST).await);
        // Parts of which the last is as long as all others.
        let mut client = Ut11::new(&app);
        let mut even = fixture("02_company_inn_kpp.xml");
        while !even.len().is_multiple_of(512) {
            even.push(b'\n');
        }
        client.part = 512;
        assert_eq!(client.round("even.xml", &even).await.word(), "success");
        assert!(has(&app, "4b4528a7-378a-1500-8833-c06675e985b1").await);
        app.stop().await;
    }

    async fn exc_no_13_a_broken_upload_is_begun_anew(app) {
        let bytes = fixture("01_person_delivery.xml");
        let mut client = Ut11::new(&app);
        client.checkauth().await;
        client.init().await;
        client.file("orders-1.xml", &bytes[..3000]).await;
        assert_eq!(client.round("orders-1.xml", &bytes).await.word(), "success");
        // The same session, without a new checkauth: init drops the half.
        client.file("orders-2.xml", &bytes[..3000]).await;
        client.init().await;
        assert_eq!(client.import("orders-2.xml").await.word(), "failure", "nothing is left of it");
        client.file("orders-2.xml", &bytes[..3000]).await;
        assert_eq!(client.file("orders-2.xml", &bytes).await.word(), "success", "a beginning begins anew");
        app.stop().await;
    }

    async fn exc_no_14_a_file_is_read_without_import(app) {
        let mut client = Ut11::new(&app);
        client.checkauth().await;
        client.init().await;
        let sent = client.file("orders-1.xml", &fixture("01_person_delivery.xml")).await;
        assert_eq!(sent.word(), "success");
        assert!(has(&app, FIRST).await);
        app.stop().await;
    }

    async fn exc_no_15_again_changes_nothing(app) {
        let bytes = fixture("06_partial_payments_container.xml");
        let mut client = Ut11::new(&app);
        for _ in 0..3 {
            assert_eq!(client.round("orders-1.xml", &bytes).await.word(), "success");
            assert_eq!(client.import("orders-1.xml").await.word(), "success");
            assert_eq!(client.file("orders-1.xml", &bytes).await.word(), "success");
        }
        let answer = app.get_order("3691d250-121c-7fac-01c9-2c3636a178aa".parse().unwrap()).await;
        assert_eq!((answer["revision"].as_i64(), answer["paid"].as_str()), (Some(1), Some("50000.50")), "{answer}");
        app.check_books().await;
        app.stop().await;
    }

    async fn exc_no_16_names_that_lead_out_are_refused(app) {
        let client = Ut11::new(&app);
        for name in ["..%2Fa.xml", "%2Fetc%2Fpasswd", "..%5Ca.xml", "a.xml%00", "C:%5Ca.xml", "a%0d%0ab.xml", "%252e%252e%252fa.xml", "a.exe", ""] {
            let sent = client.file(name, b"<x/>").await;
            assert_eq!(sent.word(), "failure", "{name}");
            assert_eq!(client.sale(&format!("import&filename={name}")).await.word(), "failure", "{name}");
        }
        app.stop().await;
    }

    async fn exc_no_17_two_sessions_keep_their_files_apart(app) {
        let (mut one, mut other) = (Ut11::new(&app), Ut11::new(&app));
        let (first, second) = (fixture("01_person_delivery.xml"), fixture("02_company_inn_kpp.xml"));
        one.checkauth().await;
        one.init().await;
        one.file("orders.xml", &first[..2000]).await;
        other.checkauth().await;
        other.init().await;
        other.file("orders.xml", &second[..2500]).await;
        assert_eq!(one.file("orders.xml", &first[2000..]).await.word(), "success");
        assert_eq!(other.file("orders.xml", &second[2500..]).await.word(), "success");
        assert!(has(&app, FIRST).await && has(&app, "4b4528a7-378a-1500-8833-c06675e985b1").await);
        app.stop().await;
    }

    /// A session lives an hour and more, and an old cookie beside the password is no harm.
    async fn sessions_outlive_an_idle_hour(app) {
        let mut client = Ut11::new(&app);
        client.checkauth().await;
        app.clock.advance(Duration::minutes(70));
        client.proof = Proof::Cookie;
        client.init().await;
        app.clock.advance(Duration::hours(30));
        assert_eq!(client.sale("init").await.word(), "failure");
        client.proof = Proof::Both;
        client.init().await;
        app.stop().await;
    }

    /// Half files and sessions of yesterday go, and the bytes of files read long ago; what became of them stays.
    async fn what_is_not_needed_is_dropped(app) {
        use diesel::prelude::*;
        use oplata::db::schema::{exchange_chunks, exchange_files, exchange_sessions, exchange_verdicts};
        let bytes = fixture("01_person_delivery.xml");
        let mut client = Ut11::new(&app);
        client.round("orders-1.xml", &bytes).await;
        client.file("orders-2.xml", &bytes[..3000]).await;
        let count = || app.portal.context.db.read(|connection| Ok([
            exchange_chunks::table.count().get_result::<i64>(connection)?,
            exchange_files::table.count().get_result(connection)?,
            exchange_sessions::table.count().get_result(connection)?,
            exchange_verdicts::table.count().get_result(connection)?,
        ]));
        assert_eq!(count().await.unwrap(), [2, 2, 2, 1]);
        app.clock.advance(Duration::days(2));
        oplata::workflows::exchange::stock::tidy(&app.portal.context).await.unwrap();
        assert_eq!(count().await.unwrap(), [1, 1, 0, 1]);
        app.clock.advance(Duration::days(20));
        oplata::workflows::exchange::stock::tidy(&app.portal.context).await.unwrap();
        assert_eq!(count().await.unwrap(), [0, 1, 0, 1]);
        app.stop().await;
    }

    async fn a_catalogue_is_accepted_and_forgotten(app) {
        let client = Ut11::new(&app);
        client.call("type=catalog&mode=init", None).await;
        let sent = client.call("type=catalog&mode=file&filename=import_files/ab/x.jpg", Some(vec![0; 100_000])).await;
        assert_eq!(sent.text(), "success");
        assert_eq!(client.call("type=catalog&mode=import&filename=import.xml", None).await.text(), "success");
        app.stop().await;
    }
}
