//! What an event does, by the specification.

use super::books::{
    Answer, Attempt, AttemptRow, Books, Document, Export, No, Refund, RefundRow, Request, RequestRow, Row, Source, Way,
};
use super::event::{Event, Kind, ORDERS, OrderState, SLOTS, Word};

/// Minutes that a customer has at the provider.
pub const LIFE: i64 = 30;
const ASKED_AFTER_END: i64 = 24 * 60;

impl Books {
    /// What the outside worlds can do at all: a provider gives back only what it was asked to.
    pub fn is_sensible(&self, event: &Event) -> bool {
        match event {
            Event::Succeed { refund, .. } => self.refunds.get(*refund).is_some_and(|refund| refund.begun),
            Event::Foreign { document, .. } => {
                self.documents.get(*document).is_some_and(|document| matches!(document.source, Source::Attempt(_)))
            }
            Event::Shown { document, .. } => {
                self.documents.get(*document).is_some_and(|document| document.export.is_some())
            }
            _ => true,
        }
    }

    /// Lets an event happen; a refused one changes nothing.
    pub fn apply(&mut self, event: &Event) -> Answer {
        let mut after = self.clone();
        after.act(event)?;
        *self = after;
        Ok(())
    }

    fn act(&mut self, event: &Event) -> Answer {
        match event.clone() {
            Event::Tick(minutes) => {
                self.now += minutes;
                Ok(())
            }
            Event::Revise { order, total, state, parts } => {
                self.revise(order, total, state, parts);
                Ok(())
            }
            Event::Reopen { order } => {
                self.orders[order].reopened = true;
                self.see_to_attempt(order);
                Ok(())
            }
            Event::Start { order, kind, permille, anew } => self.start(order, kind, permille, anew),
            Event::Report { attempt, word, more, foreign_ref } => self.report(attempt, word, more, foreign_ref),
            Event::Lost { attempt } => {
                self.happen(attempt, |state| (state == Attempt::Created).then_some(Attempt::Unknown))
            }
            Event::Refused { attempt } => self.happen(attempt, |state| state.is_open().then_some(Attempt::Failed)),
            Event::Absent { attempt } => self.happen(attempt, |state| state.is_open().then_some(Attempt::Cancelled)),
            Event::Review { attempt, order } => self.review(attempt, order),
            Event::Money { bank, source, amount, shares } => {
                let (kind, source) =
                    if bank { (Kind::Bank, Source::Bank(source)) } else { (Kind::Cash, Source::Staff(source)) };
                self.record(true, kind, amount, 0, source, &shares)
            }
            Event::Allocate { document, order, amount } => self.allocate(document, order, amount),
            Event::Move { document, from, to, amount } => self.move_money(document, from, to, amount),
            Event::Undo { allocation } => self.undo(allocation),
            Event::Ask { order, amount, who } => self.ask(order, amount, who),
            Event::Confirm { request, who } => self.decide_request(request, Some(who)),
            Event::Decline { request } => self.decide_request(request, None),
            Event::Begin { refund } => self.refund(refund, |row| {
                if matches!(row.state, Refund::Approved | Refund::Running | Refund::Unknown) {
                    (row.state, row.begun) = (Refund::Running, true);
                }
            }),
            Event::Running { refund, lost } => self.refund(refund, |row| {
                if matches!(row.state, Refund::Running | Refund::Unknown) {
                    row.state = if lost { Refund::Unknown } else { Refund::Running };
                    if !lost {
                        row.reference = Some(format!("r{refund}"));
                    }
                }
            }),
            Event::Succeed { refund, foreign_ref } => self.succeed(refund, foreign_ref),
            Event::Fail { refund } => {
                self.refund(refund, |row| {
                    if matches!(row.state, Refund::Approved | Refund::Running | Refund::Unknown) {
                        row.state = Refund::Failed;
                    }
                })?;
                self.close_request(refund);
                Ok(())
            }
            Event::Foreign { document, reference, amount } => self.foreign(document, format!("f{reference}"), amount),
            Event::Sent { document } => {
                let export = self.documents.get_mut(document).ok_or(No)?.export.as_mut();
                if let Some(export) = export.filter(|export| export.way == Way::Waiting) {
                    export.way = Way::Sent;
                }
                Ok(())
            }
            Event::Accept { document, behind, posted } => {
                let revision = self.export(document)?.revision - behind;
                self.accept(document, revision, &format!("N{document}"), posted, SLOTS)
            }
            Event::Reject { document, behind } => {
                let export = self.export(document)?;
                if behind < 0 {
                    return Err(No);
                }
                if behind == 0 && export.accepted < export.revision {
                    export.way = Way::Rejected;
                }
                Ok(())
            }
            Event::OfferAgain { document } => {
                let export = self.export(document)?;
                if export.way == Way::Rejected {
                    export.way = Way::Waiting;
                }
                Ok(())
            }
            Event::Onec { slot, picture } => self.onec_tells(slot, picture),
            Event::Shown { document, more, posted, deleted } => self.onec_shows(document, more, posted && !deleted),
            Event::Decide { slot, document } => self.decide(slot, document),
        }
    }

