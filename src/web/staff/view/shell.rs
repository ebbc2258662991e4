//! The frame around every page: menu, search, incident light, the person at the desk.

use super::parts::Tone;

/// A room of the back office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// «Заказы».
    Orders,
    /// «Внести в 1С».
    Manual,
    /// «Оповещения».
    Alerts,
    /// «Состояние».
    State,
    /// «Моя учётная запись»: reached by the person's name, not by the menu.
    Account,
}

impl Room {
    /// Its name in the menu.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Orders => "Заказы",
            Self::Manual => "Внести в\u{a0}1С",
            Self::Alerts => "Оповещения",
            Self::State => "Состояние",
            Self::Account => "Учётная запись",
        }
    }

    /// Its address.
    #[must_use]
    pub const fn href(self) -> &'static str {
        match self {
            Self::Orders => "/staff/orders",
            Self::Manual => "/staff/manual",
            Self::Alerts => "/staff/alerts",
            Self::State => "/staff/state",
            Self::Account => "/staff/account",
        }
    }

    /// Its icon in the sprite.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Orders => "list",
            Self::Manual => "type",
            Self::Alerts => "bell",
            Self::State => "pulse",
            Self::Account => "person",
        }
    }
}

/// A line of the menu; handlers list only the rooms the person may enter.
#[derive(Debug, Clone)]
pub struct RoomLink {
    /// Which room.
    pub room: Room,
    /// How many things wait there; zero shows nothing.
    pub count: u64,
    /// How grave what waits there is.
    pub tone: Tone,
}

/// The person at the desk.
#[derive(Debug, Clone)]
pub struct Person {
    /// Name and surname.
    pub name: String,
    /// The role in Russian.
    pub role: String,
}

impl Person {
    /// Up to two first letters of the name.
    #[must_use]
    pub fn initials(&self) -> String {
        self.name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect()
    }
}

/// The incident light at the top right.
#[derive(Debug, Clone)]
pub struct Light {
    /// What is wrong, in a few words.
    pub words: String,
    /// Amber or red.
    pub tone: Tone,
    /// Where to look.
    pub href: String,
}

/// What kind of play this is, if it is play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// The whole database is a training stand or a demo.
    Training,
    /// The connections are the provider's test ones.
    Test,
}

impl Stand {
    /// The word on the frame.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Training => "СТЕНД",
            Self::Test => "ТЕСТ",
        }
    }

    /// What the word means, in a sentence.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Training => "Учебный стенд: деньги и заказы выдуманы",
            Self::Test => "Тестовые подключения: настоящих денег здесь нет",
        }
    }
}

/// Everything the frame needs.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The shop's name.
    pub shop: String,
    /// The room we are in.
    pub room: Room,
    /// The rooms this person may enter.
    pub rooms: Vec<RoomLink>,
    /// Who is at the desk.
    pub person: Person,
    /// The session's CSRF token, for every form.
    pub csrf: String,
    /// The incident light; nothing is shown when all is well.
    pub light: Option<Light>,
    /// Training or test.
    pub stand: Option<Stand>,
    /// What was searched for.
    pub search: String,
    /// A line about what was just done («Ссылка отправлена»), shown once.
    pub notice: Option<String>,
}

impl Shell {
    /// The shop's first letter, for its sign.
    #[must_use]
    pub fn sign(&self) -> String {
        self.shop.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().to_string()).unwrap_or_default()
    }
}
