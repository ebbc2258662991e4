//! The customer's page in every state and both languages: drawn to `target/gallery`, checked, weighed.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use chrono::{NaiveDate, NaiveDateTime};
use oplata::base::texts::Lang;
use oplata::base::{Kopecks, MoneyKind, Quantity, VatRate, Zone};
use oplata::web::assets;
use oplata::web::pay::state::ContactAnswer;
use oplata::web::pay::view::{
    ContactForm, FieldError, Handover, LineView, Links, Live, MailOffer, MethodCard, MoneyView, Notices, OrderView,
    PartError, PartOffer, Seller, Shop, Unavailable, VatView, Way, WebLink,
};
use oplata::web::pay::{
    Decline, Fact, GoPage, MessageKind, MessagePage, NotPayable, PageState, PayPage, Step, StepState,
};

const LANGS: [Lang; 2] = [Lang::Ru, Lang::En];

/// A UTC moment of November 2026; Moscow is three hours ahead.
fn at(day: u32, hour: u32, minute: u32, second: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap().and_hms_opt(hour, minute, second).unwrap()
}

fn rub(rubles: i64) -> Kopecks {
    Kopecks::new(rubles * 100)
}

fn shop() -> Shop {
    Shop {
        name: "ДомПлюс".into(), phone: Some("8 812 445-10-20".into()), logo: Some("/gallery-logo.svg".into())
    }
}

fn line(name: &str, pieces: i64, unit: &str, price: i64) -> LineView {
    LineView {
        name: name.into(),
        quantity: Quantity::new(pieces * 1000),
        unit: unit.into(),
        price: rub(price),
        amount: rub(price * pieces),
    }
}

fn card(way: Way, selected: bool) -> MethodCard {
    MethodCard { way, selected, hint: None, unavailable: None }
}

fn page(lang: Lang) -> PayPage {
    let total = rub(12_480);
    PayPage {
        lang,
        zone: Zone::default(),
        self_path: "/pay/k7Q2mXw9RtB4nVc8ZpL1sD".into(),
        url: "https://pay.domplus.example/pay/k7Q2mXw9RtB4nVc8ZpL1sD".into(),
        shop: shop(),
        seller: Seller {
            name: "ООО «ДомПлюс Северо-Запад»".into(),
            inn: "9811405276".into(),
            ogrn: Some("1269811004417".into()),
            address: Some("195027, Санкт-Петербург, пр. Большевиков, д. 18, лит. А".into()),
            hours: Some("Ежедневно 9:00–22:00".into()),
        },
        order: OrderView {
            number: "УТ00-000417".into(),
            date: NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(),
            lines: vec![
                line("Ламинат Quick-Step Impressive 33 кл., дуб песочный IM1853, 8×190×1380 мм", 4, "уп.", 2_390),
                line("Подложка пробковая 3 мм, рулон 10 м²", 1, "шт.", 1_840),
                line("Плинтус напольный МДФ 80 мм белый, 2,4 м", 6, "шт.", 180),
            ],
            vat: Some(VatView { rate: Some(VatRate::TwentyTwo), amount: total.vat_inside(VatRate::TwentyTwo) }),
            buyer: Some("Ирина С.".into()),
        },
        money: MoneyView { total, due: total, ..MoneyView::default() },
        state: PageState::Waiting,
        deadline: Some(at(25, 15, 0, 0)),
        methods: vec![card(Way::Sbp, true), card(Way::Card, false), card(Way::Invoice, false)],
        method_missing: false,
        provider: Some("ЮKassa".into()),
        contact: None,
        parts: None,
        mail: Some(MailOffer::default()),
        money_line: vec![],
        handover: Some(Handover {
            pickup_at: Some("ДомПлюс «Невский»".into()),
            lines: vec!["пр. Большевиков, д. 18, вход со стороны парковки".into(), "Ежедневно 9:00–22:00".into()],
        }),
        links: Links { terms: WebLink::parse("/terms"), privacy: WebLink::parse("/privacy"), ..Links::default() },
        notices: Notices::default(),
        live: Live { version: "7".into(), poll_seconds: 3 },
    }
}

fn with(lang: Lang, change: impl FnOnce(&mut PayPage)) -> PayPage {
    let mut page = page(lang);
    change(&mut page);
    page
}

