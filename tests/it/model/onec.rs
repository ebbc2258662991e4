//! What 1C knows itself: it confirms ours, covers ours, or is new money.

use super::books::{Answer, Books, Document, No, OnecDocument, Role, Source, Way};
use super::event::{Kind, OnecPicture, SLOTS};

/// 1C has one document for card and СБП.
fn group(kind: Kind) -> Kind {
    if kind == Kind::Sbp { Kind::Card } else { kind }
}

fn number(slot: usize, picture: &OnecPicture) -> String {
    format!("G{slot}-{}", picture.number)
}

/// Orders and positive sums, one an order.
fn shares(picture: &OnecPicture) -> Vec<(usize, i64)> {
    let mut sums = std::collections::BTreeMap::new();
    for (order, amount) in &picture.rows {
        *sums.entry(*order).or_insert(0) += amount;
    }
    sums.into_iter().filter(|(_, amount)| *amount > 0).collect()
}

impl Books {
    /// 1C tells of a document of its own.
    pub fn onec_tells(&mut self, slot: usize, picture: OnecPicture) -> Answer {
        let known = self.onec[slot].take();
        let same_money = known.as_ref().is_some_and(|known| {
            let money = |picture: &OnecPicture| (picture.kind, picture.incoming, picture.amount);
            money(&known.picture) == money(&picture) && known.picture.rows == picture.rows
        });
        let (role, covers) = known.map_or((Role::Void, None), |known| (known.role, known.covers));
        let stands = picture.posted && !picture.deleted;
        self.onec[slot] = Some(OnecDocument { picture, role, covers });
        let role = if stands { self.find_role(slot, same_money)? } else { self.withdraw(slot) };
        self.onec[slot].as_mut().unwrap().role = role;
        Ok(())
    }

    fn known(&self, slot: usize) -> &OnecDocument {
        self.onec[slot].as_ref().unwrap()
    }

    fn withdraw(&mut self, slot: usize) -> Role {
        self.release(slot);
        for order in self.undo_own(slot) {
            self.see_to_attempt(order);
        }
        Role::Void
    }

    fn release(&mut self, slot: usize) {
        let Some(covered) = self.onec[slot].as_mut().unwrap().covers.take() else { return };
        let Some(export) = self.documents[covered].export.as_mut() else { return };
        if export.reference.is_none_or(|reference| reference == slot) {
            (export.number, export.reference, export.posted) = (None, None, false);
            export.revision += 1;
            export.way = Way::Waiting;
        }
    }

    /// Documents of the slot's money that are bound to something.
    fn standing(&self, slot: usize) -> Vec<usize> {
        let own = |at: &usize| self.documents[*at].source == Source::Onec(slot) && !self.shares(*at).is_empty();
        (0..self.documents.len()).filter(own).collect()
    }

    fn undo_own(&mut self, slot: usize) -> Vec<usize> {
        let mut touched = vec![];
        for document in self.standing(slot) {
            for (order, amount) in self.shares(document) {
                self.bind(document, order, -amount);
                touched.push(order);
            }
        }
        touched
    }

    fn find_role(&mut self, slot: usize, same_money: bool) -> Result<Role, No> {
        if let Some(covered) = self.known(slot).covers {
            if self.fits(covered, slot) {
                self.cover(slot, covered)?;
                return Ok(Role::Covers);
            }
            if same_money {
                return Ok(Role::Covers);
            }
            self.release(slot);
        }
        let candidates = self.candidates(slot);
        match candidates.as_slice() {
            _ if !self.standing(slot).is_empty() => self.own(slot),
            [] => self.own(slot),
            [one] => self.cover(slot, *one).map(|()| Role::Covers),
            _ => Ok(Role::Undecided),
        }
    }

    fn candidates(&self, slot: usize) -> Vec<usize> {
        if shares(&self.known(slot).picture).is_empty() {
            return vec![];
        }
        let possible = |at: &usize| !self.is_covered(*at) && self.fits(*at, slot);
        (0..self.documents.len()).filter(possible).collect()
    }

    fn fits(&self, document: usize, slot: usize) -> bool {
        let picture = &self.known(slot).picture;
        let Document { incoming, kind, amount, source, export, .. } = &self.documents[document];
        let ours = !matches!(source, Source::Onec(_));
        let alike = (*incoming, group(*kind), *amount) == (picture.incoming, group(picture.kind), picture.amount);
        let numbered = export.as_ref().is_some_and(|e| e.number.is_some() && e.reference != Some(slot));
        ours && alike && !numbered && self.shares(document) == shares(picture)
    }

    fn cover(&mut self, slot: usize, document: usize) -> Answer {
        let number = number(slot, &self.known(slot).picture);
        self.onec[slot].as_mut().unwrap().covers = Some(document);
        let Some(revision) = self.documents[document].export.as_ref().map(|export| export.revision) else {
            return Ok(());
        };
        self.accept(document, revision, &number, true, slot)
    }

    fn own(&mut self, slot: usize) -> Result<Role, No> {
        let picture = self.known(slot).picture.clone();
        let wanted = shares(&picture);
        let bound: i64 = wanted.iter().map(|(_, amount)| amount).sum();
        let amount = picture.amount.max(bound);
        if let [one] = self.standing(slot).as_slice()
            && self.documents[*one].amount == amount
            && self.shares(*one) == wanted
        {
            return Ok(Role::Own);
        }
        let touched = self.undo_own(slot);
        let role = match wanted.first() {
            None => Role::Void,
            Some((first, _)) => {
                let seller = self.orders[*first].seller;
                self.record(picture.incoming, picture.kind, amount, seller, Source::Onec(slot), &wanted)?;
                Role::Own
            }
        };
        for order in touched {
            self.see_to_attempt(order);
        }
        Ok(role)
    }

    /// Ours came after 1C's own document about it.
    pub fn cover_by_earlier(&mut self, document: usize) {
        let bound = self.shares(document);
        if bound.is_empty() {
            return;
        }
        let is_it = |slot: &usize| {
            let own = self.onec[*slot].as_ref().is_some_and(|known| known.role == Role::Own);
            own && matches!(self.standing(*slot).as_slice(), [one] if self.shares(*one) == bound)
                && self.fits(document, *slot)
        };
        let found: Vec<usize> = (0..SLOTS).filter(is_it).collect();
        if let [slot] = found.as_slice() {
            self.undo_own(*slot);
            self.onec[*slot].as_mut().unwrap().role = Role::Covers;
            self.cover(*slot, document).unwrap();
        }
    }

    /// 1C shows a document that has our GUID.
    pub fn onec_shows(&mut self, document: usize, more: i64, stands: bool) -> Answer {
        let revision = self.export(document)?.revision;
        if !stands {
            let export = self.export(document)?;
            (export.way, export.posted) = (Way::Unposted, false);
            return Ok(());
        }
        if more == 0 { self.accept(document, revision, &format!("S{document}"), true, SLOTS) } else { Ok(()) }
    }

    /// A clerk says what an undecided document is.
    pub fn decide(&mut self, slot: usize, document: Option<usize>) -> Answer {
        let undecided = self.onec[slot].as_ref().is_some_and(|known| known.role == Role::Undecided);
        if !undecided {
            return Err(No);
        }
        let role = match document {
            Some(document) if self.candidates(slot).contains(&document) => {
                self.cover(slot, document)?;
                Role::Covers
            }
            Some(_) => return Err(No),
            None => self.own(slot)?,
        };
        self.onec[slot].as_mut().unwrap().role = role;
        Ok(())
    }
}
