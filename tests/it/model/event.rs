//! What can happen, and random histories of it. Things are named by their places in the order they came to be.

use super::books::{Books, Role};

/// A small generator (xorshift64*): the same seed tells the same history everywhere.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap()
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderState {
    Open,
    Cancelled,
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Card,
    Sbp,
    Bank,
    Cash,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Pending,
    Held,
    Paid,
    Failed,
    Cancelled,
    Expired,
    Unclear,
}

/// A document of 1C's own as 1C tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnecPicture {
    pub kind: Kind,
    pub incoming: bool,
    pub posted: bool,
    pub deleted: bool,
    pub amount: i64,
    pub number: usize,
    pub rows: Vec<(usize, i64)>,
}

/// How much of an order: what is due, or a sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Tick(i64),
    Revise {
        order: usize,
        total: i64,
        state: OrderState,
        parts: bool,
    },
    Reopen {
        order: usize,
    },
    Start {
        order: usize,
        kind: Kind,
        permille: i64,
        anew: bool,
    },
    /// `foreign_ref`: the provider's id of another attempt, or one nobody knows (past the end).
    Report {
        attempt: usize,
        word: Word,
        more: i64,
        foreign_ref: Option<usize>,
    },
    Lost {
        attempt: usize,
    },
    Refused {
        attempt: usize,
    },
    Absent {
        attempt: usize,
    },
    Review {
        attempt: usize,
        order: usize,
    },
    /// A bank line or an entry by staff; knocking twice with one `source` is one event.
    Money {
        bank: bool,
        source: usize,
        amount: i64,
        shares: Vec<(usize, i64)>,
    },
    Allocate {
        document: usize,
        order: usize,
        amount: i64,
    },
    Move {
        document: usize,
        from: usize,
        to: usize,
        amount: i64,
    },
    Undo {
        allocation: usize,
    },
    Ask {
        order: usize,
        amount: i64,
        who: usize,
    },
    Confirm {
        request: usize,
        who: usize,
    },
    Decline {
        request: usize,
    },
    Begin {
        refund: usize,
    },
    Running {
        refund: usize,
        lost: bool,
    },
    Succeed {
        refund: usize,
        foreign_ref: Option<usize>,
    },
    Fail {
        refund: usize,
    },
    Foreign {
        document: usize,
        reference: usize,
        amount: i64,
    },
    Sent {
        document: usize,
    },
    Accept {
        document: usize,
        behind: i64,
        posted: bool,
    },
    Reject {
        document: usize,
        behind: i64,
    },
    OfferAgain {
        document: usize,
    },
    /// A document of 1C's own, by its slot.
    Onec {
        slot: usize,
        picture: OnecPicture,
    },
    /// 1C shows our own document, as it is (`more` = 0) or with another sum.
    Shown {
        document: usize,
        more: i64,
        posted: bool,
        deleted: bool,
    },
    Decide {
        slot: usize,
        document: Option<usize>,
    },
}

/// An event, and whether the process dies before its commit.
#[derive(Debug, Clone)]
pub struct Step {
    pub event: Event,
    pub crash: bool,
}

/// Orders of a history: the last one belongs to another seller.
pub const ORDERS: usize = 3;
/// Slots for documents of 1C's own.
pub const SLOTS: usize = 3;
const SUMS: [i64; 5] = [100_000, 60_000, 40_000, 100_001, 250];

/// A history of `length` steps. Few sums and few things, so that paths cross; the model plays along, so that most steps can
/// happen and histories go deep.
pub fn history(seed: u64, length: usize, portal_books: bool) -> Vec<Step> {
    let mut dice = Dice::new(seed);
    let mut books = Books::new(portal_books);
    let mut steps: Vec<Step> = Vec::new();
    while steps.len() < length {
        let repeat = !steps.is_empty() && dice.chance(8);
        let next = steps.last().and_then(|step| errand(&mut dice, &step.event, &books));
        let event = match next {
            _ if repeat => steps[dice.below(steps.len())].event.clone(),
            Some(next) => next,
            None => likely(&mut dice, &books),
        };
        let crash = dice.chance(3);
        if !crash && books.is_sensible(&event) {
            let _ = books.apply(&event);
        }
        steps.push(Step { event, crash });
    }
    steps
}

