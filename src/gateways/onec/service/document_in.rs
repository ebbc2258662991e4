//! `PUT /1c/v1/documents/{guid}`: a money document of 1C's own. What 1C reports is recorded always, so little is refused here.

use chrono::NaiveDate;
use uuid::Uuid;

use super::order_in::is_inn;
use super::reader::{Fields, Problems, Read, read_body};
use crate::base::{Direction, Kopecks, MoneyKind, Zone};

const MAX_ALLOCATIONS: usize = 500;

/// A money document of 1C, read and typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentIn {
    /// GUID inside the body: required in an order's `documents`, optional where the address says it.
    pub guid: Option<Uuid>,
    /// What money it is.
    pub kind: MoneyKind,
    /// To the shop (default) or back to the buyer.
    pub direction: Direction,
    /// Number as 1C prints it.
    pub number: String,
    /// Day of the document.
    pub date: NaiveDate,
    /// Posted (проведён); what is not posted is no money yet.
    pub posted: bool,
    /// Marked for deletion.
    pub deleted: bool,
    /// Whole sum, never negative: the direction says which way.
    pub amount: Kopecks,
    /// Bank account of ours, 20 digits.
    pub account: Option<String>,
    /// Number of the payer's payment order.
    pub incoming_number: Option<String>,
    /// Who paid.
    pub payer_inn: Option<String>,
    /// For which orders; what is left is an advance.
    pub allocations: Vec<AllocationIn>,
}

/// A row of a money document: so much for that order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllocationIn {
    /// GUID of the order in 1C.
    pub order: Uuid,
    /// How much.
    pub amount: Kopecks,
}

impl DocumentIn {
    /// Reads the body of a PUT.
    ///
    /// # Errors
    /// Every fault of the body at once, each with its path.
    pub fn read(body: &[u8], zone: Zone) -> Result<Read<Self>, Problems> {
        read_body(body, zone, |fields| document(fields, fields.text("guid", 64).is_some()))
    }

    /// Reads a document inside an order: there its GUID stands in the body.
    pub(super) fn embedded(fields: &Fields<'_>) -> Self {
        document(fields, true)
    }
}

fn document(fields: &Fields<'_>, has_guid: bool) -> DocumentIn {
    let document = DocumentIn {
        guid: has_guid.then(|| fields.guid("guid")),
        kind: fields.choice("kind", MoneyKind::ALL, MoneyKind::as_str, None).unwrap_or(MoneyKind::Onec),
        direction: fields
            .choice("direction", Direction::ALL, Direction::as_str, Some(Direction::In))
            .unwrap_or(Direction::In),
        number: fields.required_text("number", 64),
        date: fields.day("date"),
        posted: fields.required_flag("posted"),
        deleted: fields.flag("deleted").unwrap_or_default(),
        amount: fields.money("amount"),
        account: account(fields),
        incoming_number: fields.text("incoming_number", 64),
        payer_inn: payer_inn(fields),
        allocations: fields.list("allocations", MAX_ALLOCATIONS, allocation),
    };
    let given: Kopecks = document.allocations.iter().map(|row| row.amount).sum();
    if given > document.amount {
        fields.remark("allocations", format_args!("по заказам {given}, а в документе {}", document.amount));
    }
    DocumentIn {
        allocations: document.allocations.into_iter().filter(|row| row.amount.is_positive()).collect(),
        ..document
    }
}

fn account(fields: &Fields<'_>) -> Option<String> {
    let account = fields.text("account", 40)?;
    let good = account.len() == 20 && account.bytes().all(|byte| byte.is_ascii_digit());
    if !good {
        fields.remark("account", "счёт — это 20 цифр; значение не сохранено");
    }
    good.then_some(account)
}

fn payer_inn(fields: &Fields<'_>) -> Option<String> {
    let inn = fields.text("payer_inn", 20)?;
    let good = is_inn(&inn);
    if !good {
        fields.remark("payer_inn", "ИНН — это 10 или 12 цифр; значение не сохранено");
    }
    good.then_some(inn)
}

fn allocation(fields: &Fields<'_>) -> AllocationIn {
    AllocationIn { order: fields.guid("order"), amount: fields.money("amount") }
}
