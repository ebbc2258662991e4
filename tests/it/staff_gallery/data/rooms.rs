use askama::Template;
use oplata::web::staff::view::*;

use super::{rub, shell};

fn manual() -> ManualPage {
    let field = |name: &str, shown: &str| ToType {
        name: name.into(),
        shown: shown.into(),
        copied: shown.replace('\u{a0}', ""),
    };
    let row = |id: &str, kind: &str, amount, error: Option<&str>| ManualRow {
        id: id.into(),
        revision: 1,
        state: error.map(|_| "1С отклонила: не найден договор с контрагентом".into()),
        rejected: error.is_some(),
        kind: kind.into(),
        amount: rub(amount),
        age: "ждёт 2 ч".into(),
        fields: vec![
            field("Организация", "ООО «ДомПлюс»"),
            field("Сумма", &rub(amount).grouped()),
            field("Дата оплаты", "23.11.2026"),
            field("Заказ клиента", "УТ00-000417 от 23.11.2026"),
            field("Номер операции у эквайера", "2f1a0c3e-000f-5000-8000-1b68e7b15f3f"),
            field("Комментарий с ключом", "oplata:01939f6e-7d1b-7c52-9a40-0f5e6f1f2a3b"),
        ],
        order_number: "УТ00-000417".into(),
        order_href: "/staff/orders/0193-417".into(),
        typed: (String::new(), "2026-11-23".into()),
        error: error.map(Into::into),
    };
    ManualPage {
        shell: shell(Room::Manual),
        rows: vec![
            row("1", "Эквайринговая операция", 1_248_000, None),
            row(
                "2",
                "Поступление безналичных ДС",
                21_480_000,
                Some("Документ с таким номером уже закрыл другую строку: УТ00-000402."),
            ),
        ],
        count: 3,
        total: rub(23_976_050),
        csv: "/staff/manual.csv".into(),
        more: None,
        can_enter: true,
        can_retry: true,
        can_decide: true,
        undecided: vec![Undecided {
            guid: "9f1".into(),
            title: "Поступление безналичных ДС №\u{a0}000812 от 23.11.2026".into(),
            amount: rub(1_248_000),
            order: "УТ00-000417".into(),
            choices: vec![
                Candidate { id: "1".into(), words: "Банковский перевод, 23.11.2026, 14:05".into() },
                Candidate { id: "2".into(), words: "Банковский перевод, 23.11.2026, 16:40".into() },
            ],
        }],
    }
}

fn alerts() -> AlertsPage {
    let row = |severity, message: &str, advice: &str, muted: Option<&str>| AlertRow {
        id: "a".into(),
        severity,
        message: message.into(),
        advice: advice.into(),
        order: Some(("УТ00-000413".into(), "/staff/orders/0193-413".into())),
        since: "с\u{a0}14:02, 18\u{a0}минут".into(),
        closed: None,
        muted: muted.map(Into::into),
    };
    AlertsPage {
        shell: shell(Room::Alerts),
        closed: false,
        open_count: 3,
        rows: vec![
            row(
                Severity::Critical,
                "1С отклонила оплату 9\u{a0}055,50\u{a0}₽: «Период закрыт для изменений»",
                "Откройте период в 1С или внесите документ вручную. Деньги клиента у нас, он видит «Оплачено».",
                None,
            ),
            row(
                Severity::Warning,
                "1С не забирает оплаты",
                "Проверьте регламентное задание «Обмен с Oplata» в 1С.",
                None,
            ),
            row(
                Severity::Info,
                "Получено на 0,50\u{a0}₽ больше суммы заказа",
                "Верните разницу или зачтите её.",
                Some("до 24.11, 09:00"),
            ),
        ],
        more: None,
        can_mute: true,
    }
}

fn state() -> StatePage {
    let lamp = |name: &str, tone, words: &str, note: &str| Lamp {
        name: name.into(),
        tone,
        words: words.into(),
        note: note.into(),
    };
    let queue = |name: &str, waiting, oldest: &str, dead, error: &str| QueueRow {
        topic: "mail".into(),
        name: name.into(),
        waiting,
        oldest: oldest.into(),
        dead,
        error: error.into(),
    };
    StatePage {
        shell: shell(Room::State),
        title: "Клиенты могут платить. 1С молчит 18 минут".into(),
        text: "Оплаты копятся у нас и уйдут в 1С сами, когда она ответит. Терять нечего, торопиться можно.".into(),
        exchanges: vec![ExchangeRow {
            when: "24.11, 14:02".into(),
            request: "GET /1c/v1/payments".into(),
            verdict: "отдано документов: 2".into(),
            good: true,
            status: 200,
        }],
        tone: Tone::Amber,
        lamps: vec![
            lamp("ЮKassa", Tone::Green, "отвечает", "последняя оплата 14:05"),
            lamp("1С", Tone::Amber, "молчит 18 мин", "последний обмен 13:48"),
            lamp("Почта", Tone::Red, "не отправляется", "535 authentication failed"),
            lamp("Чеки", Tone::Grey, "сегодня не было", ""),
        ],
        queues: vec![
            queue("Оплаты в 1С", 3, "18 мин", 0, ""),
            queue("Письма покупателям", 0, "—", 2, "535 5.7.8 Error: authentication failed"),
            queue("Вопросы к банку", 1, "9 с", 0, ""),
        ],
        can_retry: true,
        facts: vec![("Версия".into(), "0.1.0".into()), ("База данных".into(), "SQLite, 214\u{a0}МБ".into())],
    }
}

fn account() -> AccountPage {
    let session = |device: &str, seen: &str, current| SessionRow {
        id: "s".into(),
        device: device.into(),
        address: "192.0.2.14".into(),
        since: "23.11.2026, 09:02".into(),
        seen: seen.into(),
        current,
    };
    AccountPage {
        shell: shell(Room::Account),
        email: "krylova@domplus.example".into(),
        sessions: vec![
            session("Chrome, Windows", "сейчас", true),
            session("Safari, iPhone", "12 минут назад · 14:19", false),
        ],
        totp: true,
        codes_left: 2,
        min_length: 12,
        error: Some("Этот пароль слишком частый: его подберут первым.".into()),
    }
}

pub fn pages() -> Vec<(&'static str, String)> {
    let done = ManualPage { rows: Vec::new(), count: 0, ..manual() };
    let calm = AlertsPage { rows: Vec::new(), open_count: 0, ..alerts() };
    vec![
        ("manual", manual().render().unwrap()),
        ("manual-empty", done.render().unwrap()),
        ("alerts", alerts().render().unwrap()),
        ("alerts-empty", calm.render().unwrap()),
        ("state", state().render().unwrap()),
        ("account", account().render().unwrap()),
    ]
}
