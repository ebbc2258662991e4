//! The state of the model: what there is, and what follows from it.

use super::event::{Kind, ORDERS, OrderState};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    Created,
    Waiting,
    Authorized,
    Unknown,
    Superseded,
    Review,
    Succeeded,
    Failed,
    Cancelled,
    Expired,
}

impl Attempt {
    pub fn is_live(self) -> bool {
        matches!(self, Self::Created | Self::Waiting | Self::Authorized | Self::Unknown)
    }

    /// Still asked about.
    pub fn is_open(self) -> bool {
        self.is_live() || self == Self::Superseded
    }
}

#[derive(Debug, Clone)]
pub struct AttemptRow {
    pub order: usize,
    pub revision: i64,
    pub kind: Kind,
    pub amount: i64,
    pub state: Attempt,
    pub created: i64,
    pub checks: i64,
    /// The provider's id, once told.
    pub reference: Option<usize>,
    /// Sum and provider's id that wait for a person.
    pub reported: Option<(i64, usize)>,
}

#[derive(Debug, Clone)]
pub struct Order {
    pub seller: usize,
    pub total: i64,
    pub state: OrderState,
    pub parts: bool,
    pub revision: i64,
    pub reopened: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Attempt(usize),
    Refund(usize),
    Bank(usize),
    Staff(usize),
    Onec(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Waiting,
    Sent,
    Accepted,
    Unposted,
    Rejected,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    pub revision: i64,
    pub accepted: i64,
    pub way: Way,
    pub number: Option<String>,
    pub posted: bool,
    /// Whose document in 1C it is: a slot's, or (past the slots) our own.
    pub reference: Option<usize>,
}

#[derive(Debug, Clone)]
pub struct Document {
    pub incoming: bool,
    pub kind: Kind,
    pub amount: i64,
    pub seller: usize,
    pub source: Source,
    pub export: Option<Export>,
}

#[derive(Debug, Clone)]
pub struct Row {
    pub document: usize,
    pub order: usize,
    pub amount: i64,
    pub undone: bool,
    pub undoes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refund {
    Asked,
    Approved,
    Running,
    Unknown,
    Done,
    Failed,
}

#[derive(Debug, Clone)]
pub struct RefundRow {
    pub request: Option<usize>,
    pub document: usize,
    pub order: usize,
    pub amount: i64,
    pub state: Refund,
    pub begun: bool,
    pub reference: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    Asked,
    Approved,
    Declined,
    Done,
    Failed,
}

#[derive(Debug, Clone)]
pub struct RequestRow {
    pub asked_by: usize,
    pub state: Request,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Covers,
    Own,
    Undecided,
    Void,
}

#[derive(Debug, Clone)]
pub struct OnecDocument {
    pub picture: super::event::OnecPicture,
    pub role: Role,
    pub covers: Option<usize>,
}

/// What an order shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    pub total: i64,
    pub paid: i64,
    pub refunding: i64,
    pub due: i64,
}

/// All of it. `portal_books`: bank transfers are exported by us.
#[derive(Debug, Clone)]
pub struct Books {
    pub portal_books: bool,
    pub now: i64,
    pub orders: Vec<Order>,
    pub attempts: Vec<AttemptRow>,
    pub documents: Vec<Document>,
    pub rows: Vec<Row>,
    pub requests: Vec<RequestRow>,
    pub refunds: Vec<RefundRow>,
    pub onec: Vec<Option<OnecDocument>>,
}

/// A rule said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct No;

pub type Answer = Result<(), No>;

impl Books {
    pub fn new(portal_books: bool) -> Self {
        let order = |place: usize| Order {
            seller: place / (ORDERS - 1),
            total: 100_000,
            state: OrderState::Open,
            parts: false,
            revision: 1,
            reopened: false,
        };
        Self {
            portal_books,
            now: 0,
            orders: (0..ORDERS).map(order).collect(),
            attempts: vec![],
            documents: vec![],
            rows: vec![],
            requests: vec![],
            refunds: vec![],
            onec: vec![None; super::event::SLOTS],
        }
    }

