//! `Контрагент`: who buys.

use super::tree::Element;
use super::values::cut;

/// What a buyer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuyerIs {
    /// A person.
    Person,
    /// An organisation.
    Company,
    /// A sole trader (ИП).
    Entrepreneur,
}

/// Who buys, as the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuyerIn {
    /// What he is.
    pub is: BuyerIs,
    /// Short name.
    pub name: String,
    /// Full or official name.
    pub full_name: String,
    /// 10 or 12 digits.
    pub inn: Option<String>,
    /// 9 characters.
    pub kpp: Option<String>,
    /// As written.
    pub phone: Option<String>,
    /// As written, if it looks like one.
    pub email: Option<String>,
}

/// Reads the first Контрагент of a document; remarks go to `warnings`.
pub(super) fn read(document: &Element, warnings: &mut Vec<String>) -> Option<BuyerIn> {
    let party = document.list("Контрагенты", "Контрагент").next()?;
    let official = party.text("ОфициальноеНаименование");
    let inn = inn(party, warnings);
    let is = match (official, inn.as_deref().map(str::len)) {
        (Some(_), Some(12)) => BuyerIs::Entrepreneur,
        (None, _) if is_trader(party) => BuyerIs::Entrepreneur,
        (Some(_), _) | (None, Some(10)) => BuyerIs::Company,
        (None, _) => BuyerIs::Person,
    };
    let words: Vec<&str> = ["Фамилия", "Имя", "Отчество"].iter().filter_map(|name| party.text(name)).collect();
    let short = party.text("Наименование").map_or_else(|| words.join(" "), str::to_owned);
    let full = official.or_else(|| party.text("ПолноеНаименование")).map_or_else(|| short.clone(), str::to_owned);
    Some(BuyerIn {
        is,
        name: cut(&short, 500),
        full_name: cut(&full, 500),
        inn,
        kpp: kpp(party, warnings),
        phone: contact(party, "телефон").filter(|phone| is_phone(phone)),
        email: contact(party, "почта").filter(|email| email.parse::<lettre::Address>().is_ok()),
    })
}

fn is_trader(party: &Element) -> bool {
    let name = party.text_of(&["ПолноеНаименование", "Наименование"]).unwrap_or_default();
    name.starts_with("Индивидуальный предприниматель") || name.starts_with("ИП ") || name.ends_with(" ИП")
}

fn inn(party: &Element, warnings: &mut Vec<String>) -> Option<String> {
    let inn = party.text("ИНН")?;
    let digits: Vec<u32> = inn.chars().filter_map(|c| c.to_digit(10)).collect();
    if digits.len() != inn.len() || !matches!(digits.len(), 10 | 12) {
        warnings.push(format!("ИНН «{}» — не 10 и не 12 цифр, не сохранён", cut(inn, 20)));
        return None;
    }
    if !checks(&digits) {
        warnings.push(format!("в ИНН {inn} не сходится контрольная цифра"));
    }
    Some(inn.to_owned())
}

/// Check digits of an ИНН (приказ ФНС ММВ-7-6/435@): of 10 digits the last, of 12 the last two.
fn checks(digits: &[u32]) -> bool {
    const WEIGHTS: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    let check = |count: usize| {
        let weights = WEIGHTS.get(WEIGHTS.len() - count..).unwrap_or_default();
        let sum: u32 = weights.iter().zip(digits).map(|(weight, digit)| weight * digit).sum();
        digits.get(count) == Some(&(sum % 11 % 10))
    };
    if digits.len() == 10 { check(9) } else { check(10) && check(11) }
}

fn kpp(party: &Element, warnings: &mut Vec<String>) -> Option<String> {
    let kpp = party.text("КПП")?;
    let good = kpp.len() == 9 && kpp.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    if !good {
        warnings.push(format!("КПП «{}» — не 9 знаков, не сохранён", cut(kpp, 20)));
    }
    good.then(|| kpp.to_owned())
}

/// Contact types are compared without spaces and case: «Телефон мобильный», `ТелефонРабочий`, «Электронная почта».
fn contact(party: &Element, kind: &str) -> Option<String> {
    let fits = |contact: &&Element| {
        let name: String = contact.text("Тип").unwrap_or_default().to_lowercase().split_whitespace().collect();
        name.contains(kind) || (kind == "почта" && matches!(name.as_str(), "email" | "e-mail"))
    };
    let found = party.list("Контакты", "Контакт").find(fits)?;
    found.text("Значение").map(|value| cut(value, 254))
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (10..=15).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || "+-() .\u{a0}".contains(c))
}
