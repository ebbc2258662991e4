//! The customer's pages: what is shown (`view`, `state`, `steps`), in which words (`words`, `verdict`), as HTML (`pages`).

pub mod pages;
pub mod qr;
pub mod state;
pub mod steps;
pub mod verdict;
pub mod view;
pub mod words;

pub use pages::{GoPage, MessageKind, MessagePage};
pub use state::{Decline, NotPayable, PageState};
pub use steps::{Fact, Step, StepState};
pub use view::PayPage;
