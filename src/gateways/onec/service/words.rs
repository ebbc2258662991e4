//! The closed lists of words in the contract.

use crate::base::text_enum;

text_enum! {
    /// What 1C says of an order; what money says of it is another axis.
    pub enum OrderState {
        /// Goes on: may be paid.
        Open => "open",
        /// Cancelled in 1C.
        Cancelled => "cancelled",
        /// Shipped; still payable while money is due.
        Closed => "closed",
    }
}

text_enum! {
    /// Who buys.
    pub enum BuyerKind {
        /// A private person.
        Person => "person",
        /// A company or an entrepreneur.
        Company => "company",
    }
}

text_enum! {
    /// How the goods reach the buyer.
    pub enum Delivery {
        /// To an address.
        Delivery => "delivery",
        /// From the store.
        Pickup => "pickup",
    }
}
