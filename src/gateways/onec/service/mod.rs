//! Our JSON contract with 1C's extension (`docs/1c-v1.md`): what comes in is read strictly, every fault named by its
//! path and all faults at once; what goes out are plain serde types that the extension and the emulator read back.

mod body;
mod document_in;
mod order_in;
mod out;
mod qr;
mod reader;
mod verdict;

pub use crate::domain::orders::{BuyerKind, Delivery, OrderState};
pub use body::{AllocationBody, BuyerBody, DocumentBody, LineBody, OrderBody};
pub use document_in::{AllocationIn, DocumentIn};
pub use order_in::{BuyerIn, LineIn, OrderIn};
pub use out::{
    AckOut, BankRef, DocumentOut, DocumentState, ErrorBody, FeedAllocation, FeedItem, FeedPage, OrderOut, ProviderRef,
};
pub use qr::png_data_uri;
pub use reader::{Problem, Problems, Read, guid};
pub use verdict::{Accepted, Rejected};
