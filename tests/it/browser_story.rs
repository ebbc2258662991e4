//! The story in a real browser: link → СБП → the provider's page → a page that turns green by itself → 1C's number.

use crate::common::app::{Placed, TestApp};
use crate::common::chrome::{Chrome, Device};
use crate::common::db::TestDb;

/// A page that asks every second: a story need not wait longer than a person would.
const QUICK: &[(&str, &str)] = &[("INTERVALS__PAGE_POLL", "1")];

/// Told in a browser on SQLite and on PostgreSQL.
macro_rules! in_chrome {
    ($($(#[$doc:meta])* async fn $name:ident($app:ident, $chrome:ident) $body:block)+) => {$(
        $(#[$doc])*
        mod $name {
            use super::*;

            async fn story($app: &TestApp, $chrome: &Chrome) $body

            async fn told(chrome: Chrome, db: TestDb) {
                let app = TestApp::start_with(db, QUICK).await;
                story(&app, &chrome).await;
                assert_eq!(chrome.complaints().await, Vec::<String>::new(), "the browser complains");
                app.check_books().await;
                drop(chrome);
                app.stop().await;
            }

            #[actix_web::test]
            async fn sqlite() {
                if let Some(chrome) = Chrome::start(stringify!($name)).await {
                    told(chrome, TestDb::bare_sqlite()).await;
                }
            }

            #[actix_web::test]
            async fn postgres() {
                let Some(db) = TestDb::bare_postgres(stringify!($name)) else { return };
                if let Some(chrome) = Chrome::start(stringify!($name)).await {
                    told(chrome, db).await;
                }
            }
        }
    )+};
}

in_chrome! {
    /// On a phone: three presses, and the page does the rest.
    async fn a_phone_pays_by_sbp(app, chrome) {
        let order = app.order(12_480).await;
        chrome.hold(Device::Phone).await;
        chrome.visit(&order.link).await;
        chrome.sees("waiting").await;
        assert_eq!(chrome.evaluate("return innerWidth").await, 360);
        chrome.press("#start button").await;
        pay_by_sbp(app, chrome, &order).await;
        number_comes_by_itself(app, chrome, &order).await;
    }

    /// At a desk: the same by the button below the QR.
    async fn a_desktop_pays_by_card(app, chrome) {
        let order = app.order(12_480).await;
        chrome.hold(Device::Desktop).await;
        chrome.visit(&order.link).await;
        chrome.press("label[for=way-card]").await;
        chrome.press("#start button").await;
        at_the_provider(app, chrome).await;
        chrome.press("[value=success]").await;
        back_in_the_shop(app, chrome, &order).await;
        number_comes_by_itself(app, chrome, &order).await;
    }

    /// Script is off: the same story, and the customer reloads.
    async fn a_browser_without_script_pays(app, chrome) {
        let order = app.order(12_480).await;
        chrome.hold(Device::Phone).await;
        chrome.without_script().await;
        chrome.visit(&order.link).await;
        chrome.press("#start button").await;
        at_the_provider(app, chrome).await;
        chrome.press("[value=sbp_success]").await;
        chrome.sees("checking").await;
        app.settle().await;
        chrome.reload().await;
        chrome.sees("paid").await;
        app.exchange().await;
        assert!(!chrome.words().await.contains("документ №"), "nothing changes without script");
        chrome.reload().await;
        chrome.reads(&number(app, &order).await).await;
    }
}

/// The page between the shop and the provider lets the browser through: `form-action` blocks nothing.
async fn at_the_provider(app: &TestApp, chrome: &Chrome) {
    chrome.find("form[action^='/checkout/']").await;
    let provider = app.yookassa.api_url();
    let host = provider.trim_end_matches("/v3");
    assert!(chrome.address().await.starts_with(host), "at {} instead of {host}", chrome.address().await);
}

async fn pay_by_sbp(app: &TestApp, chrome: &Chrome, order: &Placed) {
    at_the_provider(app, chrome).await;
    chrome.press("[value=sbp_success]").await;
    back_in_the_shop(app, chrome, order).await;
}

/// Back in the shop the page turns green while the customer looks on.
async fn back_in_the_shop(app: &TestApp, chrome: &Chrome, order: &Placed) {
    chrome.find("main[data-state]").await;
    assert_eq!(chrome.address().await, order.link);
    chrome.evaluate("window.untouched = true").await;
    app.settle().await;
    chrome.sees("paid").await;
    assert_eq!(chrome.evaluate("return window.untouched === true").await, true, "drawn anew, not loaded anew");
    chrome.reads("Оплачено 12 480,00 ₽").await;
}

/// 1C takes the payment; its number appears in front of the customer's eyes.
async fn number_comes_by_itself(app: &TestApp, chrome: &Chrome, order: &Placed) {
    chrome.reads("Запись в 1С").await;
    app.exchange().await;
    chrome.reads(&number(app, order).await).await;
    assert_eq!(chrome.evaluate("return window.untouched === true").await, true, "without a reload");
    assert_eq!(app.onec.control.counts().created_most, 1, "one document in 1C");
}

async fn number(app: &TestApp, order: &Placed) -> String {
    let number = app.status(order).await["onec_number"].as_str().expect("1C's number").to_owned();
    format!("документ № {number}")
}
