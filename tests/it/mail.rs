//! Letters: their words, their limits, the wire, and the mailbox that shows them.

use chrono::NaiveDate;
use oplata::base::texts::Lang;
use oplata::base::{Kopecks, MoneyKind, Quantity, Secret};
use oplata::emulators::mailbox;
use oplata::gateways::mail::letters::{
    LetterLine, LinkLetter, LinkRequestLetter, PartReceivedLetter, PaymentReceivedLetter, Shop,
};
use oplata::gateways::mail::{
    Addressee, Attachment, FileMailer, Letter, MailError, Mailer, MemoryMailer, Sender, SmtpMailer,
};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};

fn shop() -> Shop {
    Shop {
        name: "ДомПлюс".into(),
        phone: Some("84872555010".into()),
        seller: "ООО «ДомПлюс Розница»".into(),
        inn: "7107000003".into(),
        kpp: Some("710701001".into()),
        address: Some("300000, г. Тула, ул. Заводская, 12".into()),
    }
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 25).unwrap()
}

fn irina() -> Addressee {
    Addressee::named("Смирнова Ирина", "irina@example.ru").unwrap()
}

fn sender() -> Sender {
    Sender { from: Addressee::parse("ДомПлюс, оплата <pay@example.ru>").unwrap(), reply_to: None }
}

fn link_letter(lines: usize) -> LinkLetter {
    let line = |n: usize| LetterLine {
        name: format!("Плитка керамическая «Лофт» <серая> № {n}"),
        quantity: Quantity::new(12_960),
        unit: "м²".into(),
        amount: Kopecks::new(1_671_840),
    };
    LinkLetter {
        shop: shop(),
        number: "УТ00-000417".into(),
        ordered_on: day().pred_opt().unwrap(),
        due: Kopecks::new(1_248_000),
        pay_until: Some(day()),
        lines: (1..=lines).map(line).collect(),
        link: "https://pay.example.ru/pay/Zk3v0tq1d8".into(),
        invoice: None,
    }
}

fn received() -> PaymentReceivedLetter {
    PaymentReceivedLetter {
        shop: shop(),
        number: "УТ00-000417".into(),
        amount: Kopecks::new(248_000),
        paid: Kopecks::new(1_248_000),
        kind: MoneyKind::Sbp,
        paid_on: day(),
        onec_number: Some("ДПУТ-000812".into()),
        link: "https://pay.example.ru/pay/Zk3v0tq1d8".into(),
    }
}

fn part() -> PartReceivedLetter {
    PartReceivedLetter {
        shop: shop(),
        number: "УТ00-000417".into(),
        amount: Kopecks::new(1_000_000),
        paid: Kopecks::new(1_000_000),
        due: Kopecks::new(248_000),
        kind: MoneyKind::Card,
        paid_on: day(),
        pay_until: Some(day()),
        link: "https://pay.example.ru/pay/Zk3v0tq1d8".into(),
    }
}

fn request() -> LinkRequestLetter {
    LinkRequestLetter {
        number: "УТ00-000417".into(),
        due: Kopecks::new(248_000),
        buyer: "Ирина С.".into(),
        asked_at: day().and_hms_opt(14, 5, 0).unwrap(),
        comment: Some("Можно до пятницы? <b>".into()),
        card: "https://pay.example.ru/staff/orders/1".into(),
    }
}

fn all() -> Vec<(&'static str, Letter)> {
    let mut letters = Vec::new();
    for (lang, name) in [(Lang::Ru, "ru"), (Lang::En, "en")] {
        letters.push((name, link_letter(3).render(lang, irina()).unwrap()));
        letters.push((name, received().render(lang, irina()).unwrap()));
        letters.push((name, part().render(lang, irina()).unwrap()));
    }
    letters.push(("ru", request().render(irina()).unwrap()));
    letters
}

#[test]
fn sum_and_number_stand_in_the_subject_and_no_token_does() {
    let subjects: Vec<String> = all().into_iter().map(|(_, letter)| letter.subject.replace('\u{a0}', " ")).collect();
    assert_eq!(
        subjects,
        [
            "Счёт № УТ00-000417 на 12 480,00 ₽ — до 25.11.2026",
            "Оплата 2 480,00 ₽ получена: заказ № УТ00-000417",
            "Получено 10 000,00 ₽, осталось 2 480,00 ₽: заказ № УТ00-000417",
            "Invoice No. УТ00-000417 for 12 480,00 ₽, due 25 November 2026",
            "Payment of 2 480,00 ₽ received: order No. УТ00-000417",
            "10 000,00 ₽ received, 2 480,00 ₽ left: order No. УТ00-000417",
            "Просят новую ссылку: заказ № УТ00-000417, 2 480,00 ₽",
        ]
    );
}

