//! Links: what they are made of, what looking at one may do, what guessing one earns, where their tokens never go.

use oplata::domain::orders::links;
use oplata::domain::orders::{Key, KeyKind, store};
use oplata::domain::payments::store as payments;

use crate::common::app::{Placed, TestApp, on_both};
use crate::common::db::TestDb;

async fn order_id(app: &TestApp, order: &Placed) -> oplata::base::ids::OrderId {
    let key = Key::of(KeyKind::OnecGuid, order.guid.to_string());
    app.portal.context.db.read(move |c| store::find_by_key(c, &key)).await.unwrap().unwrap()
}

async fn attempts_of(app: &TestApp, order: &Placed) -> usize {
    let id = order_id(app, order).await;
    app.portal.context.db.read(move |c| payments::list_attempts(c, &id, 100)).await.unwrap().len()
}

/// 128 bits, URL-safe, nothing in common; the database file holds none of them.
#[actix_web::test]
async fn lnk_1_tokens_are_long_unrelated_and_not_in_the_database() {
    let app = TestApp::start(TestDb::bare_sqlite()).await;
    let mut tokens = Vec::new();
    for rubles in 1..=30 {
        tokens.push(app.order(rubles * 100).await.token);
    }
    for token in &tokens {
        assert!(token.len() * 6 >= 128, "{token}");
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{token}");
    }
    let mut beginnings: Vec<&str> = tokens.iter().map(|token| &token[..6]).collect();
    beginnings.sort_unstable();
    beginnings.dedup();
    assert_eq!(beginnings.len(), 30, "no two begin alike");
    let path = app.db.url.strip_prefix("sqlite://").unwrap().to_owned();
    for file in [path.clone(), format!("{path}-wal")] {
        let bytes = std::fs::read(&file).unwrap_or_default();
        for token in &tokens {
            let found = bytes.windows(token.len()).any(|window| window == token.as_bytes());
            assert!(!found, "{token} lies in {file}");
        }
    }
    app.stop().await;
}

