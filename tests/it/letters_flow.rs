//! Letters of the whole house: the link once, with the right sum; thanks for money; limits; a mail server that is down.

use chrono::Duration;
use oplata::base::texts::Lang;
use oplata::domain::orders::{Key, KeyKind, store};
use oplata::gateways::mail::MailError;
use oplata::workflows::letters::queue_link;

use crate::common::app::{Placed, TestApp, on_both};

fn subjects(app: &TestApp) -> Vec<String> {
    app.mail.letters().into_iter().map(|letter| letter.subject).collect()
}

async fn send_again(app: &TestApp, order: &Placed, to: Option<&str>) -> oplata::base::Result<()> {
    let key = Key::of(KeyKind::OnecGuid, order.guid.to_string());
    let id = app.portal.context.db.read(move |c| store::find_by_key(c, &key)).await.unwrap().unwrap();
    queue_link(&app.portal.context, &id, to.map(str::to_owned), Lang::Ru, "anna").await
}

on_both! {
    /// The link goes out once, to the buyer, with the sum that is due; the money is thanked for once.
    async fn letters_tell_the_link_once_and_thank_once(app) {
        let order = app.order(1_234).await;
        app.settle().await;
        app.exchange().await;
        app.settle().await;
        let letters = app.mail.letters();
        assert_eq!(letters.len(), 1);
        assert!(letters[0].text.contains(&order.link) && letters[0].html.contains(&order.link));
        assert!(letters[0].text.contains("1\u{a0}234"), "{}", letters[0].text);
        assert!(!letters[0].subject.contains(&order.token));
        app.pay(&order).await;
        app.settle().await;
        let letters = app.mail.letters();
        assert_eq!(letters.len(), 2, "{:?}", subjects(&app));
        assert!(letters[1].text.contains("1\u{a0}234"));
        app.advance(Duration::days(1));
        app.settle().await;
        assert_eq!(app.mail.letters().len(), 2);
        app.stop().await;
    }

    /// Paid before the letter left: it does not leave.
    async fn letters_never_ask_for_what_is_paid(app) {
        app.mail.fail_next(MailError::Unavailable("не отвечает".to_owned()));
        let order = app.order(1_000).await;
        app.work().await;
        assert_eq!(app.mail.letters().len(), 0);
        let payment = app.press(&mut app.browser(), &order, "card").await;
        app.outcome(&payment, "success");
        app.settle().await;
        app.advance(Duration::minutes(5));
        app.settle().await;
        let letters = app.mail.letters();
        assert_eq!(letters.len(), 1, "only the thanks: {:?}", subjects(&app));
        send_again(&app, &order, None).await.unwrap();
        app.settle().await;
        assert_eq!(app.mail.letters().len(), 1);
        app.stop().await;
    }

    /// Mail is down: tried again, later and later, and sent once.
    async fn letters_are_tried_again_when_mail_is_down(app) {
        for _ in 0..4 {
            app.mail.fail_next(MailError::Unavailable("не отвечает".to_owned()));
        }
        app.order(1_000).await;
        for _ in 0..10 {
            app.work().await;
            app.advance(Duration::minutes(1));
        }
        assert_eq!(app.mail.letters().len(), 1);
        assert_eq!(app.alerts().await, Vec::<String>::new(), "a passing failure wakes nobody");
        app.stop().await;
    }

    /// An address that is refused needs a person at once.
    async fn letters_that_are_refused_need_a_person(app) {
        app.mail.fail_next(MailError::Refused("адреса нет".to_owned()));
        app.order(1_000).await;
        app.work().await;
        assert_eq!(app.alerts().await, ["outbox_dead"]);
        app.stop().await;
    }

    /// NET-6: one letter with a link in five minutes, twenty a day; a broken address is refused before anything is sent.
    async fn net_6_letters_cannot_be_used_as_a_flood(app) {
        let order = app.order(1_000).await;
        app.settle().await;
        let before = app.mail.letters().len();
        for address in ["a@b.ru\r\nBcc: x@y.ru", "not an address", "a@b.ru,c@d.ru", ""] {
            assert!(send_again(&app, &order, Some(address)).await.is_err(), "{address:?}");
        }
        let (mut sent, mut refused) = (0, 0);
        for _ in 0..60 {
            match send_again(&app, &order, Some("other@example.ru")).await {
                Ok(()) => sent += 1,
                Err(_) => refused += 1,
            }
            app.advance(Duration::minutes(3));
        }
        app.settle().await;
        assert_eq!((sent, refused), (20, 40));
        assert_eq!(app.mail.letters().len(), before + 20);
        app.stop().await;
    }

    /// The customer whose time is over asks for a new link: the shop is told once, by letter and on the board.
    async fn letters_tell_the_shop_that_a_link_is_asked_for(app) {
        let order = app.order(1_000).await;
        let tomorrow = app.now().date() + Duration::days(1);
        app.onec.control.change_order(order.guid, |order| order.pay_until = Some(tomorrow));
        app.exchange().await;
        app.settle().await;
        app.advance(Duration::days(3));
        let mut browser = app.browser();
        let page = browser.get(&format!("/pay/{}", order.token)).await;
        assert_eq!(page.state(), "expired");
        assert!(!page.body.contains("Смирнова"), "no personal data past the deadline");
        let path = format!("/pay/{}/ask-link", order.token);
        assert_eq!(browser.post(&path, &[("contact", "нет")]).await.status, 422);
        assert_eq!(browser.post(&path, &[("contact", "+7 910 555-01-17")]).await.status, 303);
        assert_eq!(browser.get(&format!("/pay/{}", order.token)).await.state(), "link_asked");
        browser.post(&path, &[("contact", "+7 910 555-01-17")]).await;
        app.settle().await;
        assert_eq!(app.alerts().await, ["link_request"]);
        let to_shop: Vec<_> = app.mail.letters().into_iter().filter(|letter| letter.text.contains("555-01-17")).collect();
        assert_eq!(to_shop.len(), 1, "{:?}", subjects(&app));
        app.stop().await;
    }
}
