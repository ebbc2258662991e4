//! The customer's pages: what is shown (`view`, `state`, `steps`), in which words (`words`, `verdict`), as HTML (`pages`).

mod compose;
mod derive;
mod facts;
pub mod handlers;
pub mod letters;
pub mod pages;
pub mod state;
pub mod status;
pub mod steps;
pub mod stream;
pub mod verdict;
pub mod view;
mod visitor;
pub mod words;

pub use pages::{GoPage, MessageKind, MessagePage};
pub use state::{Decline, NotPayable, PageState};
pub use steps::{Fact, Step, StepState};
pub use view::PayPage;
