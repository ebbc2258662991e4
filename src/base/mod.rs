//! Floor 0: what every other room speaks: money, ids, time, errors, settings, texts. Imports nothing of the crate.

pub mod choices;
pub mod clock;
pub mod config;
pub mod error;
pub mod i18n;
pub mod ids;
pub mod money;
pub mod qr;
pub mod secret;
pub mod texts;

pub use choices::{Direction, Method, Mode, MoneyKind};
pub use clock::{Clock, Instant, SystemClock, Zone};
pub use error::{Error, Result};
pub(crate) use ids::text_enum;
pub use money::{Kopecks, Quantity, VatRate};
pub use secret::Secret;