    fn revise(&mut self, order: usize, total: i64, state: OrderState, parts: bool) {
        let row = &mut self.orders[order];
        if (row.total, row.state, row.parts) == (total, state, parts) {
            return;
        }
        row.reopened |= total > row.total || (row.state == OrderState::Cancelled && state == OrderState::Open);
        row.revision += 1;
        (row.total, row.state, row.parts) = (total, state, parts);
        self.see_to_attempt(order);
    }

    /// An attempt over what is not due any more is no longer offered.
    pub fn see_to_attempt(&mut self, order: usize) {
        let Some(live) = self.live(order) else { return };
        let (due, row) = (self.balance(order).due, &self.orders[order]);
        let attempt = &mut self.attempts[live];
        let fits = if row.parts { attempt.amount <= due } else { attempt.amount == due };
        if !fits || attempt.revision != row.revision {
            attempt.state = Attempt::Superseded;
        }
    }

    fn start(&mut self, order: usize, kind: Kind, permille: i64, anew: bool) -> Answer {
        let (row, due) = (self.orders[order].clone(), self.balance(order).due);
        let amount = due * permille / 1000;
        let is_part = amount != due;
        let wrong_part = is_part && (!row.parts || amount > due || amount < 100);
        if row.state == OrderState::Cancelled || due == 0 || wrong_part {
            return Err(No);
        }
        if let Some(live) = self.live(order) {
            let now = self.now;
            let attempt = &mut self.attempts[live];
            if attempt.kind == kind && attempt.amount == amount && !anew && attempt.created + LIFE > now {
                return Ok(());
            }
            let unanswered = matches!(attempt.state, Attempt::Created | Attempt::Unknown) && attempt.checks == 0;
            if unanswered && attempt.created + 5 > now {
                return Err(No);
            }
            attempt.state = Attempt::Superseded;
        }
        self.attempts.push(AttemptRow {
            order,
            revision: row.revision,
            kind,
            amount,
            state: Attempt::Created,
            created: self.now,
            checks: 0,
            reference: None,
            reported: None,
        });
        Ok(())
    }

    fn account(&self, order: usize) -> usize {
        self.orders[order].seller
    }

    fn is_known_elsewhere(&self, attempt: usize, reference: usize) -> bool {
        let account = self.account(self.attempts[attempt].order);
        self.attempts.iter().enumerate().any(|(at, other)| {
            at != attempt && other.reference == Some(reference) && self.account(other.order) == account
        })
    }

    /// Asked, and nothing new: some day that is the end of it.
    fn asked(&mut self, attempt: usize) {
        let now = self.now;
        let row = &mut self.attempts[attempt];
        if row.state.is_open() {
            if now > row.created + LIFE + ASKED_AFTER_END {
                row.state = Attempt::Expired;
            } else {
                row.checks += 1;
            }
        }
    }