#[test]
fn every_letter_has_one_button_and_the_same_link_in_the_text() {
    for (lang, letter) in all() {
        assert_eq!(letter.html.matches("class=\"button\"").count(), 1, "{}", letter.subject);
        assert!(letter.html.contains(&format!("<html lang=\"{lang}\">")), "{}", letter.subject);
        assert!(letter.text.contains("https://pay.example.ru/"), "{}", letter.text);
        assert!(letter.html.len() < 30 * 1024 && !letter.text.contains("\n\n\n"), "{}", letter.text);
        assert!(!letter.html.contains("src=") && !letter.html.contains("<b>"), "nothing is fetched, nothing unescaped");
    }
}

#[test]
fn a_long_order_is_cut_and_says_so() {
    let letter = link_letter(2_000).render(Lang::Ru, irina()).unwrap();
    assert!(letter.text.contains("и ещё позиций: 1988"), "{}", letter.text);
    assert!(letter.html.len() < 30 * 1024);
    let bare = LinkLetter { pay_until: None, lines: vec![], ..link_letter(0) }.render(Lang::Ru, irina()).unwrap();
    assert!(!bare.subject.contains("до") && !bare.text.contains("Состав"), "{}", bare.text);
}

#[test]
fn only_a_small_invoice_is_attached() {
    let with = |bytes: usize| {
        let file =
            Attachment {
                name: "Счёт.pdf".into(), content_type: "application/pdf".into(), bytes: vec![b'x'; bytes]
            };
        LinkLetter { invoice: Some(file), ..link_letter(1) }.render(Lang::Ru, irina()).unwrap().attachments.len()
    };
    assert_eq!((with(200_000), with(400_000)), (1, 0));
}

#[test]
fn a_second_header_cannot_be_smuggled_in() {
    assert!(Addressee::named("A\r\nBcc: x@x.ru", "a@x.ru").is_err());
    let bad =
        ["", "a", "a@b", "a@x.ru, b@x.ru", "a@x.ru\r\nBcc: b@x.ru", "a b@x.ru", "<a@x.ru>", "\"a b\"@x.ru", "a@x.ru;"];
    for text in bad {
        assert!(Addressee::new(text).is_err(), "{text:?}");
    }
    assert_eq!(Addressee::parse("Дом <pay@x.ru>").unwrap().name(), Some("Дом"));
    assert_eq!(Addressee::new(" pay@x.ru ").unwrap().address(), "pay@x.ru");
}

#[tokio::test]
async fn every_transport_refuses_the_same_broken_letters() {
    let mailer = MemoryMailer::new(Addressee::new("pay@example.ru").unwrap());
    let good = link_letter(1).render(Lang::Ru, irina()).unwrap();
    let file = Attachment { name: "a\r\nb".into(), content_type: "application/pdf".into(), bytes: vec![] };
    let broken = [
        Letter { subject: "A\r\nBcc: x@x.ru".into(), ..good.clone() },
        Letter { headers: vec![("X-A".into(), "b\nc".into())], ..good.clone() },
        Letter { headers: vec![("Bcc".into(), "x@x.ru".into())], ..good.clone() },
        Letter { attachments: vec![file], ..good.clone() },
    ];
    for letter in broken {
        assert!(matches!(mailer.send(letter).await, Err(MailError::Refused(_))));
    }
    assert_eq!(mailer.letters().len(), 0);
    mailer.fail_next(MailError::Unavailable("нет связи".into()));
    assert!(mailer.send(good.clone()).await.is_err());
    mailer.send(good.clone()).await.unwrap();
    assert_eq!(mailer.letters(), [good]);
    let weird = LinkLetter { number: "1\r\nBcc: x@x.ru".into(), ..link_letter(1) };
    assert!(!weird.render(Lang::Ru, irina()).unwrap().subject.contains('\n'));
}

#[tokio::test]
async fn a_server_that_is_away_is_worth_another_try() {
    let mailer = SmtpMailer::new(&Secret::new("smtp://127.0.0.1:9"), sender()).unwrap();
    let letter = link_letter(1).render(Lang::Ru, irina()).unwrap();
    assert!(matches!(mailer.send(letter).await, Err(MailError::Unavailable(_))));
    assert!(matches!(SmtpMailer::new(&Secret::new("smtp://u:p@mail.ru"), sender()), Err(MailError::Setup(_))));
}