fn offer() -> PartOffer {
    PartOffer { min: rub(1_000), max: rub(12_480), suggested: rub(6_240), typed: None, error: None }
}

fn paid_line() -> Vec<Step> {
    let receipt =
        Fact::Receipt { to: Some("i•••@mail.ru".into()), link: WebLink::parse("https://ofd.example/r/1") };
    vec![
        Step::done(Fact::Bank { amount: rub(12_480), kind: MoneyKind::Sbp, checked: None }, at(23, 11, 5, 0)),
        Step::done(Fact::Shop, at(23, 11, 5, 0)),
        Step::done(receipt, at(23, 11, 6, 0)),
        Step::done(Fact::Onec { number: Some("ДПУТ-000812".into()) }, at(23, 11, 7, 0)),
    ]
}

fn waiting_line() -> Vec<Step> {
    let bank = Fact::Bank { amount: rub(12_480), kind: MoneyKind::Sbp, checked: Some(at(23, 11, 5, 22)) };
    vec![
        Step::done(Fact::Confirmed { amount: rub(12_480), kind: MoneyKind::Sbp }, at(23, 11, 5, 0)),
        Step::new(bank, StepState::Now),
        Step::new(Fact::Receipt { to: Some("i•••@mail.ru".into()), link: None }, StepState::Todo),
        Step::new(Fact::Onec { number: None }, StepState::Todo),
    ]
}

fn refund_line(done: bool) -> Vec<Step> {
    let last =
        if done { Step::done(Fact::RefundDone, at(24, 8, 0, 0)) } else { Step::new(Fact::RefundDone, StepState::Todo) };
    vec![
        Step::done(Fact::RefundAsked { amount: rub(12_480) }, at(23, 12, 0, 0)),
        Step::done(Fact::RefundSent, at(23, 12, 1, 0)),
        last,
    ]
}

fn settle(page: &mut PayPage, state: PageState) {
    page.state = state;
    page.money = MoneyView { paid: page.money.total, due: Kopecks::ZERO, ..page.money };
    page.money_line = paid_line();
    page.links.receipt = WebLink::parse("https://ofd.example/r/1");
}

fn refused(lang: Lang, reason: Decline) -> PayPage {
    with(lang, |page| {
        page.state = PageState::Refused { reason, way: Way::Card, at: Some(at(23, 11, 2, 0)) };
        page.parts = Some(offer());
    })
}

/// Every state of the page: name, headline in Russian and in English, the page.
fn states(lang: Lang) -> Vec<(&'static str, &'static str, &'static str, PayPage)> {
    let mut all = paying(lang);
    all.extend(refusals(lang));
    all.extend(in_flight(lang));
    all.extend(finished(lang));
    all.extend(edges(lang));
    all
}

