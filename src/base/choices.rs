//! Words that several rooms share: the side of the glass, the way of paying, the kind of money.

use super::text_enum;

text_enum! {
    /// Live or test; money passes only between equals (an order, its provider account, its 1C).
    #[derive(Default)]
    pub enum Mode {
        /// Real money.
        #[default]
        Live => "live",
        /// Play money: never in live totals, never in a live 1C.
        Test => "test",
    }
}

text_enum! {
    /// How a customer pays through a provider.
    pub enum Method {
        /// Bank card on the provider's page.
        Card => "card",
        /// Система быстрых платежей.
        Sbp => "sbp",
    }
}

text_enum! {
    /// What kind of money a document tells of.
    pub enum MoneyKind {
        /// Card through a provider.
        Card => "card",
        /// СБП through a provider.
        Sbp => "sbp",
        /// Bank transfer.
        Bank => "bank",
        /// Cash or a terminal at the desk.
        Cash => "cash",
        /// A document of 1C's own.
        Onec => "onec",
    }
}

text_enum! {
    /// Which way money went.
    pub enum Direction {
        /// To us.
        In => "in",
        /// Back to the customer.
        Out => "out",
    }
}

impl From<Method> for MoneyKind {
    fn from(method: Method) -> Self {
        match method {
            Method::Card => Self::Card,
            Method::Sbp => Self::Sbp,
        }
    }
}