    fn happen(&mut self, attempt: usize, next: impl Fn(Attempt) -> Option<Attempt>) -> Answer {
        let row = self.attempts.get_mut(attempt).ok_or(No)?;
        match next(row.state) {
            Some(next) => row.state = next,
            None => self.asked(attempt),
        }
        Ok(())
    }

    fn report(&mut self, attempt: usize, word: Word, more: i64, foreign_ref: Option<usize>) -> Answer {
        let before = self.attempts.get(attempt).ok_or(No)?.clone();
        let (told, amount) = (foreign_ref.unwrap_or(attempt), before.amount + more);
        let elsewhere = self.is_known_elsewhere(attempt, told);
        if before.reference.is_none() && !elsewhere {
            self.attempts[attempt].reference = Some(told);
        }
        let as_asked = more == 0 && !elsewhere && before.reference.is_none_or(|own| own == told);
        if word != Word::Paid {
            return self.happen(attempt, |state| unpaid(state, word));
        }
        if matches!(before.state, Attempt::Succeeded | Attempt::Review) {
            return Ok(());
        }
        if !as_asked {
            self.attempts[attempt].state = Attempt::Review;
            self.attempts[attempt].reported = Some((amount, told));
            return Ok(());
        }
        self.take_money(attempt, amount, before.order)
    }

    fn take_money(&mut self, attempt: usize, amount: i64, order: usize) -> Answer {
        self.attempts[attempt].state = Attempt::Succeeded;
        let (kind, seller) = (self.attempts[attempt].kind, self.orders[self.attempts[attempt].order].seller);
        self.record(true, kind, amount, seller, Source::Attempt(attempt), &[(order, amount)])
    }

    fn review(&mut self, attempt: usize, order: usize) -> Answer {
        let row = self.attempts.get(attempt).ok_or(No)?;
        let (amount, reference) = row.reported.filter(|_| row.state == Attempt::Review).ok_or(No)?;
        if self.is_known_elsewhere(attempt, reference) {
            return Err(No);
        }
        self.attempts[attempt].reference = Some(reference);
        self.take_money(attempt, amount, order)
    }

    /// The one door.
    pub fn record(
        &mut self,
        incoming: bool,
        kind: Kind,
        amount: i64,
        seller: usize,
        source: Source,
        shares: &[(usize, i64)],
    ) -> Answer {
        let bound: i64 = shares.iter().map(|(_, amount)| amount).sum();
        let wrong = |(order, amount): &(usize, i64)| *amount <= 0 || self.orders[*order].seller != seller;
        if amount <= 0 || bound > amount || shares.iter().any(wrong) {
            return Err(No);
        }
        let repeatable = !matches!(source, Source::Onec(_));
        if repeatable && self.documents.iter().any(|document| document.source == source) {
            return Ok(());
        }
        let exported = match source {
            Source::Onec(_) | Source::Staff(_) => false,
            Source::Bank(_) => self.portal_books,
            Source::Attempt(_) | Source::Refund(_) => true,
        };
        let first =
            Export { revision: 1, accepted: 0, way: Way::Waiting, number: None, posted: false, reference: None };
        let export = exported.then_some(first);
        self.documents.push(Document { incoming, kind, amount, seller, source, export });
        let document = self.documents.len() - 1;
        for (order, amount) in shares {
            self.bind(document, *order, *amount);
            if !incoming {
                self.orders[*order].reopened = false;
            }
        }
        if repeatable {
            self.cover_by_earlier(document);
        }
        for (order, _) in shares {
            self.see_to_attempt(*order);
        }
        Ok(())
    }

    pub fn bind(&mut self, document: usize, order: usize, amount: i64) {
        self.rows.push(Row { document, order, amount, undone: false, undoes: false });
    }