    pub fn bound(&self, document: usize, order: usize) -> i64 {
        self.rows.iter().filter(|row| row.document == document && row.order == order).map(|row| row.amount).sum()
    }

    /// Orders and sums that a document is bound to now.
    pub fn shares(&self, document: usize) -> Vec<(usize, i64)> {
        (0..ORDERS).map(|order| (order, self.bound(document, order))).filter(|(_, amount)| *amount != 0).collect()
    }

    pub fn was_bound(&self, document: usize, order: usize) -> bool {
        self.rows.iter().any(|row| row.document == document && row.order == order)
    }

    fn moved(&self, order: usize, incoming: bool) -> i64 {
        let fits = |row: &&Row| row.order == order && self.documents[row.document].incoming == incoming;
        self.rows.iter().filter(fits).map(|row| row.amount).sum()
    }

    pub fn balance(&self, order: usize) -> Balance {
        let row = &self.orders[order];
        let total = if row.state == OrderState::Cancelled { 0 } else { row.total };
        let (came, went) = (self.moved(order, true), self.moved(order, false));
        let refunding = self
            .refunds
            .iter()
            .filter(|refund| refund.order == order && !matches!(refund.state, Refund::Done | Refund::Failed));
        let asks = went <= 0 || row.reopened;
        Balance {
            total,
            paid: came - went,
            refunding: refunding.map(|refund| refund.amount).sum(),
            due: if asks { (total - (came - went).max(0)).max(0) } else { 0 },
        }
    }

    /// What of a document on an order may still be moved or given back.
    pub fn free(&self, document: usize, order: usize) -> i64 {
        let reserved = self
            .refunds
            .iter()
            .filter(|refund| refund.document == document && refund.order == order && refund.state != Refund::Failed);
        (self.bound(document, order) - reserved.map(|refund| refund.amount).sum::<i64>()).max(0)
    }

    pub fn live(&self, order: usize) -> Option<usize> {
        self.attempts.iter().position(|attempt| attempt.order == order && attempt.state.is_live())
    }

    pub fn is_covered(&self, document: usize) -> bool {
        self.onec.iter().flatten().any(|known| known.covers == Some(document))
    }

    /// Documents that the feed offers to 1C.
    pub fn pending(&self) -> Vec<usize> {
        let behind = |at: &usize| {
            let export = self.documents[*at].export.as_ref();
            export.is_some_and(|export| export.accepted < export.revision) && !self.is_covered(*at)
        };
        (0..self.documents.len()).filter(behind).collect()
    }

    /// What must hold whatever has happened.
    pub fn check(&self) {
        for (at, document) in self.documents.iter().enumerate() {
            let bound: i64 = self.shares(at).iter().map(|(_, amount)| amount).sum();
            assert!((0..=document.amount).contains(&bound), "document {at}: {bound} of {}", document.amount);
            assert!(self.shares(at).iter().all(|(order, _)| self.orders[*order].seller == document.seller));
            if let Some(export) = &document.export {
                assert!(export.accepted <= export.revision);
            }
        }
        for order in 0..ORDERS {
            assert!(self.attempts.iter().filter(|a| a.order == order && a.state.is_live()).count() <= 1);
        }
        for (at, attempt) in self.attempts.iter().enumerate() {
            let money = self.documents.iter().filter(|document| document.source == Source::Attempt(at)).count();
            assert_eq!(money, usize::from(attempt.state == Attempt::Succeeded), "attempt {at}");
        }
        for (at, refund) in self.refunds.iter().enumerate() {
            let money = self.documents.iter().filter(|document| document.source == Source::Refund(at)).count();
            assert_eq!(money, usize::from(refund.state == Refund::Done), "refund {at}");
        }
    }
}
