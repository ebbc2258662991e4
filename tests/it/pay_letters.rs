//! Letters that customers ask for from their page.

use crate::common::app::on_both;

on_both! {
    /// The page answers alike for known and unknown addresses, masks what it repeats, keeps to the limits on letters.
    async fn the_link_is_mailed_within_limits(app) {
        let order = app.order(1_000).await;
        app.settle().await;
        let before = app.mail.letters().len();
        let (mut browser, path) = (app.browser(), format!("/pay/{}/mail", order.token));
        for (typed, said) in [("", "Напишите почту"), ("irina@mail", "Адрес не закончен"), ("a\r\nBcc: b@c.ru", "Проверьте адрес")] {
            let page = browser.post(&path, &[("email", typed)]).await;
            assert_eq!(page.status, 422, "{typed}");
            assert!(page.body.replace('\u{a0}', " ").contains(said), "{typed}: {}", page.body);
        }
        let page = browser.post(&path, &[("email", "petr.ivanov@shop.example")]).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("p•••@shop.example") && !page.body.contains("petr.ivanov@"), "{}", page.body);
        assert_eq!(browser.post(&path, &[("email", "olga@shop.example")]).await.status, 429);
        app.settle().await;
        let letters = app.mail.letters();
        assert_eq!(letters.len(), before + 1);
        assert!(letters[before].text.contains(&order.link));
        app.advance(chrono::Duration::minutes(6));
        assert_eq!(browser.post(&path, &[("email", "olga@shop.example")]).await.status, 200);
        app.stop().await;
    }

    /// Nothing is promised where nothing can be paid, nothing is told of links that are not ours.
    async fn a_paid_order_mails_no_link(app) {
        let order = app.order(1_000).await;
        app.pay(&order).await;
        let before = app.mail.letters().len();
        let (mut browser, path) = (app.browser(), format!("/pay/{}/mail", order.token));
        let page = browser.post(&path, &[("email", "olga@shop.example")]).await;
        assert_eq!((page.status, page.header("location")), (303, format!("/pay/{}", order.token).as_str()));
        app.settle().await;
        assert_eq!(app.mail.letters().len(), before);
        assert_eq!(browser.post("/pay/nothing-like-that/mail", &[("email", "olga@shop.example")]).await.status, 404);
        app.stop().await;
    }
}