    /// Money that people may bind: it came, and not by a document of 1C's own.
    fn movable(&self, document: usize, orders: &[usize]) -> Answer {
        let row = self.documents.get(document).ok_or(No)?;
        let ours = row.incoming && !matches!(row.source, Source::Onec(_));
        let seller_fits = orders.iter().all(|order| self.orders[*order].seller == row.seller);
        if ours && seller_fits { Ok(()) } else { Err(No) }
    }

    fn changed(&mut self, document: usize, orders: &[usize]) {
        if let Some(export) = self.documents[document].export.as_mut() {
            export.revision += 1;
            export.way = Way::Waiting;
        }
        for order in orders {
            self.see_to_attempt(*order);
        }
    }

    fn allocate(&mut self, document: usize, order: usize, amount: i64) -> Answer {
        self.movable(document, &[order])?;
        let bound: i64 = self.shares(document).iter().map(|(_, amount)| amount).sum();
        if amount > self.documents[document].amount - bound {
            return Err(No);
        }
        self.bind(document, order, amount);
        self.changed(document, &[order]);
        Ok(())
    }

    fn move_money(&mut self, document: usize, from: usize, to: usize, amount: i64) -> Answer {
        self.movable(document, &[from, to])?;
        if from == to || amount > self.free(document, from) {
            return Err(No);
        }
        self.bind(document, from, -amount);
        self.bind(document, to, amount);
        self.changed(document, &[from, to]);
        Ok(())
    }

    fn undo(&mut self, allocation: usize) -> Answer {
        let row = self.rows.get(allocation).ok_or(No)?.clone();
        self.movable(row.document, &[])?;
        if row.amount <= 0 || row.undone || row.undoes || row.amount > self.free(row.document, row.order) {
            return Err(No);
        }
        self.rows[allocation].undone = true;
        self.bind(row.document, row.order, -row.amount);
        self.rows.last_mut().unwrap().undoes = true;
        self.changed(row.document, &[row.order]);
        Ok(())
    }

    fn ask(&mut self, order: usize, amount: i64, who: usize) -> Answer {
        let mut left = amount;
        let request = self.requests.len();
        let mut parts = vec![];
        for document in (0..self.documents.len()).rev() {
            let through_provider = matches!(self.documents[document].source, Source::Attempt(_));
            let part = if through_provider { self.free(document, order).min(left) } else { 0 };
            if part > 0 {
                left -= part;
                let (state, begun, reference) = (Refund::Asked, false, None);
                parts.push(RefundRow {
                    request: Some(request),
                    document,
                    order,
                    amount: part,
                    state,
                    begun,
                    reference,
                });
            }
        }
        if left > 0 {
            return Err(No);
        }
        self.requests.push(RequestRow { asked_by: who, state: Request::Asked });
        self.refunds.extend(parts);
        Ok(())
    }

    /// `by`: who confirms; nobody means that it is declined.
    fn decide_request(&mut self, request: usize, by: Option<usize>) -> Answer {
        let row = self.requests.get_mut(request).ok_or(No)?;
        if row.state != Request::Asked || by == Some(row.asked_by) {
            return Err(No);
        }
        row.state = if by.is_some() { Request::Approved } else { Request::Declined };
        let state = if by.is_some() { Refund::Approved } else { Refund::Failed };
        self.refunds.iter_mut().filter(|row| row.request == Some(request)).for_each(|row| row.state = state);
        Ok(())
    }

    fn refund(&mut self, refund: usize, change: impl FnOnce(&mut RefundRow)) -> Answer {
        change(self.refunds.get_mut(refund).ok_or(No)?);
        Ok(())
    }

    fn close_request(&mut self, refund: usize) {
        let Some(request) = self.refunds[refund].request else { return };
        if matches!(self.requests[request].state, Request::Asked | Request::Declined) {
            return;
        }
        let states = || self.refunds.iter().filter(|row| row.request == Some(request)).map(|row| row.state);
        let state = if states().all(|state| state == Refund::Done) {
            Request::Done
        } else if states().all(|state| matches!(state, Refund::Done | Refund::Failed)) {
            Request::Failed
        } else {
            Request::Approved
        };
        self.requests[request].state = state;
    }

