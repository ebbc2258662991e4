use askama::Template;
use oplata::web::staff::view::*;

use super::{rub, shell};

fn goods() -> Lines {
    let line = |name: &str, article: &str, quantity: &str, price, amount, change| LineRow {
        name: name.into(),
        article: article.into(),
        quantity: quantity.into(),
        price: rub(price),
        amount: rub(amount),
        change,
    };
    Lines {
        note: "версия 2 от 23.11, 14:40".into(),
        previous: Some("/staff/orders/1?revision=1".into()),
        rows: vec![
            line(
                "Ламинат Quick-Step Impressive 33 кл., дуб песочный IM1853",
                "IM1853",
                "4 уп.",
                239_000,
                956_000,
                LineChange::Same,
            ),
            line("Подложка пробковая 3 мм, рулон 10 м²", "PK-3-10", "1 шт.", 184_000, 184_000, LineChange::Same),
            line(
                "Плинтус напольный МДФ 80 мм белый, 2,4 м",
                "MDF80-W",
                "6 шт.",
                18_000,
                108_000,
                LineChange::Changed("было 5 шт.".into()),
            ),
            line("Порог стыковочный, дуб, 1,8 м", "AL-18D", "2 шт.", 74_000, 148_000, LineChange::Added),
            line("Клей монтажный", "", "1 шт.", 18_000, 18_000, LineChange::Removed),
        ],
        vat: "в том числе НДС 22\u{a0}% — 2\u{a0}517,38".into(),
        total: rub(1_396_000),
    }
}

fn moves() -> Vec<MoneyRow> {
    let row = |when: &str, how: &str, outcome, onec, receipt: &str, amount: Option<i64>| MoneyRow {
        when: when.into(),
        how: how.into(),
        outcome,
        onec,
        receipt: receipt.into(),
        amount: amount.map(rub),
    };
    vec![
        row(
            "23.11.2026, 14:05",
            "СБП, ЮKassa",
            None,
            OnecMark::Accepted("ДПУТ-000812".into()),
            "пробит",
            Some(1_248_000),
        ),
        row(
            "23.11.2026, 14:02",
            "Карта •••• 4417, ЮKassa",
            Some((Tone::Red, "cross", "банк отказал: не хватает денег".into())),
            OnecMark::None,
            "",
            None,
        ),
    ]
}

fn story() -> Vec<DayOfStory> {
    let item = |tone, icon, fact: &str, note: &str, time: &str| StoryItem {
        tone,
        icon,
        fact: fact.into(),
        note: note.into(),
        time: time.into(),
    };
    vec![DayOfStory {
        title: "23\u{a0}ноября 2026".into(),
        items: vec![
            item(
                Tone::Amber,
                "warn",
                "Заказ изменён в 1С: +1\u{a0}480,00\u{a0}₽",
                "добавлена строка 4 · А. Петров",
                "14:40",
            ),
            item(Tone::Green, "tick", "1С приняла оплату", "документ №\u{a0}ДПУТ-000812, проведён", "14:07"),
            item(Tone::Grey, "swap", "Передан в 1С", "версия 1", "14:06"),
            item(Tone::Green, "done", "Оплата 12\u{a0}480,00\u{a0}₽", "СБП, ЮKassa · ответ банка за 9 с", "14:05"),
            item(Tone::Red, "cross", "Банк отказал", "карта •••• 4417: не хватает денег", "14:02"),
            item(Tone::Blue, "eye", "Клиент открыл ссылку", "второй раз", "14:01"),
            item(Tone::Grey, "send", "Ссылка отправлена", "на i•••@mail.ru · А. Петров", "13:22"),
            item(Tone::Grey, "swap", "Заказ получен из 1С", "версия 1", "13:20"),
        ],
    }]
}