/// What people and programs mostly do after an event: a refund goes its way.
fn errand(dice: &mut Dice, after: &Event, books: &Books) -> Option<Event> {
    let next = match after {
        Event::Start { .. } => Event::Report {
            attempt: books.attempts.len().saturating_sub(1),
            word: Word::Paid,
            more: dice.pick(&[0, 0, 0, 0, 1]),
            foreign_ref: None,
        },
        Event::Report { word: Word::Paid, .. } => Event::Ask { order: 0, amount: dice.pick(&SUMS), who: 0 },
        Event::Ask { who, .. } => Event::Confirm { request: books.requests.len().saturating_sub(1), who: 1 - who },
        Event::Confirm { .. } => Event::Begin { refund: books.refunds.len().saturating_sub(1) },
        Event::Begin { refund } | Event::Running { refund, .. } => match dice.below(4) {
            0 => Event::Running { refund: *refund, lost: dice.chance(70) },
            1 => Event::Fail { refund: *refund },
            _ => Event::Succeed { refund: *refund, foreign_ref: None },
        },
        Event::Onec { slot, .. } if books.onec[*slot].as_ref().is_some_and(|known| known.role == Role::Undecided) => {
            let document = if dice.chance(70) { Some(dice.below(books.documents.len())) } else { None };
            Event::Decide { slot: *slot, document }
        }
        _ => return None,
    };
    dice.chance(40).then_some(next)
}

/// An event that can happen now, nearly always.
fn likely(dice: &mut Dice, books: &Books) -> Event {
    let mut drawn = Event::Tick(1);
    for _ in 0..6 {
        let category = dice.below(100);
        for _ in 0..8 {
            drawn = event(dice, category, books);
            let happens = books.is_sensible(&drawn) && books.clone().apply(&drawn).is_ok();
            if happens || dice.chance(2) {
                return drawn;
            }
        }
    }
    drawn
}

fn event(dice: &mut Dice, category: usize, books: &Books) -> Event {
    let order = dice.pick(&[0, 0, 0, 0, 1, 1, 2]);
    let thing = dice.below(4);
    match category {
        0..5 => Event::Tick(dice.pick(&[1, 6, 31, 1500, 3000])),
        5..10 => revise(dice, order),
        10 => Event::Reopen { order },
        11..23 => Event::Start {
            order,
            kind: dice.pick(&[Kind::Card, Kind::Card, Kind::Sbp]),
            permille: dice.pick(&[1000, 1000, 1000, 1000, 600, 400, 1, 1100]),
            anew: dice.chance(15),
        },
        23..43 => Event::Report {
            attempt: thing,
            word: word(dice),
            more: dice.pick(&[0, 0, 0, 0, 0, 0, 0, 1, -40_000]),
            foreign_ref: if dice.chance(8) { Some(dice.below(6)) } else { None },
        },
        43..45 => Event::Lost { attempt: thing },
        45 => Event::Refused { attempt: thing },
        46 => Event::Absent { attempt: thing },
        47..50 => Event::Review { attempt: thing, order },
        50..56 => money(dice),
        56..58 => Event::Allocate { document: thing, order, amount: dice.pick(&SUMS) },
        58..62 => Event::Move { document: thing, from: order, to: dice.below(ORDERS), amount: dice.pick(&SUMS) },
        62..64 => Event::Undo { allocation: dice.below(8) },
        64..69 => Event::Ask { order, amount: dice.pick(&SUMS), who: dice.below(2) },
        69..81 => refund(dice, thing),
        81 => Event::Foreign { document: thing, reference: dice.below(3), amount: dice.pick(&SUMS) },
        82 => Event::Sent { document: thing },
        83..87 => Event::Accept { document: thing, behind: dice.pick(&[0, 0, 0, 1, -1]), posted: dice.chance(75) },
        87 => Event::Reject { document: thing, behind: dice.pick(&[0, 0, 1, -1]) },
        88 => Event::OfferAgain { document: thing },
        89..96 => Event::Onec { slot: dice.below(SLOTS), picture: picture(dice, order, books) },
        96..98 => Event::Shown {
            document: thing,
            more: dice.pick(&[0, 0, 1]),
            posted: dice.chance(70),
            deleted: dice.chance(10),
        },
        _ => Event::Decide { slot: dice.below(SLOTS), document: if dice.chance(70) { Some(thing) } else { None } },
    }
}

