//! What people do on the way: refused and tried again, two windows, gone and come back, Back, the keyboard alone, English.

use crate::common::app::{Placed, TestApp};
use crate::common::chrome::{Chrome, Device};
use crate::common::db::TestDb;

/// Tab, space and return as WebDriver spells them.
const TAB: &str = "\u{e004}";
const SPACE: &str = " ";
const ENTER: &str = "\u{e007}";
const DOWN: &str = "\u{e015}";

/// Told in a browser on SQLite; the first story is told on both databases.
macro_rules! in_chrome {
    ($($(#[$doc:meta])* async fn $name:ident($app:ident, $chrome:ident) $body:block)+) => {$(
        $(#[$doc])*
        #[actix_web::test]
        async fn $name() {
            let Some(chrome) = Chrome::start(stringify!($name)).await else { return };
            let app = TestApp::start_with(TestDb::bare_sqlite(), &[("INTERVALS__PAGE_POLL", "1")]).await;
            {
                let ($app, $chrome) = (&app, &chrome);
                $body
            }
            assert_eq!(chrome.complaints().await, Vec::<String>::new(), "the browser complains");
            app.check_books().await;
            drop(chrome);
            app.stop().await;
        }
    )+};
}

in_chrome! {
    /// The code from the bank is wrong: the page says so, another way is one press, nothing is typed again.
    async fn three_ds_is_refused_and_sbp_pays(app, chrome) {
        let order = opened(app, chrome, Device::Phone).await;
        chrome.press("label[for=way-card]").await;
        chrome.press("#start button").await;
        chrome.press("[value=three_ds]").await;
        chrome.fill("[name=code]", "00").await;
        chrome.press("[value=three_ds_code]").await;
        chrome.is_back().await;
        app.settle().await;
        chrome.sees("refused").await;
        chrome.reads("Не подтверждён код из банка").await;
        chrome.press(".verdict [value=sbp]").await;
        chrome.press("[value=sbp_success]").await;
        chrome.is_back().await;
        app.settle().await;
        chrome.sees("paid").await;
        assert_eq!(app.status(&order).await["paid"], "1000.00");
    }

    /// A second person opens the same link while the first is at the bank; both see the result.
    async fn another_window_waits_for_the_first(app, chrome) {
        let order = opened(app, chrome, Device::Phone).await;
        chrome.press("#start button").await;
        chrome.find("[value=sbp_success]").await;
        chrome.forget_me().await;
        chrome.visit(&order.link).await;
        chrome.sees("other_window").await;
        chrome.reads("Оплата идёт в другом окне").await;
        app.outcome(&app.provider_ids()[0], "sbp_success");
        app.settle().await;
        chrome.sees("paid").await;
    }

    /// Left without paying, came back later by the same link: the payment goes on where it was.
    async fn a_left_payment_is_resumed(app, chrome) {
        let order = opened(app, chrome, Device::Phone).await;
        chrome.press("#start button").await;
        chrome.press("[value=close]").await;
        chrome.reads("Вы ушли").await;
        chrome.visit(&order.link).await;
        chrome.sees("checking").await;
        chrome.press(".verdict a.btn").await;
        chrome.press("[value=sbp_success]").await;
        chrome.is_back().await;
        app.settle().await;
        chrome.sees("paid").await;
        assert_eq!(app.provider_ids().len(), 1, "the same payment");
    }

    /// Back from the provider's page: never the old form as it was, never a second payment.
    async fn back_leads_to_the_truth(app, chrome) {
        let order = opened(app, chrome, Device::Phone).await;
        chrome.press("#start button").await;
        chrome.find("[value=sbp_success]").await;
        chrome.back().await;
        for _ in 0..3 {
            if chrome.address().await == order.link {
                break;
            }
            chrome.back().await;
        }
        chrome.sees("checking").await;
        assert_eq!(app.provider_ids().len(), 1);
        app.outcome(&app.provider_ids()[0], "sbp_success");
        app.settle().await;
        chrome.sees("paid").await;
    }

    /// No mouse, no finger: tab to the ways, arrow to the card, return.
    async fn the_keyboard_alone_pays(app, chrome) {
        opened(app, chrome, Device::Desktop).await;
        until_focused(chrome, "way-sbp").await;
        chrome.type_keys(DOWN).await;
        assert_eq!(chrome.evaluate("return document.activeElement.id").await, "way-card");
        chrome.type_keys(SPACE).await;
        chrome.type_keys(TAB).await;
        assert!(chrome.evaluate("return document.activeElement.matches('#start .ink')").await.as_bool().unwrap());
        chrome.type_keys(ENTER).await;
        chrome.find("[value=success]").await;
        app.outcome(&app.provider_ids()[0], "success");
        app.settle().await;
    }

    /// «Прислать ссылку мне» works without script, says where the letter went, and lets nobody bomb a mailbox.
    async fn the_link_comes_by_mail(app, chrome) {
        chrome.without_script().await;
        let order = opened(app, chrome, Device::Phone).await;
        app.settle().await;
        let before = app.mail.letters().len();
        chrome.press("#mail summary").await;
        chrome.fill("#mail-to", "irina@shop.example").await;
        chrome.press("#mail button").await;
        chrome.reads("Письмо отправлено на i•••@shop.example").await;
        app.settle().await;
        let letters = app.mail.letters();
        assert_eq!(letters.len(), before + 1);
        assert!(letters[before].text.contains(&order.link), "{}", letters[before].text);
        chrome.visit(&order.link).await;
        chrome.press("#mail summary").await;
        chrome.fill("#mail-to", "petr@shop.example").await;
        chrome.press("#mail button").await;
        chrome.reads("Ссылку только что отправляли").await;
        app.settle().await;
        assert_eq!(app.mail.letters().len(), before + 1);
        // The answer 429 is said in the console as well.
        chrome.complaints().await;
    }

    /// The other language stays through the payment.
    async fn english_stays_english(app, chrome) {
        opened(app, chrome, Device::Phone).await;
        chrome.press(".switch").await;
        chrome.reads("How would you like to pay").await;
        assert_eq!(chrome.evaluate("return document.documentElement.lang").await, "en");
        chrome.press("#start button").await;
        chrome.press("[value=sbp_success]").await;
        chrome.is_back().await;
        app.settle().await;
        chrome.sees("paid").await;
        chrome.reads("1 000,00 ₽ paid").await;
    }
}

async fn opened(app: &TestApp, chrome: &Chrome, device: Device) -> Placed {
    let order = app.order(1_000).await;
    chrome.hold(device).await;
    chrome.visit(&order.link).await;
    chrome.sees("waiting").await;
    order
}

/// Tabs until something has the focus; every stop on the way shows where it is.
async fn until_focused(chrome: &Chrome, id: &str) {
    for _ in 0..12 {
        chrome.type_keys(TAB).await;
        let seen = "const style = getComputedStyle(document.activeElement); return style.outlineStyle !== 'none'";
        assert!(chrome.evaluate(seen).await.as_bool().unwrap(), "the focus is seen");
        if chrome.evaluate("return document.activeElement.id").await == id {
            return;
        }
    }
    panic!("#{id} cannot be reached by tab");
}