fn paying(lang: Lang) -> Vec<(&'static str, &'static str, &'static str, PayPage)> {
    vec![
        ("waiting", "Заказ", "Order", page(lang)),
        (
            "waiting-contact-error",
            "Проверьте адрес",
            "Check the address",
            with(lang, |page| {
                page.contact = Some(ContactForm { value: "irina".into(), error: Some(FieldError::Malformed) });
                page.parts =
                    Some(PartOffer { typed: Some("13000".into()), error: Some(PartError::TooLarge), ..offer() });
            }),
        ),
        (
            "method-missing",
            "Выберите, как",
            "Choose how",
            with(lang, |page| {
                page.method_missing = true;
                page.methods[0].selected = false;
            }),
        ),
        (
            "waiting-company",
            "Получить счёт",
            "Get the invoice",
            with(lang, |page| {
                page.order.buyer = Some("ООО «СтройИнвест Плюс»".into());
                page.methods = vec![card(Way::Invoice, true), card(Way::Sbp, false), card(Way::Card, false)];
                page.links.invoice_pdf = WebLink::parse("/pay/k7Q2mXw9RtB4nVc8ZpL1sD/invoice.pdf");
                page.handover =
                    Some(Handover { pickup_at: None, lines: vec!["24 ноября, с 10 до 14".into()] });
            }),
        ),
        (
            "partly-paid",
            "Оплачена часть",
            "A part is paid",
            with(lang, |page| {
                page.state = PageState::PartlyPaid;
                page.money = MoneyView { paid: rub(5_000), due: rub(7_480), ..page.money };
                page.parts = Some(PartOffer { max: rub(7_480), suggested: rub(3_740), ..offer() });
                page.money_line = paid_line();
            }),
        ),
        (
            "deferred",
            "Платить можно позже",
            "You may pay later",
            with(lang, |page| {
                page.state = PageState::Deferred { until: at(30, 20, 0, 0) };
                page.deadline = None;
            }),
        ),
        (
            "changed",
            "Магазин изменил заказ",
            "The shop changed the order",
            with(lang, |page| {
                page.state = PageState::Changed { was: rub(13_060) };
            }),
        ),
        (
            "changed-while-paying",
            "Заказ изменился",
            "The order changed",
            with(lang, |page| {
                page.state = PageState::ChangedWhilePaying { was: rub(13_060) };
            }),
        ),
        (
            "closed-with-debt",
            "Заказ выдан",
            "Handed over",
            with(lang, |page| {
                page.state = PageState::ClosedWithDebt;
                page.money = MoneyView { paid: rub(10_000), due: rub(2_480), ..page.money };
            }),
        ),
        (
            "provider-down-card",
            "Оплата картой не",
            "Card payment is not",
            with(lang, |page| {
                page.state = PageState::ProviderDown { way: Some(Way::Card) };
                page.methods = vec![
                    card(Way::Sbp, true),
                    MethodCard { unavailable: Some(Unavailable::Down), ..card(Way::Card, false) },
                    MethodCard { unavailable: Some(Unavailable::NotForThisOrder), ..card(Way::Invoice, false) },
                ];
            }),
        ),
        (
            "provider-down-sbp",
            "Оплата через СБП не",
            "SBP payment is not",
            with(lang, |page| {
                page.state = PageState::ProviderDown { way: Some(Way::Sbp) };
                page.methods = vec![
                    card(Way::Card, true),
                    MethodCard { unavailable: Some(Unavailable::Down), ..card(Way::Sbp, false) },
                ];
            }),
        ),
        (
            "provider-down-all",
            "Оплата временно не",
            "Payment is not working",
            with(lang, |page| {
                page.state = PageState::ProviderDown { way: None };
                page.methods.clear();
            }),
        ),
        ("onec-down", "Учётная система", "accounting system", with(lang, |page| page.notices.onec_down = true)),
        ("test-mode", "Тестовый режим", "Test mode", with(lang, |page| page.notices.test = true)),
        ("stand", "Учебный стенд", "Training stand", with(lang, |page| page.notices.stand = true)),
    ]
}

fn refusals(lang: Lang) -> Vec<(&'static str, &'static str, &'static str, PayPage)> {
    vec![
        ("refused-funds", "не хватает денег", "Not enough money", refused(lang, Decline::InsufficientFunds)),
        ("refused-limit", "больше лимита", "over the limit", refused(lang, Decline::LimitExceeded)),
        ("refused-3ds", "код из банка", "code was not confirmed", refused(lang, Decline::ThreeDs)),
        ("refused-bank", "Банк не провёл", "bank declined", refused(lang, Decline::BankRefused)),
        ("refused-card", "Карта не подошла", "was not accepted", refused(lang, Decline::CardProblem)),
        ("refused-expired", "не завершён вовремя", "was not finished", refused(lang, Decline::Expired)),
        ("refused-fault", "сервис не ответил", "did not answer", refused(lang, Decline::ProviderFault)),
    ]
}

