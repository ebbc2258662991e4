//! A feed item becomes a document, once: the GUID is the portal's, a higher revision rewrites the rows, an equal one
//! finds the document there. The extension's texts follow the same steps.

use chrono::NaiveDate;
use uuid::Uuid;

use super::base::Base;
use super::model::{MoneyDoc, Origin};
use crate::base::Kopecks;
use crate::gateways::onec::service::{Accepted, FeedItem, guid};

/// What 1C made of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A document that was not there before.
    Created(Accepted),
    /// The document was there; rewritten if the revision is higher.
    Present(Accepted),
    /// The same revision with another content: somebody is wrong.
    Differs(String),
    /// Not written: a person must look.
    Refused(String),
}

impl Base {
    /// Takes one item; asking twice changes nothing.
    pub(super) fn receive(&mut self, item: &FeedItem, today: NaiveDate) -> Verdict {
        let Ok(id) = guid(&item.id) else {
            return Verdict::Refused(format!("«{}» — не GUID документа", item.id));
        };
        let rows = match self.rows_of(item) {
            Ok(rows) => rows,
            Err(message) => return Verdict::Refused(message),
        };
        match self.document(id) {
            None => self.create(id, item, rows, today),
            Some(have) if have.revision > item.revision => Verdict::Present(self.receipt(id)),
            Some(have) if have.revision == item.revision => self.same_revision(id, item, &rows),
            Some(_) => self.rewrite(id, item, rows),
        }
    }

    fn rows_of(&self, item: &FeedItem) -> Result<Vec<(Uuid, Kopecks)>, String> {
        let row = |order: &str, amount| match guid(order) {
            Ok(id) if self.order(id).is_some() => Ok((id, amount)),
            _ => Err(format!("Заказ {order} не найден в информационной базе")),
        };
        item.allocations.iter().map(|part| row(&part.order, part.amount)).collect()
    }

    fn create(&mut self, id: Uuid, item: &FeedItem, rows: Vec<(Uuid, Kopecks)>, today: NaiveDate) -> Verdict {
        if self.switches.closed_period {
            return Verdict::Refused(closed());
        }
        let number = self.next_number(item.kind);
        self.documents.push(MoneyDoc {
            guid: id,
            number,
            date: today,
            origin: Origin::Portal,
            kind: item.kind,
            direction: item.direction,
            amount: item.amount,
            rows,
            posted: !self.switches.unposted && !item.cancelled,
            deleted: item.cancelled,
            revision: item.revision,
            created: 0,
            incoming_number: item.provider.as_ref().map(|provider| provider.reference.clone()),
            payer_inn: None,
            change: 0,
        });
        // Counted over all documents of this GUID, so that a second one could not hide.
        for document in self.documents.iter_mut().filter(|document| document.guid == id) {
            document.created += 1;
        }
        Verdict::Created(self.receipt(id))
    }

    fn same_revision(&mut self, id: Uuid, item: &FeedItem, rows: &[(Uuid, Kopecks)]) -> Verdict {
        let can_post = !self.switches.unposted && !self.switches.closed_period && !item.cancelled;
        let Some(have) = self.document_mut(id) else {
            return Verdict::Refused("документ исчез".to_owned());
        };
        if have.amount != item.amount || have.rows != rows || have.deleted != item.cancelled {
            return Verdict::Differs(format!(
                "Документ {} уже записан с другим содержанием: в 1С {}, в портале {}",
                have.number, have.amount, item.amount
            ));
        }
        have.posted |= can_post;
        Verdict::Present(self.receipt(id))
    }

    fn rewrite(&mut self, id: Uuid, item: &FeedItem, rows: Vec<(Uuid, Kopecks)>) -> Verdict {
        if self.switches.closed_period {
            return Verdict::Refused(closed());
        }
        let posted = !self.switches.unposted && !item.cancelled;
        if let Some(have) = self.document_mut(id) {
            have.amount = item.amount;
            have.rows = rows;
            have.posted = posted;
            have.deleted = item.cancelled;
            have.revision = item.revision;
        }
        Verdict::Present(self.receipt(id))
    }

    fn receipt(&self, id: Uuid) -> Accepted {
        let have = self.document(id);
        let posted = have.is_some_and(|have| have.posted);
        let idle = have.is_some_and(|have| !have.posted && !have.deleted);
        Accepted {
            revision: have.map_or(0, |have| have.revision),
            onec_ref: id.to_string(),
            number: have.map(|have| have.number.clone()).unwrap_or_default(),
            date: have.map(|have| have.date.to_string()).unwrap_or_default(),
            posted,
            message: idle.then(|| "Не заполнен договор эквайринга: документ записан, но не проведён".to_owned()),
        }
    }
}

fn closed() -> String {
    "Дата запрета изменения: период закрыт, документ не записан".to_owned()
}
