//! `Товар`: a line of an order.

use super::tree::{Element, Properties};
use super::values::{self, cut};
use crate::base::{Kopecks, Quantity, VatRate};

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIn {
    /// Ид of the goods.
    pub id: Option<String>,
    /// Name.
    pub name: String,
    /// Article.
    pub article: Option<String>,
    /// Unit as text.
    pub unit: String,
    /// How many.
    pub quantity: Quantity,
    /// Price of one, VAT included.
    pub price: Kopecks,
    /// Sum of the line, VAT included.
    pub amount: Kopecks,
    /// Rate; a calculated rate of a line is its plain one.
    pub vat_rate: VatRate,
    /// A service, not goods.
    pub service: bool,
    /// Delivery of this order.
    pub delivery: bool,
}

/// How sums of lines are to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct LineRules {
    /// Line sums contain VAT.
    pub(super) vat_inside: bool,
    /// The rate 0 means «без НДС» (УТ 11 writes both alike).
    pub(super) zero_is_none: bool,
}

/// Reads a line.
pub(super) fn read(line: &Element, rules: LineRules, warnings: &mut Vec<String>) -> Result<LineIn, String> {
    let name = cut(line.text("Наименование").unwrap_or("Товар"), 1000);
    let in_line = |what: &str, why: String| format!("строка «{}»: {what}: {why}", cut(&name, 60));
    let vat_rate = vat_rate(line, rules).map_err(|why| in_line("ставка НДС", why))?;
    let amount_text = line.text("Сумма").ok_or_else(|| in_line("сумма", "не указана".to_owned()))?;
    let amount = values::money(amount_text).map_err(|why| in_line("сумма", why))?;
    let quantity =
        values::quantity(line.text("Количество").unwrap_or("1")).map_err(|why| in_line("количество", why))?;
    let price = match line.text("ЦенаЗаЕдиницу") {
        Some(text) => values::money(text).map_err(|why| in_line("цена", why))?,
        None => amount,
    };
    if amount.rounded || quantity.rounded {
        warnings.push(in_line("число", "знаков больше, чем принято; округлено".to_owned()));
    }
    let service = is_service(line);
    let with_vat = |sum: Kopecks| if rules.vat_inside { sum } else { sum + vat_on_top(sum, vat_rate) };
    Ok(LineIn {
        id: line.text("Ид").map(|id| cut(id, 80)),
        article: line.text("Артикул").map(|article| cut(article, 100)),
        unit: unit(line),
        quantity: quantity.value,
        price: with_vat(price.value),
        amount: if rules.vat_inside { amount.value } else { amount.value + stated_vat(line, amount.value, vat_rate) },
        vat_rate,
        delivery: line.text("Ид") == Some("ORDER_DELIVERY") || (service && name.to_lowercase().starts_with("доставка")),
        service,
        name,
    })
}

fn unit(line: &Element) -> String {
    let base = line.child("БазоваяЕдиница");
    let short = base.map(|unit| unit.text.trim()).filter(|text| !text.is_empty());
    let long = base.and_then(|unit| unit.attribute("НаименованиеПолное")).filter(|text| !text.is_empty());
    cut(short.or(long).unwrap_or("шт"), 50)
}

fn is_service(line: &Element) -> bool {
    let kind = Properties::of(line).get(&["ТипНоменклатуры"]).map(str::to_lowercase);
    kind.as_deref() == Some("услуга") || line.text("Ид") == Some("ORDER_DELIVERY")
}

fn vat_rate(line: &Element, rules: LineRules) -> Result<VatRate, String> {
    let stated = line.list("СтавкиНалогов", "СтавкаНалога").find_map(|rate| rate.text("Ставка"));
    let text = stated.or_else(|| line.list("Налоги", "Налог").find_map(|tax| tax.text("Ставка"))).unwrap_or_default();
    let rate = VatRate::parse_loose(text).ok_or_else(|| format!("«{}» неизвестна", cut(text, 30)))?;
    Ok(match rate {
        VatRate::Zero if rules.zero_is_none => VatRate::None,
        VatRate::Five105 => VatRate::Five,
        VatRate::Seven107 => VatRate::Seven,
        VatRate::Ten110 => VatRate::Ten,
        VatRate::Twenty120 => VatRate::Twenty,
        VatRate::TwentyTwo122 => VatRate::TwentyTwo,
        plain => plain,
    })
}

/// VAT that comes on top of a sum without it: 1C's own figure where it gives one.
fn stated_vat(line: &Element, amount: Kopecks, rate: VatRate) -> Kopecks {
    let stated = line.list("Налоги", "Налог").find_map(|tax| tax.text("Сумма"));
    stated.and_then(|text| values::money(text).ok()).map_or_else(|| vat_on_top(amount, rate), |read| read.value)
}

/// Half up.
fn vat_on_top(sum: Kopecks, rate: VatRate) -> Kopecks {
    let vat = (i128::from(sum.get()) * i128::from(rate.percent()) + 50) / 100;
    Kopecks::new(i64::try_from(vat).unwrap_or(i64::MAX))
}
