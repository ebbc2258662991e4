//! The goods of an order against the revision before.

use super::order_facts::Facts;
use super::view::{LineChange, LineRow, Lines};
use crate::base::{Kopecks, VatRate};
use crate::domain::orders::{Line, OrderState};

/// The card's goods; `compare` marks what is new, gone or changed.
#[must_use]
pub fn compose(facts: &Facts, compare: bool) -> Lines {
    let order = facts.order();
    let (now, before) = &facts.lines;
    let has_before = !before.is_empty() && order.revision > 1;
    let rows = if compare && has_before { compared(now, before) } else { now.iter().map(same).collect() };
    let address = format!("/staff/orders/{}?compare=1#lines", facts.id);
    Lines {
        note: if order.revision > 1 { format!("версия {}", order.revision) } else { String::new() },
        previous: (has_before && !compare).then_some(address),
        rows,
        vat: vat(now, order.lines_differ && order.state != OrderState::Cancelled),
        total: order.total,
    }
}

fn same(line: &Line) -> LineRow {
    row(line, LineChange::Same)
}

fn row(line: &Line, change: LineChange) -> LineRow {
    LineRow {
        name: line.name.clone(),
        article: line.article.clone().unwrap_or_default(),
        quantity: format!("{}\u{a0}{}", line.quantity.grouped(), line.unit),
        price: line.price,
        amount: line.amount,
        change,
    }
}

/// Lines are the same goods when name and article are; each line of before answers for one of now.
fn compared(now: &[Line], before: &[Line]) -> Vec<LineRow> {
    let mut left: Vec<&Line> = before.iter().collect();
    let mut rows: Vec<LineRow> = Vec::new();
    for line in now {
        let known = left.iter().position(|old| old.name == line.name && old.article == line.article);
        let change = known.map_or(LineChange::Added, |at| difference(left.remove(at), line));
        rows.push(row(line, change));
    }
    rows.extend(left.into_iter().map(|gone| row(gone, LineChange::Removed)));
    rows
}

fn difference(old: &Line, new: &Line) -> LineChange {
    if old.quantity != new.quantity {
        return LineChange::Changed(format!("было {}\u{a0}{}", old.quantity.grouped(), old.unit));
    }
    if old.price != new.price {
        return LineChange::Changed(format!("было по {}", old.price.grouped()));
    }
    if old.amount != new.amount {
        return LineChange::Changed(format!("было {}", old.amount.grouped()));
    }
    LineChange::Same
}

/// «в том числе НДС 22 % — 2 517,38»; several rates are added up without naming them.
fn vat(lines: &[Line], differ: bool) -> String {
    if differ {
        return "строки не сходятся с суммой заказа".to_owned();
    }
    let vat: Kopecks = lines.iter().map(|line| line.vat_amount).sum();
    let mut rates: Vec<VatRate> = lines.iter().map(|line| line.vat_rate).collect();
    rates.dedup();
    match rates.as_slice() {
        [VatRate::None] => VatRate::None.title(),
        [only] => format!("в том числе {} — {}", only.title(), vat.grouped()),
        _ if vat.is_zero() => String::new(),
        _ => format!("в том числе НДС — {}", vat.grouped()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Quantity;

    fn line(name: &str, quantity: i64) -> Line {
        Line {
            name: name.into(),
            article: None,
            unit: "шт.".into(),
            quantity: Quantity::new(quantity * 1000),
            price: Kopecks::new(100),
            amount: Kopecks::new(100 * quantity),
            vat_rate: VatRate::TwentyTwo,
            vat_amount: Kopecks::new(18 * quantity),
        }
    }

    #[test]
    fn what_changed_is_marked_in_place() {
        let rows = compared(
            &[line("Дуб", 1), line("Клей", 3), line("Порог", 1)],
            &[line("Клей", 2), line("Дуб", 1), line("Лак", 1)],
        );
        let told: Vec<_> = rows.into_iter().map(|row| (row.name, row.change)).collect();
        let expected = [
            ("Дуб", LineChange::Same),
            ("Клей", LineChange::Changed("было 2\u{a0}шт.".into())),
            ("Порог", LineChange::Added),
            ("Лак", LineChange::Removed),
        ];
        assert_eq!(told, expected.map(|(name, change)| (name.to_owned(), change)));
    }

    #[test]
    fn vat_is_named_when_there_is_one_rate() {
        assert_eq!(vat(&[line("Дуб", 1)], false), "в том числе НДС 22\u{a0}% — 0,18");
        assert_eq!(vat(&[line("Дуб", 1)], true), "строки не сходятся с суммой заказа");
    }
}