/// A mail server for one letter: answers `to_data` after the letter and gives back what it was told.
async fn smtp(to_data: &'static str) -> (String, tokio::task::JoinHandle<String>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let told = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = stream.into_split();
        let mut lines = tokio::io::BufReader::new(read).lines();
        write.write_all(b"220 mail\r\n").await.unwrap();
        let (mut told, mut in_data) = (String::new(), false);
        while let Ok(Some(line)) = lines.next_line().await {
            told.push_str(&line);
            told.push('\n');
            let answer = match (in_data, line.as_str()) {
                (true, ".") => to_data,
                (true, _) => continue,
                (false, "DATA") => "354 go on",
                (false, "QUIT") => "221 bye",
                (false, _) => "250 ok",
            };
            in_data = line == "DATA";
            write.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
            if line == "." {
                break;
            }
        }
        told
    });
    (url, told)
}

#[tokio::test]
async fn a_mail_server_takes_refuses_or_puts_off() {
    let letter = link_letter(1).render(Lang::Ru, irina()).unwrap();
    let send = async |to_data| {
        let (url, told) = smtp(to_data).await;
        let result = SmtpMailer::new(&Secret::new(url), sender()).unwrap().send(letter.clone()).await;
        (result, told.await.unwrap())
    };
    let (result, told) = send("250 queued").await;
    assert_eq!(result, Ok(()));
    assert!(told.contains("MAIL FROM:<pay@example.ru>") && told.contains("RCPT TO:<irina@example.ru>"), "{told}");
    assert!(told.contains("Auto-Submitted: auto-generated") && told.contains("@example.ru>\n"), "{told}");
    assert!(matches!(send("550 no such user").await.0, Err(MailError::Refused(_))));
    assert!(matches!(send("451 later").await.0, Err(MailError::Unavailable(_))));
}

#[tokio::test]
async fn the_mailbox_shows_what_was_written_while_it_runs() {
    let dir = tempfile::tempdir().unwrap();
    let mailer = FileMailer::new(dir.path().join("mail"), sender()).unwrap();
    let mailbox = mailbox::start("127.0.0.1:0", &dir.path().join("mail")).unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let get = |path: String| http.get(format!("{}{path}", mailbox.url())).send();
    assert!(get("/".into()).await.unwrap().text().await.unwrap().contains("Писем пока нет"));

    let file = Attachment {
        name: "Счёт на оплату № УТ00-000417 от 24 ноября 2026.pdf".into(),
        content_type: "application/pdf".into(),
        bytes: (0..=255).cycle().take(5_000).collect(),
    };
    let letter = LinkLetter { invoice: Some(file.clone()), ..link_letter(3) }.render(Lang::Ru, irina()).unwrap();
    let letter = Letter { headers: vec![("List-Unsubscribe".into(), "<https://x.ru/u>".into())], ..letter };
    mailer.send(letter.clone()).await.unwrap();
    mailer.send(received().render(Lang::Ru, irina()).unwrap()).await.unwrap();

    let list = get("/_control/letters".into()).await.unwrap().json::<serde_json::Value>().await.unwrap();
    assert!(list[0]["subject"].as_str().unwrap().starts_with("Оплата"), "newest first: {list}");
    assert_eq!(list[1]["subject"], letter.subject.as_str());
    assert!(list[1]["to"].as_str().unwrap().contains("Смирнова Ирина"), "{list}");
    assert_eq!(list[1]["text"].as_str().unwrap().replace("\r\n", "\n"), letter.text);
    assert_eq!(list[1]["files"][0], file.name.as_str());

    let id = list[1]["id"].as_str().unwrap().to_owned();
    let page = get(format!("/letters/{id}")).await.unwrap().text().await.unwrap();
    assert!(page.contains("Счёт № УТ00-000417") && page.contains("<iframe"), "{page}");
    let html = get(format!("/letters/{id}/html")).await.unwrap();
    let policy = html.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("sandbox ") && !policy.contains("allow-scripts"), "{policy}");
    let html = html.text().await.unwrap().replace("\r\n", "\n").replace("<base target=\"_blank\">", "");
    assert_eq!(html, letter.html);
    let bytes = get(format!("/letters/{id}/files/0")).await.unwrap().bytes().await.unwrap();
    assert_eq!(bytes, file.bytes);
    for path in ["/letters/..%2f..%2fetc%2fpasswd", "/letters/019ab3c4-7d10-7c3e-9b0a-5f2d6c1e8a01"] {
        assert_eq!(get(path.into()).await.unwrap().status(), 404, "{path}");
    }
    mailbox.stop().await;
}
