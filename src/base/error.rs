//! One error for the whole house: a refusal by a rule, or a fault beneath us.
//!
//! The difference decides what happens to a batch of writes (see `db`): a refusal rolls back its own work only,
//! a fault rolls back everybody's and is answered 503.

/// Result of the house.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of "no" a refusal is; deliveries turn it into a status code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// The thing asked for is not there (404).
    NotFound,
    /// The input breaks a rule (422).
    Invalid,
    /// The state of things does not allow it (409).
    Conflict,
    /// The person may not do it (403).
    Forbidden,
}

/// A rule said no. `message` is a finished Russian sentence for staff and 1C; customers' pages translate `code`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which kind of "no".
    pub kind: RefusalKind,
    /// Stable machine name such as `order_cancelled`.
    pub code: &'static str,
    /// Finished Russian sentence.
    pub message: String,
    /// The field of the input that is at fault, if one is.
    pub field: Option<String>,
}

/// Why something did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule said no; nothing is broken.
    #[error("{}", .0.message)]
    Refused(Refusal),
    /// The database failed or refused in a way no rule foresaw.
    #[error("база данных: {0}")]
    Database(#[from] diesel::result::Error),
    /// Something we need is away for now (pool exhausted, writer stopped, disk full): answered 503.
    #[error("временно недоступно: {0}")]
    Unavailable(String),
    /// A fault of our own.
    #[error("внутренняя ошибка: {0}")]
    Internal(String),
}

impl Error {
    /// The thing is not there.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::refused(RefusalKind::NotFound, "not_found", message, None)
    }

    /// `field` of the input breaks a rule.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::refused(RefusalKind::Invalid, "invalid", message, Some(field.into()))
    }

    /// The state of things does not allow it.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::refused(RefusalKind::Conflict, code, message, None)
    }

    /// The person may not do it.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::refused(RefusalKind::Forbidden, "forbidden", message, None)
    }

    /// Whether a rule said no (true) or something is broken (false).
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(_))
    }

    /// The refusal's machine name, if it is one.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Refused(refusal) => Some(refusal.code),
            _ => None,
        }
    }

    fn refused(kind: RefusalKind, code: &'static str, message: impl Into<String>, field: Option<String>) -> Self {
        Self::Refused(Refusal { kind, code, message: message.into(), field })
    }
}
