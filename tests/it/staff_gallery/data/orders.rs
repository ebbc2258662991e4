use askama::Template;
use oplata::web::staff::view::*;

use super::{rub, shell};

fn row(n: u32, time: &str, buyer: &str, store: &str, status: Status, sums: (i64, i64), onec: OnecMark) -> OrderRow {
    OrderRow {
        id: format!("0193-{n}"),
        number: format!("УТ00-000{n}"),
        time: time.to_owned(),
        buyer: buyer.to_owned(),
        store: store.to_owned(),
        status,
        total: rub(sums.0),
        paid: rub(sums.1),
        test: n == 420,
        onec,
    }
}

fn today() -> Vec<OrderRow> {
    let taken = || OnecMark::Accepted("ДПУТ-000812".to_owned());
    vec![
        row(421, "14:31", "Орлова Анна Викторовна", "Невский", Status::Waiting, (874_000, 0), OnecMark::None),
        row(420, "14:18", "ООО «Фасад-Мастер»", "Парнас", Status::Waiting, (9_421_000, 0), OnecMark::None),
        row(419, "14:12", "Ибрагимов Тимур Рашидович", "Кудрово", Status::Checking, (2_319_000, 0), OnecMark::None),
        row(
            418,
            "14:07",
            "Константинопольская-Преображенская Евгения Александровна",
            "Невский",
            Status::Paid,
            (564_500, 564_500),
            taken(),
        ),
        row(417, "13:20", "Смирнова Ирина Павловна", "Невский", Status::PartlyPaid, (1_396_000, 1_248_000), taken()),
        row(416, "12:58", "ИП Гарипов Ренат Маратович", "Мурино", Status::Overpaid, (9_612_000, 9_612_050), taken()),
        row(
            415,
            "12:40",
            "Лебедев Олег Игоревич",
            "Купчино",
            Status::Paid,
            (3_280_500, 3_280_500),
            OnecMark::Waiting("18 мин".to_owned()),
        ),
        row(
            414,
            "12:22",
            "АО «Балтийская управляющая компания»",
            "Парнас",
            Status::New,
            (21_480_000, 0),
            OnecMark::None,
        ),
        row(
            413,
            "11:51",
            "Шевчук Мария Дмитриевна",
            "Гатчина",
            Status::ExportFailed,
            (905_550, 905_550),
            OnecMark::Rejected("период закрыт".to_owned()),
        ),
        row(412, "11:30", "Ким Александр Вадимович", "Купчино", Status::Refund, (523_000, 0), taken()),
        row(411, "10:47", "Зайцева Ольга Николаевна", "Невский", Status::Cancelled, (1_120_000, 0), OnecMark::None),
        row(410, "10:15", "ООО «Новый Век»", "Кудрово", Status::Expired, (4_780_000, 0), OnecMark::None),
        row(409, "09:58", "Романов Павел Сергеевич", "Мурино", Status::Paid, (248_000, 248_000), OnecMark::ByHand),
    ]
}

fn list() -> OrdersList {
    let yesterday = vec![row(
        408,
        "19:40",
        "Фёдорова Нина Ильинична",
        "Невский",
        Status::Paid,
        (112_233_445, 112_233_445),
        OnecMark::Unposted("ДПУТ-000790".to_owned()),
    )];
    OrdersList {
        days: vec![
            DayGroup {
                day: "2026-11-23".into(),
                title: "Сегодня, 23\u{a0}ноября · 61\u{a0}заказ".into(),
                total: rub(412_739_450),
                paid: rub(118_246_600),
                rows: today(),
            },
            DayGroup {
                day: "2026-11-22".into(),
                title: "Вчера, 22\u{a0}ноября · 38\u{a0}заказов".into(),
                total: rub(196_418_000),
                paid: rub(181_902_550),
                rows: yesterday,
            },
        ],
        totals: Totals { shown: 50, count: 1284, total: rub(9_841_264_050), paid: rub(7_710_341_800) },
        more: Some("/staff/orders?after=x".into()),
        empty: Empty::default(),
    }
}

pub fn page() -> OrdersPage {
    let tab = |name: &str, count, current| Tab { name: name.into(), count, href: "/staff/orders".into(), current };
    let chip =
        |name: &str, value: &str| Chip { name: name.into(), value: value.into(), remove: "/staff/orders".into() };
    OrdersPage {
        shell: shell(Room::Orders),
        tabs: vec![
            tab("Все", 1284, true),
            tab("Ждут оплаты", 146, false),
            tab("Банк отказал", 7, false),
            tab("Просрочены", 21, false),
            tab("Переплата", 3, false),
            tab("Не в\u{a0}1С", 3, false),
        ],
        chips: vec![chip("Период", "01.11–23.11.2026"), chip("Сумма", "от\u{a0}2\u{a0}000,00\u{a0}₽")],
        form: FilterForm { stores: vec![("nev".into(), "Невский".into())], ..FilterForm::default() },
        list: list(),
    }
}

pub fn pages() -> Vec<(&'static str, String)> {
    let mut stand = page();
    stand.shell.stand = Some(Stand::Training);
    stand.shell.light = None;
    let mut nothing = page();
    nothing.shell.search = "гарнитур".into();
    nothing.chips = Vec::new();
    nothing.list = OrdersList {
        days: Vec::new(),
        totals: Totals::default(),
        more: None,
        empty: Empty {
            title: "Ничего не нашлось".into(),
            why: "За ноябрь нет заказов с «гарнитур». По товарам поиск не\u{a0}ищет: попробуйте номер, фамилию, ИНН или сумму.".into(),
            widen: Some(("Искать за всё время".into(), "/staff/orders?q=гарнитур".into())),
        },
    };
    let fragment = OrdersFragment { list: list() }.render().unwrap();
    assert!(!fragment.contains("<html"), "a fragment is not a page");
    vec![
        ("orders", page().render().unwrap()),
        ("orders-stand", stand.render().unwrap()),
        ("orders-empty", nothing.render().unwrap()),
    ]
}
