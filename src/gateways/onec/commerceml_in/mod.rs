//! CommerceML from 1C (`?type=sale&mode=file`): orders, payments and refunds in every dialect met, read as a stream.
//!
//! Names are matched without namespace and version. Faults come in two sizes: a [`FileFault`] refuses the file whole
//! (what cannot be read at all), a [`Bad`] document is listed with its reason while the others go in.

mod buyer;
mod decode;
mod document;
mod fault;
mod line;
mod read;
mod tree;
mod values;
mod walk;

pub use buyer::{BuyerIn, BuyerIs};
pub use document::{Bad, DocumentIn, DocumentKind, Generated, Pickup, Said, Verdict};
pub use fault::FileFault;
pub use line::LineIn;
pub use read::Reading;
pub use walk::{Group, Groups};