fn in_flight(lang: Lang) -> Vec<(&'static str, &'static str, &'static str, PayPage)> {
    let flying = |state: PageState| {
        with(lang, |page| {
            page.state = state;
            page.money_line = waiting_line();
        })
    };
    vec![
        (
            "checking",
            "Проверяем оплату",
            "Checking with the bank",
            flying(PageState::Checking { way: Way::Sbp, can_resume: false }),
        ),
        (
            "checking-resume",
            "Вернуться к оплате",
            "Return to the payment",
            flying(PageState::Checking { way: Way::Card, can_resume: true }),
        ),
        (
            "other-window",
            "в другом окне",
            "in another window",
            flying(PageState::OtherWindow { way: Way::Sbp, minutes: Some(5), can_resume: true }),
        ),
        (
            "other-window-free",
            "Начать заново",
            "Start again",
            flying(PageState::OtherWindow { way: Way::Sbp, minutes: None, can_resume: false }),
        ),
        (
            "unknown",
            "Ждём ответ банка",
            "Waiting for the bank",
            flying(PageState::Unknown { checked: Some(at(23, 11, 11, 22)) }),
        ),
        (
            "invoice-issued",
            "Счёт выставлен",
            "Invoice issued",
            with(lang, |page| {
                page.state = PageState::InvoiceIssued { number: "УТ-417".into() };
                page.links.invoice_pdf = WebLink::parse("/pay/k7Q2mXw9RtB4nVc8ZpL1sD/invoice.pdf");
                let transfer = Fact::Bank { amount: rub(12_480), kind: MoneyKind::Bank, checked: None };
                page.money_line = vec![
                    Step::new(transfer, StepState::Now),
                    Step::new(Fact::Shop, StepState::Todo),
                    Step::new(Fact::Onec { number: None }, StepState::Todo),
                ];
            }),
        ),
        (
            "transfer-received",
            "Перевод получен",
            "Transfer received",
            with(lang, |page| {
                page.state = PageState::TransferReceived { at: at(24, 7, 40, 0) };
            }),
        ),
    ]
}

fn finished(lang: Lang) -> Vec<(&'static str, &'static str, &'static str, PayPage)> {
    let paid = PageState::Paid { at: at(23, 11, 5, 0), kind: MoneyKind::Sbp };
    vec![
        ("paid", "Оплачено 12 480,00 ₽", "12 480,00 ₽ paid", with(lang, |page| settle(page, paid.clone()))),
        (
            "paid-onec-late",
            "Запись в 1С задерживается",
            "is delayed",
            with(lang, |page| {
                settle(page, paid.clone());
                page.money_line.truncate(2);
                page.money_line.push(Step::new(Fact::Receipt { to: None, link: None }, StepState::Failed));
                page.money_line.push(Step::new(Fact::Onec { number: None }, StepState::Failed));
            }),
        ),
        (
            "overpaid",
            "Получено на 480,00 ₽ больше",
            "480,00 ₽ too much",
            with(lang, |page| {
                settle(page, PageState::Overpaid { surplus: rub(480), back_by: None });
            }),
        ),
        (
            "paid-twice",
            "Оплата прошла дважды",
            "went through twice",
            with(lang, |page| {
                settle(page, PageState::Overpaid { surplus: rub(12_480), back_by: Some(at(24, 9, 0, 0)) });
            }),
        ),
        (
            "settled-by-shop",
            "Оплата учтена магазином",
            "Recorded as paid",
            with(lang, |page| {
                settle(page, PageState::SettledByShop);
                page.money_line.clear();
            }),
        ),
        ("cancelled", "Заказ отменён", "The order is cancelled", with(lang, |page| page.state = PageState::Cancelled)),
        (
            "cancelled-with-money",
            "деньги вернём",
            "money on its way back",
            with(lang, |page| {
                page.state = PageState::CancelledWithMoney { amount: rub(12_480) };
                page.money_line = refund_line(false);
            }),
        ),
        (
            "refund-running",
            "Возврат оформлен",
            "refund is on its way",
            with(lang, |page| {
                page.state = PageState::RefundRunning { amount: rub(12_480) };
                page.money_line = refund_line(false);
            }),
        ),
        (
            "refund-done",
            "Возвращено 12 480,00 ₽",
            "12 480,00 ₽ returned",
            with(lang, |page| {
                page.state = PageState::RefundDone { amount: rub(12_480), at: at(24, 8, 0, 0) };
                page.money_line = refund_line(true);
            }),
        ),
    ]
}

