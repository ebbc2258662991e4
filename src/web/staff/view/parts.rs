//! Words, colours and shapes that every page of the back office shares.

/// What a colour says (never for beauty): see `static/tokens.css`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing is asked.
    Grey,
    /// Waits, or can be pressed.
    Blue,
    /// Money is there.
    Green,
    /// Look at it.
    Amber,
    /// Broken.
    Red,
    /// Money goes back.
    Violet,
}

impl Tone {
    /// The class of the style sheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Grey => "grey",
            Self::Blue => "blue",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
            Self::Violet => "violet",
        }
    }
}

/// The status of an order in one word, the same word on every page, in filters and in letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// No link was sent yet.
    New,
    /// A link is out, no money yet.
    Waiting,
    /// A provider has not answered yet.
    Checking,
    /// Less than the sum came.
    PartlyPaid,
    /// All of the sum came.
    Paid,
    /// More than the sum came.
    Overpaid,
    /// The deadline passed without the money.
    Expired,
    /// 1C cancelled the order.
    Cancelled,
    /// Money goes back or went back.
    Refund,
    /// 1C did not take the payment.
    ExportFailed,
}

impl Status {
    /// Every status, in the order of filters.
    pub const ALL: [Self; 10] = [
        Self::New,
        Self::Waiting,
        Self::Checking,
        Self::PartlyPaid,
        Self::Paid,
        Self::Overpaid,
        Self::Expired,
        Self::Cancelled,
        Self::Refund,
        Self::ExportFailed,
    ];

    /// The word people read.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "Новый",
            Self::Waiting => "Ждёт оплаты",
            Self::Checking => "Платёж проверяется",
            Self::PartlyPaid => "Оплачен частично",
            Self::Paid => "Оплачен",
            Self::Overpaid => "Переплата",
            Self::Expired => "Просрочен",
            Self::Cancelled => "Отменён",
            Self::Refund => "Возврат",
            Self::ExportFailed => "Ошибка выгрузки",
        }
    }

    /// The name in addresses of filters and in `data-` attributes.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Waiting => "waiting",
            Self::Checking => "checking",
            Self::PartlyPaid => "partly_paid",
            Self::Paid => "paid",
            Self::Overpaid => "overpaid",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Refund => "refund",
            Self::ExportFailed => "export_failed",
        }
    }

    /// Reads the name of a filter.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.key() == key)
    }

    /// Its colour.
    #[must_use]
    pub const fn tone(self) -> Tone {
        match self {
            Self::New | Self::Cancelled => Tone::Grey,
            Self::Waiting | Self::Checking => Tone::Blue,
            Self::PartlyPaid | Self::Expired => Tone::Amber,
            Self::Paid => Tone::Green,
            Self::Overpaid | Self::Refund => Tone::Violet,
            Self::ExportFailed => Tone::Red,
        }
    }

    /// Its shape in the sprite: told apart by silhouette, without colour.
    #[must_use]
    pub const fn shape(self) -> &'static str {
        match self {
            Self::New => "ring",
            Self::Waiting => "clock",
            Self::Checking => "dots",
            Self::PartlyPaid => "half",
            Self::Paid => "done",
            Self::Overpaid => "plus",
            Self::Expired => "glass",
            Self::Cancelled => "cross",
            Self::Refund => "back",
            Self::ExportFailed => "warn",
        }
    }
}

/// Where the money stands on its road to 1C.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnecMark {
    /// Nothing to deliver.
    None,
    /// Waits to be delivered; the text says for how long.
    Waiting(String),
    /// Delivered, 1C has not answered.
    Sent,
    /// Written in 1C but not posted; 1C's number.
    Unposted(String),
    /// Posted in 1C under this number.
    Accepted(String),
    /// 1C refused; its words.
    Rejected(String),
    /// Somebody has to type it into 1C.
    ByHand,
}

impl OnecMark {
    /// Short word for a row of the list.
    #[must_use]
    pub fn short(&self) -> String {
        match self {
            Self::None => "—".to_owned(),
            Self::Waiting(age) => format!("ждёт {age}"),
            Self::Sent => "передан".to_owned(),
            Self::Unposted(_) => "не проведён".to_owned(),
            Self::Accepted(_) => "принят".to_owned(),
            Self::Rejected(_) => "отклонила".to_owned(),
            Self::ByHand => "внести".to_owned(),
        }
    }

    /// Whole sentence for the card.
    #[must_use]
    pub fn long(&self) -> String {
        match self {
            Self::None => "—".to_owned(),
            Self::Waiting(age) => format!("ждёт выгрузки {age}"),
            Self::Sent => "передан, ждём номер".to_owned(),
            Self::Unposted(number) => format!("{number} записан, не проведён"),
            Self::Accepted(number) => number.clone(),
            Self::Rejected(words) => format!("отклонила: {words}"),
            Self::ByHand => "ждёт ручного ввода".to_owned(),
        }
    }

    /// Its colour.
    #[must_use]
    pub const fn tone(&self) -> Tone {
        match self {
            Self::None | Self::Sent => Tone::Grey,
            Self::Waiting(_) | Self::Unposted(_) | Self::ByHand => Tone::Amber,
            Self::Accepted(_) => Tone::Green,
            Self::Rejected(_) => Tone::Red,
        }
    }

    /// Its shape in the sprite; empty when there is nothing to show.
    #[must_use]
    pub const fn shape(&self) -> &'static str {
        match self {
            Self::None => "",
            Self::Waiting(_) => "glass",
            Self::Sent => "dots",
            Self::Unposted(_) => "half",
            Self::Accepted(_) => "done",
            Self::Rejected(_) => "warn",
            Self::ByHand => "pen",
        }
    }
}
