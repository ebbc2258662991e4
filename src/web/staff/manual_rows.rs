//! What a clerk types into 1C about a money document, field by field, and the same as a file for a spreadsheet.

use super::view::{ManualRow, ToType};
use super::words;
use crate::base::texts;
use crate::base::{Direction, Instant, Kopecks, Result, Zone};
use crate::db::Connection;
use crate::domain::exports::{self, Export, ExportState, Parcel};
use crate::domain::orders::{Order, Seller, store};
use crate::domain::payments::store as money;

/// A document with everything there is to type.
pub struct Paper {
    /// The document and its shares.
    pub parcel: Parcel,
    /// Whose money.
    pub seller: Seller,
    /// The orders of the shares, in their order.
    pub orders: Vec<Order>,
}

impl Paper {
    /// Reads one document of the list.
    ///
    /// # Errors
    /// `Database`, `NotFound`.
    pub fn read(connection: &mut Connection, export: Export) -> Result<Self> {
        let parcel = exports::parcel(connection, export)?;
        let seller_id = money::document(connection, &parcel.export.document_id)?.seller_id;
        let seller = store::seller(connection, &seller_id)?;
        let orders = parcel.shares.iter().map(|share| store::get(connection, &share.order_id));
        let orders = orders.collect::<Result<_>>()?;
        Ok(Self { parcel, seller, orders })
    }

    fn kind(&self) -> &'static str {
        words::onec_form(self.parcel.kind, self.parcel.direction)
    }

    fn comment(&self) -> String {
        format!("oplata:{}", self.parcel.export.document_id)
    }

    fn provider(&self) -> String {
        self.parcel.account.as_deref().map(words::provider).unwrap_or_default()
    }
}

fn field(name: &str, shown: impl Into<String>) -> ToType {
    let shown = shown.into();
    ToType { name: name.to_owned(), copied: shown.clone(), shown }
}

/// A row of the page; `mistake` is what was typed (number and date) and why it came back.
#[must_use]
pub fn row(paper: &Paper, zone: Zone, now: Instant, mistake: Option<&(String, String, String)>) -> ManualRow {
    let parcel = &paper.parcel;
    let export = &parcel.export;
    let order = paper.orders.first();
    let day = zone.local(parcel.received_at).format("%Y-%m-%d").to_string();
    let typed = mistake.map_or((String::new(), day), |(number, date, _)| (number.clone(), date.clone()));
    ManualRow {
        id: export.document_id.to_string(),
        revision: export.revision,
        kind: paper.kind().to_owned(),
        amount: parcel.amount,
        age: format!("ждёт {}", words::age(export.created_at, now)),
        fields: fields(paper, zone),
        order_number: order.map(|order| order.number.clone()).unwrap_or_default(),
        order_href: order.map(|order| format!("/staff/orders/{}", order.id)).unwrap_or_default(),
        state: state(export),
        rejected: export.state == ExportState::Rejected,
        typed,
        error: mistake.map(|(.., why)| why.clone()),
    }
}

/// What 1C said so far, or what changed under a document it has.
fn state(export: &Export) -> Option<String> {
    let number = export.onec_number.as_deref().unwrap_or_default();
    match export.state {
        ExportState::Rejected => Some(format!("1С отклонила: {}", export.message.as_deref().unwrap_or("без причины"))),
        ExportState::Unposted => Some(format!("В 1С записан под №\u{a0}{number}, но не проведён.")),
        _ if export.accepted_revision > 0 => {
            Some(format!("В 1С уже есть под №\u{a0}{number}, но с тех пор изменился: исправьте его строки."))
        }
        _ => None,
    }
}