fn edges(lang: Lang) -> Vec<(&'static str, &'static str, &'static str, PayPage)> {
    let expired = |contact: ContactAnswer| {
        with(lang, |page| {
            page.state = PageState::Expired { until: at(25, 15, 0, 0), contact };
            page.live.poll_seconds = 0;
        })
    };
    let unfinished = ContactAnswer { value: "irina.smirnova@mail".into(), error: Some(FieldError::Unfinished) };
    let closed = |why: NotPayable| with(lang, |page| page.state = PageState::NotPayable(why));
    vec![
        ("expired", "Срок оплаты закончился", "time to pay is over", expired(ContactAnswer::default())),
        ("expired-error", "Адрес не закончен", "address is not finished", expired(unfinished)),
        (
            "expired-partly-paid",
            "Мы получили 5 000,00 ₽",
            "We received 5 000,00 ₽",
            with(lang, |page| {
                page.state = PageState::Expired { until: at(25, 15, 0, 0), contact: ContactAnswer::default() };
                page.money.paid = rub(5_000);
            }),
        ),
        (
            "link-asked",
            "Просьба отправлена",
            "The request is sent",
            with(lang, |page| page.state = PageState::LinkAsked),
        ),
        ("not-payable-currency", "не в рублях", "not in roubles", closed(NotPayable::OtherCurrency)),
        ("not-payable-nothing", "платить нечего", "nothing to pay", closed(NotPayable::NothingDue)),
        ("not-payable-receipt", "для чека", "for the receipt", closed(NotPayable::ReceiptUnclear)),
        ("not-payable-refunded", "был возврат", "had a refund", closed(NotPayable::RefundedBefore)),
        ("long", "9 позиций", "9 items", long(lang)),
    ]
}

/// Nine digits, nine lines, ten-word names: the page that breaks layouts.
fn long(lang: Lang) -> PayPage {
    with(lang, |page| {
        let name = "Кирпич керамический облицовочный пустотелый одинарный М-150 «Старый город» бордо с песком 250×120×65 мм, \
                    поддон 480 штук, Рябовский-экспериментальный-завод-керамических-стеновых-материалов";
        page.shop.name = "Торговый дом «ДомПлюс Строительные Материалы Северо-Запад»".into();
        page.order.number = "ПЕТРОЗАВОДСК-УТ00-000000417".into();
        page.order.buyer =
            Some("Общество с ограниченной ответственностью «Северо-Западное строительное управление № 12»".into());
        page.order.lines = (1..=9).map(|_| line(name, 480, "поддон", 31_250)).collect();
        page.money = MoneyView { total: rub(135_000_000), due: rub(135_000_000), ..MoneyView::default() };
        page.order.vat = Some(VatView { rate: None, amount: rub(24_344_262) });
        page.contact = Some(ContactForm::default());
        page.parts = Some(PartOffer { max: rub(135_000_000), suggested: rub(67_500_000), ..offer() });
    })
}

fn gallery() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/gallery");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Writes the page for looking at, its static files beside it.
fn hang(name: &str, lang: Lang, html: &str) {
    let html = ["tokens.css", "pay.css", "pay.js", "icons.svg"]
        .iter()
        .fold(html.to_owned(), |html, file| html.replace(assets::path(file), file))
        .replace("/gallery-logo.svg", "logo.svg");
    fs::write(gallery().join(format!("{name}.{}.html", lang.code())), html).unwrap();
}

fn copy_statics() {
    for file in ["tokens.css", "pay.css", "pay.js", "icons.svg"] {
        fs::copy(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("static").join(file), gallery().join(file)).unwrap();
    }
    let logo = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#d9531e"/><path d="M7 16.500 16 9l9 7.500M16 14v9M11.500 18.500h9" fill="none" stroke="#fff" stroke-width="2.600" stroke-linecap="round" stroke-linejoin="round"/></svg>"##;
    fs::write(gallery().join("logo.svg"), logo).unwrap();
}

fn gzip(bytes: &[u8]) -> usize {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap().len()
}

