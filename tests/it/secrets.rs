//! Secrets and personal data: where they never are. The log is caught whole, at its loudest, in a process of its own.

use std::path::Path;
use std::process::Command;

use crate::common::app::{ONEC_PASSWORD, SECRET_KEY, TestApp};
use crate::common::db::TestDb;

const LOUD: &str = "OPLATA_TEST_LOUD_LOG";

/// The run whose log is read: a whole order with refusals, misses, bad logins, mail that fails. Only in the child.
#[actix_web::test]
async fn loud_run() {
    let Ok(path) = std::env::var(LOUD) else { return };
    let file = std::fs::File::create(path).unwrap();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(file);
    subscriber.init();
    let app = TestApp::start(TestDb::bare_sqlite()).await;
    let order = app.order(1_000).await;
    std::fs::write(std::env::var(format!("{LOUD}_TOKEN")).unwrap(), &order.token).unwrap();
    app.mail.fail_next(oplata::gateways::mail::MailError::Unavailable("почта не отвечает".to_owned()));
    let mut browser = app.browser();
    browser.get(&format!("/pay/{}", order.token)).await;
    let payment = app.press(&mut browser, &order, "card").await;
    app.outcome(&payment, "insufficient_funds");
    app.settle().await;
    browser.get(&format!("/pay/{}/go", order.token)).await;
    let evil = "%0aERROR%20paid%0d%0aERROR%20paid";
    browser.get(&format!("/pay/{evil}?lang={evil}&x={evil}")).await;
    browser
        .post(&format!("/pay/{}/start", order.token), &[("method", "card\nERROR paid"), ("email", "x\r\nERROR paid")])
        .await;
    let request = app.http.post(app.url("/webhooks/yookassa"));
    request.body("{\"event\":\"payment.x\\nERROR paid\",\"object\":{\"id\":\"a\\nERROR paid\"}}").send().await.unwrap();
    let request = app.http.post(app.url("/webhooks/yookassa"));
    request.body("{\"event\":\"payout.x\\nERROR paid\",\"object\":{\"id\":\"abc\"}}").send().await.unwrap();
    app.http
        .get(app.url("/staff/account"))
        .header("cookie", "oplata_staff=stolen-session-cookie")
        .send()
        .await
        .unwrap();
    let login = [("email", "anna@shop.example"), ("password", "верная лошадь батарея")];
    app.http.post(app.url("/staff/login")).form(&login).send().await.unwrap();
    app.http.get(app.url("/1c/v1/payments")).basic_auth("onec", Some("guessed-password-of-1c")).send().await.unwrap();
    app.pay(&order).await;
    browser.get(&format!("/pay/{}", order.token)).await;
    app.advance(chrono::Duration::minutes(20));
    app.settle().await;
    app.stop().await;
}

fn listen(folder: &Path) -> (String, String) {
    let (log, token) = (folder.join("log"), folder.join("token"));
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "secrets::loud_run"])
        .env(LOUD, &log)
        .env(format!("{LOUD}_TOKEN"), &token)
        .output()
        .unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stdout));
    (std::fs::read_to_string(log).unwrap(), std::fs::read_to_string(token).unwrap())
}

/// SEC-2, SEC-3, LNK-5: no key, password, token, phone or address in the log, and no line that somebody else wrote.
#[test]
fn sec_2_and_3_the_log_keeps_secrets_and_its_lines() {
    let folder = tempfile::tempdir().unwrap();
    let (log, token) = listen(folder.path());
    assert!(log.lines().count() > 50, "the log was caught");
    let secrets = [
        ("the link's token", token.as_str()),
        ("the provider's key", SECRET_KEY),
        ("1C's password", ONEC_PASSWORD),
        ("a guessed password", "guessed-password-of-1c"),
        ("the link key", "0123456789abcdef0123456789abcdef"),
        ("a session", "stolen-session-cookie"),
        ("a password", "лошадь"),
        ("1C's header", "b25lYzpl"),
        ("the provider's header", "MTAwNTAwOnRlc3"),
        ("the buyer's phone", "555-01-17"),
        ("the buyer's phone as digits", "79105550117"),
        ("the buyer's address", "irina.smirnova@example.ru"),
        ("the buyer's name", "Смирнова"),
        ("a member of staff", "anna@shop.example"),
    ];
    for (what, secret) in secrets {
        if let Some(line) = log.lines().find(|line| line.contains(secret)) {
            panic!("{what} is in the log: {line}");
        }
    }
    let foreign = log.lines().find(|line| line.starts_with("ERROR paid"));
    assert_eq!(foreign, None, "a line that a stranger wrote");
}

/// SEC-1: no secret of the settings lies in the database.
#[actix_web::test]
async fn sec_1_the_database_holds_no_key() {
    let app = TestApp::start(TestDb::bare_sqlite()).await;
    let order = app.order(1_000).await;
    app.pay(&order).await;
    let path = app.db.url.strip_prefix("sqlite://").unwrap().to_owned();
    for file in [path.clone(), format!("{path}-wal")] {
        let bytes = std::fs::read(&file).unwrap_or_default();
        for secret in [SECRET_KEY, ONEC_PASSWORD, "0123456789abcdef0123456789abcdef", order.token.as_str()] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} lies in {file}");
        }
    }
    app.stop().await;
}

/// SEC-1: no secret shows when settings are printed; a file of a secret that others can read is refused.
#[test]
fn sec_1_settings_print_no_secret() {
    let pairs = [
        ("OPLATA__PROVIDERS__YOOKASSA__SECRET_KEY", "live_key_0001"),
        ("OPLATA__PROVIDERS__YOOKASSA__SHOP_ID", "1"),
        ("OPLATA__ONEC__USER", "onec"),
        ("OPLATA__ONEC__PASSWORD", "password-of-twenty-four-characters"),
        ("OPLATA__DATABASE__URL", "postgres://user:dbpass@localhost/x"),
        ("OPLATA__MAIL__SMTP_URL", "smtps://user:mailpass@localhost"),
        ("OPLATA__LINKS__KEY", "a-key-of-links-that-is-long-enough-0"),
    ];
    let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let printed = format!("{:?}", oplata::base::config::Settings::load(None, pairs).unwrap());
    for secret in ["live_key_0001", "password-of", "dbpass", "mailpass", "a-key-of-links"] {
        assert!(!printed.contains(secret), "{secret}: {printed}");
    }
}