fn revise(dice: &mut Dice, order: usize) -> Event {
    let state =
        dice.pick(&[OrderState::Open, OrderState::Open, OrderState::Open, OrderState::Cancelled, OrderState::Closed]);
    Event::Revise { order, total: dice.pick(&[100_000, 100_000, 60_000, 140_000, 0]), state, parts: dice.chance(30) }
}

fn word(dice: &mut Dice) -> Word {
    use Word::{Cancelled, Expired, Failed, Held, Paid, Pending, Unclear};
    dice.pick(&[Paid, Paid, Paid, Paid, Paid, Pending, Pending, Held, Failed, Cancelled, Expired, Unclear])
}

fn money(dice: &mut Dice) -> Event {
    if dice.chance(40) {
        // Equal transfers: which of them is meant?
        return Event::Money { bank: true, source: dice.below(4), amount: 40_000, shares: vec![(0, 40_000)] };
    }
    let mut shares = vec![(dice.below(2), dice.pick(&SUMS))];
    if dice.chance(40) {
        shares.push((1 - shares[0].0, dice.pick(&SUMS)));
    }
    let bound: i64 = shares.iter().map(|(_, amount)| amount).sum();
    if dice.chance(10) {
        shares.clear();
    }
    let amount = bound + dice.pick(&[0, 0, 0, 0, 40_000, -1]);
    Event::Money { bank: dice.chance(70), source: dice.below(4), amount, shares }
}

fn refund(dice: &mut Dice, thing: usize) -> Event {
    let (request, refund) = (dice.below(2), dice.below(3));
    match dice.below(12) {
        0..3 => Event::Confirm { request, who: dice.below(2) },
        3 => Event::Decline { request },
        4..6 => Event::Begin { refund },
        6 => Event::Running { refund, lost: dice.chance(50) },
        7..11 => Event::Succeed { refund, foreign_ref: if dice.chance(15) { Some(thing % 3) } else { None } },
        _ => Event::Fail { refund },
    }
}

fn picture(dice: &mut Dice, order: usize, books: &Books) -> OnecPicture {
    let known = dice.below(4);
    if dice.chance(60) && known < books.documents.len() {
        return alike(dice, known, books);
    }
    let amount = dice.pick(&SUMS);
    let rows = match dice.below(10) {
        0 => vec![],
        1 => vec![(order % 2, amount), (1 - order % 2, 40_000)],
        2 => vec![(order, amount - 1)],
        _ => vec![(order, amount)],
    };
    let amount = if rows.len() == 2 && dice.chance(70) { amount + 40_000 } else { amount };
    OnecPicture {
        kind: dice.pick(&[Kind::Card, Kind::Card, Kind::Sbp, Kind::Bank, Kind::Cash]),
        incoming: dice.chance(85),
        posted: dice.chance(75),
        deleted: dice.chance(8),
        amount,
        number: dice.below(2),
        rows,
    }
}

/// 1C's word about a document that we have.
fn alike(dice: &mut Dice, document: usize, books: &Books) -> OnecPicture {
    let ours = &books.documents[document];
    OnecPicture {
        kind: ours.kind,
        incoming: ours.incoming,
        posted: dice.chance(85),
        deleted: false,
        amount: ours.amount,
        number: dice.below(2),
        rows: books.shares(document),
    }
}
