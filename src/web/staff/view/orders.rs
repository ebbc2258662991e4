//! «Заказы»: tabs, chips, rows by day, totals of the filter.

use askama::Template;

use super::parts::{OnecMark, Status};
use super::shell::Shell;
use crate::base::Kopecks;

/// The whole page.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/orders.html")]
pub struct OrdersPage {
    /// The frame.
    pub shell: Shell,
    /// Ready-made views.
    pub tabs: Vec<Tab>,
    /// The filter in force, readable.
    pub chips: Vec<Chip>,
    /// The form that adds to the filter.
    pub form: FilterForm,
    /// The part that is refreshed by itself.
    pub list: OrdersList,
}

/// The list alone: what the page's own script asks for.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/orders_list.html")]
pub struct OrdersFragment {
    /// The list.
    pub list: OrdersList,
}

/// Rows, totals and the way on.
#[derive(Debug, Clone)]
pub struct OrdersList {
    /// Rows by business day, newest first.
    pub days: Vec<DayGroup>,
    /// Totals of the filter, not of what is shown.
    pub totals: Totals,
    /// Address of the next fifty, if there are more.
    pub more: Option<String>,
    /// What to say when nothing was found.
    pub empty: Empty,
}

/// A ready-made view.
#[derive(Debug, Clone)]
pub struct Tab {
    /// «Ждут оплаты».
    pub name: String,
    /// How many orders are in it.
    pub count: u64,
    /// Its address.
    pub href: String,
    /// Whether we are here.
    pub current: bool,
}

/// One condition of the filter.
#[derive(Debug, Clone)]
pub struct Chip {
    /// «Магазин».
    pub name: String,
    /// «Невский».
    pub value: String,
    /// The same list without this condition.
    pub remove: String,
}

/// What the filter form is filled with.
#[derive(Debug, Clone, Default)]
pub struct FilterForm {
    /// First day, `2026-11-01`.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Key of the chosen status, or empty.
    pub status: String,
    /// Code of the chosen store, or empty.
    pub store: String,
    /// Codes and names of stores.
    pub stores: Vec<(String, String)>,
    /// Key of the road to 1C: `pending`, `rejected`, or empty.
    pub onec: String,
    /// `live`, `test`, or empty.
    pub mode: String,
    /// Least sum as typed.
    pub min: String,
    /// What stays while filtering: names and values (the search, the view).
    pub kept: Vec<(String, String)>,
}

impl FilterForm {
    /// Every status to choose from.
    #[must_use]
    pub fn statuses(&self) -> [Status; 10] {
        Status::ALL
    }
}

/// A business day of the list.
#[derive(Debug, Clone)]
pub struct DayGroup {
    /// `2026-11-23`: lets the script join pages inside one day.
    pub day: String,
    /// «Сегодня, 23 ноября · 61 заказ».
    pub title: String,
    /// Sum of the day's orders.
    pub total: Kopecks,
    /// Money of the day's orders.
    pub paid: Kopecks,
    /// The orders shown.
    pub rows: Vec<OrderRow>,
}

/// An order of the list.
#[derive(Debug, Clone)]
pub struct OrderRow {
    /// The order's id.
    pub id: String,
    /// Number as in 1C.
    pub number: String,
    /// `14:31`.
    pub time: String,
    /// Buyer's name, masked by role beforehand.
    pub buyer: String,
    /// Store's name or «—».
    pub store: String,
    /// Status.
    pub status: Status,
    /// Order's total.
    pub total: Kopecks,
    /// What came.
    pub paid: Kopecks,
    /// The road to 1C.
    pub onec: OnecMark,
    /// Play money among live orders.
    pub test: bool,
}

/// Totals of the filter.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// Rows shown on this page.
    pub shown: u64,
    /// Orders in the filter.
    pub count: u64,
    /// Their sum.
    pub total: Kopecks,
    /// Their money.
    pub paid: Kopecks,
}

impl Totals {
    /// `1 284`.
    #[must_use]
    pub fn count_grouped(&self) -> String {
        let digits = self.count.to_string();
        let mut grouped = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push(crate::base::money::NBSP);
            }
            grouped.push(digit);
        }
        grouped
    }
}

/// What an empty list says: why, and what to press.
#[derive(Debug, Clone, Default)]
pub struct Empty {
    /// «Ничего не нашлось».
    pub title: String,
    /// Why, and what may help.
    pub why: String,
    /// The button that widens the search: words and address.
    pub widen: Option<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::Totals;

    #[test]
    fn counts_are_grouped_by_three() {
        let shown = |count| Totals { count, ..Totals::default() }.count_grouped();
        assert_eq!(["7", "999", "1\u{a0}284", "1\u{a0}000\u{a0}000"], [7, 999, 1284, 1_000_000].map(shown)[..]);
    }
}