    fn has_refund(&self, document: usize, reference: &str) -> Option<usize> {
        let account = self.documents[document].seller;
        self.refunds.iter().position(|row| {
            self.documents[row.document].seller == account && row.reference.as_deref() == Some(reference)
        })
    }

    fn succeed(&mut self, refund: usize, foreign_ref: Option<usize>) -> Answer {
        let row = self.refunds.get(refund).ok_or(No)?.clone();
        let reference = foreign_ref.map_or_else(|| format!("r{refund}"), |at| format!("f{at}"));
        if row.state == Refund::Done {
            // Done under another id of the provider's: what it now tells of went back beside it.
            let same = row.reference.as_deref() == Some(reference.as_str());
            return if same { Ok(()) } else { self.foreign(row.document, reference, row.amount) };
        }
        if self.has_refund(row.document, &reference).is_some_and(|owner| owner != refund) {
            self.refunds[refund].state = Refund::Failed;
            self.close_request(refund);
            return Ok(());
        }
        self.refunds[refund].state = Refund::Done;
        self.refunds[refund].reference = Some(reference);
        self.close_request(refund);
        self.take_out(refund)
    }

    fn take_out(&mut self, refund: usize) -> Answer {
        let row = self.refunds[refund].clone();
        let paid = self.documents[row.document].clone();
        let share = [(row.order, row.amount)];
        self.record(false, paid.kind, row.amount, paid.seller, Source::Refund(refund), &share)
    }

    /// A provider gave money back by itself: the order that holds most of it bears it, the youngest of equals.
    fn foreign(&mut self, document: usize, reference: String, amount: i64) -> Answer {
        let bearers = (0..ORDERS).filter(|order| self.was_bound(document, *order));
        let Some(order) = bearers.max_by_key(|order| self.bound(document, *order)) else { return Ok(()) };
        if self.has_refund(document, &reference).is_some() {
            return Ok(());
        }
        let (state, begun) = (Refund::Done, true);
        self.refunds.push(RefundRow {
            request: None,
            document,
            order,
            amount,
            state,
            begun,
            reference: Some(reference),
        });
        self.take_out(self.refunds.len() - 1)
    }

    pub fn export(&mut self, document: usize) -> Result<&mut Export, No> {
        self.documents.get_mut(document).and_then(|document| document.export.as_mut()).ok_or(No)
    }

    pub fn accept(&mut self, document: usize, revision: i64, number: &str, posted: bool, reference: usize) -> Answer {
        let export = self.export(document)?;
        if !(1..=export.revision).contains(&revision) {
            return Err(No);
        }
        let known = export.accepted == revision && export.number.as_deref() == Some(number) && export.posted == posted;
        let answered = revision < export.revision || matches!(export.way, Way::Accepted | Way::Unposted);
        if revision < export.accepted || (known && answered) {
            return Ok(());
        }
        export.way = match (revision == export.revision, posted) {
            (false, _) => Way::Waiting,
            (true, true) => Way::Accepted,
            (true, false) => Way::Unposted,
        };
        (export.accepted, export.posted) = (revision, posted);
        (export.number, export.reference) = (Some(number.to_owned()), Some(reference));
        Ok(())
    }
}

/// Where a word that is not "paid" leads.
fn unpaid(state: Attempt, word: Word) -> Option<Attempt> {
    match word {
        Word::Pending => matches!(state, Attempt::Created | Attempt::Unknown).then_some(Attempt::Waiting),
        Word::Held => {
            matches!(state, Attempt::Created | Attempt::Waiting | Attempt::Unknown).then_some(Attempt::Authorized)
        }
        Word::Failed => state.is_open().then_some(Attempt::Failed),
        Word::Cancelled => state.is_open().then_some(Attempt::Cancelled),
        Word::Expired => state.is_open().then_some(Attempt::Expired),
        Word::Paid | Word::Unclear => None,
    }
}