/// What holds for every page whatever it says.
fn check(name: &str, lang: Lang, html: &str) {
    let is_there = |what: &str| assert!(html.contains(what), "{name}: no {what}");
    let is_not = |what: &str| assert!(!html.contains(what), "{name}: {what}");
    is_there(&format!("<html lang=\"{}\">", lang.code()));
    is_there("name=\"robots\" content=\"noindex");
    is_there("aria-live=\"polite\"");
    for forbidden in ["style=", "onclick=", "<style", "javascript:", "{$", "{ $", "Unknown localization", "pay-"] {
        is_not(forbidden);
    }
    assert_eq!(html.matches("<h1").count(), 1, "{name}: one headline of the first order");
    assert_eq!(html.matches("<script").count(), 1, "{name}: only our own script");
    assert!(html.matches("btn ink").count() <= 1, "{name}: one ink button");
    assert!(gzip(html.as_bytes()) <= 12 * 1024, "{name}: {} bytes gzipped", gzip(html.as_bytes()));
    if lang == Lang::En {
        let own = html.replace("Русский", "");
        let own = own.split("<footer").next().unwrap();
        let cyrillic = ["Оплат", "Магазин", "Заказ", "Банк", "Чек", "Возврат", "Счёт", "Деньги"];
        assert!(cyrillic.iter().all(|word| !own.contains(word)), "{name}: Russian on the English page");
    }
}

fn plain(html: &str) -> String {
    html.replace('\u{a0}', " ")
}

#[test]
fn every_state_is_drawn_in_both_languages() {
    copy_statics();
    for lang in LANGS {
        for (name, ru, en, page) in states(lang) {
            let html = page.render().unwrap();
            check(name, lang, &html);
            let headline = if lang == Lang::Ru { ru } else { en };
            assert!(plain(&html).contains(headline), "{name}.{}: no «{headline}»", lang.code());
            assert!(html.contains(&format!("data-state=\"{}\"", page.state.code())), "{name}: its own state");
            hang(name, lang, &html);
        }
    }
}

#[test]
fn pages_without_an_order_are_drawn() {
    let own = Some("/pay/k7Q2mXw9RtB4nVc8ZpL1sD".to_owned());
    for lang in LANGS {
        let messages = [
            ("404", MessageKind::NotFound, None),
            ("429", MessageKind::TooMany { wait_seconds: 42 }, own.clone()),
            ("503", MessageKind::Trouble { reference: Some("01JDA-7F2K".into()) }, own.clone()),
        ];
        for (name, kind, self_path) in messages {
            let html = MessagePage { lang, shop: shop(), kind, self_path }.render().unwrap();
            check(name, lang, &html);
            hang(name, lang, &html);
        }
        let target = WebLink::parse("https://yoomoney.example/checkout?orderId=2f&a=1").unwrap();
        let provider = Some("ЮKassa".to_owned());
        let go = GoPage {
            lang,
            shop: shop(),
            self_path: own.clone().unwrap(),
            target,
            provider,
            notices: Notices::default(),
        };
        let html = go.render().unwrap();
        check("go", lang, &html);
        assert!(
            html.contains(
                "http-equiv=\"refresh\" content=\"0;url=https://yoomoney.example/checkout?orderId=2f&#38;a=1\""
            )
        );
        hang("go", lang, &html.replace("http-equiv=\"refresh\"", "name=\"was-refresh\""));
    }
}

#[test]
fn wrong_addresses_all_look_alike() {
    let html =
        MessagePage { lang: Lang::Ru, shop: shop(), kind: MessageKind::NotFound, self_path: None }.render().unwrap();
    assert!(html.contains("href=\"?lang=en\""), "the switch names no address");
    assert!(plain(&html).contains("+7 812 445-10-20"));
}

#[test]
fn text_from_outside_stays_text() {
    let evil = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>";
    let html = with(Lang::Ru, |page| {
        page.shop.name = evil.into();
        page.order.number = evil.into();
        page.order.buyer = Some(evil.into());
        page.order.lines[0].name = evil.into();
        page.order.lines[0].unit = evil.into();
        page.provider = Some(evil.into());
        page.seller.name = evil.into();
        page.seller.address = Some(evil.into());
        page.handover = Some(Handover { pickup_at: Some(evil.into()), lines: vec![evil.into()] });
        page.contact = Some(ContactForm { value: evil.into(), error: Some(FieldError::Malformed) });
        page.parts = Some(PartOffer { typed: Some(evil.into()), error: Some(PartError::NotANumber), ..offer() });
        page.methods[1].hint = Some(evil.into());
    })
    .render()
    .unwrap();
    assert!(!html.contains("<img src=x"), "markup from data");
    assert!(!html.contains("<script>"), "script from data");
    assert!(!html.contains("\"'>"), "a quote that ends an attribute");
    for bad in ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/\\evil.example", "ftp://x/", ""] {
        assert_eq!(WebLink::parse(bad), None, "{bad}");
    }
}

