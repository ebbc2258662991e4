//! Payments and refunds that come beside orders (Bitrix' containers, УНФ's nested documents), bound by Основание.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use super::take::{Done, Taking, Took};
use crate::base::{Direction, MoneyKind, Result};
use crate::db::Connection;
use crate::domain::alerts::{self, NewAlert, Severity};
use crate::domain::orders::{Key, KeyKind, store};
use crate::domain::payments::onec_documents::{self, Draft, Role};
use crate::gateways::onec::commerceml_in::DocumentIn;

/// Takes in a money document of 1C's own.
pub(super) fn take(
    connection: &mut Connection,
    document: &DocumentIn,
    (kind, direction): (MoneyKind, Direction),
    taking: &Taking,
) -> Result<Done> {
    let guid = guid(&document.id);
    let known = onec_documents::find(connection, &guid)?.is_some();
    let template = document.said.paid == Some(false);
    if !known && (template || document.sum.is_zero()) {
        return Ok(Done::new(Took::Ignored, "оплаты в нём нет"));
    }
    if document.currency != "RUB" {
        return Ok(Done::new(Took::Bad, format!("валюта {}: принимаются только рубли", document.currency)));
    }
    let order_key = order_key(connection, document.base.as_deref())?;
    let draft = draft(document, &guid, kind, direction, order_key.clone());
    let role = super::super::documents::take(connection, &draft, &taking.policy, taking.now)?;
    let found = match &order_key {
        Some(key) => store::find_by_key(connection, &Key::of(KeyKind::OnecGuid, key))?,
        None => None,
    };
    if found.is_none() && role == Role::Void && draft.posted && !draft.deleted {
        return orphan(connection, document, &guid, taking);
    }
    alerts::close(connection, "onec_orphan", &guid, taking.now)?;
    Ok(Done { order_id: found, ..Done::new(Took::Money, role.as_str()) })
}

fn draft(document: &DocumentIn, guid: &str, kind: MoneyKind, direction: Direction, order_key: Option<String>) -> Draft {
    let said = &document.said;
    let number = said.onec_number.as_ref().or(said.paid_number.as_ref()).unwrap_or(&document.number);
    Draft {
        guid: guid.to_owned(),
        kind,
        direction,
        number: number.clone(),
        dated_on: document.date,
        posted: said.posted.unwrap_or(true) && said.paid != Some(false),
        deleted: said.deleted == Some(true) || said.cancelled == Some(true),
        amount: document.sum,
        account: None,
        incoming_number: None,
        payer_inn: document.buyer.as_ref().and_then(|buyer| buyer.inn.clone()),
        rows: order_key.map(|key| (key, document.sum)).into_iter().collect(),
    }
}

/// Money whose order we do not know: kept, told, bound when the order comes; never guessed.
fn orphan(connection: &mut Connection, document: &DocumentIn, guid: &str, taking: &Taking) -> Result<Done> {
    let message = format!(
        "Документ 1С № {} на {} не привязан: заказа, к которому он относится, в портале нет",
        document.printed_number(),
        document.sum
    );
    let alert =
        NewAlert { kind: "onec_orphan", subject: guid, severity: Severity::Warning, message: &message, order_id: None };
    alerts::open(connection, &alert, taking.now)?;
    Ok(Done::new(Took::Orphan, "заказ неизвестен"))
}

/// A document's GUID; a name of another shape always gives the same one.
fn guid(id: &str) -> String {
    if let Ok(guid) = Uuid::parse_str(id) {
        return guid.to_string();
    }
    let digest = Sha256::digest(format!("commerceml:{id}"));
    let mut bytes = [0u8; 16];
    for (to, from) in bytes.iter_mut().zip(digest) {
        *to = from;
    }
    Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

/// The GUID of the order that Основание names: by itself, or by the name it has on the site.
fn order_key(connection: &mut Connection, base: Option<&str>) -> Result<Option<String>> {
    let Some(base) = base else { return Ok(None) };
    let guid = Uuid::parse_str(base).map(|guid| guid.to_string()).ok();
    if let Some(guid) = &guid
        && store::find_by_key(connection, &Key::of(KeyKind::OnecGuid, guid))?.is_some()
    {
        return Ok(Some(guid.clone()));
    }
    if let Some(order) = store::find_by_key(connection, &Key::of(KeyKind::ShopId, base))?
        && let Some(known) = store::find_key(connection, &order, KeyKind::OnecGuid)?
    {
        return Ok(Some(known));
    }
    Ok(guid)
}
