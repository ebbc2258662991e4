//! Money documents of 1C's own.

use crate::base::Result;
use crate::base::ids::DocumentId;
use crate::context::Context;
use crate::db::Connection;
use crate::domain::orders::{self, Key, KeyKind};
use crate::domain::payments::onec_documents::{self, Draft, Role};
use crate::domain::payments::{Policy, attempts};
use crate::gateways::onec::service::{DocumentIn, DocumentOut};

/// A document of 1C's contract in the words of the money rules.
pub(super) fn draft(guid: &str, document: &DocumentIn) -> Draft {
    Draft {
        guid: guid.to_owned(),
        kind: document.kind,
        direction: document.direction,
        number: document.number.clone(),
        dated_on: document.date,
        posted: document.posted,
        deleted: document.deleted,
        amount: document.amount,
        account: document.account.clone(),
        incoming_number: document.incoming_number.clone(),
        payer_inn: document.payer_inn.clone(),
        rows: document.allocations.iter().map(|row| (row.order.to_string(), row.amount)).collect(),
    }
}

/// Takes a document in and lets go of attempts over sums that are no longer due.
pub(super) fn take(
    connection: &mut Connection,
    draft: &Draft,
    policy: &Policy,
    now: crate::base::Instant,
) -> Result<Role> {
    let role = onec_documents::receive(connection, draft, policy, now)?;
    for (order, _) in &draft.rows {
        if let Some(id) = orders::store::find_by_key(connection, &Key::of(KeyKind::OnecGuid, order))? {
            attempts::supersede_if_due_changed(connection, &id, now)?;
        }
    }
    Ok(role)
}

/// `PUT /1c/v1/documents/{guid}`.
///
/// # Errors
/// The refusals of [`onec_documents::receive`].
pub async fn receive_document(
    context: &Context,
    guid: &str,
    document: &DocumentIn,
    warnings: Vec<String>,
) -> Result<DocumentOut> {
    let (draft, policy, now) = (draft(guid, document), context.policy(), context.now());
    let (role, covers) = context
        .db
        .write(move |connection| {
            let role = take(connection, &draft, &policy, now)?;
            let covers = onec_documents::find(connection, &draft.guid)?.and_then(|document| document.covers_id);
            Ok((role, covers))
        })
        .await?;
    let covers = covers.as_deref().map(DocumentId::parse).transpose()?.map(|id| id.to_string());
    Ok(DocumentOut { guid: guid.to_owned(), role: role.to_string(), covers, warnings })
}
