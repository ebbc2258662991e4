//! Every state the customer's page can be in. The same link shows them all, so it never dies in somebody's hands.

use super::view::{FieldError, Way};
use crate::base::{Instant, Kopecks, MoneyKind};

/// Why the bank or the provider said no, by a neutral code; the provider's own code stays in the staff's timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decline {
    /// Not enough money on the card or account.
    InsufficientFunds,
    /// Over the limit of the card, of СБП or of the provider.
    LimitExceeded,
    /// 3-D Secure failed or came too late.
    ThreeDs,
    /// The bank refused and gave no reason.
    BankRefused,
    /// Wrong number, date or code; the card is blocked or expired.
    CardProblem,
    /// Nobody paid before the attempt's deadline.
    Expired,
    /// The provider failed, not the customer.
    ProviderFault,
}

impl Decline {
    /// Reads the neutral code kept with an attempt; what is not known is the bank's own secret.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        match code {
            "insufficient_funds" => Self::InsufficientFunds,
            "limit_exceeded" => Self::LimitExceeded,
            "three_ds" => Self::ThreeDs,
            "card_problem" => Self::CardProblem,
            "expired" => Self::Expired,
            "provider_fault" => Self::ProviderFault,
            _ => Self::BankRefused,
        }
    }
}

/// Why an order cannot be paid here at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotPayable {
    /// Its sum is zero.
    NothingDue,
    /// It is not in roubles.
    OtherCurrency,
    /// Its lines do not add up and their VAT rates differ: no honest receipt can be made yet.
    ReceiptUnclear,
    /// It had a refund; nothing is asked for until the shop raises or reopens it (design, money rule 9).
    RefundedBefore,
}

/// What the page tells, with what it needs to tell it. Moments are UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageState {
    /// Ждёт оплаты.
    Waiting,
    /// Оплачено частично: the sum and the rest come from the page's money.
    PartlyPaid,
    /// Отсрочка: may be paid later, and now as well.
    Deferred {
        /// Until when.
        until: Instant,
    },
    /// The shop changed the order since this customer saw it.
    Changed {
        /// The total before.
        was: Kopecks,
    },
    /// The shop changed the order while an attempt was alive.
    ChangedWhilePaying {
        /// The total the attempt was begun with.
        was: Kopecks,
    },
    /// Closed in 1C (handed over) and money is still due.
    ClosedWithDebt,
    /// The provider of a method is away; the others, if any, are offered.
    ProviderDown {
        /// The method that does not work; `None` when nothing does.
        way: Option<Way>,
    },
    /// The last attempt failed.
    Refused {
        /// By neutral code.
        reason: Decline,
        /// The way that was tried.
        way: Way,
        /// When the refusal came.
        at: Option<Instant>,
    },
    /// An attempt is alive in this browser.
    Checking {
        /// The way being paid by.
        way: Way,
        /// Whether `{self}/go` still leads to the provider's page.
        can_resume: bool,
    },
    /// An attempt is alive in another browser or tab.
    OtherWindow {
        /// The way being paid by.
        way: Way,
        /// Minutes until a fresh start is allowed; `None` when it already is.
        minutes: Option<u32>,
        /// Whether `{self}/go` still leads to the provider's page.
        can_resume: bool,
    },
    /// The result is not known (time-out); we keep asking.
    Unknown {
        /// When we asked last.
        checked: Option<Instant>,
    },
    /// Оплачено.
    Paid {
        /// When the last money came.
        at: Instant,
        /// How it came.
        kind: MoneyKind,
    },
    /// More came than was due.
    Overpaid {
        /// By how much.
        surplus: Kopecks,
        /// When it will be back, if a second payment is being returned by itself.
        back_by: Option<Instant>,
    },
    /// 1C says it is paid, without money of ours («Оплата учтена магазином»).
    SettledByShop,
    /// The deadline is over: shows nothing of the order, offers to ask for a new link.
    Expired {
        /// When it ended.
        until: Instant,
        /// What was typed before, with its error.
        contact: ContactAnswer,
    },
    /// The request for a new link is on its way.
    LinkAsked,
    /// Cancelled, no money here.
    Cancelled,
    /// Cancelled with money, which goes back.
    CancelledWithMoney {
        /// How much goes back.
        amount: Kopecks,
    },
    /// Возврат оформлен.
    RefundRunning {
        /// How much.
        amount: Kopecks,
    },
    /// Возврат выполнен.
    RefundDone {
        /// How much.
        amount: Kopecks,
        /// When the bank confirmed it.
        at: Instant,
    },
    /// Cannot be paid here, and why.
    NotPayable(NotPayable),
    /// An invoice is issued and a transfer awaited.
    InvoiceIssued {
        /// Its printed number.
        number: String,
    },
    /// A transfer came and is being matched.
    TransferReceived {
        /// When it came.
        at: Instant,
    },
}

