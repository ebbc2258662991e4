//! How an order stands, in one word: what lists, cards and filters all show.

use crate::base::text_enum;
use crate::domain::orders::OrderState;
use crate::domain::payments::PaymentState;

text_enum! {
    /// The one word.
    pub enum Standing {
        /// No link was sent or opened yet.
        New => "new",
        /// A link is out, no money yet.
        Waiting => "waiting",
        /// It is not known yet what became of a payment.
        Checking => "checking",
        /// Less than the sum came.
        PartlyPaid => "partly_paid",
        /// All of the sum came.
        Paid => "paid",
        /// More than the sum came.
        Overpaid => "overpaid",
        /// The deadline passed without the money.
        Expired => "expired",
        /// 1C cancelled the order.
        Cancelled => "cancelled",
        /// Money goes back or went back.
        Refund => "refund",
        /// 1C did not take a payment.
        ExportFailed => "export_failed",
    }
}

/// What the word follows from.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "independent signs, each named")]
pub struct Signs {
    /// What 1C says of the order.
    pub state: OrderState,
    /// What money says.
    pub payment: PaymentState,
    /// Money is set aside to go back.
    pub refunding: bool,
    /// Money went back.
    pub returned: bool,
    /// Something is still to be paid.
    pub due: bool,
    /// 1C refused a payment of it.
    pub export_rejected: bool,
    /// An attempt is held, unanswered or waits for a person's decision.
    pub checking: bool,
    /// The deadline has passed.
    pub expired: bool,
    /// A link was sent or opened.
    pub link_out: bool,
}

impl Signs {
    /// The word: what asks for a person first, then what money says, then what the customer does.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        if self.export_rejected {
            Standing::ExportFailed
        } else if self.checking {
            Standing::Checking
        } else if self.refunding {
            Standing::Refund
        } else {
            self.by_money()
        }
    }

    const fn by_money(&self) -> Standing {
        match (self.payment, self.state) {
            (PaymentState::Overpaid, _) => Standing::Overpaid,
            (_, OrderState::Cancelled) => Standing::Cancelled,
            (PaymentState::Paid, _) => Standing::Paid,
            _ if self.returned && !self.due => Standing::Refund,
            (PaymentState::PartlyPaid, _) => Standing::PartlyPaid,
            (PaymentState::Unpaid, _) => self.by_customer(),
        }
    }

    const fn by_customer(&self) -> Standing {
        match (self.expired, self.link_out) {
            (true, _) => Standing::Expired,
            (false, true) => Standing::Waiting,
            (false, false) => Standing::New,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Signs = Signs {
        state: OrderState::Open,
        payment: PaymentState::Unpaid,
        refunding: false,
        returned: false,
        due: true,
        export_rejected: false,
        checking: false,
        expired: false,
        link_out: false,
    };

    #[test]
    fn the_word_follows_from_the_gravest_sign() {
        let word = |signs: Signs| signs.standing().as_str();
        assert_eq!(word(PLAIN), "new");
        assert_eq!(word(Signs { link_out: true, ..PLAIN }), "waiting");
        assert_eq!(word(Signs { expired: true, link_out: true, ..PLAIN }), "expired");
        assert_eq!(word(Signs { checking: true, expired: true, ..PLAIN }), "checking");
        let paid = Signs { payment: PaymentState::Paid, due: false, ..PLAIN };
        assert_eq!(word(paid), "paid");
        assert_eq!(word(Signs { export_rejected: true, ..paid }), "export_failed");
        assert_eq!(word(Signs { refunding: true, ..paid }), "refund");
        assert_eq!(word(Signs { state: OrderState::Cancelled, due: false, ..PLAIN }), "cancelled");
        let cancelled_with_money = Signs { state: OrderState::Cancelled, payment: PaymentState::Overpaid, ..paid };
        assert_eq!(word(cancelled_with_money), "overpaid", "somebody has to give it back");
        assert_eq!(word(Signs { returned: true, due: false, ..PLAIN }), "refund");
        assert_eq!(word(Signs { returned: true, ..PLAIN }), "new", "reopened: it asks for money again");
    }
}