pub fn card() -> OrderPage {
    OrderPage {
        shell: shell(Room::Orders),
        id: "0193-417".into(),
        number: "УТ00-000417".into(),
        ordered_on: "23.11.2026".into(),
        status: Status::PartlyPaid,
        test: false,
        buyer: "Смирнова Ирина Павловна".into(),
        inn: None,
        contacts: Contacts { phone: Some("+7\u{a0}916\u{a0}•••-••-67".into()), email: Some("i•••@mail.ru".into()), can_open: true },
        store: Some("Невский".into()),
        deadline: Some("до 25.11.2026, 18:00".into()),
        banner: Some(Banner {
            tone: Tone::Amber,
            title: "Магазин изменил заказ после оплаты".into(),
            text: "Было 12\u{a0}480,00\u{a0}₽, стало 13\u{a0}960,00\u{a0}₽. По той же ссылке клиент увидит доплату 1\u{a0}480,00\u{a0}₽.".into(),
            actions: vec![
                Action { words: "Что изменилось".into(), href: "#lines".into(), post: false },
                Action { words: "Сообщить клиенту".into(), href: "/staff/orders/0193-417/send".into(), post: true },
            ],
        }),
        sums: Sums { total: rub(1_396_000), paid: rub(1_248_000), due: rub(148_000), ..Sums::default() },
        lines: goods(),
        money: moves(),
        reviews: Vec::new(),
        link: LinkBox { address: Some("https://pay.domplus.example/pay/k7Q2mX9vR4tB8wLc".into()), to: Some("i•••@mail.ru".into()), can_send: true, payable: true, alive: true },
        documents: vec![OtherDocument { title: "Счёт № УТ-417 от 23.11.2026".into(), note: "PDF".into(), href: "/x.pdf".into() }],
        refund: RefundBox { available: rub(1_248_000), can_ask: true, ..RefundBox::default() },
        story: story(),
        zone_note: "время московское".into(),
    }
}

fn refunding() -> OrderPage {
    let request = |amount, state: &str, tone, shape, can_confirm| RefundRow {
        id: format!("r{amount}"),
        amount: rub(amount),
        reason: "Клиент отказался от порога".into(),
        asked: "просит Алексей Петров, 23.11.2026, 15:10".into(),
        tone,
        shape,
        state: state.into(),
        can_confirm,
        asks_code: true,
        error: can_confirm.then(|| "Код не подошёл. Дождитесь следующего и повторите.".into()),
    };
    let mut page = card();
    page.status = Status::Overpaid;
    page.shell.stand = Some(Stand::Test);
    page.shell.notice = Some("Возврат попросили: ждём второго человека".into());
    page.sums = Sums {
        total: rub(1_100_000),
        paid: rub(1_248_000),
        due: rub(0),
        refunded: rub(50_000),
        refunding: rub(148_000),
    };
    page.banner = Some(Banner {
        tone: Tone::Red,
        title: "1С отклонила оплату".into(),
        text: "«Период закрыт для изменений». Повторим через 12 минут; быстрее — исправить дату запрета в 1С.".into(),
        actions: vec![Action {
            words: "Отправить ещё раз".into(), href: "/staff/exports/1/retry".into(), post: true
        }],
    });
    page.reviews = vec![ReviewBox {
        id: "a1".into(),
        reason: "Банк сообщил 12\u{a0}480,00\u{a0}₽, ждали 12\u{a0}400,00\u{a0}₽.".into(),
        amount: rub(1_248_000),
        can_decide: true,
        typed: "УТ00-000417".into(),
        error: Some("Заказа «417» нет, или таких несколько. Введите номер целиком, как в 1С.".into()),
    }];
    page.refund.requests = vec![
        request(148_000, "ждёт подтверждения", Tone::Violet, "glass", true),
        request(50_000, "деньги вернулись 24.11.2026", Tone::Green, "done", false),
    ];
    page.refund.error = Some("Вернуть можно не больше 10\u{a0}500,00\u{a0}₽: остальное уже возвращается.".into());
    page.refund.typed = ("12480".into(), "брак".into());
    page
}

fn fresh() -> OrderPage {
    let mut page = card();
    page.status = Status::New;
    page.buyer =
        "ООО «Северо-Западная производственно-коммерческая компания строительных материалов „Фасад-Мастер“»".into();
    page.inn = Some("7707\u{a0}083893".into());
    page.contacts = Contacts::default();
    page.banner = None;
    page.sums = Sums { total: rub(12_345_678_900), due: rub(12_345_678_900), ..Sums::default() };
    page.money = Vec::new();
    page.link = LinkBox { can_send: true, payable: true, ..LinkBox::default() };
    page.refund = RefundBox::default();
    page.story.iter_mut().for_each(|day| drop(day.items.drain(..7)));
    page
}

pub fn pages() -> Vec<(&'static str, String)> {
    let qr = QrPage {
        number: "УТ00-000417".into(),
        due: "1\u{a0}480,00\u{a0}₽".into(),
        qr: QrShape::of("https://pay.domplus.example/pay/k7Q2mX9vR4tB8wLc").unwrap(),
        back: "/staff/orders/0193-417".into(),
    };
    vec![
        ("order", card().render().unwrap()),
        ("order-refund", refunding().render().unwrap()),
        ("order-new", fresh().render().unwrap()),
        ("order-qr", qr.render().unwrap()),
    ]
}
