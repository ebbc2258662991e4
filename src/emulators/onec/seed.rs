//! Believable orders of the chain «ДомПлюс»; every name, number and ИНН is made up.

use chrono::{Days, NaiveDate};

use super::base::Base;
use super::model::{Line, NewOrder};
use crate::base::{Kopecks, Quantity, VatRate};
use crate::gateways::onec::service::{BuyerBody, Delivery};

/// Stores of the chain: code, name, address.
pub const STORES: &[(&str, &str, &str)] = &[
    ("000001", "ДомПлюс на Заводской", "г. Тула, ул. Заводская, 12"),
    ("000002", "ДомПлюс на Южном шоссе", "г. Тула, Южное шоссе, 4"),
    ("000003", "ДомПлюс Новомосковск", "г. Новомосковск, ул. Мира, 31"),
];

/// Managers: key and name.
pub const MANAGERS: &[(&str, &str)] =
    &[("orlova", "Орлова Марина"), ("gusev", "Гусев Андрей"), ("belova", "Белова Ксения")];

pub(super) fn store(nth: u32) -> String {
    STORES.get(nth as usize % STORES.len()).map(|(code, ..)| (*code).to_owned()).unwrap_or_default()
}

pub(super) fn manager(nth: u32) -> String {
    MANAGERS.get(nth as usize % MANAGERS.len()).map(|(key, _)| (*key).to_owned()).unwrap_or_default()
}

/// Goods: name, article, unit, price in kopecks, rate.
const GOODS: &[(&str, &str, &str, i64, VatRate)] = &[
    ("Плитка керамическая «Лофт» серая 60×60", "PK-6060-LG", "м²", 129_000, VatRate::TwentyTwo),
    ("Клей плиточный усиленный, 25 кг", "KL-25-US", "шт", 54_900, VatRate::TwentyTwo),
    ("Затирка эластичная графит, 2 кг", "ZT-2-GR", "шт", 68_500, VatRate::TwentyTwo),
    ("Ламинат 33 класс «Дуб светлый» 8 мм", "LM-33-DS", "м²", 89_950, VatRate::TwentyTwo),
    ("Подложка листовая 3 мм", "PL-3", "м²", 6_400, VatRate::TwentyTwo),
    ("Дверь межкомнатная «Классика» 80 см", "DM-KL-80", "шт", 1_149_000, VatRate::TwentyTwo),
    ("Краска интерьерная белая, 9 л", "KR-9-BL", "шт", 489_000, VatRate::TwentyTwo),
    ("Смеситель для кухни «Волна»", "SM-VL", "шт", 589_900, VatRate::TwentyTwo),
    ("Гипсокартон влагостойкий 12,5 мм", "GK-125-V", "лист", 57_500, VatRate::TwentyTwo),
    ("Профиль потолочный 60×27, 3 м", "PP-6027", "шт", 24_900, VatRate::TwentyTwo),
    ("Семена газона универсальные, 10 кг", "SG-10", "шт", 415_000, VatRate::Ten),
    ("Доставка по городу", "USL-D", "усл", 150_000, VatRate::None),
    ("Цемент М500, 50 кг", "CM-500", "мешок", 61_000, VatRate::TwentyTwo),
    ("Утеплитель минеральный 100 мм", "UT-100", "упак", 189_000, VatRate::TwentyTwo),
];

const PEOPLE: &[(&str, &str, &str)] = &[
    ("Смирнова Ирина Павловна", "+7 910 555-01-17", "irina.smirnova@example.ru"),
    ("Кузнецов Дмитрий Олегович", "+7 915 555-02-48", "d.kuznetsov@example.ru"),
    ("Лебедева Анна Сергеевна", "+7 920 555-03-31", "lebedeva.a@example.ru"),
    ("Фёдоров Пётр Ильич", "+7 953 555-04-90", ""),
    ("Захарова Елена Викторовна", "", "e.zakharova@example.ru"),
];