on_both! {
    /// A stranger cannot tell an unknown link from a revoked one, and no number opens an order.
    async fn lnk_2_unknown_and_revoked_links_answer_alike(app) {
        let order = app.order(1_000).await;
        let revoked = app.order(2_000).await;
        let number = app.onec.control.order(order.guid).unwrap().number;
        let (id, now) = (order_id(&app, &revoked).await, app.now());
        app.portal.context.db.write(move |c| links::revoke(c, &id, now)).await.unwrap();
        let mut seen = Vec::new();
        let wrong = ["A".repeat(order.token.len()), "1".into(), number, order.guid.to_string(), revoked.token.clone()];
        for token in wrong {
            for tail in ["", "/go"] {
                let page = app.browser().get(&format!("/pay/{token}{tail}")).await;
                assert_eq!(page.status, 404, "{token}{tail}");
                let mut headers: Vec<String> = page
                    .headers
                    .iter()
                    .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()))
                    .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
                    .collect();
                headers.sort();
                seen.push((page.body, headers));
            }
        }
        let first = &seen[0];
        assert!(first.0.contains("tel:+78124451020"), "the page names the shop's phone");
        assert!(seen.iter().all(|answer| answer == first));
        assert_eq!(app.browser().post(&format!("/pay/{}/start", revoked.token), &[("method", "card")]).await.status, 404);
        app.stop().await;
    }

    /// Looking changes nothing, whoever looks; a robot's look is not even counted.
    async fn lnk_3_looking_changes_nothing(app) {
        let order = app.order(1_000).await;
        let agents = ["TelegramBot (like TwitterBot)", "WhatsApp/2.23", "facebookexternalhit/1.1", "curl/8.5", "",
            "Mozilla/5.0 (compatible; Barracuda Sentinel; scan)", "python-requests/2.31"];
        let before = app.browser().get(&format!("/pay/{}", order.token)).await;
        for nth in 0..50 {
            let method = if nth % 2 == 0 { reqwest::Method::GET } else { reqwest::Method::HEAD };
            let agent = agents[nth % agents.len()];
            for tail in ["", "/go", "/status"] {
                let url = app.url(&format!("/pay/{}{tail}", order.token));
                let answer = app.http.request(method.clone(), url).header("user-agent", agent).send().await.unwrap();
                assert!(answer.status().as_u16() < 400, "{method} {tail} {}", answer.status());
            }
        }
        // A person's mail program asking with HEAD has not opened anything either.
        let url = app.url(&format!("/pay/{}", order.token));
        app.http.head(url).header("user-agent", "Mozilla/5.0").send().await.unwrap();
        app.settle().await;
        let after = app.browser().get(&format!("/pay/{}", order.token)).await;
        assert_eq!((before.state(), after.state()), ("waiting", "waiting"));
        assert_eq!(attempts_of(&app, &order).await, 0);
        assert_eq!(app.provider_ids().len(), 0);
        app.work().await;
        let id = order_id(&app, &order).await;
        let events = app.portal.context.db.read(move |c| links::events_of(c, &id)).await.unwrap();
        let opened: Vec<_> = events.iter().filter(|event| event.0 == "opened").map(|event| event.3).collect();
        assert_eq!(opened, [2], "the two pages a person opened: {events:?}");
        app.stop().await;
    }

    /// Nothing a token could leave by: no referrer, no index, no cache, no foreign resource.
    async fn lnk_4_a_link_leaks_by_no_header(app) {
        let order = app.order(1_000).await;
        for tail in ["", "/status", "/go"] {
            let page = app.browser().get(&format!("/pay/{}{tail}", order.token)).await;
            assert_eq!(page.header("referrer-policy"), "no-referrer");
            assert_eq!(page.header("x-robots-tag"), "noindex, nofollow");
            assert_eq!(page.header("cache-control"), "no-store");
            for part in page.body.split(&['"', '\''][..]).filter(|part| part.starts_with("http")) {
                assert!(part.starts_with(&app.url("")), "a foreign address: {part}");
            }
        }
        assert_eq!(app.browser().get("/robots.txt").await.status, 404, "no list of what to keep out of");
        app.stop().await;
    }

    /// Kept nowhere in the clear but where it has to be: the letter to the customer, the answer to 1C, the return address.
    async fn lnk_5_the_token_stays_out_of_books_and_of_the_providers_fields(app) {
        let order = app.order(1_000).await;
        app.pay(&order).await;
        let token = &order.token;
        let payment = app.yookassa.control.payments()[0].clone();
        for field in ["metadata", "description", "merchant_customer_id"] {
            assert!(!payment[field].to_string().contains(token), "{field}: {}", payment[field]);
        }
        for letter in app.mail.letters() {
            assert!(!letter.subject.contains(token), "{}", letter.subject);
        }
        let mut connection = app.db.connect();
        for (table, column) in [("journal", "details"), ("attempts", "request"), ("attempts", "confirmation_url"), ("exchange_log", "body"), ("exchange_log", "answer"),
            ("exchange_log", "request"), ("notifications_in", "raw"), ("outbox", "payload"), ("alerts", "message")] {
            let found = texts(&mut connection, table, column);
            assert!(!found.iter().any(|text| text.contains(token)), "{table}.{column}");
        }
        let answers = texts(&mut connection, "exchange_log", "answer");
        assert!(!answers.is_empty(), "the exchange is kept");
        assert!(answers.iter().all(|text| !text.contains("/pay/") && !text.contains("data:image")), "no link, no QR");
        app.stop().await;
    }

    /// A link lives 90 days after the last money, then it is as unknown as any.
    async fn lnk_6_a_finished_order_is_shown_for_ninety_days(app) {
        let order = app.order(1_000).await;
        app.pay(&order).await;
        app.advance(chrono::Duration::days(89));
        assert_eq!(app.browser().get(&format!("/pay/{}", order.token)).await.state(), "paid");
        app.advance(chrono::Duration::days(2));
        assert_eq!(app.browser().get(&format!("/pay/{}", order.token)).await.status, 404);
        app.stop().await;
    }

    /// The page shows the least: a shortened name, no phone, no address.
    async fn lnk_7_the_page_shows_little_of_the_buyer(app) {
        let order = app.order(1_000).await;
        let buyer = app.onec.control.order(order.guid).unwrap().buyer;
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let phone = digits(buyer.phone.as_deref().unwrap());
        let mut browser = app.browser();
        for state in ["waiting", "paid"] {
            let page = browser.get(&format!("/pay/{}", order.token)).await;
            assert_eq!(page.state(), state);
            assert!(!page.body.contains(&buyer.name), "the whole name");
            assert!(!page.body.contains(buyer.email.as_deref().unwrap()), "the whole address");
            assert!(!digits(&page.body).contains(&phone[1..]), "the whole phone");
            if state == "waiting" {
                app.pay(&order).await;
            }
        }
        app.stop().await;
    }

    /// The return address is ours, whatever the request says.
    async fn lnk_9_nobody_chooses_where_the_customer_returns(app) {
        let order = app.order(1_000).await;
        let evil = ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example",
            "%2f%2fevil.example", "javascript:alert(evil.example)", "data:text/html,evil.example", "http://evil.example@",
            "https://evil.example\r\nX: 1", "///evil.example", "ftp://evil.example"];
        let mut browser = app.browser();
        for (nth, address) in evil.into_iter().enumerate() {
            let name = ["return_url", "redirect", "next", "url"][nth % 4];
            let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair(name, address).finish();
            let page = browser.get(&format!("/pay/{}?{query}", order.token)).await;
            assert!(!page.body.contains("evil.example"), "{address}");
            let path = format!("/pay/{}/start?{query}", order.token);
            let answer = browser.post(&path, &[("method", "card"), (name, address), ("again", "1")]).await;
            assert_eq!(answer.status, 303);
            assert_eq!(answer.header("location"), format!("/pay/{}/go", order.token));
            let go = browser.get(&format!("/pay/{}/go?{query}", order.token)).await;
            assert!(!go.body.contains("evil.example"), "{address}");
        }
        let payments = app.yookassa.control.payments();
        assert_eq!(payments.len(), evil.len());
        for payment in payments {
            assert!(!payment.to_string().contains("evil.example"));
            assert_eq!(payment["confirmation"]["return_url"], order.link.as_str(), "{payment}");
        }
        app.stop().await;
    }

    /// What the address says of the payment is not read.
    async fn lnk_10_the_state_is_read_from_the_books(app) {
        let order = app.order(1_000).await;
        for query in ["status=succeeded", "success=1", "paid=true", "payment_state=paid&page_state=paid", "orderId=1&result=ok"] {
            let page = app.browser().get(&format!("/pay/{}?{query}", order.token)).await;
            assert_eq!((page.status, page.state()), (200, "waiting"), "{query}");
            let url = app.url(&format!("/pay/{}/status?{query}", order.token));
            let status: serde_json::Value = app.http.get(url).send().await.unwrap().json().await.unwrap();
            assert_eq!(status["payment_state"], "unpaid", "{query}");
        }
        app.stop().await;
    }
}

