//! What the pages of the back office show: plain structs that handlers fill, and the templates they fill.

mod account;
mod alerts;
mod entry;
mod failure;
mod manual;
mod order;
mod orders;
mod parts;
mod qr;
mod shell;
mod state;

pub use account::{AccountPage, SessionRow};
pub use alerts::{AlertRow, AlertsPage, Severity};
pub use entry::{CodePage, EnrolPage, LoginPage, RecoveryPage};
pub use failure::FailurePage;
pub use manual::{Candidate, ManualPage, ManualRow, ToType, Undecided};
pub use order::{
    Action, Banner, Contacts, DayOfStory, LineChange, LineRow, Lines, LinkBox, MoneyRow, OrderPage, OtherDocument,
    RefundBox, RefundRow, ReviewBox, StoryItem, Sums,
};
pub use orders::{Chip, DayGroup, Empty, FilterForm, OrderRow, OrdersFragment, OrdersList, OrdersPage, Tab, Totals};
pub use parts::{OnecMark, Status, Tone};
pub use qr::{QrPage, QrShape};
pub use shell::{Light, Person, Room, RoomLink, Shell, Stand};
pub use state::{ExchangeRow, Lamp, QueueRow, StatePage};