fn fields(paper: &Paper, zone: Zone) -> Vec<ToType> {
    let parcel = &paper.parcel;
    let mut fields = vec![
        field("Организация", &paper.seller.name),
        ToType {
            name: "Сумма".to_owned(),
            shown: parcel.amount.grouped(),
            copied: parcel.amount.to_decimal_text().replace('.', ","),
        },
        field(date_name(parcel.direction), texts::date_time(zone.local(parcel.received_at))),
    ];
    if let Some(order) = paper.orders.first() {
        fields.push(field("Контрагент", &order.buyer_name));
        fields.extend(order.buyer_inn.iter().map(|inn| field("ИНН", inn)));
    }
    for (share, order) in parcel.shares.iter().zip(&paper.orders) {
        let mut shown = format!("{} от {}", order.number, texts::date(order.ordered_on));
        if parcel.shares.len() > 1 {
            shown = format!("{shown} — {}", share.amount.grouped());
        }
        fields.push(ToType { name: "Заказ клиента".to_owned(), shown, copied: order.number.clone() });
    }
    let way = format!("{}, {}", words::money_kind(parcel.kind), paper.provider());
    fields.push(field("Способ", way.trim_end_matches(", ")));
    fields.extend(parcel.provider_ref.iter().map(|number| field("Номер операции у эквайера", number)));
    fields.push(field("Комментарий с ключом", paper.comment()));
    fields
}

const fn date_name(direction: Direction) -> &'static str {
    match direction {
        Direction::In => "Дата оплаты",
        Direction::Out => "Дата возврата",
    }
}

/// The file: UTF-8 with its mark, `;`, CRLF, decimal comma; a row a share, so that sums add up.
#[must_use]
pub fn csv(papers: &[Paper], zone: Zone) -> String {
    let head = [
        "Документ 1С",
        "Организация",
        "ИНН организации",
        "Дата",
        "Сумма документа",
        "Заказ",
        "Дата заказа",
        "Сумма по заказу",
        "Контрагент",
        "ИНН контрагента",
        "Способ",
        "Номер операции",
        "Комментарий",
    ];
    let mut text = String::from('\u{feff}');
    put(&mut text, head.map(str::to_owned).as_slice());
    for paper in papers {
        for row in csv_rows(paper, zone) {
            put(&mut text, &row);
        }
    }
    text
}

fn csv_rows(paper: &Paper, zone: Zone) -> Vec<Vec<String>> {
    let parcel = &paper.parcel;
    let of = |order: Option<&Order>, amount: Kopecks| {
        let text = |value: Option<&String>| value.cloned().unwrap_or_default();
        vec![
            paper.kind().to_owned(),
            paper.seller.name.clone(),
            paper.seller.inn.clone(),
            texts::date(zone.day(parcel.received_at)),
            rubles(parcel.amount),
            text(order.map(|order| &order.number)),
            order.map(|order| texts::date(order.ordered_on)).unwrap_or_default(),
            rubles(amount),
            text(order.map(|order| &order.buyer_name)),
            text(order.and_then(|order| order.buyer_inn.as_ref())),
            words::money_kind(parcel.kind).to_owned(),
            text(parcel.provider_ref.as_ref()),
            paper.comment(),
        ]
    };
    if parcel.shares.is_empty() {
        return vec![of(None, Kopecks::ZERO)];
    }
    parcel.shares.iter().zip(&paper.orders).map(|(share, order)| of(Some(order), share.amount)).collect()
}

fn rubles(sum: Kopecks) -> String {
    sum.to_decimal_text().replace('.', ",")
}

fn put(text: &mut String, cells: &[String]) {
    let cells: Vec<String> = cells.iter().map(|cell| guarded(cell)).collect();
    text.push_str(&cells.join(";"));
    text.push_str("\r\n");
}

/// A cell that a spreadsheet takes for text: never for a formula, never for two cells.
fn guarded(cell: &str) -> String {
    let is_number = cell.strip_prefix('-').unwrap_or(cell).chars().all(|c| c.is_ascii_digit() || c == ',');
    let danger = !is_number && cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let safe = if danger { format!("'{cell}") } else { cell.to_owned() };
    if safe.contains([';', '"', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_begins_with_the_mark_of_utf_8() {
        let file = csv(&[], Zone::default());
        assert!(file.starts_with("\u{feff}Документ 1С;") && file.ends_with("Комментарий\r\n"));
    }

    #[test]
    fn a_cell_is_never_a_formula() {
        assert_eq!(guarded("=1+1"), "'=1+1");
        assert_eq!(guarded("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(guarded("+7 916"), "'+7 916");
        assert_eq!(guarded("-1480,00"), "-1480,00", "a number is a number");
        assert_eq!(guarded("-cmd"), "'-cmd");
        assert_eq!(guarded("ООО «Дом»; \"Плюс\""), "\"ООО «Дом»; \"\"Плюс\"\"\"");
    }
}