/// A contact typed before, so that nothing has to be typed twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactAnswer {
    /// As typed.
    pub value: String,
    /// What is wrong with it.
    pub error: Option<FieldError>,
}

impl PageState {
    /// Stable machine name: `page_state` of `/pay/{token}/status`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::PartlyPaid => "partly_paid",
            Self::Deferred { .. } => "deferred",
            Self::Changed { .. } => "changed",
            Self::ChangedWhilePaying { .. } => "changed_while_paying",
            Self::ClosedWithDebt => "closed_with_debt",
            Self::ProviderDown { .. } => "provider_down",
            Self::Refused { .. } => "refused",
            Self::Checking { .. } => "checking",
            Self::OtherWindow { .. } => "other_window",
            Self::Unknown { .. } => "unknown",
            Self::Paid { .. } => "paid",
            Self::Overpaid { .. } => "overpaid",
            Self::SettledByShop => "settled_by_shop",
            Self::Expired { .. } => "expired",
            Self::LinkAsked => "link_asked",
            Self::Cancelled => "cancelled",
            Self::CancelledWithMoney { .. } => "cancelled_with_money",
            Self::RefundRunning { .. } => "refund_running",
            Self::RefundDone { .. } => "refund_done",
            Self::NotPayable(_) => "not_payable",
            Self::InvoiceIssued { .. } => "invoice_issued",
            Self::TransferReceived { .. } => "transfer_received",
        }
    }

    /// Whether the ways to pay are shown for choosing.
    #[must_use]
    pub const fn offers_methods(&self) -> bool {
        matches!(
            self,
            Self::Waiting
                | Self::PartlyPaid
                | Self::Deferred { .. }
                | Self::Changed { .. }
                | Self::ChangedWhilePaying { .. }
                | Self::ClosedWithDebt
                | Self::ProviderDown { .. }
        )
    }

    /// Whether the order itself may be shown; past its deadline a link tells a stranger nothing.
    #[must_use]
    pub const fn shows_order(&self) -> bool {
        !matches!(self, Self::Expired { .. } | Self::LinkAsked)
    }

    /// Whether the lines and the buyer may be shown (a cancelled order keeps only its number, LNK-6).
    #[must_use]
    pub const fn shows_lines(&self) -> bool {
        self.shows_order() && !matches!(self, Self::Cancelled | Self::CancelledWithMoney { .. })
    }

    /// Whether the order is paid in full, so that it can be fetched.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        matches!(self, Self::Paid { .. } | Self::Overpaid { .. } | Self::SettledByShop)
    }

    /// Whether the money of this page is on its way back.
    #[must_use]
    pub const fn is_refund(&self) -> bool {
        matches!(self, Self::RefundRunning { .. } | Self::RefundDone { .. } | Self::CancelledWithMoney { .. })
    }

    /// Whether the next word will come by itself, so that the page should keep asking.
    #[must_use]
    pub const fn is_moving(&self) -> bool {
        matches!(self, Self::Checking { .. } | Self::OtherWindow { .. } | Self::Unknown { .. })
    }
}