const COMPANIES: &[(&str, &str, &str, &str)] = &[
    ("ООО «СтройМонтаж-71»", "7107000116", "710701001", "buh@stroymontazh.example.ru"),
    ("ООО «Уютный дом»", "7106000248", "710601001", "zakaz@uyut.example.ru"),
    ("ИП Морозов Сергей Андреевич", "710500000171", "", "morozov@example.ru"),
];

/// Orders: whose (person or company by index), lines (goods by index, thousandths), day back, days to pay, sent at once.
struct Plan(Whose, &'static [(usize, i64)], u64, Option<u64>, bool);

enum Whose {
    Person(usize),
    Company(usize),
}
use Whose::{Company, Person};

const PLANS: &[Plan] = &[
    Plan(Person(0), &[(0, 12_960), (1, 6_000), (2, 3_000), (11, 1_000)], 0, Some(3), true),
    Plan(Company(0), &[(8, 40_000), (9, 60_000), (12, 20_000)], 0, Some(5), true),
    Plan(Person(1), &[(5, 3_000)], 1, Some(3), true),
    Plan(Person(2), &[(3, 24_500), (4, 25_000), (11, 1_000)], 1, Some(4), true),
    Plan(Company(1), &[(6, 4_000), (7, 2_000)], 2, Some(5), true),
    Plan(Person(3), &[(10, 2_000)], 2, None, true),
    Plan(Person(4), &[(7, 1_000), (2, 1_000)], 3, Some(2), true),
    Plan(Company(2), &[(13, 18_000), (8, 25_000)], 3, Some(7), true),
    Plan(Person(0), &[(12, 10_000), (11, 1_000)], 4, Some(3), true),
    Plan(Company(0), &[(0, 86_400), (1, 40_000), (2, 12_000)], 5, Some(10), true),
    Plan(Person(1), &[(6, 1_000)], 5, Some(3), false),
    Plan(Person(2), &[(9, 12_000), (8, 8_000)], 6, Some(3), false),
];

/// Fills an empty base with orders of the last days.
pub(super) fn fill(base: &mut Base, today: NaiveDate) {
    for plan in PLANS.iter().rev() {
        let day = today.checked_sub_days(Days::new(plan.2)).unwrap_or(today);
        base.add_order(order(plan, day, today), day);
    }
}

fn order(plan: &Plan, day: NaiveDate, today: NaiveDate) -> NewOrder {
    let Plan(whose, lines, _, pay_within, to_pay) = plan;
    let until = pay_within.and_then(|days| day.max(today).checked_add_days(Days::new(days)));
    let delivered = lines.iter().any(|(good, _)| *good == 11);
    NewOrder {
        buyer: match whose {
            Person(nth) => person(*nth),
            Company(nth) => company(*nth),
        },
        lines: lines.iter().filter_map(|(nth, quantity)| good(*nth, Quantity::new(*quantity))).collect(),
        delivery: if delivered { Delivery::Delivery } else { Delivery::Pickup },
        pay_until: until,
        allow_parts: None,
        to_pay: *to_pay,
    }
}

/// The nth good of the catalogue.
#[must_use]
pub fn good(nth: usize, quantity: Quantity) -> Option<Line> {
    let (name, article, unit, price, rate) = GOODS.get(nth % GOODS.len())?;
    Some(Line::new(name, article, unit, quantity, Kopecks::new(*price), *rate))
}

/// The nth person.
#[must_use]
pub fn person(nth: usize) -> BuyerBody {
    let (name, phone, email) = PEOPLE.get(nth % PEOPLE.len()).copied().unwrap_or_default();
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    BuyerBody { kind: "person".into(), name: name.into(), inn: None, kpp: None, phone: some(phone), email: some(email) }
}

/// The nth company.
#[must_use]
pub fn company(nth: usize) -> BuyerBody {
    let (name, inn, kpp, email) = COMPANIES.get(nth % COMPANIES.len()).copied().unwrap_or_default();
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let phone = Some("+7 4872 55-50-10".to_owned());
    BuyerBody { kind: "company".into(), name: name.into(), inn: some(inn), kpp: some(kpp), phone, email: some(email) }
}