#[test]
fn a_page_past_its_deadline_tells_a_stranger_nothing() {
    for (name, _, _, page) in
        edges(Lang::Ru).into_iter().filter(|(name, ..)| name.starts_with("expired") || *name == "link-asked")
    {
        let html = page.render().unwrap();
        for private in ["УТ00-000417", "Ирина", "Ламинат", "12\u{a0}480"] {
            assert!(!html.contains(private), "{name}: {private}");
        }
    }
}

#[test]
fn headlines_are_short_and_calm() {
    use oplata::web::pay::verdict::Verdict;
    use oplata::web::pay::words::Words;
    for lang in LANGS {
        for (name, _, _, page) in states(lang) {
            let Some(verdict) = Verdict::of(&page, Words { lang, zone: Zone::default() }) else { continue };
            // A sum is one word, however many groups it has; short words cling to the next by a non-breaking space.
            let sum =
                verdict.headline.replace("\u{a0}₽", "").replace(|c: char| c.is_ascii_digit() || c == '\u{a0}', "_");
            assert!(sum.split_whitespace().count() <= 6, "{name}: {}", verdict.headline);
            let all = format!("{} {}", verdict.headline, verdict.sentences.join(" "));
            assert!(!all.contains('!'), "{name}: {all}");
            assert!(!verdict.sentences.is_empty(), "{name}: says what happens next");
        }
    }
}

/// Complaint 18: part-paid, then out of time, must not look like plain "expired".
#[test]
fn complaint_18_money_of_an_expired_order_is_named() {
    let html = with(Lang::Ru, |page| {
        page.state = PageState::Expired { until: at(25, 15, 0, 0), contact: ContactAnswer::default() };
        page.money.paid = rub(5_000);
    })
    .render()
    .unwrap();
    assert!(plain(&html).contains("Мы получили 5 000,00 ₽, эти деньги сохранены"));
}

/// Complaint 12: a link reopened in the middle resumes the payment, or starts it anew, with nothing to type.
#[test]
fn complaint_12_a_payment_in_the_middle_is_resumed() {
    let html =
        with(Lang::Ru, |page| page.state = PageState::Checking { way: Way::Card, can_resume: true }).render().unwrap();
    assert!(html.contains("href=\"/pay/k7Q2mXw9RtB4nVc8ZpL1sD/go\""));
    assert!(html.contains("name=\"again\" value=\"1\""));
    assert!(html.contains("name=\"method\" value=\"card\""));
}

/// After a refusal the likeliest way to succeed is the ink button, and it names the sum where it is another way.
#[test]
fn a_refusal_offers_the_way_that_may_work() {
    let first = |reason| {
        let html = plain(&refused(Lang::Ru, reason).render().unwrap());
        let at = html.find("btn ink").unwrap();
        html[at..].split('>').nth(1).unwrap().split('<').next().unwrap().to_owned()
    };
    assert_eq!(first(Decline::InsufficientFunds), "Оплатить 12 480,00 ₽ через СБП");
    assert_eq!(first(Decline::LimitExceeded), "Счёт для организации");
    assert_eq!(first(Decline::ThreeDs), "Повторить оплату 12 480,00 ₽");
    assert_eq!(first(Decline::BankRefused), "Повторить оплату 12 480,00 ₽");
    assert_eq!(first(Decline::CardProblem), "Оплатить 12 480,00 ₽ через СБП");
    assert_eq!(Decline::from_code("insufficient_funds"), Decline::InsufficientFunds);
    assert_eq!(Decline::from_code("something new"), Decline::BankRefused);
}

#[test]
fn files_keep_their_weight() {
    let of = |file: &str| fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("static").join(file)).unwrap();
    let css = gzip(&of("tokens.css")) + gzip(&of("pay.css"));
    assert!(css <= 8 * 1024, "style sheets: {css}");
    assert!(gzip(&of("pay.js")) <= 3 * 1024, "script: {}", gzip(&of("pay.js")));
    assert!(gzip(&of("icons.svg")) <= 2 * 1024, "sprite: {}", gzip(&of("icons.svg")));
}
