//! «Где мои деньги»: what happened to the money, what happens now and what is ahead, up to 1C's number.

use super::view::WebLink;
use super::words::Words;
use crate::base::{Instant, Kopecks, MoneyKind};

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// It happened.
    Done,
    /// It is happening.
    Now,
    /// It is ahead.
    Todo,
    /// It did not work out; somebody is on it.
    Failed,
}

impl StepState {
    /// The step's CSS class.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "now",
            Self::Todo => "todo",
            Self::Failed => "failed",
        }
    }

    /// The word for screen readers.
    #[must_use]
    pub fn word(self, words: &Words) -> String {
        words.say(match self {
            Self::Done => "pay-state-done",
            Self::Now => "pay-state-now",
            Self::Todo => "pay-state-todo",
            Self::Failed => "pay-state-failed",
        })
    }
}

/// What a step tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// The customer confirmed the payment at the provider.
    Confirmed {
        /// The attempt's sum.
        amount: Kopecks,
        /// How.
        kind: MoneyKind,
    },
    /// The bank took the money (or is being asked, or refused).
    Bank {
        /// The sum, shown when the step is done.
        amount: Kopecks,
        /// How.
        kind: MoneyKind,
        /// When we asked last, shown while it is going on.
        checked: Option<Instant>,
    },
    /// The shop has the payment.
    Shop,
    /// The fiscal receipt.
    Receipt {
        /// Masked address.
        to: Option<String>,
        /// Where to read it.
        link: Option<WebLink>,
    },
    /// The document in 1C.
    Onec {
        /// Its number, once 1C said it.
        number: Option<String>,
    },
    /// A refund was registered.
    RefundAsked {
        /// How much.
        amount: Kopecks,
    },
    /// It went to the bank.
    RefundSent,
    /// The bank returned the money.
    RefundDone,
}

/// One step of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it tells of.
    pub fact: Fact,
    /// How far it is.
    pub state: StepState,
    /// When it happened, UTC.
    pub at: Option<Instant>,
}

impl Step {
    /// A step that happened at `at`.
    #[must_use]
    pub const fn done(fact: Fact, at: Instant) -> Self {
        Self { fact, state: StepState::Done, at: Some(at) }
    }

    /// A step in another state, without a time.
    #[must_use]
    pub const fn new(fact: Fact, state: StepState) -> Self {
        Self { fact, state, at: None }
    }

    /// What happened, in few words.
    #[must_use]
    pub fn title(&self, words: &Words) -> String {
        words.say(match &self.fact {
            Fact::Confirmed { .. } => "pay-step-confirmed",
            Fact::Bank { kind: MoneyKind::Cash | MoneyKind::Onec, .. } => "pay-step-cash-done",
            Fact::Bank { kind: MoneyKind::Bank, .. } => self.one_of("pay-step-transfer-done", "pay-step-transfer-todo"),
            Fact::Bank { .. } => self.bank_title(),
            Fact::Shop => self.one_of("pay-step-shop-done", "pay-step-shop-todo"),
            Fact::Receipt { .. } if self.state == StepState::Failed => "pay-step-receipt-failed",
            Fact::Receipt { .. } => self.one_of("pay-step-receipt-done", "pay-step-receipt-todo"),
            Fact::Onec { .. } if self.state == StepState::Failed => "pay-step-onec-failed",
            Fact::Onec { .. } => self.one_of("pay-step-onec-done", "pay-step-onec-todo"),
            Fact::RefundAsked { .. } => self.one_of("pay-step-refund-asked", "pay-step-refund-asking"),
            Fact::RefundSent => "pay-step-refund-sent",
            Fact::RefundDone if self.state == StepState::Failed => "pay-step-refund-failed",
            Fact::RefundDone => self.one_of("pay-step-refund-done", "pay-step-refund-todo"),
        })
    }

    /// The second line, if there is something to add.
    #[must_use]
    pub fn detail(&self, words: &Words) -> Option<String> {
        match &self.fact {
            Fact::Confirmed { amount, kind } => Some(sum_and_kind(*words, *amount, *kind)),
            Fact::Bank { amount, kind, .. } if self.state == StepState::Done => {
                Some(sum_and_kind(*words, *amount, *kind))
            }
            Fact::Receipt { to: Some(to), .. } => {
                let key = self.one_of("pay-step-receipt-to", "pay-step-receipt-will");
                Some(words.with1(key, "to", to))
            }
            Fact::Onec { number: Some(number) } => Some(words.with1("pay-step-onec-number", "number", number)),
            Fact::Onec { number: None } if self.state == StepState::Failed => Some(words.say("pay-step-onec-late")),
            Fact::RefundAsked { amount } => Some(amount.to_string()),
            _ => None,
        }
    }

    /// `14:05`; the day where the teller knew no more than that.
    #[must_use]
    pub fn when(&self, words: &Words) -> Option<String> {
        let by_day = matches!(&self.fact, Fact::Bank { kind, .. } if is_told_by_day(*kind));
        self.at.map(|at| if by_day { words.day(at) } else { words.time(at) })
    }

    /// When the bank was asked last, while it is going on.
    #[must_use]
    pub fn checked(&self) -> Option<Instant> {
        match self.fact {
            Fact::Bank { checked, .. } if self.state == StepState::Now => checked,
            _ => None,
        }
    }

    /// Where the receipt can be read.
    #[must_use]
    pub fn receipt_link(&self) -> Option<&str> {
        match &self.fact {
            Fact::Receipt { link: Some(link), .. } => Some(link.as_str()),
            _ => None,
        }
    }

    const fn one_of(&self, done: &'static str, ahead: &'static str) -> &'static str {
        if matches!(self.state, StepState::Done) { done } else { ahead }
    }

    const fn bank_title(&self) -> &'static str {
        match self.state {
            StepState::Done => "pay-step-bank-done",
            StepState::Now => "pay-step-bank-now",
            StepState::Todo => "pay-step-bank-todo",
            StepState::Failed => "pay-step-bank-failed",
        }
    }
}

/// Banks' statements and 1C tell the day of a payment, not its time.
pub(super) const fn is_told_by_day(kind: MoneyKind) -> bool {
    matches!(kind, MoneyKind::Bank | MoneyKind::Cash | MoneyKind::Onec)
}

fn sum_and_kind(words: Words, amount: Kopecks, kind: MoneyKind) -> String {
    words.with("pay-step-sum", [("sum", amount.into()), ("kind", words.kind(kind).into())])
}