/// Guessing earns a 429 soon; real links of others go on.
#[actix_web::test]
async fn lnk_8_guessing_is_slowed_down() {
    let extra = [("SERVER__PROXIES", "127.0.0.1"), ("LIMITS__MISSES_PER_MINUTE", "20")];
    let app = TestApp::start_with(TestDb::bare_sqlite(), &extra).await;
    let order = app.order(1_000).await;
    let get = async |token: &str, from: &str| {
        let request = app.http.get(app.url(&format!("/pay/{token}"))).header("x-forwarded-for", from);
        request.send().await.unwrap()
    };
    let mut statuses = Vec::new();
    for nth in 0..60 {
        let answer = get(&format!("guess{nth:017}"), "203.0.113.7").await;
        if answer.status() == 429 {
            let wait: u32 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
            assert!((1..=60).contains(&wait), "{wait}");
        }
        statuses.push(answer.status().as_u16());
    }
    assert_eq!(&statuses[..20], &[404; 20]);
    assert!(statuses[20..].iter().filter(|status| **status == 429).count() >= 35, "{statuses:?}");
    assert_eq!(get(&order.token, "203.0.113.8").await.status(), 200, "another address");
    assert_eq!(get(&order.token, "203.0.113.7").await.status(), 200, "a real link of the same address, too");
    let metrics = app.http.get(app.url("/metrics")).send().await.unwrap().text().await.unwrap();
    let counted = metrics.lines().find(|line| line.contains("oplata_link_misses_total") && !line.starts_with('#'));
    assert_eq!(counted.and_then(|line| line.rsplit(' ').next()), Some("60"), "the technician sees the misses");
    app.stop().await;
}

/// DOS-4: too many starts of one order, too many pages of one address: 429 with the time to wait.
#[actix_web::test]
async fn dos_4_rates_answer_429_with_retry_after() {
    let extra =
        [("SERVER__PROXIES", "127.0.0.1"), ("LIMITS__PAY_PER_MINUTE", "30"), ("LIMITS__STARTS_PER_MINUTE", "5")];
    let app = TestApp::start_with(TestDb::bare_sqlite(), &extra).await;
    let order = app.order(1_000).await;
    let start = async || {
        let request = app.http.post(app.url(&format!("/pay/{}/start", order.token))).form(&[("method", "card")]);
        request.header("x-forwarded-for", "203.0.113.1").send().await.unwrap()
    };
    for _ in 0..5 {
        assert_eq!(start().await.status(), 303);
    }
    let refused = start().await;
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    let mut codes = Vec::new();
    for _ in 0..40 {
        let request = app.http.get(app.url(&format!("/pay/{}", order.token)));
        codes.push(request.header("x-forwarded-for", "203.0.113.2").send().await.unwrap().status().as_u16());
    }
    assert_eq!((codes[0], codes[39]), (200, 429), "{codes:?}");
    app.stop().await;
}

/// All texts of one column.
pub fn texts(connection: &mut oplata::db::Connection, table: &str, column: &str) -> Vec<String> {
    use diesel::prelude::*;
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
        value: Option<String>,
    }
    let query = format!("SELECT {column} AS value FROM {table}");
    let rows: Vec<Row> = diesel::sql_query(query).load(connection).unwrap();
    rows.into_iter().filter_map(|row| row.value).collect()
}
